// SPDX-License-Identifier: MIT
// Every arrow of the state diagram in domain/lifecycle.hpp, and what must not happen.
#include "alert_bridge/domain/lifecycle.hpp"

#include "catch.hpp"
#include "lifecycle_world.hpp"

using namespace test_support;
using alert_bridge::ErrorClass;
using namespace std::chrono_literals;
using Written = std::vector<std::string>;

TEST_CASE("a problem opens one ticket with title, body, priority and reference") {
    World world;
    world.take(world.alert(AlertKind::problem));
    REQUIRE(world.operations.size() == 1);
    const Operation& open = world.operations[0];
    CHECK(open.kind == OperationKind::open);
    CHECK(open.content.title == "title/opened/connection refused");
    CHECK(open.content.html == "body/opened/connection refused");
    CHECK(open.content.urgency == 4);
    CHECK(open.content.impact == 4);
    CHECK(open.content.notify);
    CHECK(alert_bridge::is_reference(open.reference));
    world.deliver_all();
    CHECK(world.incident().ticket_id == 100);
    CHECK(world.incident().state == IncidentState::open);
}

TEST_CASE("an opening without a placement asks for one and changes nothing") {
    World world;
    const Alert alert = world.alert(AlertKind::problem);
    AlertEvent event;
    event.alert = &alert;
    event.plan = world.rules.evaluate(alert, world.now);
    const Decision decision = decide(world.context(), Snapshot{}, event, world.now);
    CHECK(decision.verdict == Verdict::needs_placement);
    CHECK(decision.operations.empty());
    CHECK(decision.incidents.empty());
    CHECK_FALSE(decision.problem.has_value());
}

TEST_CASE("a severity below the threshold opens nothing until it rises") {
    World world;
    Alert low = world.alert(AlertKind::problem);
    low.severity = Severity::warning;
    world.take(low);
    CHECK(world.operations.empty());
    Alert raised = world.alert(AlertKind::update);
    raised.severity = Severity::disaster;
    raised.severity_changed = true;
    world.take(raised);
    REQUIRE(world.operations.size() == 1);
    CHECK(world.operations[0].content.urgency == 5);
}

TEST_CASE("a rule that drops keeps its silence for the whole episode") {
    World world;
    world.rules.plan.drop = true;
    world.take(world.alert(AlertKind::problem));
    CHECK(world.last_reason == "dropped by a rule");
    world.take(world.alert(AlertKind::update));
    world.take(world.alert(AlertKind::recovery));
    CHECK(world.operations.empty());
    CHECK(world.incidents.empty());
}

TEST_CASE("news become private follow-ups without e-mail") {
    World world = with_open_ticket();
    world.take(world.alert(AlertKind::update));
    world.take(world.alert(AlertKind::acknowledgement));
    world.take(world.alert(AlertKind::note));
    world.deliver_all();
    CHECK(
        world.written ==
        Written{"open:opened", "followup:update", "followup:acknowledged", "followup:note"}
    );
    CHECK(world.operations[1].content.is_private);
    CHECK_FALSE(world.operations[1].content.notify);
}

TEST_CASE("an acknowledgement follows its policy") {
    World world = with_open_ticket();
    SECTION("take also sets the status") {
        world.incidents[0].plan.policy.on_acknowledge = OnAcknowledge::take;
        world.take(world.alert(AlertKind::acknowledgement));
        CHECK(world.operations[1].content.take);
    }
    SECTION("none writes nothing") {
        world.incidents[0].plan.policy.on_acknowledge = OnAcknowledge::none;
        world.take(world.alert(AlertKind::acknowledgement));
        CHECK(world.operations.size() == 1);
        CHECK(world.episodes[0].acknowledged);
    }
}

