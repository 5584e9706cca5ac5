// SPDX-License-Identifier: MIT
//
// ChangeCalendar: which approved change of GLPI covers an asset now. Read every kEvery while a rule
// asks for changes, kept in memory, answered from there.
//
// Guarantees: alerts never wait for it. While GLPI does not answer, what was read last counts on.
// Not guaranteed: a change that was approved, moved or withdrawn since the last look; nothing is
// known before the first answer after a start.
// Thread rule: the I/O thread. Tests: tests/unit/core/change_calendar_test.cpp
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "alert_bridge/core/policies.hpp"
#include "alert_bridge/core/tasks.hpp"
#include "alert_bridge/ports/planned_changes.hpp"
#include "alert_bridge/ports/runtime.hpp"

namespace alert_bridge::core {

class ChangeCalendar {
  public:
    static constexpr Duration kEvery{5 * 60'000};
    static constexpr Duration kAgainAfterFailure{60'000};

    struct Services {
        ports::PlannedChanges& changes;
        ports::Clock& clock;
        ports::Events& events;
        ports::Metrics& metrics;
        PolicyHolder& policies;
    };

    explicit ChangeCalendar(Services services);

    [[nodiscard]] boost::asio::awaitable<void> run();
    // The configuration is new, or GLPI is back.
    void look_again();
    void stop();
    // False while GLPI should be left in peace.
    std::function<bool()> may_ask = [] { return true; };

    // Of the changes that cover it now, the one that ends last; null: none. Good until the thread
    // does anything else.
    [[nodiscard]] const domain::PlannedChange* covering(
        const std::string& item_type, std::int64_t id, WallTime now
    ) const;

  private:
    [[nodiscard]] boost::asio::awaitable<Duration> look();

    Services services_;
    Bell bell_;
    std::vector<domain::PlannedChange> changes_;
    std::multimap<std::pair<std::string, std::int64_t>, std::size_t> by_item_;
    bool failing_ = false;
    bool stopping_ = false;
};

}  // namespace alert_bridge::core
