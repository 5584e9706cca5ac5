// SPDX-License-Identifier: MIT
#include <algorithm>

#include "alert_bridge/domain/operator.hpp"
#include "alert_bridge/domain/template_values.hpp"
#include "catch.hpp"
#include "lifecycle_world.hpp"

namespace {

using namespace test_support;
using std::chrono::minutes;
using std::chrono::seconds;

// GLPI went away a minute ago and is still.
World while_away() {
    World world;
    world.away_until = world.now + std::chrono::hours(1);
    return world;
}

}  // namespace

TEST_CASE("a pair folds while GLPI is away, and its opening is never sent") {
    World world = while_away();
    world.take(world.alert(AlertKind::problem));
    REQUIRE(world.owed() != nullptr);
    world.pass(minutes(3));
    world.take(world.alert(AlertKind::recovery));
    CHECK(world.last_reason == "recovered while GLPI was away, goes into the outage's report");
    CHECK(world.owed() == nullptr);
    CHECK(world.operations.front().state == OperationState::skipped);
    CHECK(world.incident().state == IncidentState::ended);
    CHECK(world.timers.empty());
    REQUIRE(world.folded.size() == 1);
    const FoldedPair& pair = world.folded.front();
    CHECK(pair.incident_id == world.incident().id);
    CHECK(pair.entity_id == 3);
    CHECK(pair.host == "web01");
    CHECK(pair.problem_name == "HTTP is failing");
    CHECK(pair.severity == Severity::high);
    CHECK(pair.problems == 1);
    CHECK(pair.ended_at - pair.started_at == minutes(3));
}

TEST_CASE("a problem that comes back after it folded opens its own ticket") {
    World world = while_away();
    world.take(world.alert(AlertKind::problem));
    world.take(world.alert(AlertKind::recovery));
    world.pass(minutes(1));
    world.take(world.alert(AlertKind::problem, "2"));
    REQUIRE(world.incidents.size() == 2);
    CHECK(world.incident(1).state == IncidentState::open);
    CHECK(world.incident(1).previous_ticket == 0);
    CHECK(world.count_operations(OperationKind::open) == 1);
}

TEST_CASE("what may have reached GLPI, or was not in the outage, does not fold") {
    World world = while_away();
    SECTION("the opening was tried once") {
        world.take(world.alert(AlertKind::problem));
        OperationResult away;
        away.what = OperationResult::What::failed;
        away.error = {ab::ErrorClass::later, "connect", "refused"};
        world.settle(away);
    }
    SECTION("the ticket is there") {
        world.take(world.alert(AlertKind::problem));
        world.deliver_all();
    }
    SECTION("the policy wants a ticket for each") {
        world.rules.plan.policy.fold = Fold::each;
        world.take(world.alert(AlertKind::problem));
    }
    SECTION("the problem came after GLPI was back") {
        world.away_until = world.now - seconds(1);
        world.take(world.alert(AlertKind::problem));
    }
    SECTION("the recovery came after GLPI was back") {
        world.take(world.alert(AlertKind::problem));
        world.away_until = world.now;
        world.pass(minutes(1));
    }
    world.take(world.alert(AlertKind::recovery));
    CHECK(world.folded.empty());
    CHECK(world.incident().state == IncidentState::quiet);
    world.pass(minutes(6));
    CHECK(world.folded.empty());
    CHECK(world.count_operations(OperationKind::open) == 1);
    CHECK(world.count_operations(OperationKind::solve) == 1);
}

TEST_CASE("what is only observed does not fold: its report would be a ticket") {
    World world = while_away();
    world.rules.plan.policy.mode = Mode::observe;
    world.rules.plan.policy.open_after = {{"", minutes(2)}};
    world.take(world.alert(AlertKind::problem));
    REQUIRE(world.incident().state == IncidentState::holding);
    world.now += minutes(3);  // decided late
    world.take(world.alert(AlertKind::recovery));
    CHECK(world.folded.empty());
    CHECK(world.incident().state == IncidentState::quiet);
}

