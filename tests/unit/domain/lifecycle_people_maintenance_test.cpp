// SPDX-License-Identifier: MIT
// What people ended while its problem goes on is not opened again during maintenance.
#include "catch.hpp"
#include "people_world.hpp"

using namespace test_support;
using namespace std::chrono_literals;

namespace {

struct Ended {
    PeopleWorld world;

    Ended() {
        world.rules.plan.policy.recheck_after = 1h;
        world.take(world.alert(AlertKind::problem));
        world.deliver();
        world.set_status(5);
        world.look();
        world.deliver();
        REQUIRE(world.incident().ticket.ended == 5);
        begin(false);
    }
    void begin(bool drop) {
        world.rules.plan.maintenance = Maintenance{"patch night", drop, world.now + 2h};
    }
    void take_and_write(const Alert& alert) {
        world.take(alert);
        world.deliver();
    }
    // The window is over.
    void pass_until_end() {
        const auto until = world.rules.plan.maintenance->until;
        world.rules.plan.maintenance.reset();
        world.pass(until - world.now);
        world.deliver();
    }
    Alert worse() {
        Alert alert = world.alert(AlertKind::update);
        alert.severity = Severity::disaster;
        return alert;
    }
};

}  // namespace

TEST_CASE("what gets worse, or joins, reopens what a person ended at the end of maintenance") {
    Ended in;
    in.world.rules.plan.policy.recheck_after = 0h;
    const bool joins = GENERATE(false, true);
    in.take_and_write(joins ? in.world.alert(AlertKind::problem, "2") : in.worse());
    CHECK(in.world.last_reason == "waits for the end of maintenance");
    CHECK(in.world.ticket().status == 5);
    SECTION("it lasts") {
        in.pass_until_end();
        CHECK(in.world.ticket().status != 5);
        CHECK(in.world.incident().ticket.ended == 0);
        CHECK_FALSE(in.world.incident().plan.maintenance);
        CHECK(in.world.count_operations(OperationKind::reopen) == 1);
        CHECK(in.world.count_operations(OperationKind::update) == (joins ? 0 : 1));
    }
    SECTION("all recovers in the window") {
        in.take_and_write(in.world.alert(AlertKind::recovery, "2"));
        in.take_and_write(in.world.alert(AlertKind::recovery));
        in.pass_until_end();
        CHECK(in.world.ticket().status == 5);
        CHECK(in.world.incident().state == IncidentState::solved);
    }
    SECTION("the person reopens it first") {
        in.world.set_status(2);
        in.world.look();
        in.pass_until_end();
        CHECK(in.world.incident().state == IncidentState::open);
        CHECK_FALSE(in.world.incident().plan.maintenance);
        CHECK(in.world.count_operations(OperationKind::reopen) == 0);
    }
    SECTION("the person deletes it: what waits gets a ticket of its own, at the end") {
        in.world.ticket().deleted = true;
        in.world.look();
        in.world.deliver();
        CHECK(in.world.tickets.size() == 1);
        in.pass_until_end();
        CHECK(in.world.tickets.size() == 2);
    }
}

TEST_CASE("what gets worse while a window drops does not reopen what a person ended") {
    Ended in;
    in.begin(true);
    in.take_and_write(in.worse());
    CHECK(in.world.last_reason == "worse, but dropped by maintenance patch night");
    CHECK(in.world.ticket().status == 5);
}

TEST_CASE("nobody looks again at what a person ended before maintenance is over") {
    Ended in;
    in.world.pass(90min);
    in.world.deliver();
    CHECK(in.world.ticket().status == 5);
    in.pass_until_end();
    CHECK(in.world.ticket().status != 5);
}

TEST_CASE("monitoring hears once of the ticket of what waits for the end of maintenance") {
    World world;
    world.backs["nagios"] = BackPolicy();
    world.take(world.alert(AlertKind::problem));
    world.deliver_all();
    world.take(world.alert(AlertKind::recovery));
    world.rules.plan.maintenance = Maintenance{"patch night", false, world.now + 2h};
    Alert mild = world.alert(AlertKind::problem, "2");
    mild.severity = Severity::warning;
    CHECK(world.take(mild).notices.size() == 1);
    CHECK(world.take(world.alert(AlertKind::update, "2")).notices.empty());
    CHECK(world.last_reason == "waits for the end of maintenance");
    CHECK(world.take(world.alert(AlertKind::problem, "2")).notices.empty());
    CHECK(world.take(world.alert(AlertKind::problem, "3")).notices.size() == 1);
}
