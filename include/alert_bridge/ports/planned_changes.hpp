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
#include "alert_bridge/domain/planned_change.hpp"

namespace alert_bridge::ports {

class PlannedChanges {
  public:
    static constexpr std::size_t kChangesMax = 200;  // spans of hours
    static constexpr std::size_t kItemsMax = 500;    // of one change
    static constexpr std::size_t kTitleMax = 255;    // code points
    static constexpr Duration kAhead = std::chrono::hours(24);

    virtual ~PlannedChanges() = default;

    template <class T>
    using Task = boost::asio::awaitable<Result<T>>;

    // What ends after `now` and begins less than kAhead later, ordered by begin.
    [[nodiscard]] virtual Task<std::vector<domain::PlannedChange>> planned(WallTime now) = 0;
};

}  // namespace alert_bridge::ports