TEST_CASE("a group folds when its last problem has recovered, and counts all of them") {
    World world = while_away();
    world.rules.plan.policy.group_by = {"host"};
    Alert first = world.alert(AlertKind::problem);
    Alert second = world.alert(AlertKind::problem);
    second.problem_key = "nagios/service/web01/SSH";
    second.severity = Severity::disaster;
    world.take(first);
    world.take(second);
    second.kind = AlertKind::recovery;
    second.state = ProblemState::ok;
    world.take(second);
    CHECK(world.folded.empty());
    world.take(world.alert(AlertKind::recovery));
    REQUIRE(world.folded.size() == 1);
    CHECK(world.folded.front().problems == 2);
    CHECK(world.folded.front().severity == Severity::disaster);
    CHECK(world.owed() == nullptr);
}

TEST_CASE("what monitoring no longer watches does not fold: people must hear of it") {
    World world = while_away();
    world.rules.plan.policy.group_by = {"host"};
    Alert other = world.alert(AlertKind::problem);
    other.problem_key = "nagios/service/web01/SSH";
    world.take(world.alert(AlertKind::problem));
    world.take(other);
    other.kind = AlertKind::cancelled;
    world.take(other);
    world.take(world.alert(AlertKind::recovery));
    CHECK(world.folded.empty());
    CHECK(world.owed() != nullptr);
}

TEST_CASE("one that is decided after the outage folds if it lasted long enough for a ticket") {
    World world;
    world.rules.plan.policy.open_after = {{"", minutes(2)}};
    const Alert problem = world.alert(AlertKind::problem);
    world.pass(minutes(1));
    Alert recovery = world.alert(AlertKind::recovery);
    SECTION("not when it was over before") {
        CHECK(recovery.received_at > problem.received_at);
    }
    SECTION("it was not") {
        recovery.received_at += minutes(39);
    }
    SECTION("a ticket for each is wanted") {
        recovery.received_at += minutes(39);
        world.rules.plan.policy.fold = Fold::each;
    }
    const bool lasted = recovery.received_at > problem.received_at + minutes(2);
    const bool each = world.rules.plan.policy.fold == Fold::each;
    world.pass(minutes(59));
    world.away_until = world.now;
    world.news_waiting = true;
    world.take(problem);
    CHECK(world.incident().state == IncidentState::holding);
    world.news_waiting = false;
    world.take(recovery);
    CHECK(world.folded.size() == (lasted && !each ? 1U : 0U));
    CHECK((world.owed() != nullptr) == (lasted && each));
    CHECK((world.incident().state == IncidentState::ended) == !(lasted && each));
    CHECK((world.incident().end_reason == "never lasted") == !lasted);
}

TEST_CASE("one that was quiet when GLPI went away folds when its time is up") {
    World world;
    world.take(world.alert(AlertKind::problem));
    world.take(world.alert(AlertKind::recovery));
    CHECK(world.incident().state == IncidentState::quiet);
    world.away_until = world.now + std::chrono::hours(1);
    world.pass(minutes(6));
    CHECK(world.folded.size() == 1);
    CHECK(world.owed() == nullptr);
}

TEST_CASE("drop folds without a word") {
    World world = while_away();
    world.rules.plan.policy.fold = Fold::drop;
    world.take(world.alert(AlertKind::problem));
    world.take(world.alert(AlertKind::recovery));
    CHECK(world.last_reason == "recovered while GLPI was away, no ticket is wanted for it");
    CHECK(world.folded.empty());
    CHECK(world.owed() == nullptr);
    CHECK(world.incident().state == IncidentState::ended);
}

