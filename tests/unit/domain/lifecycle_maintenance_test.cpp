// SPDX-License-Identifier: MIT
// Maintenance holds or drops openings and never a recovery; expiry gives up what nobody ends.
#include "alert_bridge/domain/lifecycle.hpp"

#include "catch.hpp"
#include "lifecycle_world.hpp"

using namespace test_support;
using namespace std::chrono_literals;
using Written = std::vector<std::string>;

namespace {

// Rules whose window holds until `end`.
struct Maintained {
    World world;
    alert_bridge::WallTime end = world.now + 2h;

    explicit Maintained(bool drop = false) { set(drop); }
    void set(bool drop) { world.rules.plan.maintenance = Maintenance{"patch night", drop, end}; }
    void over() { world.rules.plan.maintenance.reset(); }
    void pass_until_end() {
        over();
        world.pass(end - world.now);
        world.deliver_all();
    }
};

}  // namespace

TEST_CASE("a window holds the successor of a ticket that is gone, too") {
    Maintained in;
    in.over();
    take_and_write(in.world, in.world.alert(AlertKind::problem));
    in.set(GENERATE(false, true));
    const bool drops = in.world.rules.plan.maintenance->drop;
    Alert second = in.world.alert(AlertKind::problem, "2");
    if (drops) {
        in.over();  // it came before the window that drops
    }
    in.world.take(second);
    in.set(drops);
    in.world.settle(OperationResult{OperationResult::What::ticket_gone, 0, {}, "in the trash"});
    REQUIRE(in.world.incidents.size() == 2);
    CHECK(in.world.incident(1).state == (drops ? IncidentState::open : IncidentState::holding));
    in.pass_until_end();
    CHECK(in.world.incident(1).state == IncidentState::open);
    CHECK(in.world.count_operations(OperationKind::open) == 2);
}

TEST_CASE("a window that holds: the ticket opens at its end if the problem still lasts") {
    Maintained in;
    take_and_write(in.world, in.world.alert(AlertKind::problem));
    CHECK(in.world.written.empty());
    CHECK(in.world.last_reason == "must last until its ticket opens");
    SECTION("it lasts") {
        in.pass_until_end();
        CHECK(in.world.written == Written{"open:opened"});
        CHECK_FALSE(in.world.incident().plan.maintenance);
    }
    SECTION("it recovers in the window: no ticket") {
        in.world.pass(1h);
        take_and_write(in.world, in.world.alert(AlertKind::recovery));
        in.pass_until_end();
        in.world.pass(24h);
        CHECK(in.world.written.empty());
        CHECK(in.world.incident().end_reason == "never lasted");
    }
    SECTION("it gets worse in the window: still no ticket before its end") {
        Alert worse = in.world.alert(AlertKind::problem);
        worse.severity = Severity::disaster;
        take_and_write(in.world, worse);
        CHECK(in.world.written.empty());
        in.pass_until_end();
        CHECK(in.world.written == Written{"open:opened"});
    }
    SECTION("another window follows at once: its end counts") {
        in.world.rules.plan.maintenance->until = in.end + 3h;
        in.world.pass(in.end - in.world.now);
        in.world.deliver_all();
        CHECK(in.world.written.empty());
        in.over();
        in.world.pass(3h);
        in.world.deliver_all();
        CHECK(in.world.written == Written{"open:opened"});
    }
    SECTION("it flaps in the window: no ticket before its end") {
        for (int i = 2; i < 6; ++i) {
            take_and_write(in.world, in.world.alert(AlertKind::recovery, std::to_string(i - 1)));
            take_and_write(in.world, in.world.alert(AlertKind::problem, std::to_string(i)));
        }
        CHECK(in.world.written.empty());
        in.pass_until_end();
        CHECK(in.world.written == Written{"open:opened"});
    }
}

