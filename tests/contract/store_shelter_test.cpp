// SPDX-License-Identifier: MIT
// Nobody is off every ticket: parents and members whose tickets, hosts, people and clock change, on
// the real tables.
#include "catch.hpp"
#include "sql_world.hpp"

namespace alert_bridge::domain {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test_support::SqlWorld;

constexpr const char* kOnStorm = "too many tickets already, told on the ticket of the storm";
constexpr const char* kOnHost = "its host is down, told on the host's ticket";

SqlWorld stormy(int per_entity) {
    SqlWorld world;
    world.storm.per_entity = per_entity;
    world.rules.plan.policy.fold = Fold::each;
    return world;
}

Alert fails(SqlWorld& world, const std::string& host, std::int64_t entity_id = 3) {
    Alert alert = world.problem(host);
    world.take(alert, entity_id);
    return alert;
}

std::vector<Alert> fail(SqlWorld& world, int count) {
    std::vector<Alert> alerts;
    for (int i = 0; i < count; ++i) {
        alerts.push_back(fails(world, "web" + std::to_string(i)));
    }
    return alerts;
}

void recover(SqlWorld& world, const Alert& alert) {
    world.take(world.recovery_of(alert));
}

SqlWorld with_hosts() {
    SqlWorld world;
    world.rules.plan.policy.under = Under::host_down;
    return world;
}

SqlWorld with_host_down() {
    SqlWorld world = with_hosts();
    world.take(world.host_problem("web01"));
    world.pass(seconds(1));
    return world;
}

Incident host_of(SqlWorld& world) {
    return world.incident_of(world.host_problem("web01"));
}

}  // namespace

TEST_CASE("a host that goes under an umbrella takes its services with it", "[storm]") {
    SqlWorld world = stormy(1);
    world.rules.plan.policy.under = Under::host_down;
    fails(world, "web10");
    const Alert other = fails(world, "web11");
    CHECK(world.last_reason == kOnStorm);
    world.rules.plan.policy.open_after = {{"p2", minutes(2)}};
    world.take(world.host_problem("web01"));
    CHECK(world.last_reason == "must last until its ticket opens");
    Alert service = world.problem("web01");
    service.severity = Severity::disaster;
    CHECK(world.take(service) == kOnHost);
    world.pass(minutes(2));
    const Incident host = host_of(world);
    CHECK(host.state == IncidentState::sheltered);
    CHECK(world.incident_of(service).parent_id == world.umbrella().id);
    // It is told with the next report of the storm, and on nothing that has no ticket.
    world.pass(minutes(3));
    CHECK(world.untold() == 0);
    for (const Operation& operation : world.written) {
        CHECK(operation.incident_id != host.id);
    }
    CHECK(world.written.back().content.html == "storm 2/3/3");
    // When the storm is over, the host has a ticket of its own and its service stands on it.
    world.pass(minutes(30));
    CHECK(host_of(world).state == IncidentState::open);
    CHECK(world.untold() == 0);
    CHECK(world.incident_of(other).state == IncidentState::open);
}

TEST_CASE("what was only observed passes the budgets when it is written at last", "[storm]") {
    SqlWorld world = stormy(2);
    world.rules.plan.policy.mode = Mode::observe;
    fail(world, 5);
    CHECK(world.incidents(IncidentState::open) == 5);
    world.pass(minutes(1));
    world.rules.plan.policy.mode = Mode::act;
    fail(world, 5);
    CHECK(world.last_reason == kOnStorm);
    CHECK(world.incidents(IncidentState::sheltered) == 3);
    world.pass(minutes(2));
    CHECK(world.writes(OperationKind::open, "opened") == 2);
    CHECK(world.writes(OperationKind::open, "storm") == 1);
}

TEST_CASE("what was only observed goes by its new place", "[storm]") {
    SqlWorld world = stormy(1);
    world.rules.plan.policy.mode = Mode::observe;
    world.rules.plan.policy.open_after = {{"", minutes(10)}};
    fails(world, "web01", 3);
    CHECK(world.last_reason == "must last until its ticket opens");
    world.rules.plan.policy = Policy{};
    fails(world, "web02", 3);
    fails(world, "web03", 4);
    fails(world, "web04", 4);
    CHECK(world.last_reason == kOnStorm);
    const Incident umbrella = world.umbrella();
    CHECK(umbrella.placement.entity_id == 4);
    world.pass(seconds(1));
    const Alert moved = fails(world, "web01", 4);
    CHECK(world.last_reason == kOnStorm);
    CHECK(world.incident_of(moved).parent_id == umbrella.id);
}

