// SPDX-License-Identifier: MIT
//
// PlanBuilder: defaults, then the results of matching rules, then the priority: one plan. Internal
// to the domain.
//
// Every field that is set is told in the plan's trace with the rule that set it, at most kMaxTrace
// entries. Templates render to one line of at most kMaxLabel code points; one that renders to
// nothing, a map without the row and a priority that does not exist leave the field alone, and the
// trace says so in parentheses (gave_nothing(); a value that has some itself stands in quotes). A
// limit (`within`) that gives nothing is not forgotten with that:
// Plan::within_missing names it until a later rule sets a limit.
// Thread rule: one builder per evaluation. Tests: tests/unit/domain/{plan_builder,rules}_test.cpp
#pragma once

#include "alert_bridge/domain/pattern.hpp"
#include "alert_bridge/domain/render.hpp"

namespace alert_bridge::domain {

inline constexpr std::size_t kMaxTrace = 200;

// The step says why the field was left alone, in parentheses.
[[nodiscard]] inline bool gave_nothing(const PlanTrace& step) noexcept {
    return step.value.starts_with('(');
}

class PlanBuilder {
  public:
    // `asset`: null while it is not known.
    PlanBuilder(const RuleBook& book, const Alert& alert, const AssetDetails* asset = nullptr);

    void apply(const RuleSpec& rule, const Captures& captures);
    void apply_maintenance(const Maintenance& maintenance);
    // A rule that asks about the asset may still change the plan.
    void ask_asset() { plan_.asks_asset = true; }
    [[nodiscard]] Plan finish();

  private:
    void apply_source(const std::string& name, const SourceDefaults& source);
    void apply_names(const RuleResult& then);
    void apply_policy(const RuleResult& then);
    // False when the specification gives nothing for this alert.
    bool apply_entity(std::string_view field, const EntitySpec& spec, EntityRef& to);
    void apply_within(const EntitySpec& spec);
    void apply_observers(const std::vector<std::string>& observers);
    void apply_priority(const std::string& source);

    [[nodiscard]] std::string render(const std::string& source) const;
    // Empty: leave the field alone; the trace has the reason.
    [[nodiscard]] std::optional<std::string> value_of(
        std::string_view field, const std::string& source
    );
    [[nodiscard]] std::optional<std::string> value_in_map(
        std::string_view field, const EntitySpec& spec
    );
    void trace(std::string_view field, std::string_view value);
    void trace_nothing(std::string_view field, std::string_view why);
    void add_step(std::string_view field, std::string value);
    template <class Value>
    void set(std::string_view field, Value& to, const std::optional<Value>& from);

    const RuleBook& book_;
    const Alert& alert_;
    TextContext context_;
    std::string rule_;  // whose results are being applied
    bool has_priority_ = false;
    Plan plan_;
};

// The priority a severity has, and the one of this name. A severity that no priority lists has
// urgency and impact 3 and no name.
[[nodiscard]] Priority priority_of_severity(const RuleBook& book, Severity severity);
[[nodiscard]] std::optional<Priority> priority_by_name(const RuleBook& book, std::string_view name);

}  // namespace alert_bridge::domain
