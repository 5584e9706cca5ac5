// SPDX-License-Identifier: MIT
// Storms, the fuse, and hosts that are down, on the real tables.
#include "catch.hpp"
#include "sql_world.hpp"

namespace alert_bridge::domain {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using test_support::SqlWorld;

constexpr const char* kOnStorm = "too many tickets already, told on the ticket of the storm";
constexpr const char* kOnHost = "its host is down, told on the host's ticket";

SqlWorld stormy(int per_entity, int overall = 0, int fuse = 0) {
    SqlWorld world;
    world.storm.per_entity = per_entity;
    world.storm.overall = overall;
    world.storm.fuse = fuse;
    world.rules.plan.policy.fold = Fold::each;
    return world;
}

std::vector<Alert> fail(SqlWorld& world, int count, std::int64_t entity_id = 3, int from = 0) {
    std::vector<Alert> alerts;
    for (int i = from; i < from + count; ++i) {
        alerts.push_back(world.problem("web" + std::to_string(i)));
        world.take(alerts.back(), entity_id);
    }
    return alerts;
}

void recover(SqlWorld& world, const std::vector<Alert>& alerts) {
    for (const Alert& alert : alerts) {
        world.take(world.recovery_of(alert));
    }
}

SqlWorld with_host_problem() {
    SqlWorld world;
    world.rules.plan.policy.under = Under::host_down;
    world.take(world.host_problem("web01"));
    world.pass(seconds(1));
    return world;
}

}  // namespace

TEST_CASE("past an entity's budget one umbrella ticket tells of the rest", "[storm]") {
    SqlWorld world = stormy(20);
    const auto alerts = fail(world, 50);
    CHECK(world.last_reason == kOnStorm);
    CHECK(world.incidents(IncidentState::sheltered) == 30);
    world.pass(minutes(2));
    CHECK(world.writes(OperationKind::open, "opened") == 20);
    CHECK(world.writes(OperationKind::open, "storm") == 1);
    CHECK(world.writes(OperationKind::followup, "members") == 1);
    CHECK(world.written.back().content.html == "storm 30/30/30");
    CHECK(world.umbrella().placement.entity_id == 3);

    recover(world, alerts);
    CHECK(world.incidents(IncidentState::sheltered) == 0);
    world.pass(minutes(30));
    CHECK(world.writes(OperationKind::solve, "storm") == 1);
    CHECK(world.umbrella("the storm is over").state == IncidentState::ended);
    CHECK(world.writes(OperationKind::open) == 21);
}

TEST_CASE("each entity has its own umbrella and its own budget", "[storm]") {
    SqlWorld world = stormy(2);
    fail(world, 3, 3);
    CHECK(world.last_reason == kOnStorm);
    fail(world, 2, 4, 10);
    CHECK(world.last_reason == "opens a ticket");
    fail(world, 1, 4, 20);
    CHECK(world.last_reason == kOnStorm);
    CHECK(world.umbrella().placement.entity_id == 4);
    world.pass(seconds(1));
    CHECK(world.writes(OperationKind::open, "storm") == 2);
}

TEST_CASE("past the overall budget a single umbrella is in the staff's entity", "[storm]") {
    SqlWorld world = stormy(0, 4);
    for (int entity = 10; entity < 20; ++entity) {
        fail(world, 1, entity, entity);
    }
    world.pass(minutes(2));
    CHECK(world.writes(OperationKind::open, "opened") == 4);
    CHECK(world.writes(OperationKind::open, "storm") == 1);
    CHECK(world.umbrella().placement.entity_id == 1);
    CHECK(world.umbrella().placement.entity_name == "Staff");
}

TEST_CASE("an exempt priority passes both budgets, but not the fuse", "[storm]") {
    SqlWorld world = stormy(1, 1, 3);
    world.storm.exempt = {"p2"};  // of high severity
    fail(world, 3);
    CHECK(world.last_reason == "opens a ticket");
    fail(world, 1, 3, 10);
    CHECK(world.last_reason == kOnStorm);
    world.pass(minutes(61));
    fail(world, 1, 3, 20);
    CHECK(world.last_reason == "opens a ticket");
}

