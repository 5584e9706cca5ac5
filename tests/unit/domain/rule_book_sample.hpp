// SPDX-License-Identifier: MIT
//
// A rule book with three priorities and a map, and short ways to ask it in tests.
#pragma once

#include <functional>

#include "alert_bridge/domain/rules.hpp"
#include "catch.hpp"
#include "rule_sample.hpp"
#include "text_sample.hpp"

namespace test_support {

using namespace alert_bridge::domain;
using std::chrono::minutes;

inline constexpr auto kNow = alert_bridge::from_unix_ms(1'795'000'000'000);

inline RuleBook book() {
    RuleBook result;
    result.priorities = {
        {{"p1", 5, 5, 6}, {Severity::disaster}},
        {{"p2", 4, 4, 0}, {Severity::high}},
        {{"p3", 3, 3, 0}, {Severity::average, Severity::warning}}};
    result.default_policy.open_after = {
        {"p1", minutes(0)}, {"p2", minutes(2)}, {"p3", minutes(10)}};
    result.default_entity.value = "Unassigned";
    result.default_time_zone = "UTC";
    result.maps["customers"] = {
        {"acme", {{"entity", "Root > ACME"}, {"group", "ACME desk"}, {"empty", " "}}}};
    return result;
}

using Change = std::function<void(RuleResult&)>;

inline RuleSpec rule(
    std::string name, Condition condition, const Change& change, bool stop = false
) {
    RuleSpec spec{std::move(name), std::move(condition), {}, stop};
    change(spec.then);
    return spec;
}

inline Plan evaluated(const RuleBook& rules, const Alert& alert = full_alert()) {
    const auto engine = RuleEngine::compile(rules);
    INFO((engine.has_error() ? engine.error().message : ""));
    REQUIRE(engine.has_value());
    return (*engine)->evaluate(alert, kNow);
}

// The plan after one rule for everything.
inline Plan after(const Change& change, const Alert& alert = full_alert()) {
    RuleBook rules = book();
    rules.rules.push_back(rule("r", all_of({}), change));
    return evaluated(rules, alert);
}

inline std::string told(const Plan& plan, const std::string& field) {
    std::string text;
    for (const PlanTrace& trace : plan.trace) {
        if (trace.field == field) {
            text += (text.empty() ? "" : "; ") + trace.rule + "=" + trace.value;
        }
    }
    return text;
}

inline EntitySpec named(std::string text, EntityBy by = EntityBy::name) {
    return {by, std::move(text), {}, {}, {}};
}

}  // namespace test_support
