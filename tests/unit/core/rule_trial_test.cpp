// SPDX-License-Identifier: MIT
#include "alert_bridge/core/rule_trial.hpp"

#include "catch.hpp"
#include "core_world.hpp"

using namespace alert_bridge;
using namespace std::chrono_literals;
using core::Opens;
using domain::AlertKind;
using domain::Condition;
using test::CoreWorld;

namespace {

struct Trials : CoreWorld {
    core::RuleTrial run(const domain::Alert& alert, const domain::AssetDetails* asset = nullptr) {
        return core::try_rules(*policies.current(), ids, alert, clock.time, asset);
    }
};

}  // namespace

TEST_CASE("whether a ticket opens, when, and why not") {
    Trials world;
    const domain::Alert alert = world.alert(AlertKind::problem);
    const core::RuleTrial now = world.run(alert);
    CHECK(now.opens == Opens::now);
    CHECK_FALSE(now.title.empty());

    world.rules->plan.policy.open_after = {{"", 10min}};
    const core::RuleTrial later = world.run(alert);
    CHECK(later.opens == Opens::later);
    CHECK(later.opens_at == world.clock.time + 10min);
    CHECK(later.title == now.title);

    world.rules->plan.policy.mode = domain::Mode::observe;
    CHECK(world.run(alert).opens == Opens::no);
    world.rules->plan.policy.mode = domain::Mode::act;
    world.rules->plan.drop = true;
    const core::RuleTrial dropped = world.run(alert);
    CHECK(dropped.opens == Opens::no);
    CHECK(dropped.why == "dropped by a rule");
    CHECK(dropped.title.empty());

    CHECK(world.run(world.alert(AlertKind::recovery)).opens == Opens::no);
    CHECK(world.desk.calls.empty());
    CHECK(world.assets.lookups == 0);
}

TEST_CASE("rules about the asset see what the case says of it") {
    Trials world;
    domain::RuleBook book;
    domain::RuleSpec rule;
    rule.name = "production";
    rule.when.what = Condition::Kind::asset;
    rule.when.tags.push_back({"state", domain::TextPattern::of("Production")});
    rule.then.category = "Production";
    book.rules.push_back(rule);
    auto shared = std::make_shared<core::Policies>(*world.policies.current());
    shared->rules = *domain::RuleEngine::compile(std::move(book));
    world.policies.set(std::move(shared));

    const domain::Alert alert = world.alert(AlertKind::problem);
    CHECK(world.run(alert).rules.empty());
    const domain::AssetDetails asset{{{"state", "Production"}}};
    const core::RuleTrial trial = world.run(alert, &asset);
    CHECK(trial.rules == std::vector<std::string>{"production"});
    CHECK(trial.plan.category == "Production");
}
