// SPDX-License-Identifier: MIT
// A ticket that people ended, reopened, moved or merged: what is remembered, and when it goes on.
#include "catch.hpp"
#include "people_world.hpp"

using namespace test_support;
using std::chrono::hours;
using std::chrono::minutes;
using Writes = std::vector<std::string>;

TEST_CASE("solved by a person while it fails: still failing after recheck_after reopens it") {
    PeopleWorld world = with_ticket();
    solves(world);
    CHECK(world.last_reason == "solved by Pat while the problem goes on");
    world.deliver();
    world.pass(hours(4) - minutes(1));
    CHECK(world.ticket().status == 5);
    world.pass(minutes(2));
    world.deliver();
    CHECK(world.ticket().status == 1);
    CHECK(world.writes == Writes{"followup:repeat", "reopen:repeat"});
    CHECK(world.incident().state == IncidentState::open);
    CHECK(world.incident().ticket.ended == 0);
}

TEST_CASE("closed by a person while it fails: recheck_after opens a new ticket, linked to it") {
    PeopleWorld world = with_ticket();
    SECTION("seen by the watcher") {
        closes(world);
    }
    SECTION("seen by a write that a closed ticket does not take") {
        world.set_status(6);
        Alert comment = world.alert(AlertKind::update);
        world.take(comment);
        world.deliver();
        CHECK(world.incident().state == IncidentState::open);
        CHECK(world.incident().ticket.ended == 6);
    }
    world.pass(hours(4) + minutes(1));
    world.deliver();
    CHECK(world.writes == Writes{"open:opened", "link_ticket:linked"});
    REQUIRE(world.incidents.size() == 2);
    CHECK(world.incident(0).state == IncidentState::ended);
    CHECK(world.incident(1).previous_ticket == 100);
    CHECK(world.incident(1).ticket == TicketMemory{});
}

TEST_CASE("recheck_after 0: what a person ended stays so until it is worse or comes anew") {
    PeopleWorld world;
    world.rules.plan.policy.recheck_after = ab::Duration(0);
    world.take(world.alert(AlertKind::problem));
    world.deliver();
    solves(world);
    world.deliver();
    world.pass(hours(48));
    world.deliver();
    CHECK(world.ticket().status == 5);
    gets_worse(world);
    world.deliver();
    CHECK(world.ticket().status == 1);
}

TEST_CASE("one follow-up says that the problem goes on, however often the ticket is looked at") {
    PeopleWorld world = with_ticket();
    solves(world);
    world.deliver();
    world.look();
    world.set_status(6);  // GLPI closes it later
    world.look();
    world.look();
    world.deliver();
    CHECK(world.writes == Writes{"followup:repeat"});
    CHECK(world.incident().ticket.ended == 6);
    CHECK(world.last_reason == "looked at");
}

TEST_CASE("a person who reopens what a person solved ends the waiting") {
    PeopleWorld world = with_ticket();
    solves(world);
    world.deliver();
    world.set_status(2);
    world.look();
    CHECK(world.last_reason == "reopened by Pat");
    CHECK(world.incident().ticket.ended == 0);
    world.pass(hours(5));
    world.deliver();
    CHECK(world.writes == Writes{"followup:repeat"});
}

TEST_CASE("the bridge's own hand is nobody's: its solving and reopening is not heard") {
    PeopleWorld world = with_ticket();
    recovers(world);
    SECTION("while the solution is under way") {
        world.ticket().status = 5;
    }
    SECTION("after it") {
        world.deliver();
    }
    world.look();
    CHECK(world.last_reason == "looked at");
    CHECK(world.incident().state == IncidentState::solved);
    world.deliver();
    world.take(world.alert(AlertKind::problem, "2"));
    world.look();
    world.deliver();
    world.look();
    CHECK(world.last_reason == "looked at");
    CHECK(world.ticket().status == 1);
    CHECK(world.incident().ticket.ended == 0);
}

