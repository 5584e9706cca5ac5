// SPDX-License-Identifier: MIT
// Flapping: one ticket, summaries instead of follow-ups, solved once after the quiet time.
#include "alert_bridge/domain/lifecycle.hpp"

#include "catch.hpp"
#include "lifecycle_world.hpp"

using namespace test_support;
using namespace std::chrono_literals;
using Written = std::vector<std::string>;

namespace {

// As Nagios and Icinga have it: one state for the whole service.
Alert whole(World& world, AlertKind kind, int episode) {
    Alert alert = world.alert(kind, std::to_string(episode));
    alert.whole_problem = true;
    return alert;
}

// Passes time as it goes by: what is owed is written each minute.
void pass(World& world, alert_bridge::Duration duration) {
    for (alert_bridge::Duration done{0}; done < duration; done += 1min) {
        world.pass(std::min<alert_bridge::Duration>(1min, duration - done));
        world.deliver_all();
    }
}

// A problem that came, went and came; the fifth change, which makes it flapping, is a recovery's
// successor 20 s from now.
World about_to_flap() {
    World world;
    for (int i = 0; i < 2; ++i) {
        take_and_write(world, world.alert(AlertKind::problem, std::to_string(i)));
        pass(world, 20s);
        take_and_write(world, world.alert(AlertKind::recovery, std::to_string(i)));
        pass(world, 20s);
    }
    return world;
}

World flapping_by_count() {
    World world = about_to_flap();
    take_and_write(world, world.alert(AlertKind::problem, "2"));
    return world;
}

World flapping_by_word() {
    World world = with_open_ticket();
    take_and_write(world, whole(world, AlertKind::flapping_start, 1));
    return world;
}

}  // namespace

TEST_CASE("a service that changes every 20 s for an hour makes one ticket that is solved once") {
    World world;
    SECTION("each occurrence has its own name (Zabbix)") {
        for (int i = 0; i < 90; ++i) {
            take_and_write(world, world.alert(AlertKind::problem, std::to_string(i)));
            pass(world, 20s);
            take_and_write(world, world.alert(AlertKind::recovery, std::to_string(i)));
            pass(world, 20s);
        }
    }
    SECTION("the notices come in inverted order (Zabbix)") {
        for (int i = 0; i < 45; ++i) {
            const std::string first = std::to_string(2 * i), second = std::to_string(2 * i + 1);
            take_and_write(world, world.alert(AlertKind::problem, first));
            pass(world, 20s);
            take_and_write(world, world.alert(AlertKind::problem, second));
            pass(world, 20s);
            take_and_write(world, world.alert(AlertKind::recovery, first));
            pass(world, 20s);
            take_and_write(world, world.alert(AlertKind::recovery, second));
            pass(world, 20s);
        }
    }
    SECTION("one state for the service, and its sender does not know of flapping") {
        for (int i = 0; i < 90; ++i) {
            take_and_write(world, whole(world, AlertKind::problem, i));
            pass(world, 20s);
            take_and_write(world, whole(world, AlertKind::recovery, i));
            pass(world, 20s);
        }
    }
    CHECK(world.count_operations(OperationKind::solve) == 0);
    CHECK(world.incident().state == IncidentState::open);
    pass(world, 30min);
    CHECK(world.incidents.size() == 1);
    CHECK(world.count_operations(OperationKind::open) == 1);
    CHECK(world.count_operations(OperationKind::solve) == 1);
    CHECK(world.written.size() <= 6);
    CHECK(world.written.back() == "solve:recovered");
    CHECK(world.incident().state == IncidentState::solved);
    pass(world, 48h);
    CHECK(world.count_operations(OperationKind::solve) == 1);
}

TEST_CASE("Nagios reports flapping, falls silent, and never sends the recovery") {
    World world;
    take_and_write(world, whole(world, AlertKind::problem, 13));
    pass(world, 20s);
    Alert start = whole(world, AlertKind::flapping_start, 13);
    start.state = ProblemState::ok;  // measured
    take_and_write(world, start);
    pass(world, 1h);
    CHECK(world.incident().state == IncidentState::open);
    take_and_write(world, whole(world, AlertKind::flapping_stop, 22));
    CHECK(world.last_reason == "no longer flapping, solved after the quiet time");
    pass(world, 29min);
    CHECK(world.written == Written{"open:opened", "followup:flapping"});
    pass(world, 1min);
    CHECK(world.written == Written{"open:opened", "followup:flapping", "solve:recovered"});
    CHECK(world.incident().state == IncidentState::solved);
}

TEST_CASE("what never lasts long enough opens its ticket once it flaps") {
    World world;
    world.rules.plan.policy.open_after = {{"", 2min}};
    for (int i = 0; i < 2; ++i) {
        take_and_write(world, world.alert(AlertKind::problem, std::to_string(i)));
        pass(world, 20s);
        take_and_write(world, world.alert(AlertKind::recovery, std::to_string(i)));
        pass(world, 20s);
    }
    CHECK(world.written.empty());
    take_and_write(world, world.alert(AlertKind::problem, "2"));
    CHECK(world.written == Written{"open:opened", "followup:flapping"});
    CHECK(world.incidents.back().flaps.problems.size() == 1);
}

