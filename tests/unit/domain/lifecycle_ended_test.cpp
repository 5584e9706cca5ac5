// SPDX-License-Identifier: MIT
// Who ended a ticket, or opened it again: a person or the bridge, whose own step may be under way.
#include "catch.hpp"
#include "people_world.hpp"

using namespace test_support;
using std::chrono::minutes;
using Writes = std::vector<std::string>;

TEST_CASE("what a person does while the bridge's own step is owed is heard once that is settled") {
    PeopleWorld world = with_ticket();
    recovers(world);
    world.deliver();
    world.look();
    world.take(world.alert(AlertKind::problem, "2"));
    REQUIRE(world.owed()->kind == OperationKind::reopen);
    const int status = GENERATE(5, 6);
    world.set_status(status);  // after the reopening, whose answer is unclear
    world.look();
    CHECK(world.last_reason == "taken by Pat");
    CHECK(world.incident().ticket.mark.empty());  // so that the watcher looks again
    world.settle(outcome(OperationResult::What::done));
    world.look();
    CHECK(world.incident().ticket.ended == status);
    CHECK_FALSE(world.incident().ticket.mark.empty());
    CHECK(world.last_reason.ends_with(" by Pat while the problem goes on"));
}

TEST_CASE("a solution seen while its answer is unclear is the bridge's, and may be reopened") {
    PeopleWorld world = with_ticket();
    world.look();
    recovers(world);
    world.ticket().status = 5;
    world.look();
    CHECK_FALSE(world.incident().ticket.mark.empty());
    world.set_status(2);
    world.look();
    CHECK(world.incident().ticket.mark.empty());
    REQUIRE(world.owed()->kind == OperationKind::solve);
    // Its text was found, on a ticket with a person's status.
    world.settle(outcome(OperationResult::What::done));
    world.look();
    CHECK(world.last_reason == "reopened by Pat after it was solved");
    CHECK(world.incident().ticket.reopened_row == world.ticket().newest_row);
}

TEST_CASE("who ends what recovered before the bridge can keeps it when somebody reopens it") {
    PeopleWorld world = with_ticket();
    world.look();
    SECTION("while it was quiet, and seen") {
        world.take(world.alert(AlertKind::recovery));
        solves(world);
        CHECK(world.last_reason == "solved by Pat after the recovery");
        world.pass(minutes(6));
        world.deliver();
    }
    SECTION("while the solution was owed") {
        recovers(world);
        solves(world);
        CHECK(world.last_reason == "taken by Pat");
        world.deliver();
    }
    SECTION("and seen after the solution had nothing to do") {
        recovers(world);
        world.set_status(5);
        world.deliver();
        world.look();
        CHECK(world.last_reason == "solved by Pat after the recovery");
    }
    REQUIRE(world.incident().state == IncidentState::solved);
    world.set_status(2);
    world.look();
    CHECK(world.incident().ticket.ended == 0);
    CHECK(world.incident().ticket.reopened_row == 0);
    comes_anew(world);
    world.deliver();
    CHECK(world.writes == Writes{"followup:reopened", "followup:recovered"});
    CHECK(world.ticket().status == 2);
}

TEST_CASE("the ticket needs a look after the bridge's own step, which may hide a person's") {
    PeopleWorld world = with_ticket();
    recovers(world);
    world.look();
    REQUIRE_FALSE(world.incident().ticket.mark.empty());
    world.deliver();
    CHECK(world.incident().ticket.mark.empty());
    world.look();
    world.take(world.alert(AlertKind::problem, "2"));
    REQUIRE_FALSE(world.incident().ticket.mark.empty());
    world.deliver();
    CHECK(world.incident().ticket.mark.empty());
}

TEST_CASE("what gets worse and is no reason for a ticket does not reopen what a person ended") {
    PeopleWorld world = with_ticket();
    const auto mild = [&world](Severity severity) {
        Alert other = world.alert(AlertKind::problem, "2");
        other.severity = severity;
        return other;
    };
    SECTION("after the recovery") {
        world.take(world.alert(AlertKind::recovery));
        solves(world);
        world.take(mild(Severity::information));
        REQUIRE(world.incident().ticket.ended == 5);
        world.take(mild(Severity::warning));
        CHECK(world.incident().state == IncidentState::quiet);
    }
    SECTION("while another goes on") {
        world.take(mild(Severity::information));
        solves(world);
        world.take(mild(Severity::warning));
        CHECK(world.last_reason == "worse, but no reason for a ticket");
    }
    world.deliver();
    CHECK(world.ticket().status == 5);
    world.take(mild(Severity::average));
    world.deliver();
    CHECK(world.ticket().status == 1);
}
