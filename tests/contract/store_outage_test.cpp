// SPDX-License-Identifier: MIT
// Contract of ports::Store: what folded while GLPI was away, until its report is owed.
#include "catch.hpp"
#include "store_bench.hpp"

namespace alert_bridge::test {
namespace {

using domain::Severity;
using std::chrono::minutes;

ports::Subject about_outage(std::int64_t entity_id) {
    ports::Subject subject;
    subject.outage_entity = entity_id;
    return subject;
}

// An incident that ended and folded; `minute` tells its start, it lasted one more.
template <class Bench>
void fold(
    Bench& bench, const std::string& id, std::int64_t entity_id, Severity severity, int minute,
    const std::string& host = "web01"
) {
    auto decision = applied();
    decision.incidents.push_back(an_incident(id, "group of " + id));
    decision.incidents.back().state = domain::IncidentState::ended;
    domain::FoldedPair pair;
    pair.incident_id = id;
    pair.entity_id = entity_id;
    pair.host = host;
    pair.problem_name = "disk full";
    pair.severity = severity;
    pair.problems = 2;
    pair.started_at = kNow + minutes(minute);
    pair.ended_at = kNow + minutes(minute + 1);
    decision.folded = pair;
    write(bench, std::move(decision));
}

template <class Bench>
std::vector<std::int64_t> waiting(Bench& bench, WallTime away_until = kNow) {
    return *bench.run(bench.store().outages_to_report(away_until, 10));
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("folded pairs are grouped, the worst first", "[store]", Stores) {
    TestType bench;
    CHECK(waiting(bench).empty());
    fold(bench, "i1", 3, Severity::high, 0);
    fold(bench, "i2", 3, Severity::average, 5);
    fold(bench, "i3", 3, Severity::disaster, 2, "db01");
    fold(bench, "i4", 9, Severity::high, 0);
    bench.restart();
    CHECK(waiting(bench) == std::vector<std::int64_t>{3, 9});

    const auto snapshot = snapshot_for(bench, about_outage(3));
    REQUIRE(snapshot.outage);
    CHECK(snapshot.outage->problems == 6);
    CHECK(snapshot.outage->lines_left_out == 0);
    CHECK(snapshot.outage->first_start == kNow);
    CHECK(snapshot.outage->last_end == kNow + minutes(6));
    REQUIRE(snapshot.outage->lines.size() == 2);
    CHECK(snapshot.outage->lines[0].host == "db01");
    const domain::OutageLine web{"web01", "disk full", Severity::high, 4, kNow, kNow + minutes(6)};
    CHECK(snapshot.outage->lines[1] == web);
    REQUIRE(snapshot.outage_worst);
    CHECK(snapshot.outage_worst->id == "i3");
}

TEMPLATE_LIST_TEST_CASE("a report takes the pairs of its entity with it", "[store]", Stores) {
    TestType bench;
    fold(bench, "i1", 3, Severity::high, 0);
    fold(bench, "i2", 9, Severity::high, 0);
    auto report = applied();
    report.incidents.push_back(an_incident("r1", "outage|r1"));
    report.reported_entity = 3;
    REQUIRE(bench.run(bench.store().decide(about_outage(3), always(report))).has_value());
    CHECK(waiting(bench) == std::vector<std::int64_t>{9});
    CHECK_FALSE(snapshot_for(bench, about_outage(3)).outage.has_value());
}

TEMPLATE_LIST_TEST_CASE(
    "a snapshot tells of other open episodes of its problem", "[store]", Stores
) {
    TestType bench;
    auto decision = an_opening();  // zabbix/1, e1
    CHECK_FALSE(snapshot_for(bench, about_alert(0, "zabbix/1", "e2")).other_open);
    write(bench, decision);
    CHECK(snapshot_for(bench, about_alert(0, "zabbix/1", "e2")).other_open);
    CHECK_FALSE(snapshot_for(bench, about_alert(0, "zabbix/1", "e1")).other_open);
    SECTION("also when its incident has ended") {
        decision.incidents.front().state = domain::IncidentState::ended;
        write(bench, decision);
        CHECK(snapshot_for(bench, about_alert(0, "zabbix/1", "e2")).other_open);
    }
    SECTION("not when they are over") {
        decision.episodes.front().state = domain::EpisodeState::recovered;
        decision.episodes.front().ended_at = kNow;
        write(bench, decision);
        CHECK_FALSE(snapshot_for(bench, about_alert(0, "zabbix/1", "e2")).other_open);
    }
}

TEMPLATE_LIST_TEST_CASE("more lines than a ticket should hold are counted", "[store]", Stores) {
    TestType bench;
    for (int i = 0; i < domain::kOutageLines + 7; ++i) {
        fold(bench, "i" + std::to_string(i), 3, Severity::high, i, "host" + std::to_string(i));
    }
    const auto snapshot = snapshot_for(bench, about_outage(3));
    REQUIRE(snapshot.outage);
    CHECK(snapshot.outage->lines.size() == domain::kOutageLines);
    CHECK(snapshot.outage->lines_left_out == 7);
    CHECK(snapshot.outage->problems == 2 * (domain::kOutageLines + 7));
}

TEMPLATE_LIST_TEST_CASE("a report waits for the alerts of its outage", "[store]", Stores) {
    TestType bench;
    fold(bench, "i1", 3, Severity::high, 0);
    const auto seq = append_one(bench, "a1");  // received at kNow
    CHECK(waiting(bench, kNow).empty());
    CHECK(waiting(bench, kNow - minutes(1)).size() == 1);
    REQUIRE(bench.run(bench.store().decide(about_alert(seq), always(applied()))).has_value());
    CHECK(waiting(bench, kNow).size() == 1);
}

TEMPLATE_LIST_TEST_CASE("what waits for a report is not pruned", "[store]", Stores) {
    TestType bench;
    fold(bench, "i1", 3, Severity::high, 0);
    const WallTime later = kNow + std::chrono::hours(24 * 400);
    REQUIRE(bench.run(bench.store().prune(later, 100)).has_value());
    CHECK(snapshot_for(bench, about_outage(3)).outage_worst.has_value());
    auto report = applied();
    report.reported_entity = 3;
    REQUIRE(bench.run(bench.store().decide(about_outage(3), always(report))).has_value());
    CHECK(bench.run(bench.store().prune(later, 100)).value() == 1);
}

}  // namespace alert_bridge::test