TEST_CASE("the fifth change is told as flapping, the next ones are counted") {
    World world = flapping_by_count();
    CHECK(world.written == Written{"open:opened", "reopen:returned", "reopen:flapping"});
    for (int i = 3; i < 9; ++i) {
        pass(world, 20s);
        take_and_write(world, world.alert(AlertKind::recovery, std::to_string(i - 1)));
        CHECK(world.last_reason == "flapping, counted");
        pass(world, 20s);
        take_and_write(world, world.alert(AlertKind::problem, std::to_string(i)));
        CHECK(world.last_reason == "flapping, counted");
    }
    CHECK(world.written.size() == 3);
    pass(world, 1h);
    CHECK(world.written.back() == "reopen:flapping_ended");  // it still fails, and was quiet
    CHECK(world.incident().flaps.empty());
    CHECK(world.incident().state == IncidentState::open);
    take_and_write(world, world.alert(AlertKind::recovery, "8"));
    pass(world, 1h);
    CHECK(world.incident().state == IncidentState::solved);
}

TEST_CASE("a change by recovery may be the one that makes it flapping") {
    World world;
    world.rules.plan.policy.flapping.changes = 4;
    for (int i = 0; i < 2; ++i) {
        take_and_write(world, world.alert(AlertKind::problem, std::to_string(i)));
        pass(world, 20s);
        take_and_write(world, world.alert(AlertKind::recovery, std::to_string(i)));
        pass(world, 20s);
    }
    CHECK(world.written == Written{"open:opened", "reopen:returned", "followup:flapping"});
    CHECK(world.incident().state == IncidentState::open);
    pass(world, 30min);
    CHECK(world.written.back() == "solve:recovered");
}

TEST_CASE("with flapping: none each change is told and each recovery solves") {
    World world;
    world.rules.plan.policy.flapping.changes = 0;
    world.rules.plan.policy.resolve_after = 0s;
    for (int i = 0; i < 10; ++i) {
        take_and_write(world, world.alert(AlertKind::problem, std::to_string(i)));
        pass(world, 20s);
        take_and_write(world, world.alert(AlertKind::recovery, std::to_string(i)));
        pass(world, 20s);
    }
    CHECK(world.count_operations(OperationKind::reopen) == 9);
    CHECK(world.count_operations(OperationKind::solve) == 10);
    take_and_write(world, world.alert(AlertKind::problem, "20"));
    take_and_write(world, whole(world, AlertKind::flapping_start, 20));
    CHECK(world.written.back() == "followup:note");
    take_and_write(world, whole(world, AlertKind::flapping_stop, 20));
    pass(world, 1min);
    CHECK(world.written.back() == "solve:recovered");
}

TEST_CASE("a sender's word finds the ticket in whatever state it is") {
    World world;
    SECTION("on hold: flapping lasts, so it opens") {
        world.rules.plan.policy.open_after = {{"", 10min}};
        world.take(whole(world, AlertKind::problem, 1));
        take_and_write(world, whole(world, AlertKind::flapping_start, 1));
        CHECK(world.written == Written{"open:opened", "followup:flapping"});
    }
    SECTION("quiet: it is not solved") {
        world = with_open_ticket();
        take_and_write(world, whole(world, AlertKind::recovery, 1));
        take_and_write(world, whole(world, AlertKind::flapping_start, 1));
        pass(world, 1h);
        CHECK(world.written == Written{"open:opened", "reopen:flapping"});
    }
    SECTION("solved: it is opened again") {
        world = with_solved_ticket();
        take_and_write(world, whole(world, AlertKind::flapping_start, 1));
        pass(world, 48h);
        CHECK(world.written.back() == "reopen:flapping");
    }
    CHECK(world.incident().state == IncidentState::open);
    take_and_write(world, whole(world, AlertKind::flapping_stop, 1));
    pass(world, 30min);
    CHECK(world.written.back() == "solve:recovered");
}

TEST_CASE("a sender that stops calling it flapping while it fails is told at once") {
    World world = flapping_by_word();
    Alert stop = whole(world, AlertKind::flapping_stop, 2);
    stop.state = ProblemState::failing;
    take_and_write(world, stop);
    CHECK(world.written.back() == "reopen:flapping_ended");
    CHECK(world.incident().flaps.empty());
    pass(world, 48h);
    CHECK(world.incident().state == IncidentState::open);
    take_and_write(world, whole(world, AlertKind::recovery, 2));
    pass(world, 1h);
    CHECK(world.incident().state == IncidentState::solved);
}

