// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/rules.hpp"

#include <algorithm>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/domain/plan_builder.hpp"
#include "alert_bridge/domain/rule_check.hpp"
#include "alert_bridge/domain/rule_index.hpp"
#include "alert_bridge/domain/rule_trace.hpp"

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
        walk(question, [&](std::uint32_t id, RuleOutcome outcome, const Captures& captures) {
            if (outcome == RuleOutcome::asks_asset) {
                builder.ask_asset();
            } else {
                builder.apply(book_.rules[id], captures);
            }
        });
        const MaintenanceFound maintenance = maintenance_.find(question);
        if (maintenance.asks_asset) {
            builder.ask_asset();
        }
        if (maintenance.holds) {
            builder.apply_maintenance(*maintenance.holds);
        }
        return builder.finish();
    }

    [[nodiscard]] std::vector<RuleVerdict> judge(const Question& question) const {
        std::vector<RuleVerdict> verdicts(book_.rules.size());
        const std::size_t reached =
            walk(question, [&](std::uint32_t id, RuleOutcome outcome, const Captures&) {
                verdicts[id].outcome = outcome;
            });
        for (std::size_t id = 0; id < verdicts.size(); ++id) {
            RuleVerdict& verdict = verdicts[id];
            verdict.rule = book_.rules[id].name;
            if (id >= reached) {
                verdict.outcome = RuleOutcome::not_reached;
                continue;
            }
            verdict.stops = verdict.outcome == RuleOutcome::matched && book_.rules[id].stop;
            Captures unused;
            const Truth answer = conditions_[id].test(question, unused);
            verdict.reasons = reasons_of(conditions_[id], question, answer);
        }
        return verdicts;
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
    // Calls use(id, outcome, captures) for each rule that matched or asks for the asset, in order.
    // Returns how many rules were reached.
    template <class Use>
    std::size_t walk(const Question& question, const Use& use) const {
        for (const std::uint32_t id : index_.candidates(question.alert)) {
            Captures captures;
            if (conditions_[id].test(question, captures) == Truth::no) {
                continue;
            }
            if (question.asset == nullptr && !asset_details_[id].empty()) {
                use(id, RuleOutcome::asks_asset, captures);
                continue;
            }
            use(id, RuleOutcome::matched, captures);
            if (book_.rules[id].stop) {
                return id + 1;
            }
        }
        return conditions_.size();
    }

    RuleBook book_;
    std::vector<CompiledCondition> conditions_;
    std::vector<std::vector<std::string>> asset_details_;  // by rule; empty: it does not ask
    MaintenanceCalendar maintenance_;
    RuleIndex index_;
};

}  // namespace

std::vector<RuleVerdict> judge_rules(
    const RuleEngine& rules, const Alert& alert, WallTime now, const AssetDetails* asset
) {
    // The interface has one more implementation, for tests of what uses it, and that has no rules.
    const auto* const compiled = dynamic_cast<const CompiledRules*>(&rules);
    return compiled == nullptr ? std::vector<RuleVerdict>()
                               : compiled->judge(Question{alert, now, asset});
}

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
