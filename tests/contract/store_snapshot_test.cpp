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
    const auto text = bench.run(bench.sqlite().alert_text("a1"));
    REQUIRE((text.has_value() && text->has_value()));
    domain::Alert alert;
    REQUIRE(storage::decode(**text, alert));
    CHECK(alert.id == "a1");
    CHECK_FALSE(bench.run(bench.sqlite().alert_text("a2"))->has_value());
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
