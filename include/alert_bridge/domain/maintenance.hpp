// SPDX-License-Identifier: MIT
//
// Configured times of maintenance: whether an alert falls into one, and until when.
//
// A window holds for the alerts of its conditions, in one of its weekly times (none: at all times)
// and between its dates (none: always). Its end is the end of the weekly time that holds now, or
// its last date if that comes first; a time that follows at once is found when that end has come.
// Guarantees: never throws, no clock of its own; an end is always later than now.
// Thread rule: const after construction; any thread. Tests: tests/unit/domain/maintenance_test.cpp
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "alert_bridge/domain/condition.hpp"

namespace alert_bridge::domain {

// The end of the weekly time that holds now; empty: none holds.
[[nodiscard]] std::optional<WallTime> end_of_time(const TimeWindow& window, WallTime now);

// What of `windows` holds for the alert: one that drops before one that holds, then the last to
// end.
class MaintenanceCalendar {
  public:
    // Mistakes are added to `mistakes`, each with the window's name; the result is usable only if
    // there are none.
    [[nodiscard]] static MaintenanceCalendar compile(
        const std::vector<MaintenanceWindow>& windows, std::vector<std::string>& mistakes
    );
    [[nodiscard]] std::optional<Maintenance> find(const Alert& alert, WallTime now) const;

  private:
    struct Entry {
        MaintenanceWindow window;
        CompiledCondition when;
    };
    std::vector<Entry> entries_;
};

}  // namespace alert_bridge::domain
