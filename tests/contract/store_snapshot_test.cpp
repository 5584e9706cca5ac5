// SPDX-License-Identifier: MIT
// Contract of ports::SnapshotStore: what decide() would be told, and nothing is written for it.
#include "alert_bridge/storage/alert_json.hpp"
#include "alert_bridge/storage/snapshot_json.hpp"
#include "catch.hpp"
#include "store_bench.hpp"

namespace alert_bridge::test {
namespace {

ports::Subject subject_of(const domain::Alert& alert) {
    ports::Subject subject;
    subject.problem_key = alert.problem_key;
    subject.episode = alert.episode;
    return subject;
}

// As the correlator would: the row is done with this reason.
Result<domain::Decision> decide(
    SqliteBench& bench, const domain::Alert& alert, const std::string& reason, std::int64_t seq = 1
) {
    ports::Subject subject = subject_of(alert);
    subject.journal_seq = seq;
    return bench.run(bench.store().decide(std::move(subject), [reason](const domain::Snapshot&) {
        domain::Decision decision;
        decision.reason = reason;
        return decision;
    }));
}

}  // namespace

TEST_CASE("what is known of an alert is told as the lifecycle would be told, again and again") {
    SqliteBench bench;
    const domain::Alert alert = an_alert("a1");
    ports::Batch batch;
    batch.alerts.push_back(alert);
    REQUIRE(bench.run(bench.store().append(std::move(batch))).has_value());

    domain::Snapshot known;
    for (int round = 0; round < 2; ++round) {
        const auto text = bench.run(bench.sqlite().known_of(subject_of(alert)));
        REQUIRE(text.has_value());
        REQUIRE(storage::decode(*text, known));
        CHECK_FALSE(known.problem.has_value());
        CHECK_FALSE(known.incident.has_value());
    }
    CHECK(bench.run(bench.store().figures())->journal_pending == 1);
}

TEST_CASE("a stored alert is found by its id") {
    SqliteBench bench;
    ports::Batch batch;
    batch.alerts.push_back(an_alert("a1"));
    REQUIRE(bench.run(bench.store().append(std::move(batch))).has_value());
    const auto stored = bench.run(bench.sqlite().stored_alert("a1"));
    REQUIRE((stored.has_value() && stored->has_value()));
    domain::Alert alert;
    REQUIRE(storage::decode((*stored)->text, alert));
    CHECK(alert.id == "a1");
    CHECK((*stored)->reason.empty());
    CHECK_FALSE(bench.run(bench.sqlite().stored_alert("a2"))->has_value());

    (void)decide(bench, alert, "below the severity");
    const auto decided = bench.run(bench.sqlite().stored_alert("a1"));
    REQUIRE((decided.has_value() && decided->has_value()));
    CHECK((*decided)->reason == "below the severity");
    CHECK((*decided)->incident_id.empty());
}

TEST_CASE("where nothing is so young the journal is not read from its beginning") {
    SqliteBench bench;
    ports::Batch batch;
    for (const char* id : {"a1", "a2"}) {
        batch.alerts.push_back(an_alert(id));
    }
    const WallTime later = batch.alerts.front().received_at + std::chrono::hours(1);
    const domain::Alert first = batch.alerts[0];
    const domain::Alert second = batch.alerts[1];
    REQUIRE(bench.run(bench.store().append(std::move(batch))).has_value());
    (void)decide(bench, first, "dropped", 1);
    // What is pending may be younger.
    const auto pending = bench.run(bench.sqlite().alert_texts(0, later, 10));
    REQUIRE((pending.has_value() && pending->size() == 1));
    CHECK(pending->front().first == 2);
    (void)decide(bench, second, "dropped", 2);
    CHECK(bench.run(bench.sqlite().alert_texts(0, later, 10))->empty());
    CHECK(bench.run(bench.sqlite().alert_texts(0, first.received_at, 10))->size() == 2);
}

TEST_CASE("the journal is read in pages, from about a time on") {
    SqliteBench bench;
    ports::Batch batch;
    for (const char* id : {"a1", "a2", "a3"}) {
        batch.alerts.push_back(an_alert(id));
    }
    REQUIRE(bench.run(bench.store().append(std::move(batch))).has_value());
    const auto first = bench.run(bench.sqlite().alert_texts(0, WallTime{}, 2));
    REQUIRE((first.has_value() && first->size() == 2));
    CHECK(first->front().first < first->back().first);
    const auto second = bench.run(bench.sqlite().alert_texts(first->back().first, WallTime{}, 2));
    REQUIRE((second.has_value() && second->size() == 1));
    domain::Alert alert;
    REQUIRE(storage::decode(second->front().second, alert));
    CHECK(alert.id == "a3");
    CHECK(bench.run(bench.sqlite().alert_texts(second->front().first, WallTime{}, 2))->empty());
}

TEST_CASE("an incident is told with its episodes, operations and plan") {
    SqliteBench bench;
    seed_incident(bench, "i1", {an_operation("i1", domain::OperationKind::open)});
    const auto row = bench.run(bench.seat().incident("i1"));
    REQUIRE((row.has_value() && row->has_value()));
    REQUIRE_FALSE((*row)->operations.empty());
    ports::Subject subject;
    subject.problem_key = "another";
    subject.episode = "1";
    subject.group_key = (*row)->incident.group_key;
    domain::Snapshot known;
    const auto text = bench.run(bench.sqlite().known_of(subject));
    REQUIRE(text.has_value());
    REQUIRE(storage::decode(*text, known));
    REQUIRE(known.incident.has_value());
    CHECK(*known.incident == (*row)->incident);
    CHECK(known.episodes == (*row)->episodes);
    CHECK(known.operations == (*row)->operations);
}

}  // namespace alert_bridge::test
