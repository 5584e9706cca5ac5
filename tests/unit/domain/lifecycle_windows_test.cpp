// SPDX-License-Identifier: MIT
// What waits for the end of maintenance, or was dropped by it, is neither lost nor waited for for
// ever.
#include "catch.hpp"
#include "people_world.hpp"

using namespace test_support;
using namespace std::chrono_literals;
using Written = std::vector<std::string>;

namespace {

Alert of_disk(Alert alert) {
    alert.problem_key = "nagios/service/web01/Disk";
    alert.problem_name = "disk is full";
    return alert;
}

bool has_timer(const World& world, TimerKind kind) {
    return std::any_of(world.timers.begin(), world.timers.end(), [kind](const Timer& timer) {
        return timer.kind == kind;
    });
}

}  // namespace

TEST_CASE("a ticket that goes on for another problem waits for no window any more") {
    World world;
    world.rules.plan.policy.group_by = {"host"};
    take_and_write(world, world.alert(AlertKind::problem));
    take_and_write(world, world.alert(AlertKind::recovery));
    world.pass(6min);
    world.deliver_all();
    REQUIRE(world.incident().state == IncidentState::solved);
    world.rules.plan.maintenance = Maintenance{"patch night", false, world.now + 2h};
    take_and_write(world, world.alert(AlertKind::problem, "2"));
    REQUIRE(world.incident().plan.maintenance);
    world.rules.plan.maintenance.reset();
    take_and_write(world, of_disk(world.alert(AlertKind::problem, "9")));
    CHECK(world.incident().state == IncidentState::open);
    CHECK_FALSE(world.incident().plan.maintenance);
    CHECK_FALSE(has_timer(world, TimerKind::hold));
    world.pass(3h);
    take_and_write(world, world.alert(AlertKind::recovery, "2"));
    take_and_write(world, of_disk(world.alert(AlertKind::recovery, "9")));
    world.pass(48h);
    CHECK(world.incident().state == IncidentState::ended);
    CHECK(world.timers.empty());
}

TEST_CASE("a quiet ticket is not solved while a new problem of it waits for a window's end") {
    World world = with_open_ticket();
    world.rules.plan.policy.reopen_within = 0s;
    const bool given_up_at_once = GENERATE(false, true);
    if (given_up_at_once) {
        world = World();
        world.rules.plan.policy.reopen_within = 0s;
        take_and_write(world, world.alert(AlertKind::problem));
    }
    take_and_write(world, world.alert(AlertKind::recovery));
    world.rules.plan.maintenance = Maintenance{"patch night", false, world.now + 2h};
    world.pass(1min);
    take_and_write(world, world.alert(AlertKind::problem, "2"));
    world.pass(1h);
    world.deliver_all();
    CHECK(world.incident().state == IncidentState::quiet);
    world.rules.plan.maintenance.reset();
    world.pass(2h);
    world.deliver_all();
    CHECK(world.incidents.size() == 1);
    CHECK(world.incident().state == IncidentState::open);
    CHECK(world.written.back() == "reopen:returned");
}

TEST_CASE("a ticket in the trash: what waited for the window's end opens a new one then") {
    PeopleWorld world = with_ticket();
    world.take(world.alert(AlertKind::recovery));
    world.pass(6min);
    world.deliver();
    REQUIRE(world.incident().state == IncidentState::solved);
    world.rules.plan.maintenance = Maintenance{"patch night", false, world.now + 2h};
    world.take(world.alert(AlertKind::problem, "2"));
    deletes(world);
    world.deliver();
    CHECK(world.tickets.size() == 1);
    world.rules.plan.maintenance.reset();
    world.pass(3h);
    world.deliver();
    CHECK(world.tickets.size() == 2);
}

TEST_CASE("what a downtime dropped opens its ticket when a notice after it says that it fails") {
    World world;
    world.rules.plan.policy.open_after = {{"", 2min}};
    world.rules.plan.policy.downtime = OnDowntime::drop;
    world.take(notice(world, AlertKind::problem, ProblemState::failing));
    world.take(notice(world, AlertKind::downtime_start, ProblemState::failing));
    REQUIRE(world.incident().state == IncidentState::ended);
    world.pass(1h);
    world.take(notice(world, AlertKind::downtime_end, ProblemState::failing));
    world.take(notice(world, AlertKind::problem, ProblemState::failing));
    world.pass(3min);
    world.deliver_all();
    CHECK(world.written == Written{"open:opened"});
}

TEST_CASE("what a window dropped on a ticket that was over goes on with it at the next notice") {
    World world = with_solved_ticket();
    world.rules.plan.maintenance = Maintenance{"lab", true, world.now + 2h};
    take_and_write(world, world.alert(AlertKind::problem, "2"));
    world.pass(2h);
    world.rules.plan.maintenance.reset();
    CHECK(world.incident().state == IncidentState::solved);
    take_and_write(world, world.alert(AlertKind::problem, "2"));
    CHECK(world.written.back() == "reopen:reopened");
    CHECK(world.incident().state == IncidentState::open);
}

TEST_CASE("a downtime ends inside a window: the window counts on") {
    World world;
    world.take(notice(world, AlertKind::downtime_start, ProblemState::ok, "0"));
    world.rules.plan.maintenance = Maintenance{"patch night", false, world.now + 3h};
    take_and_write(world, notice(world, AlertKind::problem, ProblemState::failing));
    world.pass(1h);
    take_and_write(world, notice(world, AlertKind::downtime_end, ProblemState::failing));
    CHECK(world.written.empty());
    world.rules.plan.maintenance.reset();
    world.pass(2h);
    world.deliver_all();
    CHECK(world.written == Written{"open:opened"});
}

TEST_CASE("a ticket on hold opens in no window that began meanwhile") {
    World world;
    world.rules.plan.policy.open_after = {{"", 10min}};
    world.take(world.alert(AlertKind::problem));
    world.rules.plan.maintenance = Maintenance{"patch night", false, world.now + 2h};
    SECTION("its time comes") {
        world.pass(10min);
    }
    SECTION("it gets worse") {
        world.rules.plan.policy.open_after = {};
        world.pass(1min);
        Alert worse = world.alert(AlertKind::problem);
        worse.severity = Severity::disaster;
        world.take(worse);
    }
    SECTION("its sender says that it flaps") {
        world.pass(1min);
        world.take(world.alert(AlertKind::flapping_start));
    }
    world.deliver_all();
    CHECK(world.written.empty());
    world.rules.plan.maintenance.reset();
    world.pass(2h);
    world.deliver_all();
    CHECK(world.written.front() == "open:opened");
}

TEST_CASE("flapping reopens no ticket inside a window") {
    World world = with_solved_ticket();
    world.rules.plan.maintenance = Maintenance{"patch night", false, world.now + 2h};
    const std::size_t before = world.written.size();
    take_and_write(world, world.alert(AlertKind::flapping_start, "2"));
    CHECK(world.written.size() == before);
    CHECK(world.incident().state == IncidentState::solved);
}

TEST_CASE("a worse problem that waits for a window's end reopens with its own priority") {
    PeopleWorld world = with_ticket();
    world.take(world.alert(AlertKind::recovery));
    world.pass(6min);
    world.deliver();
    world.rules.plan.maintenance = Maintenance{"patch night", false, world.now + 2h};
    Alert worse = world.alert(AlertKind::problem, "2");
    worse.severity = Severity::disaster;
    world.take(worse);
    world.rules.plan.maintenance.reset();
    world.pass(3h);
    world.deliver();
    CHECK(world.incident().plan.priority.name == "p1");
    CHECK(world.ticket().priority == 5);
}