TEST_CASE("a notice after the sender fell silent shows that its stop was lost") {
    World world = flapping_by_word();
    pass(world, 2h);
    SECTION("a recovery") {
        take_and_write(world, whole(world, AlertKind::recovery, 1));
        pass(world, 30min);
        CHECK(world.written.back() == "solve:recovered");
    }
    SECTION("a problem") {
        take_and_write(world, whole(world, AlertKind::problem, 5));
        pass(world, 1h);
        CHECK(world.written.back() == "reopen:flapping_ended");
    }
    CHECK(world.incident().flaps.empty());
}

TEST_CASE("an older notice does not show that the sender's stop was lost") {
    World world = with_open_ticket();
    Alert late = whole(world, AlertKind::recovery, 1);
    pass(world, 1s);
    take_and_write(world, whole(world, AlertKind::flapping_start, 1));
    take_and_write(world, late);
    pass(world, 48h);
    CHECK(world.incident().state == IncidentState::open);
    CHECK(world.incident().flaps.problems.at(0).by_sender);
}

TEST_CASE("what was heard of a problem only through its flapping or downtime opens a ticket") {
    World world;
    SECTION("flapping began") {
        take_and_write(world, whole(world, AlertKind::flapping_start, 1));
        CHECK(world.written == Written{"open:opened", "followup:flapping"});
        CHECK(world.incident().flaps.problems.at(0).by_sender);
    }
    SECTION("flapping stopped, failing") {
        Alert stop = whole(world, AlertKind::flapping_stop, 1);
        stop.state = ProblemState::failing;
        take_and_write(world, stop);
        CHECK(world.written == Written{"open:opened"});
    }
    SECTION("a downtime ended, failing") {
        take_and_write(world, whole(world, AlertKind::downtime_end, 1));
        CHECK(world.written == Written{"open:opened"});
        take_and_write(world, whole(world, AlertKind::problem, 1));  // Nagios sends it next
        CHECK(world.written.size() == 1);
    }
    SECTION("flapping began, and is fine just now: there is nothing to open") {
        Alert start = whole(world, AlertKind::flapping_start, 1);
        start.state = ProblemState::ok;
        take_and_write(world, start);
        CHECK(world.written.empty());
        CHECK(world.last_verdict == Verdict::ignored);
    }
}

TEST_CASE("another problem on the ticket is told, and does not end the flapping") {
    World world;
    world.rules.plan.policy.group_by = {"host"};
    take_and_write(world, whole(world, AlertKind::problem, 1));
    take_and_write(world, whole(world, AlertKind::flapping_start, 1));
    Alert other = whole(world, AlertKind::problem, 9);
    other.problem_key = "nagios/service/web01/Disk";
    take_and_write(world, other);
    CHECK(world.written.back() == "reopen:joined");
    other.kind = AlertKind::recovery;
    other.state = ProblemState::ok;
    take_and_write(world, whole(world, AlertKind::flapping_stop, 1));
    take_and_write(world, other);
    CHECK(world.written.back() == "followup:recovered");
    CHECK(world.incident().state == IncidentState::open);
    pass(world, 30min);
    CHECK(world.written.back() == "solve:recovered");
}

TEST_CASE("while it flaps only what people say and a higher priority reach the ticket") {
    World world = flapping_by_count();
    world.written.clear();
    Alert worse = world.alert(AlertKind::problem, "2");
    worse.severity = Severity::disaster;
    worse.text = "something else";
    take_and_write(world, worse);
    CHECK(world.written == Written{"update:priority"});
    worse.text = "and something else";
    take_and_write(world, worse);
    CHECK(world.written.size() == 1);
    Alert said = world.alert(AlertKind::acknowledgement, "2");
    said.author = "Ann";
    said.severity = Severity::disaster;
    take_and_write(world, said);
    CHECK(world.written.back() == "followup:acknowledged");
}

TEST_CASE("a ticket that a person closed is not kept open by flapping") {
    World world = flapping_by_count();
    world.incidents.at(0).plan.policy.flapping.quiet = 2h;
    pass(world, 20s);
    world.take(world.alert(AlertKind::recovery, "2"));
    world.pass(1h);  // a summary is due
    REQUIRE(world.owed() != nullptr);
    world.settle(outcome(OperationResult::What::ticket_closed));
    CHECK(world.incident().state == IncidentState::ended);
    CHECK(world.timers.empty());
    take_and_write(world, world.alert(AlertKind::problem, "7"));
    REQUIRE(world.incidents.size() == 2);
    CHECK(world.incident(1).previous_ticket == world.incident(0).ticket_id);
}

TEST_CASE("a summary after an hour, then every few, however long it flaps") {
    World world = flapping_by_count();
    world.written.clear();
    for (int i = 3; i < 3 + 72 * 6; ++i) {  // six times an hour, for three days
        pass(world, 5min);
        take_and_write(world, world.alert(AlertKind::recovery, std::to_string(i - 1)));
        pass(world, 5min);
        take_and_write(world, world.alert(AlertKind::problem, std::to_string(i)));
    }
    // After 1 h, 4 h, 24 h, 48 h and 72 h.
    CHECK(world.written.size() == 5);
    CHECK(std::count(world.written.begin(), world.written.end(), "followup:flapping") == 5);
}