TEST_CASE("open_after counts beside a window: whatever ends later") {
    Maintained in;
    in.world.rules.plan.policy.open_after = {{"", 3h}};
    in.world.take(in.world.alert(AlertKind::problem));
    in.pass_until_end();
    CHECK(in.world.written.empty());
    in.world.pass(1h);
    in.world.deliver_all();
    CHECK(in.world.written == Written{"open:opened"});
}

TEST_CASE("a window that drops: no ticket, until a notice after its end") {
    Maintained in(true);
    take_and_write(in.world, in.world.alert(AlertKind::problem));
    CHECK(in.world.last_reason == "dropped by maintenance patch night");
    in.pass_until_end();
    in.world.pass(24h);
    CHECK(in.world.incidents.empty());
    take_and_write(in.world, in.world.alert(AlertKind::problem));
    CHECK(in.world.written == Written{"open:opened"});
}

TEST_CASE("maintenance concerns openings only: a ticket that is there goes on") {
    World world = with_open_ticket();
    world.rules.plan.maintenance = Maintenance{"patch night", false, world.now + 2h};
    take_and_write(world, world.alert(AlertKind::update));
    CHECK(world.written.back() == "followup:update");
    take_and_write(world, world.alert(AlertKind::recovery));
    world.pass(6min);
    world.deliver_all();
    CHECK(world.written.back() == "solve:recovered");
    CHECK(world.incident().state == IncidentState::solved);
}

TEST_CASE("a solved ticket is opened again at the end of the window only") {
    World world = with_solved_ticket();
    world.rules.plan.maintenance = Maintenance{"patch night", false, world.now + 30h};
    take_and_write(world, world.alert(AlertKind::problem, "2"));
    CHECK(world.last_reason == "waits for the end of maintenance");
    CHECK(world.incident().state == IncidentState::solved);
    const std::size_t before = world.written.size();
    SECTION("it lasts, longer than reopen_within") {
        world.pass(29h);
        world.deliver_all();
        CHECK(world.written.size() == before);
        world.rules.plan.maintenance.reset();
        world.pass(1h);
        world.deliver_all();
        CHECK(world.written.back() == "reopen:reopened");
        CHECK(world.incidents.size() == 1);
        CHECK(world.incident().state == IncidentState::open);
    }
    SECTION("it recovers in the window") {
        world.pass(1h);
        take_and_write(world, world.alert(AlertKind::recovery, "2"));
        world.pass(48h);
        world.deliver_all();
        CHECK(world.written.size() == before);
        CHECK(world.incident().state == IncidentState::ended);
    }
    SECTION("the window drops: nothing waits") {
        World other = with_solved_ticket();
        other.rules.plan.maintenance = Maintenance{"lab", true, other.now + 2h};
        take_and_write(other, other.alert(AlertKind::problem, "2"));
        other.pass(48h);
        other.deliver_all();
        CHECK(other.written.back() == "solve:recovered");
        CHECK(other.incident().state == IncidentState::ended);
    }
}

TEST_CASE("a window that nothing waits for any more does not put off a solution") {
    World world;
    take_and_write(world, world.alert(AlertKind::problem));
    world.take(world.alert(AlertKind::recovery));
    REQUIRE(world.incident().state == IncidentState::quiet);
    world.rules.plan.maintenance = Maintenance{"patch night", false, world.now + 30h};
    world.take(world.alert(AlertKind::problem, "2"));
    CHECK(world.last_reason == "waits for the end of maintenance");
    world.pass(1h);
    REQUIRE(world.incident().state == IncidentState::quiet);
    world.take(world.alert(AlertKind::recovery, "2"));
    world.pass(world.rules.plan.policy.resolve_after + 1s);
    world.deliver_all();
    CHECK(world.written.back() == "solve:recovered");
    CHECK(world.incident().state == IncidentState::solved);
}