TEST_CASE("the report is one ticket without an asset, opened and then solved") {
    World world = while_away();
    world.placement.asset.emplace().id = 7;
    world.rules.plan.time_zone = "Europe/Paris";
    world.take(world.alert(AlertKind::problem));
    world.take(world.alert(AlertKind::recovery));
    const Decision decision = world.report(3);
    CHECK(decision.reported_entity == 3);
    const Incident& report = world.incidents.back();
    CHECK(report.id != world.incident().id);
    CHECK(report.state == IncidentState::ended);
    CHECK_FALSE(report.placement.asset.has_value());
    CHECK(report.placement.entity_id == 3);
    REQUIRE(world.owed() != nullptr);
    CHECK(world.owed()->content.title == "outage 1");
    CHECK(world.owed()->content.html == "en/Europe/Paris");
    CHECK(world.owed()->content.urgency == 4);
    world.deliver_all();
    CHECK(world.written == std::vector<std::string>{"open:outage", "solve:outage"});
    CHECK(world.incidents.back().ticket_id == 100);
    // A problem of the same key later is news of its own.
    world.take(world.alert(AlertKind::problem, "9"));
    CHECK(world.count_operations(OperationKind::open) == 2);
}

TEST_CASE("a report that GLPI refuses for good waits for the operator, its solution behind it") {
    World world = while_away();
    world.take(world.alert(AlertKind::problem));
    world.take(world.alert(AlertKind::recovery));
    world.report(3);
    world.settle(refusal());
    const Operation& opening =
        *std::find_if(world.operations.begin(), world.operations.end(), [](const Operation& one) {
            return one.state == OperationState::dead;
        });
    CHECK(opening.kind == OperationKind::open);
    REQUIRE(world.owed() != nullptr);
    CHECK(world.owed()->kind == OperationKind::solve);

    Snapshot known;
    known.incident = world.incidents.back();
    known.operations = {opening, *world.owed()};
    OperatorEvent retry;
    retry.operation_id = opening.id;
    retry.action = OperatorAction::retry;
    const Decision decision = decide(world.context(), known, retry, world.now);
    CHECK(decision.verdict == Verdict::applied);
}

TEST_CASE("nothing folded: nothing is reported") {
    World world;
    const Decision decision = world.report(3);
    CHECK(decision.verdict == Verdict::ignored);
    CHECK(decision.operations.empty());
    CHECK_FALSE(decision.reported_entity.has_value());
}

TEST_CASE("the report's text lists the worst first, escaped, in the set's language") {
    OutageReport report;
    report.problems = 5;
    report.first_start = ab::from_unix_ms(1'795'000'000'000);
    report.last_end = report.first_start + minutes(30);
    OutageLine line;
    line.host = "<b>web01</b>";
    line.problem_name = "disk \"full\"\n\x1b[31m";
    line.severity = Severity::disaster;
    line.problems = 4;
    line.first_start = report.first_start;
    line.last_end = report.last_end;
    report.lines = {line};
    const auto templates = Templates::compile({});
    REQUIRE(templates.has_value());
    const OutageText english = (*templates)->outage("en", report, "UTC");
    CHECK(english.title == "Problems while GLPI was away: 5");
    CHECK(english.html.find("&lt;b&gt;web01&lt;/b&gt;") != std::string::npos);
    CHECK(english.html.find("<b>") == std::string::npos);
    CHECK(english.html.find('\x1b') == std::string::npos);
    CHECK(english.html.find("(Disaster) × 4, ") != std::string::npos);
    CHECK(english.html.find("left out") == std::string::npos);
    CHECK_FALSE(english.solution.empty());
    report.lines_left_out = 12;
    CHECK(
        (*templates)->outage("en", report, "UTC").html.find("12 more lines") != std::string::npos
    );
    const OutageText french = (*templates)->outage("fr", report, "Europe/Paris");
    CHECK(french.title == "Problèmes pendant l’absence de GLPI : 5");
    CHECK(french.html.find("(Désastre)") != std::string::npos);
    CHECK(french.html.find('{') == std::string::npos);
}
