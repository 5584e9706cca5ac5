// SPDX-License-Identifier: MIT
#include "alert_bridge/core/state_check.hpp"

#include <stdexcept>

#include "check_world.hpp"

namespace alert_bridge::test {

using domain::AlertKind;
using ports::ProblemNow;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_CASE("a missed recovery goes into the journal as if it had been sent", "[state_check]") {
    CheckWorld world;
    for (const char* key : {"a", "b", "c", "d"}) {
        world.open(key);
    }
    domain::Alert last;
    last.problem_key = "z/a";
    last.host.name = "web01";
    last.service = "HTTP";
    last.comment = "somebody's";
    last.kind = AlertKind::acknowledgement;
    world.notices.last["z/a"] = last;
    world.says({ProblemNow::ok, ProblemNow::failing, ProblemNow::gone, ProblemNow::unknown});
    CHECK(world.look_twice());
    REQUIRE(world.port->asked.size() == 2);
    CHECK(world.port->asked[0].size() == 4);

    const auto journal = world.journal();
    REQUIRE(journal.size() == 2);
    const bool in_order = journal[0].problem_key == "z/a";
    const domain::Alert& over = journal[in_order ? 0 : 1];
    CHECK(over.kind == AlertKind::recovery);
    CHECK(over.state == domain::ProblemState::ok);
    CHECK(over.episode == "1@T");
    CHECK(over.order == domain::AlertOrder{7, 1});
    CHECK(over.source == "z");
    CHECK(over.host.name == "web01");
    CHECK(over.service == "HTTP");
    CHECK(over.comment.empty());
    CHECK_FALSE(over.whole_problem);
    CHECK_FALSE(over.id.empty());
    const domain::Alert& given_up = journal[in_order ? 1 : 0];
    CHECK(given_up.problem_key == "z/c");
    CHECK(given_up.kind == AlertKind::cancelled);
    CHECK(given_up.problem_name == "c fails");
    CHECK(world.intake.pending == 2);
    CHECK(world.metrics.value("missed_recoveries_total{source=z}") == 3);  // z/a at both looks
    CHECK(world.metrics.value("problems_unclear{source=z}") == 1);

    // Found again before it is decided: no second alert.
    CHECK(world.look());
    CHECK(world.journal().size() == 2);
}

TEST_CASE("a source that does not answer changes nothing, and is told of once", "[state_check]") {
    CheckWorld world;
    world.open("a");
    world.port->on_look = [] {
        return Result<ports::Sight>(Error{ErrorClass::later, "connect", "refused"});
    };
    CHECK_FALSE(world.look());
    CHECK_FALSE(world.look());
    CHECK(world.journal().empty());
    CHECK(world.events.count("state_check_failed") == 1);
    CHECK(world.metrics.value("state_checks_total{source=z,result=failed}") == 2);
    world.says({ProblemNow::ok});
    CHECK(world.look());
    CHECK(world.events.count("state_check_well") == 1);
    CHECK(world.journal().size() == 1);
}

TEST_CASE("a problem that was never heard of is reported at the second look", "[state_check]") {
    CheckWorld world;
    world.notices.heard = {"z/known|1"};
    world.says({ProblemNow::failing}, {"new=1 known=1 ~mild=1"});
    world.open("a");
    CHECK(world.look());
    CHECK(world.metrics.value("problems_unheard{source=z}") == 0);
    CHECK(world.events.count("problems_unheard") == 0);
    CHECK(world.look());
    CHECK(world.metrics.value("problems_unheard{source=z}") == 1);
    CHECK(world.events.count("problems_unheard") == 1);
    CHECK(world.journal().empty());
    world.look();
    CHECK(world.events.count("problems_unheard") == 1);  // told already
    world.says({ProblemNow::failing});
    CHECK(world.look());
    CHECK(world.metrics.value("problems_unheard{source=z}") == 0);
}

TEST_CASE("where configured, it becomes an alert", "[state_check]") {
    core::Back settings;
    settings.open_unheard = true;
    CheckWorld world(settings);
    world.open("a");
    world.says({ProblemNow::failing}, {"new=1"});
    CHECK(world.look());
    CHECK(world.journal().empty());
    CHECK(world.look());
    REQUIRE(world.journal().size() == 1);
    CHECK(world.journal()[0].problem_key == "z/new");
    CHECK(world.journal()[0].kind == AlertKind::problem);
}

TEST_CASE("a store that takes nothing is asked again at the next look", "[state_check]") {
    CheckWorld world;
    world.open("a");
    world.says({ProblemNow::ok});
    world.store.append_error = Error{ErrorClass::later, "store_busy", "busy"};
    CHECK(world.look());
    CHECK(world.metrics.value("missed_recoveries_total{source=z}") == 0);
    world.store.append_error.reset();
    CHECK(world.look());
    CHECK(world.journal().size() == 1);
}

TEST_CASE("looks come at the start, by the clock, after an outage, and never when off") {
    core::Back settings;
    settings.reconcile = minutes(10);
    CheckWorld world(settings);
    world.tasks.spawn("state_check", world.check.run());
    world.settle();
    CHECK(world.port->asked.size() == 1);
    world.clock.time += minutes(5);
    world.check.look_again();
    world.settle();
    CHECK(world.port->asked.size() == 2);
    world.check.stop();
    world.settle();

    settings.reconcile = Duration::zero();
    CheckWorld off(settings);
    off.tasks.spawn("state_check", off.check.run());
    off.settle();
    CHECK(off.port->asked.empty());
    off.check.stop();
    off.settle();
}

TEST_CASE("a clock that is set moves the next look along", "[state_check]") {
    core::Back settings;
    settings.reconcile = minutes(10);
    CheckWorld world(settings);
    world.tasks.spawn("state_check", world.check.run());
    world.settle();
    REQUIRE(world.port->asked.size() == 1);
    world.clock.time += std::chrono::hours(2);
    world.check.clock_was_set(std::chrono::hours(2));
    world.settle();
    CHECK(world.port->asked.size() == 1);
    world.clock.time -= std::chrono::hours(3);
    world.check.clock_was_set(-std::chrono::hours(3));
    world.clock.time += minutes(10);
    world.check.clock_was_set(Duration::zero());
    world.settle();
    CHECK(world.port->asked.size() == 2);
    world.check.stop();
    world.settle();
}

TEST_CASE("a look that ends by an exception is not the last one", "[state_check]") {
    core::Back settings;
    settings.reconcile = minutes(10);
    CheckWorld world(settings);
    world.port->on_look = []() -> Result<ports::Sight> { throw std::runtime_error("bad"); };
    world.tasks.spawn("state_check", world.check.run());
    world.settle();
    CHECK(world.events.count("task_failed") == 1);
    world.clock.time += minutes(11);
    world.check.clock_was_set(Duration::zero());
    world.settle();
    CHECK(world.port->asked.size() == 2);
    world.check.stop();
    world.settle();
}

TEST_CASE("a stop reaches what is asked, and nothing is concluded from its answer") {
    CheckWorld world;
    world.open("a");
    world.port->on_look = [&world] {
        world.check.stop();
        return Result<ports::Sight>(Error{ErrorClass::later, "stopping", "the daemon stops"});
    };
    world.tasks.spawn("state_check", world.check.run());
    world.settle();
    CHECK(world.port->stops == 1);
    CHECK(world.events.count("state_check_failed") == 0);
    CHECK(world.tasks.running() == 0);
}

}  // namespace alert_bridge::test