TEST_CASE("what follows a ticket that could not be opened passes the budgets too", "[storm]") {
    SqlWorld world = stormy(1);
    Alert alert = fails(world, "web01");
    world.next_result = test_support::refusal();
    world.deliver();
    world.pass(seconds(10));
    recover(world, alert);
    CHECK(world.incident_of(alert).state == IncidentState::quiet);
    world.pass(seconds(10));
    alert = world.problem("web01");
    alert.episode = "2";
    CHECK(world.take(alert) == kOnStorm);
}

TEST_CASE("nothing goes under a host whose ticket a person ended", "[under]") {
    SqlWorld world = with_host_down();
    const Alert http = fails(world, "web01");
    CHECK(world.last_reason == kOnHost);
    world.pass(minutes(2));
    world.person_sets(host_of(world), 5);
    const auto told = world.writes(OperationKind::followup, "members");
    CHECK(world.take(world.problem("web01", "SMTP")) == "opens a ticket");
    world.pass(minutes(2));
    CHECK(world.incident_of(http).state == IncidentState::open);
    CHECK(world.writes(OperationKind::followup, "members") == told);
}

TEST_CASE("an umbrella that a person solved takes nobody in", "[storm]") {
    SqlWorld world = stormy(1);
    auto alerts = fail(world, 2);
    world.pass(minutes(2));
    const Incident first = world.umbrella();
    world.person_sets(first, 5);
    CHECK(world.last_reason == "solved by Pat, what was told on it gets its own tickets");
    CHECK(world.umbrella("ended by a person").id == first.id);
    fails(world, "web10");
    CHECK(world.last_reason == kOnStorm);
    CHECK(world.umbrella().id != first.id);
    CHECK(world.incident_of(alerts[1]).parent_id == first.id);
    world.pass(minutes(1));
    CHECK(world.writes(OperationKind::open, "storm") == 2);
    // One that may not wait any longer does not: it has no umbrella any more.
    world.storm.exempt = {"p1"};
    alerts[1].kind = AlertKind::update;
    alerts[1].severity = Severity::disaster;
    alerts[1].order.major += 1;
    world.take(alerts[1]);
    CHECK(world.incident_of(alerts[1]).state == IncidentState::open);
    world.pass(minutes(60));
    CHECK(world.incidents(IncidentState::sheltered) == 0);
}

TEST_CASE("all of a big storm that is over at once are listed", "[storm]") {
    SqlWorld world = stormy(1);
    for (const Alert& alert : fail(world, 2 * kMembersAtOnce + 101)) {
        recover(world, alert);
    }
    CHECK(world.untold() == 2 * kMembersAtOnce + 100);
    world.pass(minutes(30));
    CHECK(world.untold() == 0);
    CHECK(world.writes(OperationKind::followup, "members") == 3);
    CHECK(world.writes(OperationKind::solve, "storm") == 1);
}

TEST_CASE("a host's ticket tells of the last ends, however late", "[under]") {
    SqlWorld world = with_host_down();
    fails(world, "web01");
    world.pass(minutes(12));
    const Alert smtp = world.problem("web01", "SMTP");
    world.take(smtp);
    world.pass(minutes(4));
    CHECK(world.untold() == 0);
    const auto told = world.writes(OperationKind::followup, "members");
    recover(world, smtp);
    recover(world, world.problem("web01"));
    world.pass(minutes(2));
    CHECK(world.writes(OperationKind::followup, "members") == told);
    world.pass(minutes(20));
    CHECK(world.writes(OperationKind::followup, "members") == told + 1);
    CHECK(world.written.back().content.html == "host 0/0/2");
}

