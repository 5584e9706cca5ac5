// SPDX-License-Identifier: MIT
// open_after: what must have lasted before its ticket opens, and what is heard before it does.
#include "alert_bridge/domain/lifecycle.hpp"
#include "catch.hpp"
#include "lifecycle_world.hpp"

using namespace test_support;
using namespace std::chrono_literals;

TEST_CASE("a problem must last open_after before its ticket opens") {
    World world;
    world.rules.plan.policy.open_after = {{"", 10min}};
    world.take(world.alert(AlertKind::problem));
    CHECK(world.incident().state == IncidentState::holding);
    SECTION("and opens when it does") {
        world.pass(10min);
        CHECK(world.incident().state == IncidentState::open);
        CHECK(world.count_operations(OperationKind::open) == 1);
    }
    SECTION("and opens none when it recovers before") {
        world.pass(5min);
        world.take(world.alert(AlertKind::recovery));
        world.pass(1h);
        CHECK(world.operations.empty());
        CHECK(world.incident().end_reason == "never lasted");
    }
    SECTION("and waits by the new priority when the severity changes") {
        world.rules.plan.policy.open_after = {{"p1", 0min}, {"", 10min}};
        World eager;
        eager.rules.plan.policy.open_after = world.rules.plan.policy.open_after;
        eager.take(eager.alert(AlertKind::problem));
        Alert raised = eager.alert(AlertKind::update);
        raised.severity = Severity::disaster;
        eager.take(raised);
        eager.pass(1ms);
        CHECK(eager.incident().state == IncidentState::open);
    }
    SECTION("and its news before that writes nothing") {
        world.take(world.alert(AlertKind::update));
        world.take(world.alert(AlertKind::acknowledgement));
        world.take(world.alert(AlertKind::problem));
        CHECK(world.operations.empty());
    }
}

TEST_CASE("a problem that is decided late opens no ticket before its waiting news are heard") {
    World world;
    world.rules.plan.policy.open_after = {{"p1", 0min}, {"", 10min}};
    Alert problem = world.alert(AlertKind::problem);
    Alert recovery = world.alert(AlertKind::recovery);
    recovery.received_at += 30s;
    recovery.order.major += 30'000;
    world.pass(11min);
    SECTION("such as its recovery") {
        world.news_waiting = true;
        world.take(problem);
        CHECK(world.incident().state == IncidentState::holding);
        world.pass(30s);  // many alerts of others come first
        world.news_waiting = false;
        world.take(recovery);
        world.pass(1h);
        CHECK(world.operations.empty());
        CHECK(world.incident().end_reason == "never lasted");
    }
    SECTION("and opens at once when none wait") {
        world.take(problem);
        CHECK(world.count_operations(OperationKind::open) == 1);
    }
    SECTION("and opens when what waited was no recovery") {
        world.news_waiting = true;
        world.take(problem);
        world.news_waiting = false;
        world.take(world.alert(AlertKind::update));
        world.pass(2s);
        CHECK(world.count_operations(OperationKind::open) == 1);
    }
    SECTION("but not for ever") {
        world.news_waiting = true;
        world.take(problem);
        world.pass(1min);
        CHECK(world.operations.empty());
        world.pass(2min);
        CHECK(world.count_operations(OperationKind::open) == 1);
    }
    SECTION("unless its ticket must open at once") {
        world.news_waiting = true;
        problem.severity = Severity::disaster;
        world.take(problem);
        CHECK(world.count_operations(OperationKind::open) == 1);
    }
}

TEST_CASE("a ticket on hold hears the news that wait before it opens") {
    World world;
    world.rules.plan.policy.open_after = {{"", 10min}};
    world.take(world.alert(AlertKind::problem));
    world.pass(9min);
    const Alert recovery = world.alert(AlertKind::recovery);
    world.news_waiting = true;
    world.pass(2min);
    CHECK(world.operations.empty());
    world.take(recovery);
    CHECK(world.incident().end_reason == "never lasted");
}

