// SPDX-License-Identifier: MIT
#include "alert_bridge/core/rule_comparison.hpp"

#include "catch.hpp"
#include "core_world.hpp"

using namespace alert_bridge;
using namespace std::chrono_literals;
using core::TicketDifference;
using domain::AlertKind;
using test::CoreWorld;

namespace {

struct Replay : CoreWorld {
    explicit Replay(
        std::function<void(domain::Plan&)> change,
        std::size_t problems_max = core::RuleComparison::kProblemsMax
    ) {
        auto fresh = std::make_shared<core::Policies>(*policies.current());
        auto plain = std::make_shared<test_support::PlainRules>(*rules);
        change(plain->plan);
        fresh->rules = std::move(plain);
        comparison.emplace(policies.current(), std::move(fresh), ids, problems_max);
        comparison->on_difference = [this](const TicketDifference& difference) {
            told.push_back(difference);
        };
    }
    void come(AlertKind kind, const std::string& episode = "1") {
        comparison->take(alert(kind, episode));
    }
    std::optional<core::RuleComparison> comparison;
    std::vector<TicketDifference> told;
};

}  // namespace

TEST_CASE("the same configuration makes no difference") {
    Replay world([](domain::Plan&) {});
    world.come(AlertKind::problem);
    world.come(AlertKind::recovery);
    world.come(AlertKind::problem, "2");
    world.comparison->finish(world.clock.time);
    CHECK(world.told.empty());
    CHECK(world.comparison->figures().alerts == 3);
    CHECK(world.comparison->figures().problems == 2);
    CHECK(world.comparison->figures().tickets_before == 2);
    CHECK(world.comparison->figures().tickets_after == 2);
}

TEST_CASE("a ticket that is not opened any more is told with the reason") {
    Replay world([](domain::Plan& plan) { plan.drop = true; });
    world.come(AlertKind::problem);
    world.come(AlertKind::recovery);
    REQUIRE(world.told.size() == 1);
    CHECK(world.told[0].what == TicketDifference::What::not_opened);
    CHECK(world.told[0].why == "dropped by a rule");
    CHECK(world.told[0].begun.host == "web01");
    CHECK(world.told[0].begun.problem_name == "down");
    CHECK_FALSE(world.told[0].begun.id.empty());
    CHECK(world.comparison->figures().not_opened == 1);
    CHECK(world.comparison->figures().tickets_after == 0);
}

TEST_CASE("a longer wait opens no ticket for what is over before, and a ticket for what lasts") {
    Replay world([](domain::Plan& plan) { plan.policy.open_after = {{"", 10min}}; });
    world.come(AlertKind::problem, "short");
    world.clock.time += 5min;
    world.come(AlertKind::recovery, "short");
    REQUIRE(world.told.size() == 1);
    CHECK(world.told[0].what == TicketDifference::What::not_opened);
    CHECK(world.told[0].why == "over before its ticket is due");

    world.come(AlertKind::problem, "long");
    world.clock.time += 11min;
    world.come(AlertKind::recovery, "long");
    REQUIRE(world.told.size() == 2);
    CHECK(world.told[1].what == TicketDifference::What::changed);
    REQUIRE(world.told[1].fields.size() == 1);
    CHECK(world.told[1].fields[0].name == "open_after");
    CHECK(world.told[1].fields[0].after == "10m");
}

TEST_CASE("what goes on and is not due yet is counted apart") {
    Replay world([](domain::Plan& plan) { plan.policy.open_after = {{"", 10min}}; });
    world.come(AlertKind::problem);
    world.comparison->finish(world.clock.time + 5min);
    CHECK(world.told.empty());
    CHECK(world.comparison->figures().not_due == 1);
    CHECK(world.comparison->figures().not_opened == 0);
    CHECK(world.comparison->figures().tickets_before == 1);
    CHECK(world.comparison->figures().tickets_after == 0);
}

TEST_CASE("that a whole problem is over ends each of its occurrences") {
    Replay world([](domain::Plan& plan) { plan.policy.open_after = {{"", 10min}}; });
    world.come(AlertKind::problem, "1");
    world.come(AlertKind::problem, "2");
    world.comparison->take(world.alert(AlertKind::problem, "1", "z/trigger/10"));
    world.clock.time += 5min;
    domain::Alert over = world.alert(AlertKind::recovery, "3");
    over.whole_problem = true;
    SECTION("at once") {
        world.comparison->take(over);
        CHECK(world.told.size() == 2);
        CHECK(world.comparison->figures().not_opened == 2);
    }
    SECTION("but not what came after it was said") {
        over.order = {0, 0};
        world.comparison->take(over);
        CHECK(world.told.empty());
    }
    SECTION("one occurrence alone says nothing of the others") {
        over.whole_problem = false;
        over.episode = "2";
        world.comparison->take(over);
        CHECK(world.told.size() == 1);
    }
}

TEST_CASE("fields that change are told with both values") {
    Replay world([](domain::Plan& plan) { plan.category = "Network"; });
    world.come(AlertKind::problem);
    world.comparison->finish(world.clock.time);
    REQUIRE(world.told.size() == 1);
    CHECK(world.told[0].what == TicketDifference::What::changed);
    REQUIRE(world.told[0].fields.size() == 1);
    CHECK(world.told[0].fields[0].name == "category");
    CHECK(world.told[0].fields[0].before.empty());
    CHECK(world.told[0].fields[0].after == "Network");
}

TEST_CASE("a problem that gets worse opens its ticket then, once") {
    Replay world([](domain::Plan& plan) { plan.policy.open = domain::Severity::disaster; });
    world.come(AlertKind::problem);
    domain::Alert worse = world.alert(AlertKind::update);
    worse.severity = domain::Severity::disaster;
    world.comparison->take(worse);
    world.comparison->take(worse);
    world.comparison->finish(world.clock.time);
    CHECK(world.comparison->figures().tickets_before == 1);
    CHECK(world.comparison->figures().tickets_after == 1);
}

TEST_CASE("problems that go on are bounded, and those closed for room are counted") {
    Replay world([](domain::Plan& plan) { plan.drop = true; }, 2);
    for (const char* episode : {"1", "2", "3", "4"}) {
        world.come(AlertKind::problem, episode);
    }
    CHECK(world.told.size() == 2);
    CHECK(world.comparison->figures().cut_short == 2);
    world.comparison->finish(world.clock.time);
    CHECK(world.told.size() == 4);
}