TEST_CASE("a window that nothing waits for any more does not prolong the time to reopen") {
    World world;
    take_and_write(world, world.alert(AlertKind::problem));
    const auto& policy = world.rules.plan.policy;
    world.take(world.alert(AlertKind::recovery));
    world.pass(policy.resolve_after + 1s);
    world.deliver_all();
    REQUIRE(world.incident().state == IncidentState::solved);
    world.rules.plan.maintenance = Maintenance{"patch night", false, world.now + 100h};
    world.take(world.alert(AlertKind::problem, "2"));
    CHECK(world.last_reason == "waits for the end of maintenance");
    world.pass(policy.reopen_within + 1s);
    REQUIRE(world.incident().state == IncidentState::solved);
    world.take(world.alert(AlertKind::recovery, "2"));
    world.pass(policy.reopen_within + 1s);
    CHECK(world.incident().state == IncidentState::ended);
}

TEST_CASE("a downtime that the sender announced holds the opening until it says that it is over") {
    World world;
    world.take(notice(world, AlertKind::downtime_start, ProblemState::ok, "0"));
    world.pass(1min);
    take_and_write(world, notice(world, AlertKind::problem, ProblemState::failing));
    CHECK(world.written.empty());
    world.pass(2h);
    SECTION("still failing") {
        take_and_write(world, notice(world, AlertKind::downtime_end, ProblemState::failing));
        CHECK(world.written == Written{"open:opened"});
        take_and_write(world, notice(world, AlertKind::problem, ProblemState::failing));
        CHECK(world.written.size() == 1);
    }
    SECTION("recovered inside") {
        take_and_write(world, notice(world, AlertKind::downtime_end, ProblemState::ok));
        world.pass(48h);
        CHECK(world.written.empty());
    }
    SECTION("its end was lost: after a day the ticket opens") {
        world.pass(24h);
        world.deliver_all();
        CHECK(world.written == Written{"open:opened"});
    }
    CHECK(world.incidents.size() == 1);
}

TEST_CASE("a downtime that begins while the ticket is on hold") {
    World world;
    world.rules.plan.policy.open_after = {{"", 2min}};
    SECTION("holds it on") {
        world.take(notice(world, AlertKind::problem, ProblemState::failing));
        world.pass(1min);
        world.take(notice(world, AlertKind::downtime_start, ProblemState::failing));
        world.pass(1h);
        world.deliver_all();
        CHECK(world.written.empty());
        world.take(notice(world, AlertKind::downtime_end, ProblemState::failing));
        world.deliver_all();
        CHECK(world.written == Written{"open:opened"});
    }
    SECTION("drops it, if the policy says so") {
        world.rules.plan.policy.downtime = OnDowntime::drop;
        world.take(notice(world, AlertKind::problem, ProblemState::failing));
        world.take(notice(world, AlertKind::downtime_start, ProblemState::failing));
        world.pass(48h);
        CHECK(world.operations.empty());
        CHECK(world.incident().end_reason == "dropped, in a downtime");
    }
    SECTION("is not heeded with downtime: none") {
        world.rules.plan.policy.downtime = OnDowntime::none;
        world.take(notice(world, AlertKind::problem, ProblemState::failing));
        world.take(notice(world, AlertKind::downtime_start, ProblemState::failing));
        world.pass(2min);
        world.deliver_all();
        CHECK(world.written == Written{"open:opened"});
    }
    SECTION("does not hold back another problem of the ticket") {
        world.rules.plan.policy.group_by = {"host"};
        world.take(notice(world, AlertKind::problem, ProblemState::failing));
        Alert other = notice(world, AlertKind::problem, ProblemState::failing, "9");
        other.problem_key = "nagios/service/web01/Disk";
        world.take(other);
        world.take(notice(world, AlertKind::downtime_start, ProblemState::failing));
        world.pass(2min);
        world.deliver_all();
        CHECK(world.written == Written{"open:opened"});
    }
}

