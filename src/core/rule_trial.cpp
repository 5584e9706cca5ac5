// SPDX-License-Identifier: MIT
#include "alert_bridge/core/rule_trial.hpp"

#include <algorithm>
#include <utility>

#include "alert_bridge/core/explainer.hpp"
#include "alert_bridge/core/placing.hpp"
#include "alert_bridge/domain/enum_names.hpp"

namespace alert_bridge::core {
namespace {

constexpr domain::EnumNames<Opens, 3> kOpens{{
    {Opens::now, "now"},
    {Opens::later, "later"},
    {Opens::no, "no"},
}};

// The opening that is really owed: mode observe skips it.
const domain::Operation* opening_in(const domain::Decision& decision) {
    const auto found = std::find_if(
        decision.operations.begin(), decision.operations.end(),
        [](const domain::Operation& operation) {
            return operation.kind == domain::OperationKind::open &&
                   operation.state == domain::OperationState::due;
        }
    );
    return found == decision.operations.end() ? nullptr : &*found;
}

void judge_opening(
    const domain::LifecycleContext& context, domain::Snapshot known,
    const domain::Decision& decision, RuleTrial& trial
) {
    if (const domain::Operation* opening = opening_in(decision)) {
        trial.opens = Opens::now;
        trial.title = opening->content.title;
        return;
    }
    const auto hold = std::find_if(
        decision.set_timers.begin(), decision.set_timers.end(),
        [](const domain::Timer& timer) { return timer.kind == domain::TimerKind::hold; }
    );
    if (hold == decision.set_timers.end()) {
        return;
    }
    take_effect(decision, known);
    domain::TimerEvent event;
    event.timer = *hold;
    const domain::Decision then = domain::decide(context, known, event, hold->due_at);
    if (const domain::Operation* opening = opening_in(then)) {
        trial.opens = Opens::later;
        trial.opens_at = hold->due_at;
        trial.title = opening->content.title;
    }
}

}  // namespace

std::string_view to_string(Opens opens) noexcept {
    return domain::name_of(kOpens, opens);
}

RuleTrial try_rules(
    const Policies& policies, IdSource& ids, const domain::Alert& alert, WallTime now,
    const domain::AssetDetails* asset
) {
    RuleTrial trial;
    PlaceQuestion question = place_question(alert, policies, now);
    domain::Placement placement = domain::place_without_answer(question.plan, domain::EntityTree());
    placement.details = asset == nullptr ? domain::AssetDetails() : *asset;
    trial.plan = plan_with_details(alert, policies, std::move(question.plan), placement, now);
    for (const domain::RuleVerdict& verdict :
         domain::judge_rules(*policies.rules, alert, now, placement.asset_details())) {
        if (verdict.outcome == domain::RuleOutcome::matched) {
            trial.rules.push_back(verdict.rule);
        }
    }
    AlertCase asked = case_of(alert, policies, trial.plan, std::move(placement), now);
    asked.event.alert = &alert;
    const domain::LifecycleContext context = policies.context(ids);
    const domain::Snapshot nothing;
    const domain::Decision decision = domain::decide(context, nothing, asked.event, now);
    trial.why = decision.reason;
    judge_opening(context, nothing, decision, trial);
    return trial;
}

}  // namespace alert_bridge::core