TEST_CASE("a raised severity is told and raises the priority; a lowered one is only told") {
    World world = with_open_ticket();
    Alert raised = world.alert(AlertKind::update);
    raised.severity = Severity::disaster;
    world.take(raised);
    world.deliver_all();
    CHECK(world.written == Written{"open:opened", "followup:severity", "update:priority"});
    CHECK(world.operations[2].content.urgency == 5);
    Alert lowered = world.alert(AlertKind::update);
    lowered.severity = Severity::average;
    world.take(lowered);
    CHECK(world.count_operations(OperationKind::update) == 1);
    SECTION("follow lowers it too") {
        World follower = with_open_ticket();
        follower.incidents[0].plan.policy.on_severity_change = OnSeverityChange::follow;
        Alert down = follower.alert(AlertKind::update);
        down.severity = Severity::average;
        follower.take(down);
        CHECK(follower.count_operations(OperationKind::update) == 1);
    }
    SECTION("none only tells") {
        World quiet = with_open_ticket();
        quiet.incidents[0].plan.policy.on_severity_change = OnSeverityChange::none;
        Alert up = quiet.alert(AlertKind::update);
        up.severity = Severity::disaster;
        quiet.take(up);
        CHECK(quiet.count_operations(OperationKind::update) == 0);
        CHECK(quiet.count_operations(OperationKind::followup) == 1);
    }
}

TEST_CASE("repeats are counted and told in digests after 1 h, 4 h, then daily") {
    World world = with_open_ticket();
    for (int i = 0; i < 3 * 24 * 6; ++i) {
        Alert repeat = world.alert(AlertKind::problem);
        repeat.text = "connection refused";
        world.take(repeat);
        world.pass(10min);
    }
    world.deliver_all();
    // 1 h, 4 h, then after each of three days
    CHECK(world.count_operations(OperationKind::followup) == 5);
    CHECK(world.operations[1].content.event == "repeat");
    CHECK(world.episodes[0].repeats == 3 * 24 * 6);
}

TEST_CASE("a repeat whose text differs in more than figures is news") {
    World world = with_open_ticket();
    Alert figures = world.alert(AlertKind::problem);
    figures.text = "connection refused";
    world.take(figures);
    CHECK(world.operations.size() == 1);
    Alert other = world.alert(AlertKind::problem);
    other.text = "certificate expired";
    world.take(other);
    REQUIRE(world.operations.size() == 2);
    CHECK(world.operations[1].content.event == "update");
}

TEST_CASE("on_repeat each tells every repeat") {
    World world = with_open_ticket();
    world.incidents[0].plan.policy.on_repeat = OnRepeat::each;
    world.take(world.alert(AlertKind::problem));
    world.take(world.alert(AlertKind::problem));
    CHECK(world.count_operations(OperationKind::followup) == 2);
}

TEST_CASE("a recovery solves after the quiet time and not before") {
    World world = with_open_ticket();
    world.take(world.alert(AlertKind::recovery));
    CHECK(world.incident().state == IncidentState::quiet);
    world.pass(4min);
    CHECK(world.count_operations(OperationKind::solve) == 0);
    world.pass(2min);
    world.deliver_all();
    CHECK(world.written == Written{"open:opened", "solve:recovered"});
    CHECK(world.incident().state == IncidentState::solved);
    world.pass(25h);
    CHECK(world.incident().state == IncidentState::ended);
    CHECK(world.timers.empty());
}

TEST_CASE("on_recovery decides what a recovery writes") {
    World world = with_open_ticket();
    SECTION("followup") {
        world.incidents[0].plan.policy.on_recovery = OnRecovery::followup;
        world.take(world.alert(AlertKind::recovery));
        world.pass(6min);
        CHECK(world.count_operations(OperationKind::followup) == 1);
        CHECK(world.count_operations(OperationKind::solve) == 0);
    }
    SECTION("none") {
        world.incidents[0].plan.policy.on_recovery = OnRecovery::none;
        world.take(world.alert(AlertKind::recovery));
        world.pass(6min);
        CHECK(world.operations.size() == 1);
    }
}

TEST_CASE("a new problem in the quiet time goes on with the same ticket") {
    World world = with_open_ticket();
    world.take(world.alert(AlertKind::recovery));
    world.pass(2min);
    world.take(world.alert(AlertKind::problem, "2"));
    world.pass(1h);
    world.deliver_all();
    CHECK(world.incidents.size() == 1);
    CHECK(world.incident().state == IncidentState::open);
    CHECK(world.written == Written{"open:opened", "reopen:returned"});
}