TEST_CASE("a person who reopens what the bridge solved after people had ended it is heard as such"
) {
    PeopleWorld world;
    world.rules.plan.policy.on_recovery = OnRecovery::solve;
    world.take(world.alert(AlertKind::problem));
    world.deliver();
    closes(world);
    world.set_status(4);  // and thought better of it, unseen
    recovers(world);
    world.deliver();
    REQUIRE(world.ticket().status == 5);
    CHECK(world.incident().ticket.ended == 0);
    world.set_status(2);
    world.look();
    CHECK(world.last_reason == "reopened by Pat after it was solved");
    CHECK(world.incident().ticket.reopened_row == world.ticket().newest_row);
}

TEST_CASE("a person who reopens what the bridge solved is heard, though nobody looked in between") {
    PeopleWorld world = with_ticket();
    recovers(world);
    world.deliver();
    world.set_status(2);
    world.look();
    CHECK(world.last_reason == "reopened by Pat after it was solved");
    world.writes.clear();
    comes_anew(world);
    world.deliver();
    CHECK(world.writes == Writes{"followup:reopened", "solve:recovered"});
}

TEST_CASE("what the bridge itself reopened is nobody's reopening, though nobody looked in between"
) {
    PeopleWorld world = with_ticket();
    recovers(world);
    world.deliver();
    world.take(world.alert(AlertKind::problem, "2"));
    world.deliver();
    REQUIRE(world.ticket().status == 1);
    world.ticket().status = 2;
    world.ticket().taken_by_person = true;
    world.ticket().assigned_row = world.ticket().newest_row = world.next_row();
    world.take(world.alert(AlertKind::recovery, "2"));
    world.pass(std::chrono::minutes(6));
    world.deliver();
    REQUIRE(world.incident().state == IncidentState::solved);
    world.look();
    CHECK(world.incident().ticket.reopened_row == 0);
    CHECK(world.last_reason == "taken");
}

TEST_CASE("who took a ticket keeps it, though the bridge solved it once and somebody reopened it") {
    PeopleWorld world = with_ticket();
    reopens(world);
    TicketView& ticket = world.ticket();
    ticket.assigned_row = ticket.newest_row = world.next_row();
    world.look();
    world.writes.clear();
    comes_anew(world);
    world.deliver();
    CHECK(world.writes == Writes{"followup:reopened", "followup:recovered"});
    CHECK(world.ticket().status == 2);
}

TEST_CASE("what is written after the reopening keeps the ticket in people's hands") {
    PeopleWorld world = with_ticket();
    reopens(world);
    TicketView& ticket = world.ticket();
    ticket.written_on_by_person = true;
    ticket.written_row = ticket.newest_row;  // the reason for the reopening, known
    SECTION("only the reason") {
        comes_anew(world);
        world.deliver();
        CHECK(world.ticket().status == 5);
    }
    SECTION("more") {
        ticket.written_row = ticket.newest_row = world.next_row();
        comes_anew(world);
        world.deliver();
        CHECK(world.ticket().status == 2);
    }
}

TEST_CASE("a priority that a person sets after the raise was decided is kept") {
    PeopleWorld world = with_ticket();
    gets_worse(world);
    TicketView& ticket = world.ticket();
    ticket.priority = 2;
    ticket.priority_set_by_person = true;
    ticket.priority_row = ticket.newest_row = world.next_row();
    world.deliver();
    CHECK(world.ticket().priority == 2);
    CHECK(world.writes == Writes{"followup:severity"});
}

TEST_CASE("a person's priority above the raised one is kept") {
    PeopleWorld world = with_ticket();
    reprioritises(world);
    world.ticket().priority = 6;
    gets_worse(world);
    world.deliver();
    CHECK(world.ticket().priority == 6);
}

TEST_CASE("a moved ticket is remembered where it is, and its successor opens there") {
    PeopleWorld world = with_ticket();
    moves(world);
    CHECK(world.incident().placement.entity_id == 7);
    CHECK(world.incident().placement.entity_name == "Root entity > Customer B");
    closes(world);
    gets_worse(world);
    world.deliver();
    CHECK(world.ticket(101).entity_id == 7);
}