TEST_CASE("a problem too mild to count reopens the solved ticket when it gets worse") {
    World world = with_solved_ticket();
    Alert mild = world.alert(AlertKind::update, "2");
    mild.severity = Severity::warning;
    world.take(mild);
    CHECK(world.incident().state == IncidentState::solved);
    Alert worse = world.alert(AlertKind::update, "2");
    SECTION("when the news are newer") {
        world.take(worse);
        CHECK(world.last_reason == "reopens the ticket");
        CHECK(world.incident().state == IncidentState::open);
        CHECK(world.count_operations(OperationKind::reopen) == 1);
        world.pass(25h);
        CHECK(world.incident().state == IncidentState::open);
    }
    SECTION("when it is the notice that it has begun, overtaken by milder news") {
        worse.kind = AlertKind::problem;
        worse.order.major -= 1;
        world.take(worse);
        CHECK(world.last_reason == "reopens the ticket");
        CHECK(world.episodes.back().severity == Severity::warning);
    }
    SECTION("not when they are older") {
        worse.order.major -= 1;
        world.take(worse);
        CHECK(world.incident().state == IncidentState::solved);
        CHECK(world.count_operations(OperationKind::reopen) == 0);
    }
}

TEST_CASE("a problem too mild to count opens a ticket when it gets worse after the other has ended"
) {
    const bool ends_at_once = GENERATE(false, true);
    World world;
    if (ends_at_once) {
        world.rules.plan.policy.reopen_within = 0h;
    }
    world.take(world.alert(AlertKind::problem));
    world.deliver_all();
    Alert mild = world.alert(AlertKind::problem, "2");
    mild.severity = Severity::warning;
    world.take(world.alert(AlertKind::recovery));
    world.take(mild);
    world.pass(48h);
    REQUIRE(world.incidents.size() == 1);
    REQUIRE(world.incident().state == IncidentState::ended);
    world.take(world.alert(AlertKind::update, "2"));
    CHECK(world.last_reason == "opens a ticket");
    REQUIRE(world.incidents.size() == 2);
    CHECK(world.incident(1).state == IncidentState::open);
    CHECK(world.episodes.back().incident_id == world.incident(1).id);
}

TEST_CASE("a problem too mild to count that repeats beside a quiet ticket sets no timer") {
    World world = with_open_ticket();
    Alert mild = world.alert(AlertKind::problem, "2");
    mild.severity = Severity::warning;
    world.take(world.alert(AlertKind::recovery));
    world.take(mild);
    const bool is_solved = GENERATE(false, true);
    const IncidentState state = is_solved ? IncidentState::solved : IncidentState::quiet;
    world.pass(is_solved ? 10min : 1min);
    REQUIRE(world.incident().state == state);
    const Decision repeated = world.take(mild);
    CHECK(world.last_reason == "repeat, counted");
    CHECK(repeated.set_timers.empty());
    CHECK(world.incident().state == state);
    // What was counted is told when the ticket is open again and it goes on.
    world.take(world.alert(AlertKind::problem, "3"));
    REQUIRE(world.incident().state == IncidentState::open);
    const Decision again = world.take(mild);
    REQUIRE(again.set_timers.size() == 1);
    CHECK(again.set_timers.front().kind == TimerKind::digest);
    world.pass(2h);
    REQUIRE(world.operations.back().content.event == "repeat");
    CHECK(world.episodes.at(1).repeats_told == 2);
}

TEST_CASE("a problem too mild to count keeps the ticket from being solved once it gets worse") {
    World world = with_open_ticket();
    Alert mild = world.alert(AlertKind::update, "2");
    mild.severity = Severity::warning;
    world.take(world.alert(AlertKind::recovery));
    world.take(mild);
    CHECK(world.incident().state == IncidentState::quiet);
    world.take(world.alert(AlertKind::update, "2"));
    CHECK(world.incident().state == IncidentState::open);
    world.pass(1h);
    CHECK(world.count_operations(OperationKind::solve) == 0);
}

TEST_CASE("a problem that came back gets a new ticket, whichever write finds the old one lost") {
    World world = with_solved_ticket();
    world.take(world.alert(AlertKind::acknowledgement));
    world.take(world.alert(AlertKind::problem, "2"));
    REQUIRE(world.owed()->kind == OperationKind::followup);
    const auto what =
        GENERATE(OperationResult::What::ticket_gone, OperationResult::What::ticket_closed);
    world.settle(outcome(what));
    REQUIRE(world.incidents.size() == 2);
    CHECK(world.incident(0).state == IncidentState::ended);
    CHECK(world.incident(1).state == IncidentState::open);
    CHECK(world.count_operations(OperationKind::open) == 2);
    CHECK(world.count_operations(OperationKind::reopen) == 0);
}
