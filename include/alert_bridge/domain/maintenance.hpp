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

struct MaintenanceFound {
    std::optional<Maintenance> holds;
    bool asks_asset = false;  // a window asks about the asset, and that is not known
};

// What of `windows` holds for the alert: one that drops before one that holds, then the last to
// end.
class MaintenanceCalendar {
  public:
    // Mistakes are added to `mistakes`, each with the window's name; the result is usable only if
    // there are none.
    [[nodiscard]] static MaintenanceCalendar compile(
        const std::vector<MaintenanceWindow>& windows, std::vector<std::string>& mistakes
    );
    [[nodiscard]] MaintenanceFound find(const Question& question) const;
    // Names of the details that its windows ask of an asset.
    void add_asset_details(std::vector<std::string>& names) const;

  private:
    struct Entry {
        MaintenanceWindow window;
        CompiledCondition when;
    };
    std::vector<Entry> entries_;
};

// The plan of an alert that is decided now and may have come earlier, before an outage of GLPI was
// over, say: a window that drops counts when it held as the alert came; all else is as it is now.
[[nodiscard]] Plan plan_of_waiting(
    const RuleEngine& rules, const Alert& alert, WallTime now, const AssetDetails* asset
);

}  // namespace alert_bridge::domain