TEST_CASE("a downtime of an open ticket is a note, and its recovery inside solves it") {
    World world = with_open_ticket();
    take_and_write(world, notice(world, AlertKind::downtime_start, ProblemState::failing));
    CHECK(world.written.back() == "followup:note");
    take_and_write(world, notice(world, AlertKind::downtime_end, ProblemState::ok));
    world.pass(6min);
    world.deliver_all();
    CHECK(world.written.back() == "solve:recovered");
}

TEST_CASE("the end of a downtime of a problem too mild for the ticket does not take it up again") {
    World world;
    world.rules.plan.policy.group_by = {"host"};
    const auto of = [&world](AlertKind kind, const std::string& service, Severity severity) {
        Alert alert = notice(world, kind, ProblemState::failing, service);
        alert.problem_key = "nagios/service/web01/" + service;
        alert.severity = severity;
        return alert;
    };
    world.take(of(AlertKind::problem, "swap", Severity::information));
    take_and_write(world, notice(world, AlertKind::problem, ProblemState::failing));
    take_and_write(world, notice(world, AlertKind::recovery, ProblemState::ok));
    REQUIRE(world.incident().state == IncidentState::quiet);
    world.take(of(AlertKind::downtime_start, "load", Severity::high));
    world.take(of(AlertKind::flapping_start, "load", Severity::high));
    REQUIRE(world.last_reason == "waits for the end of maintenance");
    world.take(of(AlertKind::downtime_end, "swap", Severity::information));
    CHECK(world.last_reason == "maintenance is over, nothing waits");
    CHECK(world.incident().state == IncidentState::quiet);
    world.pass(world.rules.plan.policy.resolve_after + 1s);
    world.deliver_all();
    CHECK(world.incident().state == IncidentState::solved);
}

TEST_CASE("what nobody calls recovered is given up after expire_after without news") {
    World world;
    world.rules.plan.policy.expire_after = 24h;
    SECTION("told and left to people") {
        take_and_write(world, world.alert(AlertKind::problem));
        world.pass(20h);
        take_and_write(world, world.alert(AlertKind::problem));  // news: the time counts anew
        world.pass(23h);
        world.deliver_all();
        CHECK(world.incident().state == IncidentState::open);
        world.pass(1h);
        world.deliver_all();
        CHECK(world.written.back() == "followup:expired");
        CHECK(world.incident().state == IncidentState::ended);
        CHECK(world.episodes[0].state == EpisodeState::cancelled);
        CHECK(world.timers.empty());
    }
    SECTION("solved, and opened again when it comes back") {
        world.rules.plan.policy.on_expire = OnExpire::solve;
        take_and_write(world, world.alert(AlertKind::problem));
        world.pass(24h);
        world.deliver_all();
        CHECK(world.written.back() == "solve:expired");
        CHECK(world.incident().state == IncidentState::solved);
        take_and_write(world, world.alert(AlertKind::problem, "2"));
        CHECK(world.written.back() == "reopen:reopened");
        world.pass(24h);
        world.deliver_all();
        CHECK(world.written.back() == "solve:expired");
    }
    SECTION("never before its ticket opens, and not once it is over") {
        world.rules.plan.policy.open_after = {{"", 30h}};
        world.take(world.alert(AlertKind::problem));
        world.pass(29h);
        world.take(world.alert(AlertKind::recovery));
        world.pass(48h);
        world.deliver_all();
        CHECK(world.written.empty());
    }
    SECTION("a refused opening is not waited for") {
        world.take(world.alert(AlertKind::problem));
        world.settle(refusal());
        world.pass(24h);
        CHECK(world.incident().state == IncidentState::ended);
        CHECK(world.count_operations(OperationKind::followup) == 0);
    }
}

TEST_CASE("without expire_after a problem waits for its end for ever") {
    World world = with_open_ticket();
    world.pass(24h * 400);
    CHECK(world.incident().state == IncidentState::open);
    CHECK(world.timers.empty());
}
