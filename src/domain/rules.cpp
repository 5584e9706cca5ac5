// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/rules.hpp"

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
          maintenance_(std::move(checked.maintenance)),
          index_(conditions_) {}

    [[nodiscard]] Plan evaluate(const Alert& alert, WallTime now) const override {
        PlanBuilder builder(book_, alert);
        for (const std::uint32_t id : index_.candidates(alert)) {
            Captures captures;
            if (!conditions_[id].matches(alert, now, captures)) {
                continue;
            }
            builder.apply(book_.rules[id], captures);
            if (book_.rules[id].stop) {
                break;
            }
        }
        if (const auto maintenance = maintenance_.find(alert, now)) {
            builder.apply_maintenance(*maintenance);
        }
        return builder.finish();
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