TEST_CASE("a host that comes back before it was told of its services is told of them", "[under]") {
    SqlWorld world = with_host_down();
    world.rules.plan.policy.under_wait = minutes(10);
    Alert http = world.problem("web01");
    http.severity = Severity::disaster;  // p1 does not wait
    CHECK(world.take(http) == kOnHost);
    recover(world, world.host_problem("web01"));
    world.pass(minutes(2));
    CHECK(host_of(world).state == IncidentState::quiet);
    CHECK(world.untold() == 1);
    world.take(world.host_problem("web01"));
    world.pass(minutes(3));
    CHECK(world.untold() == 0);
    CHECK(world.writes(OperationKind::followup, "members") == 1);
}

TEST_CASE("a member that leaves during maintenance waits for its end", "[storm]") {
    SqlWorld world = stormy(1);
    auto alerts = fail(world, 2);
    world.pass(minutes(10));
    world.rules.plan.maintenance = Maintenance{"backup", false, world.now + minutes(30)};
    SECTION("because its storm is over") {
        world.pass(minutes(20));
    }
    SECTION("because it may not wait any longer") {
        world.storm.exempt = {"p1"};
        alerts[1].kind = AlertKind::update;
        alerts[1].severity = Severity::disaster;
        CHECK(world.take(alerts[1]) == "still fails, waits for the end of maintenance");
        world.pass(minutes(20));
    }
    CHECK(world.incident_of(alerts[1]).state == IncidentState::holding);
    CHECK(world.incident_of(alerts[1]).parent_id.empty());
    world.rules.plan.maintenance.reset();
    world.pass(minutes(11));
    CHECK(world.incident_of(alerts[1]).state == IncidentState::open);
}

TEST_CASE("a storm goes by a clock that was set back", "[storm]") {
    SqlWorld world = stormy(1);
    const auto alerts = fail(world, 3);
    world.pass(minutes(2));
    recover(world, alerts[2]);
    world.set_clock(-hours(5));
    world.pass(minutes(25));
    CHECK(world.incident_of(alerts[1]).state == IncidentState::open);
    CHECK(world.incidents(IncidentState::sheltered) == 0);
}

TEST_CASE("a host's ticket goes by a clock that was set back", "[under]") {
    SqlWorld world = with_host_down();
    world.rules.plan.policy.under_wait = minutes(3);
    Alert http = world.problem("web01");
    http.severity = Severity::disaster;  // p1 does not wait
    world.take(http);
    world.pass(minutes(2));
    CHECK(world.untold() == 0);
    SECTION("when it tells of its services") {
        world.set_clock(-hours(5));
        Alert smtp = world.problem("web01", "SMTP");
        smtp.severity = Severity::disaster;
        world.take(smtp);
        world.pass(minutes(3));
        CHECK(world.untold() == 0);
    }
    SECTION("when its services leave it") {
        recover(world, world.host_problem("web01"));
        world.set_clock(-hours(5));
        world.pass(minutes(5));
        CHECK(world.incident_of(http).state == IncidentState::open);
    }
}

TEST_CASE("services that came and went with their host while GLPI was away fold", "[under]") {
    SqlWorld world = with_hosts();
    world.glpi_is_away = true;
    world.away_until = world.now + hours(1);
    const Alert host = world.host_problem("web01");
    world.take(host);
    const Alert http = fails(world, "web01");
    const Alert smtp = world.problem("web01", "SMTP");
    world.take(smtp);
    world.pass(seconds(30));
    recover(world, http);
    CHECK(world.last_reason == "recovered while GLPI was away, goes into the outage's report");
    CHECK(world.folded() == 1);
    SECTION("and all is told by the report") {
        recover(world, host);
        recover(world, smtp);
        CHECK(world.folded() == 3);
        world.glpi_is_away = false;
        world.pass(minutes(30));
        CHECK(world.written.empty());
        world.report(3);
        world.pass(minutes(30));
        CHECK(world.folded() == 0);
        CHECK(world.writes(OperationKind::open) == 1);
        CHECK(world.writes(OperationKind::solve) == 1);
    }
    SECTION("and are not told again where the host goes on") {
        world.glpi_is_away = false;
        world.pass(minutes(30));
        CHECK(world.writes(OperationKind::open) == 1);
        CHECK(world.written.back().content.html == "host 1/1/2");
        recover(world, smtp);
        CHECK(world.folded() == 1);  // the host has a ticket
    }
}

}  // namespace alert_bridge::domain
