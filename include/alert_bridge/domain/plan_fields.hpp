// SPDX-License-Identifier: MIT
//
// A plan as rows of text: each field, its value, and the rule (or source, or defaults) that it came
// from. For `explain` and `test-rules`.
//
// Guarantees: fields have the names of the configuration and come in one fixed order; flapping and
// notify are "flapping.changes" and so on. Where a rule tried and gave nothing (a template without
// values, a map without the row), `remark` says so. A plan's trace is cut at kMaxTrace entries: a
// field beyond them counts as a default. Thread rule: pure functions.
// Tests: tests/unit/domain/plan_fields_test.cpp
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/domain/plan.hpp"

namespace alert_bridge::domain {

struct PlanField {
    std::string name;
    std::string value;   // empty: none
    std::string from;    // name of the rule, "source NAME", "severity NAME"; empty: defaults
    std::string remark;  // what gave nothing, and why
    bool operator==(const PlanField&) const = default;
};

[[nodiscard]] std::vector<PlanField> plan_fields(const Plan& plan);
// Null: no field has this name.
[[nodiscard]] const PlanField* find_field(
    const std::vector<PlanField>& fields, std::string_view name
) noexcept;

}  // namespace alert_bridge::domain
