// SPDX-License-Identifier: MIT
//
// What each rule made of an alert, and the conditions that decided it: for `explain`. Written down
// by the walk that makes the plan, not by a second evaluation; daemons do not ask for it.
//
// Guarantees: every rule is there, in the order of the configuration. Of one that matched: each
// condition that it needed; of one that did not: the first that failed (of `any`: all of them,
// since all failed). At most kReasonsMax of a rule. Texts are one line, bounded; they hold what
// monitoring sent. Thread rule: pure functions. Tests: tests/unit/domain/rule_trace_test.cpp
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/domain/condition.hpp"

namespace alert_bridge::domain {

inline constexpr std::size_t kReasonsMax = 16;

enum class RuleOutcome {
    matched,
    not_matched,
    asks_asset,   // whether it matches is known once the asset is
    not_reached,  // a rule before it says stop
};
[[nodiscard]] std::string_view to_string(RuleOutcome outcome) noexcept;

struct RuleReason {
    std::string condition;  // as in the configuration: "severity: '>= high'"
    std::string had;        // what the alert, or its asset, had instead or accordingly
    bool operator==(const RuleReason&) const = default;
};

struct RuleVerdict {
    std::string rule;
    RuleOutcome outcome = RuleOutcome::not_matched;
    std::vector<RuleReason> reasons;
    bool stops = false;  // matched, and no rule after it was asked
    bool operator==(const RuleVerdict&) const = default;
};

// Why the condition gives `answer`. Requires: it does.
[[nodiscard]] std::vector<RuleReason> reasons_of(
    const CompiledCondition& condition, const Question& question, Truth answer
);

// As RuleEngine::evaluate() with the same arguments.
[[nodiscard]] std::vector<RuleVerdict> judge_rules(
    const RuleEngine& rules, const Alert& alert, WallTime now, const AssetDetails* asset
);

}  // namespace alert_bridge::domain
