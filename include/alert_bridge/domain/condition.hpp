// SPDX-License-Identifier: MIT
//
// CompiledCondition: the `when` of one rule, ready to be asked. Internal to the domain.
//
// Guarantees: matching never throws and has no clock of its own. A value that the alert does not
// have matches no pattern, not even "*"; so {not: {service: "*"}} means "a problem of the host
// itself". A tag that is there with an empty value does match "*". A condition about an asset that
// is not known is neither true nor false.
// Thread rule: const after construction; any thread. Tests: tests/unit/domain/condition_test.cpp
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/domain/network.hpp"
#include "alert_bridge/domain/pattern.hpp"

namespace alert_bridge::domain {

// What a condition is asked about.
struct Question {
    const Alert& alert;
    WallTime now;
    const AssetDetails* asset = nullptr;  // null: not known yet
};

// By size: `all` is as true as its least true condition, `any` as its truest.
enum class Truth { no, unknown, yes };

struct CompiledTag {
    std::string name;
    Pattern value;
};

struct CompiledCondition {
    Condition::Kind what = Condition::Kind::all;
    std::vector<CompiledCondition> children;
    std::vector<Pattern> patterns;
    SeverityRange severity;
    std::vector<Network> networks;
    std::vector<CompiledTag> tags;
    TimeWindow time;

    // Mistakes are added to `mistakes`, all of them; the result is usable only if there are none.
    [[nodiscard]] static CompiledCondition compile(
        const Condition& spec, std::vector<std::string>& mistakes
    );

    // `captures` gets the named groups of what matched; they count only if the answer is yes.
    [[nodiscard]] Truth test(const Question& question, Captures& captures) const;

    // Names of the details that it asks of an asset.
    void add_asset_details(std::vector<std::string>& names) const;

    // Names that may be captured when the condition holds: not those under a negation.
    void add_capture_names(std::vector<std::string>& names) const;
};

[[nodiscard]] std::string_view to_string(Condition::Kind kind) noexcept;

[[nodiscard]] bool is_inside(const TimeWindow& window, WallTime now);

// What a pattern condition of this kind looks at, without absent values. Requires: a pattern kind.
[[nodiscard]] std::vector<std::string_view> texts_of(const Alert& alert, Condition::Kind kind);

// The inventory field, or empty. serial, inventory_number and uuid are known under these names.
[[nodiscard]] std::string_view inventory_value(const Alert& alert, const std::string& name);

}  // namespace alert_bridge::domain
