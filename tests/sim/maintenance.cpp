// SPDX-License-Identifier: MIT
#include "maintenance.hpp"

#include <algorithm>
#include <string>

namespace alert_bridge::simulation {

std::vector<MaintenanceTime> any_maintenance(std::uint64_t seed, WallTime start, Duration length) {
    constexpr std::uint64_t kOwnStream = 0x6D61696E74ULL;
    constexpr Duration kShortest{120'000};
    constexpr Duration kLongest{1'200'000};
    Random random(seed ^ kOwnStream);
    std::vector<MaintenanceTime> times;
    if (!random.chance(1.0 / 3)) {
        return times;
    }
    const bool some_drop = random.chance(0.15);
    for (auto left = random.between(1, 3); left > 0; --left) {
        const Duration lasts = random.between(kShortest, std::min(kLongest, length));
        const WallTime from = start + random.between(Duration(0), length - lasts);
        times.push_back({from, from + lasts, some_drop && random.chance(0.5)});
    }
    return times;
}

domain::Plan TimedRules::evaluate(
    const domain::Alert& alert, WallTime now, const domain::AssetDetails* asset
) const {
    domain::Plan plan = plain_.evaluate(alert, now, asset);
    std::optional<domain::Maintenance>& found = plan.maintenance;
    for (std::size_t i = 0; i < times_.size(); ++i) {
        const MaintenanceTime& time = times_[i];
        if (!time.holds(now)) {
            continue;
        }
        const bool comes_first = !found || (time.drop && !found->drop) ||
                                 (time.drop == found->drop && time.to > found->until);
        if (comes_first) {
            found = domain::Maintenance{"window " + std::to_string(i), time.drop, time.to};
        }
    }
    return plan;
}

}  // namespace alert_bridge::simulation
