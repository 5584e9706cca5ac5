// SPDX-License-Identifier: MIT
//
// Maintenance: times of a run in which openings wait, or are dropped, and rules that know them.
//
// Drawn from a generator of its own, so that a run without maintenance is the run that it was
// before. All of them end before the time of peace.
// Thread rule: const after construction.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "lifecycle_world.hpp"
#include "random.hpp"

namespace alert_bridge::simulation {

struct MaintenanceTime {
    WallTime from{};
    WallTime to{};
    bool drop = false;
    [[nodiscard]] bool holds(WallTime now) const { return now >= from && now < to; }
};

// A third of the runs has some, and a few of these drop.
[[nodiscard]] std::vector<MaintenanceTime> any_maintenance(
    std::uint64_t seed, WallTime start, Duration length
);

// PlainRules, and the windows as domain/maintenance would find them.
class TimedRules final : public domain::RuleEngine {
  public:
    TimedRules(test_support::PlainRules plain, std::vector<MaintenanceTime> times)
        : plain_(std::move(plain)), times_(std::move(times)) {}

    using RuleEngine::evaluate;
    [[nodiscard]] domain::Plan evaluate(
        const domain::Alert& alert, WallTime now, const domain::AssetDetails* asset
    ) const override;
    [[nodiscard]] domain::Priority priority_of(domain::Severity severity) const override {
        return plain_.priority_of(severity);
    }
    [[nodiscard]] std::optional<domain::Priority> priority_named(std::string_view name
    ) const override {
        return plain_.priority_named(name);
    }

  private:
    test_support::PlainRules plain_;
    std::vector<MaintenanceTime> times_;
};

}  // namespace alert_bridge::simulation
