// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/rules.hpp"

#include <algorithm>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/domain/plan_builder.hpp"
#include "alert_bridge/domain/rule_check.hpp"
#include "alert_bridge/domain/rule_index.hpp"

namespace alert_bridge::domain {
namespace {

class CompiledRules final : public RuleEngine {
  public:
    CompiledRules(RuleBook book, CheckedRules checked)
        : book_(std::move(book)),
          conditions_(std::move(checked.conditions)),
          asset_details_(std::move(checked.asset_details)),
          maintenance_(std::move(checked.maintenance)),
          index_(conditions_) {}

    using RuleEngine::evaluate;
    [[nodiscard]] Plan evaluate(const Alert& alert, WallTime now, const AssetDetails* asset)
        const override {
        const Question question{alert, now, asset};
        PlanBuilder builder(book_, alert, asset);
        for (const std::uint32_t id : index_.candidates(alert)) {
            Captures captures;
            if (conditions_[id].test(question, captures) == Truth::no) {
                continue;
            }
            if (asset == nullptr && !asset_details_[id].empty()) {
                builder.ask_asset();
                continue;
            }
            builder.apply(book_.rules[id], captures);
            if (book_.rules[id].stop) {
                break;
            }
        }
        const MaintenanceFound maintenance = maintenance_.find(question);
        if (maintenance.asks_asset) {
            builder.ask_asset();
        }
        if (maintenance.holds) {
            builder.apply_maintenance(*maintenance.holds);
        }
        return builder.finish();
    }

    [[nodiscard]] std::vector<std::string> asset_details() const override {
        std::vector<std::string> names;
        for (const std::vector<std::string>& of_rule : asset_details_) {
            names.insert(names.end(), of_rule.begin(), of_rule.end());
        }
        maintenance_.add_asset_details(names);
        std::sort(names.begin(), names.end());
        names.erase(std::unique(names.begin(), names.end()), names.end());
        return names;
    }

    [[nodiscard]] bool asks_changes() const override {
        return book_.default_policy.changes != OnChange::none ||
               std::any_of(book_.rules.begin(), book_.rules.end(), [](const RuleSpec& rule) {
                   return rule.then.changes.value_or(OnChange::none) != OnChange::none;
               });
    }

    [[nodiscard]] Priority priority_of(Severity severity) const override {
        return priority_of_severity(book_, severity);
    }
    [[nodiscard]] std::optional<Priority> priority_named(std::string_view name) const override {
        return priority_by_name(book_, name);
    }

  private:
    RuleBook book_;
    std::vector<CompiledCondition> conditions_;
    std::vector<std::vector<std::string>> asset_details_;  // by rule; empty: it does not ask
    MaintenanceCalendar maintenance_;
    RuleIndex index_;
};

}  // namespace

std::optional<SeverityRange> SeverityRange::parse(std::string_view text) {
    constexpr auto kLowest = Severity::not_classified;
    constexpr auto kHighest = Severity::disaster;
    text = trim(text);
    const std::size_t sign = text.find_first_not_of("<>=");
    const std::string_view comparison = text.substr(0, sign);
    const std::string_view word =
        sign == std::string_view::npos ? std::string_view() : trim(text.substr(sign));
    const auto severity = parse_severity(word);
    if (!severity) {
        return std::nullopt;
    }
    const auto next_to = [&](int step) {
        return static_cast<Severity>(static_cast<int>(*severity) + step);
    };
    if (comparison.empty() || comparison == "=") {
        return SeverityRange{*severity, *severity};
    }
    if (comparison == ">=") {
        return SeverityRange{*severity, kHighest};
    }
    if (comparison == "<=") {
        return SeverityRange{kLowest, *severity};
    }
    if (comparison == ">" && *severity != kHighest) {
        return SeverityRange{next_to(1), kHighest};
    }
    if (comparison == "<" && *severity != kLowest) {
        return SeverityRange{kLowest, next_to(-1)};
    }
    return std::nullopt;
}

Plan with_asset(
    const RuleEngine& rules, Plan before, const Alert& alert, const AssetDetails& asset,
    WallTime now
) {
    if (!before.asks_asset) {
        return before;
    }
    Plan plan = plan_of_waiting(rules, alert, now, &asset);
    plan.entity = std::move(before.entity);
    plan.within = std::move(before.within);
    plan.source_within = std::move(before.source_within);
    plan.within_missing = std::move(before.within_missing);
    plan.default_entity = std::move(before.default_entity);
    plan.trust_names = before.trust_names;
    return plan;
}

Result<std::shared_ptr<const RuleEngine>> RuleEngine::compile(RuleBook book) {
    CheckedRules checked = check_rules(book);
    if (!checked.mistakes.empty()) {
        return Error{ErrorClass::misconfigured, "rule", join(checked.mistakes, "\n")};
    }
    return std::shared_ptr<const RuleEngine>(
        std::make_shared<CompiledRules>(std::move(book), std::move(checked))
    );
}

}  // namespace alert_bridge::domain
