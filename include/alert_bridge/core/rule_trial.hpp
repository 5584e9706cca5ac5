// SPDX-License-Identifier: MIT
//
// What the rules make of one alert that comes to an empty bridge: for `test-rules` and `replay`.
// Asks nobody: the asset is what the caller says, the entity stays a name.
//
// Guarantees: the parts that decide are the daemon's own (plan, lifecycle, templates). Not known:
// what depends on GLPI or on other problems (storms, groups, tickets that are open).
// Thread rule: pure but for the ids. Tests: tests/unit/core/rule_trial_test.cpp
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/core/policies.hpp"

namespace alert_bridge::core {

enum class Opens { now, later, no };
[[nodiscard]] std::string_view to_string(Opens opens) noexcept;

struct RuleTrial {
    domain::Plan plan;
    std::vector<std::string> rules;  // that matched, in order
    Opens opens = Opens::no;
    std::optional<WallTime> opens_at;  // later: if the problem lasts so long
    std::string why;                   // the lifecycle's reason
    std::string title;                 // of the ticket; empty: none opens
};

// `asset`: what rules about the asset see; null: the host has none in GLPI.
[[nodiscard]] RuleTrial try_rules(
    const Policies& policies, IdSource& ids, const domain::Alert& alert, WallTime now,
    const domain::AssetDetails* asset
);

}  // namespace alert_bridge::core