TEST_CASE("budgets are counted in their time only", "[storm]") {
    SqlWorld world = stormy(2);
    fail(world, 2);
    world.pass(minutes(5));
    fail(world, 2, 3, 10);
    CHECK(world.last_reason == "opens a ticket");
}

TEST_CASE("an umbrella gets the highest priority of its members", "[storm]") {
    SqlWorld world = stormy(1);
    fail(world, 2);
    Alert worse = world.problem("web10");
    worse.severity = Severity::disaster;
    CHECK(world.take(worse) == kOnStorm);
    world.pass(seconds(1));
    CHECK(world.writes(OperationKind::update, "priority") == 1);
    CHECK(world.written.back().content.urgency == 5);
    CHECK(world.umbrella().plan.priority.name == "p1");
}

TEST_CASE("what still fails after the storm gets its own ticket, within the budget", "[storm]") {
    SqlWorld world = stormy(20);
    fail(world, 30);
    world.pass(minutes(19));
    CHECK(world.writes(OperationKind::open, "opened") == 20);
    world.pass(minutes(3));
    CHECK(world.writes(OperationKind::open, "opened") == 30);
    CHECK(world.incidents(IncidentState::sheltered) == 0);
}

TEST_CASE("a thousand hosts cost GLPI little more than the budget", "[storm]") {
    SqlWorld world = stormy(20, 60, 100);
    std::vector<Alert> alerts;
    for (int entity = 10; entity < 20; ++entity) {
        const auto some = fail(world, 100, entity, entity * 100);
        alerts.insert(alerts.end(), some.begin(), some.end());
        world.now += seconds(1);
    }
    world.pass(minutes(10));
    recover(world, alerts);
    world.pass(minutes(60));
    CHECK(world.incidents(IncidentState::sheltered) == 0);
    CHECK(world.writes(OperationKind::open, "opened") == 60);
    const auto own = world.writes(OperationKind::open, "opened") +
                     world.writes(OperationKind::solve, "recovered");
    CHECK(static_cast<int>(world.written.size()) - own <= 30);
    CHECK(
        world.writes(OperationKind::solve, "storm") == world.writes(OperationKind::open, "storm")
    );
}

TEST_CASE("a member's news change no ticket; its recovery is counted", "[storm]") {
    SqlWorld world = stormy(1);
    const auto alerts = fail(world, 2);
    world.pass(minutes(2));
    const auto before = world.written.size();
    Alert update = alerts[1];
    update.kind = AlertKind::acknowledgement;
    CHECK(world.take(update) == "noted, no ticket of its own yet");
    world.pass(seconds(1));
    CHECK(world.written.size() == before);
    CHECK(
        world.take(world.recovery_of(alerts[1])) == "recovered, told on another problem's ticket"
    );
    world.pass(minutes(5));
    CHECK(world.written[before].content.html == "storm 0/0/1");
}

TEST_CASE("a member that becomes exempt leaves for a ticket of its own", "[storm]") {
    SqlWorld world = stormy(1);
    world.storm.exempt = {"p1"};
    auto alerts = fail(world, 2);
    alerts[1].severity = Severity::disaster;
    alerts[1].kind = AlertKind::update;
    world.take(alerts[1]);
    CHECK(world.last_reason == "too urgent now for another problem's ticket, opens its own");
    CHECK(world.incident_of(alerts[1]).state == IncidentState::open);
    CHECK(world.incident_of(alerts[1]).parent_id.empty());
}

TEST_CASE("a member that gets worse makes its umbrella more urgent and stays", "[storm]") {
    SqlWorld world = stormy(1);
    auto alerts = fail(world, 2);
    world.pass(minutes(6));  // the budget is free again
    alerts[1].severity = Severity::disaster;
    alerts[1].kind = AlertKind::update;
    CHECK(world.take(alerts[1]) == kOnStorm);
    CHECK(world.umbrella().plan.priority.name == "p1");
    world.pass(seconds(1));
    CHECK(world.written.back().content.urgency == 5);
}