TEST_CASE("a new problem within reopen_within reopens the solved ticket") {
    World world = with_solved_ticket();
    world.pass(1h);
    world.take(world.alert(AlertKind::problem, "2"));
    world.deliver_all();
    CHECK(world.incidents.size() == 1);
    CHECK(world.written == Written{"open:opened", "solve:recovered", "reopen:reopened"});
    CHECK(world.incident().state == IncidentState::open);
}

TEST_CASE("a solution that was not sent yet is taken back when the problem returns") {
    World world = with_open_ticket();
    world.take(world.alert(AlertKind::recovery));
    world.pass(6min);
    REQUIRE(world.count_operations(OperationKind::solve) == 1);
    world.take(world.alert(AlertKind::problem, "2"));
    CHECK(world.count_operations(OperationKind::solve) == 0);
}

TEST_CASE("later than reopen_within a new ticket is opened and linked to the old one") {
    World world = with_solved_ticket();
    world.pass(25h);
    world.take(world.alert(AlertKind::problem, "2"));
    world.deliver_all();
    REQUIRE(world.incidents.size() == 2);
    CHECK(world.incident(1).ticket_id == 101);
    CHECK(world.incident(1).previous_ticket == 100);
    CHECK(world.written.back() == "link_ticket:linked");
    CHECK(world.operations.back().content.linked_ticket == 100);
}

TEST_CASE("a new ticket is not linked to one that is in the trash bin") {
    World world = with_open_ticket();
    world.take(world.alert(AlertKind::update));
    world.settle(outcome(OperationResult::What::ticket_gone));
    world.take(world.alert(AlertKind::recovery));
    world.take(world.alert(AlertKind::problem, "2"));
    REQUIRE(world.incidents.size() == 2);
    CHECK(world.incident(1).previous_ticket == 0);
    CHECK(world.count_operations(OperationKind::link_ticket) == 0);
}

TEST_CASE("a reopening that finds the ticket closed becomes a new ticket linked to it") {
    World world = with_solved_ticket();
    world.take(world.alert(AlertKind::problem, "2"));
    world.settle(outcome(OperationResult::What::ticket_closed));
    REQUIRE(world.incidents.size() == 2);
    CHECK(world.incident(0).state == IncidentState::ended);
    CHECK(world.incident(1).previous_ticket == 100);
    CHECK(world.episodes.back().incident_id == world.incident(1).id);
    world.deliver_all();
    CHECK(world.incident(1).ticket_id == 101);
    world.take(world.alert(AlertKind::recovery, "2"));
    world.pass(6min);
    world.deliver_all();
    CHECK(world.incident(1).state == IncidentState::solved);
}

TEST_CASE("the ticket that follows a closed one tells of the problem that came back") {
    World world = with_solved_ticket();
    const auto returns = [&world](const char* episode, const char* text) {
        Alert alert = world.alert(AlertKind::problem, episode);
        alert.severity = Severity::average;
        alert.text = text;
        world.take(alert);
        world.pass(1s);
    };
    returns("2", "certificate expired");
    SECTION("and not of the news since") {
        Alert news = world.alert(AlertKind::acknowledgement, "2");
        news.severity = Severity::average;
        world.take(news);
        world.settle(outcome(OperationResult::What::ticket_closed));
        CHECK(world.incident(1).opener.text == "certificate expired");
    }
    SECTION("the newest of several") {
        returns("3", "connection reset");
        world.settle(outcome(OperationResult::What::ticket_closed));
        CHECK(world.incident(1).opener.text == "connection reset");
    }
    SECTION("of those that go on") {
        returns("3", "connection reset");
        world.take(world.alert(AlertKind::recovery, "3"));
        world.settle(outcome(OperationResult::What::ticket_closed));
        CHECK(world.incident(1).opener.text == "certificate expired");
    }
    CHECK(world.incident(1).severity == Severity::average);
    const Operation* open = world.owed();
    REQUIRE(open != nullptr);
    CHECK(open->content.title == "title/opened/" + world.incident(1).opener.text);
    CHECK(open->content.urgency == 3);
}

