// SPDX-License-Identifier: MIT
//
// PlannedChanges: the approved changes whose planned hours are near, with the assets they are
// about. Consumer: the core, every few minutes. Implementation: glpi/planned_changes.
//
// Guarantees: the call ends within its deadlines and writes nothing; failures are classified
// (base/error.hpp). The answer is bounded by the numbers below; what is beyond them is told with
// one warning, and the hours that begin first are kept. A GLPI that does not let the bridge read
// changes gives an empty answer and one warning, not an error. Not guaranteed: that a change is
// seen that is approved, and whose hours begin, between two calls; that the items still exist; that
// somebody really works at that time. Thread rule: the I/O thread. Tests:
// tests/contract/planned_changes_test.cpp against glpi_sim
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/base/time.hpp"

namespace alert_bridge::ports {

// One span of planned hours of one change: a change with several of them comes several times.
struct PlannedChange {
    struct Item {
        std::string item_type;  // "Computer"
        std::int64_t id = 0;

        bool operator==(const Item&) const = default;
    };

    std::int64_t id = 0;
    std::string
        title;  // one line of plain text (escape it for HTML), at most kTitleMax code points
    WallTime begin{};
    WallTime end{};           // later than begin
    std::vector<Item> items;  // may be empty: the change names no asset
};

class PlannedChanges {
  public:
    static constexpr std::size_t kChangesMax = 200;  // spans of hours
    static constexpr std::size_t kItemsMax = 500;    // of one change
    static constexpr std::size_t kTitleMax = 255;
    static constexpr Duration kAhead = std::chrono::hours(24);

    virtual ~PlannedChanges() = default;

    template <class T>
    using Task = boost::asio::awaitable<Result<T>>;

    // What ends after `now` and begins less than kAhead later, ordered by begin.
    [[nodiscard]] virtual Task<std::vector<PlannedChange>> planned(WallTime now) = 0;
};

}  // namespace alert_bridge::ports