TEST_CASE("an umbrella that was about to be solved takes new members", "[storm]") {
    SqlWorld world = stormy(1);
    const auto alerts = fail(world, 2);
    world.pass(seconds(90));
    recover(world, {alerts[1]});
    world.pass(minutes(1));
    CHECK(world.umbrella().state == IncidentState::quiet);
    fail(world, 1, 3, 10);
    CHECK(world.last_reason == kOnStorm);
    CHECK(world.umbrella().state == IncidentState::open);
    world.pass(minutes(8));
    CHECK(world.writes(OperationKind::solve, "storm") == 0);
}

TEST_CASE("when a person closes the umbrella its members get their own tickets later", "[storm]") {
    SqlWorld world = stormy(1);
    const auto alerts = fail(world, 2);
    world.deliver();
    world.pass(seconds(59));
    world.now += seconds(2);
    OperationResult closed;
    closed.what = OperationResult::What::ticket_gone;
    // The next write on it finds out.
    world.next_result = closed;
    world.pass(minutes(1));
    CHECK(world.umbrella("ticket deleted").state == IncidentState::ended);
    CHECK(world.incident_of(alerts[1]).state == IncidentState::sheltered);
    world.pass(minutes(21));
    CHECK(world.incident_of(alerts[1]).state == IncidentState::open);
}

TEST_CASE("services of a host that is down are told on its ticket", "[under]") {
    SqlWorld world = with_host_problem();
    const Alert http = world.problem("web01");
    CHECK(world.take(http) == kOnHost);
    CHECK(world.take(world.problem("web02")) == "opens a ticket");
    world.pass(minutes(2));
    CHECK(world.writes(OperationKind::open) == 2);
    CHECK(world.writes(OperationKind::followup, "members") == 1);
    CHECK(world.written.back().content.html == "host 1/1/1");
    CHECK(world.written.back().incident_id == world.incident_of(world.host_problem("web01")).id);
}

TEST_CASE("one source's host covers another's services by their asset", "[under]") {
    SqlWorld world;
    world.rules.plan.policy.under = Under::host_down;
    world.assets = {{"web01", 7}, {"web01.example.com", 7}};
    world.take(world.host_problem("web01"));
    Alert http = world.problem("web01.example.com");
    http.source = "zabbix";
    CHECK(world.take(http) == kOnHost);
    world.rules.plan.policy.under = Under::none;
    CHECK(world.take(world.problem("web01", "SMTP")) == "opens a ticket");
}

TEST_CASE("a service that still fails after its host is up gets its own ticket", "[under]") {
    SqlWorld world = with_host_problem();
    world.rules.plan.policy.under_wait = minutes(3);
    const Alert http = world.problem("web01");
    world.take(http);
    world.pass(minutes(20));
    CHECK(world.last_reason == "its host is still down");
    world.take(world.recovery_of(world.host_problem("web01")));
    world.pass(minutes(2));
    CHECK(world.incident_of(http).state == IncidentState::sheltered);
    world.pass(minutes(3));
    CHECK(world.incident_of(http).state == IncidentState::open);
    CHECK(world.writes(OperationKind::open) == 2);
}

TEST_CASE("a service waits for news of its host, p1 does not", "[under]") {
    SqlWorld world;
    world.rules.plan.policy.under = Under::host_down;
    world.rules.plan.policy.under_wait = minutes(3);
    CHECK(world.take(world.problem("web01")) == "must last until its ticket opens");
    world.pass(minutes(1));
    world.take(world.host_problem("web01"));
    world.pass(minutes(3));
    CHECK(world.writes(OperationKind::open) == 1);
    CHECK(world.incident_of(world.problem("web01")).state == IncidentState::sheltered);
    Alert disaster = world.problem("web02");
    disaster.severity = Severity::disaster;
    CHECK(world.take(disaster) == "opens a ticket");
}

TEST_CASE("tickets of services opened shortly before their host's are linked to it", "[under]") {
    SqlWorld world;
    world.rules.plan.policy.under = Under::host_down;
    world.take(world.problem("web01", "old"));
    world.pass(minutes(6));
    world.take(world.problem("web01"));
    world.pass(minutes(1));
    world.take(world.host_problem("web01"));
    world.pass(seconds(1));
    REQUIRE(world.writes(OperationKind::link_ticket) == 1);
    CHECK(world.written.back().content.linked_ticket == 101);
}

}  // namespace alert_bridge::domain