TEST_CASE("comments reach a ticket that a person solved, not one that a person closed") {
    PeopleWorld world = with_ticket();
    const bool closed = GENERATE(false, true);
    world.set_status(closed ? 6 : 5);
    world.look();
    world.deliver();
    world.writes.clear();
    Alert comment = world.alert(AlertKind::update);
    comment.comment = "we are on it";
    world.take(comment);
    world.deliver();
    CHECK(world.writes == (closed ? Writes{} : Writes{"followup:update"}));
    CHECK(world.incident().state == IncidentState::open);
}

TEST_CASE("milder news do not reopen what a person solved") {
    PeopleWorld world = with_ticket();
    solves(world);
    Alert milder = world.alert(AlertKind::problem);
    milder.severity = Severity::average;
    world.take(milder);
    world.deliver();
    CHECK(world.writes == Writes{"followup:repeat"});
    CHECK(world.ticket().status == 5);
}

TEST_CASE("a look at a ticket that the incident has left behind changes nothing") {
    PeopleWorld world = with_ticket();
    merges(world);
    TicketEvent event;
    event.ticket = world.ticket(100);
    Snapshot known;
    known.incident = world.incident();
    const Decision decision = decide(world.context(), known, event, world.now);
    CHECK(decision.verdict == Verdict::ignored);
    CHECK(decision.incidents.empty());
    CHECK(world.incident().ticket.followed);
}

TEST_CASE("a ticket that goes while a reopening is owed gets its successor") {
    PeopleWorld world = with_ticket();
    recovers(world);
    world.deliver();
    world.take(world.alert(AlertKind::problem, "2"));
    deletes(world);
    world.deliver();
    CHECK(world.writes == Writes{"solve:recovered", "open:opened"});
    CHECK(world.incident(1).previous_ticket == 0);
}

TEST_CASE("the ticket that follows a merged one that was closed is the bridge's own again") {
    PeopleWorld world = with_ticket();
    TicketView target;
    target.id = 4711;
    target.exists = true;
    target.status = 2;
    world.tickets[4711] = target;
    world.look(4711);
    REQUIRE(world.incident().ticket_id == 4711);
    world.take(world.alert(AlertKind::recovery));
    world.pass(std::chrono::minutes(6));
    world.deliver();
    CHECK(world.tickets.at(4711).status == 2);  // it is people's
    world.tickets.at(4711).status = 6;
    world.take(world.alert(AlertKind::problem, "2"));
    world.deliver();
    const Incident& next = world.incidents.back();
    REQUIRE(next.ticket_id != 4711);
    Alert worse = world.alert(AlertKind::problem, "2");
    worse.severity = Severity::disaster;
    world.take(worse);
    world.deliver();
    CHECK(world.ticket(next.ticket_id).priority == 5);
    world.take(world.alert(AlertKind::recovery, "2"));
    world.pass(std::chrono::minutes(6));
    world.deliver();
    CHECK(world.ticket(next.ticket_id).status == 5);
}

TEST_CASE("a look at the ticket from before the bridge's own last step tells nothing") {
    PeopleWorld world = with_ticket();
    const auto asked_at = world.now;
    world.pass(std::chrono::seconds(1));
    world.take(world.alert(AlertKind::problem));  // decided while GLPI was asked
    TicketEvent event;
    event.ticket = world.ticket();
    event.ticket.status = 5;
    event.mark = "solved";
    event.asked_at = asked_at;
    world.hear(world.incident(), event);
    CHECK(world.last_verdict == Verdict::ignored);
    CHECK(world.incident().ticket.ended == 0);
    CHECK(world.incident().ticket.mark.empty());
    event.asked_at = world.now;
    world.hear(world.incident(), event);
    CHECK(world.incident().ticket.ended == 5);
}