TEST_CASE("the ticket that follows a closed one links no asset of another host") {
    World world;
    world.rules.plan.policy.group_by = {"tag:team"};
    world.placement.asset = AssetHit{"Computer", 17, "web01", 3, Evidence::name};
    Alert first = world.alert(AlertKind::problem);
    first.tags = {{"team", "db"}};
    world.take(first);
    world.deliver_all();
    Alert second = world.alert(AlertKind::problem, "2");
    second.tags = first.tags;
    const bool same_host = GENERATE(true, false);
    if (!same_host) {
        second.host.name = "db01";
        second.problem_key = "nagios/service/db01/HTTP";
    }
    world.take(second);
    world.settle(outcome(OperationResult::What::ticket_closed));
    REQUIRE(world.incidents.size() == 2);
    CHECK(world.incident(1).placement.asset.has_value() == same_host);
}

TEST_CASE("a new episode on a ticket in the trash bin becomes a new ticket without a link") {
    World world = with_open_ticket();
    world.take(world.alert(AlertKind::problem, "2"));
    world.settle(outcome(OperationResult::What::ticket_gone));
    REQUIRE(world.incidents.size() == 2);
    CHECK(world.incident(1).previous_ticket == 0);
    CHECK(world.count_operations(OperationKind::link_ticket) == 0);
}

TEST_CASE("news for a ticket that a person ended for good end the incident quietly") {
    const auto what =
        GENERATE(OperationResult::What::ticket_closed, OperationResult::What::ticket_gone);
    World world;
    world.rules.plan.policy.recheck_after = ab::Duration::zero();
    world.take(world.alert(AlertKind::problem));
    world.deliver_all();
    world.take(world.alert(AlertKind::update));
    world.take(world.alert(AlertKind::acknowledgement));
    world.settle(outcome(what));
    CHECK(world.incident().state == IncidentState::ended);
    CHECK(world.owed() == nullptr);
    world.take(world.alert(AlertKind::update));
    world.take(world.alert(AlertKind::recovery));
    CHECK(world.owed() == nullptr);
    CHECK(world.incidents.size() == 1);
}

TEST_CASE("a problem on hold waits as long as its present state must last") {
    World world;
    world.rules.plan.policy.open_after = {{"", 15min}};
    world.take(world.alert(AlertKind::problem));
    REQUIRE(world.incident().state == IncidentState::holding);
    world.pass(1min);
    Alert worse = world.alert(AlertKind::problem);
    worse.severity = Severity::disaster;
    worse.severity_changed = true;
    world.rules.plan.policy.open_after = {{"", 2min}};
    world.take(worse);
    CHECK(world.incident().state == IncidentState::holding);
    world.pass(1min);
    CHECK(world.incident().state == IncidentState::open);
}

TEST_CASE("a problem whose acknowledgement overtook it opens its ticket all the same") {
    World world;
    Alert problem = world.alert(AlertKind::problem);
    problem.whole_problem = true;
    world.pass(1s);
    Alert newer = world.alert(AlertKind::acknowledgement);
    newer.whole_problem = true;
    world.take(newer);
    REQUIRE(world.incidents.empty());
    SECTION("the newest news say that it goes on") {
        world.take(problem);
        CHECK(world.incident().state == IncidentState::open);
        Alert older = world.alert(AlertKind::problem, "0");
        older.whole_problem = true;
        older.order = {1, 0};
        world.take(older);
        CHECK(world.last_verdict == Verdict::ignored);
    }
    SECTION("another occurrence of it is open, though too mild for a ticket") {
        Alert mild = world.alert(AlertKind::problem, "3");
        mild.severity = Severity::warning;
        mild.whole_problem = true;
        world.take(mild);
        world.take(problem);
        CHECK(world.last_verdict == Verdict::ignored);
        CHECK(world.incidents.empty());
    }
    SECTION("the newest news say that it is over") {
        world.pass(1s);
        Alert recovery = world.alert(AlertKind::recovery, "2");
        recovery.whole_problem = true;
        world.take(recovery);
        world.take(problem);
        CHECK(world.incidents.empty());
    }
}
