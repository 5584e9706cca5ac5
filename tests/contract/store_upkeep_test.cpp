// SPDX-License-Identifier: MIT
// Contract of ports::Store: timers, figures, the listing of incidents, and pruning.
#include "catch.hpp"
#include "store_bench.hpp"

namespace alert_bridge::test {
namespace {

using domain::IncidentState;
using domain::OperationKind;
using domain::OperationState;
using domain::TimerKind;
using storage::kDay;

template <class Bench>
int prune_all(Bench& bench, WallTime now, int step = 100) {
    int total = 0;
    for (int deleted = step; deleted > 0; total += deleted) {
        const auto result = bench.run(bench.store().prune(now, step));
        REQUIRE(result.has_value());
        CHECK(*result <= step);
        deleted = *result;
    }
    return total;
}

domain::Decision an_ended_incident(const std::string& id) {
    auto decision = applied();
    decision.incidents.push_back(an_incident(id, "group of " + id));
    decision.incidents[0].state = IncidentState::ended;
    decision.incidents[0].end_reason = "recovered";
    decision.episodes.push_back(an_episode("zabbix/" + id, "e1", id));
    decision.episodes[0].state = domain::EpisodeState::recovered;
    decision.episodes[0].ended_at = kNow;
    decision.operations.push_back(an_operation(id, OperationKind::open));
    decision.operations[0].state = OperationState::done;
    return decision;
}

TEMPLATE_LIST_TEST_CASE("timers come earliest first and within the limit", "[store]", Stores) {
    TestType bench;
    auto decision = applied();
    for (int i = 0; i < 4; ++i) {
        const auto id = "i" + std::to_string(i);
        decision.incidents.push_back(an_incident(id, id));
        decision.set_timers.push_back({id, TimerKind::hold, kNow - Duration(i)});
    }
    write(bench, decision);
    const auto due = bench.run(bench.store().due_timers(kNow, 3));
    REQUIRE(due->size() == 3);
    CHECK(due->at(0).incident_id == "i3");
    CHECK(due->at(2).incident_id == "i1");
    CHECK(*bench.run(bench.store().next_timer()) == std::optional(kNow - Duration(3)));
}

TEMPLATE_LIST_TEST_CASE("every kind of timer comes back as it went in", "[store]", Stores) {
    TestType bench;
    auto decision = applied();
    decision.incidents.push_back(an_incident("i1"));
    for (const auto kind :
         {TimerKind::hold, TimerKind::resolve, TimerKind::reopen_window, TimerKind::digest}) {
        decision.set_timers.push_back({"i1", kind, kNow});
    }
    write(bench, decision);
    const auto due = bench.run(bench.store().due_timers(kNow, 10));
    REQUIRE(due->size() == 4);
    for (const auto& timer : decision.set_timers) {
        CHECK(std::count(due->begin(), due->end(), timer) == 1);
    }
}

TEMPLATE_LIST_TEST_CASE("the figures count what is unfinished", "[store]", Stores) {
    TestType bench;
    const auto empty = bench.run(bench.store().figures());
    CHECK(empty->journal_pending == 0);
    CHECK_FALSE(empty->oldest_due);
    REQUIRE(bench.run(bench.store().append(a_batch(an_alert("a1")))).has_value());
    REQUIRE(bench.run(bench.store().append(a_batch(an_alert("a2")))).has_value());
    const auto state_of = [&bench](const std::string& id, OperationState state) {
        seed_incident(bench, id, {an_operation(id, OperationKind::open)});
        auto claimed = bench.run(bench.store().claim(kNow, 1, Duration(1)));
        if (state != OperationState::sending) {
            claimed->front().operation.due_at = kNow + Duration(77);
            settle(bench, claimed->front().operation, state);
        }
    };
    state_of("i1", OperationState::uncertain);
    state_of("i2", OperationState::dead);
    state_of("i3", OperationState::sending);
    state_of("i4", OperationState::due);
    state_of("i5", OperationState::done);
    write(bench, an_ended_incident("i6"));
    const auto figures = bench.run(bench.store().figures());
    CHECK(figures->journal_pending == 2);
    CHECK(figures->uncertain == 1);
    CHECK(figures->dead == 1);
    CHECK(figures->sending == 1);
    CHECK(figures->due == 1);
    CHECK(figures->open_incidents == 5);
    CHECK(figures->file_bytes > 0);
    CHECK(figures->wal_bytes > 0);
}

TEMPLATE_LIST_TEST_CASE(
    "the oldest owed write is old however often it is tried", "[store]", Stores
) {
    TestType bench;
    const auto owed_since = [&bench](const std::string& id, int second, OperationState state) {
        auto opening = an_operation(id, OperationKind::open);
        opening.created_at = kNow + Duration(second * 1'000);
        seed_incident(bench, id, {opening});
        auto claimed = bench.run(bench.store().claim(kNow + storage::kDay, 1, Duration(1)));
        REQUIRE(claimed->size() == 1);
        auto& row = claimed->front().operation;
        row.due_at = kNow + 2 * storage::kDay;  // the next try
        if (state != OperationState::sending) {
            settle(bench, row, state);
        }
        return row;
    };
    const auto oldest = [&bench] { return bench.run(bench.store().figures())->oldest_due; };
    CHECK_FALSE(oldest());
    owed_since("dead", 1, OperationState::dead);
    owed_since("done", 2, OperationState::done);
    CHECK_FALSE(oldest());
    owed_since("sending", 9, OperationState::sending);
    CHECK(oldest() == kNow + Duration(9'000));
    owed_since("due", 7, OperationState::due);
    CHECK(oldest() == kNow + Duration(7'000));
    auto uncertain = owed_since("uncertain", 5, OperationState::uncertain);
    CHECK(oldest() == kNow + Duration(5'000));
    uncertain.retried_at = kNow + Duration(8'000);  // the operator has seen it since
    settle(bench, uncertain, OperationState::uncertain);
    CHECK(oldest() == kNow + Duration(7'000));
}

TEMPLATE_LIST_TEST_CASE("openings that were only observed are counted by time", "[store]", Stores) {
    TestType bench;
    auto decision = applied();
    for (int i = 0; i < 5; ++i) {
        const auto id = "i" + std::to_string(i);
        decision.incidents.push_back(an_incident(id, id));
        auto opening = an_operation(id, OperationKind::open);
        opening.created_at = kNow + Duration(i);
        opening.state = i == 4 ? OperationState::due : OperationState::skipped;
        opening.last_error = i == 3 ? "withdrawn" : std::string(domain::kObserved);
        decision.operations.push_back(opening);
    }
    auto followup = an_operation("i1", OperationKind::followup);
    followup.state = OperationState::skipped;
    followup.last_error = domain::kObserved;
    followup.created_at = kNow + Duration(1);
    decision.operations.push_back(followup);
    write(bench, decision);
    const auto count = [&](int from, int to) {
        return *bench.run(
            bench.store().observed_openings(kNow + Duration(from), kNow + Duration(to))
        );
    };
    CHECK(count(-1, 10) == 3);
    CHECK(count(0, 10) == 3);
    CHECK(count(1, 10) == 2);
    CHECK(count(0, 1) == 1);
    CHECK(count(3, 10) == 0);
}

TEMPLATE_LIST_TEST_CASE("incidents are listed whole and page by id", "[store]", Stores) {
    TestType bench;
    for (const auto* id : {"i3", "i1", "i2"}) {
        write(bench, an_ended_incident(id));
    }
    const auto page = bench.run(bench.seat().incidents("", true, 2));
    REQUIRE(page->size() == 2);
    CHECK(page->at(0).incident.id == "i1");
    CHECK(page->at(0).owed == 0);
    const auto whole = whole_incidents(bench);
    CHECK(whole.at(0).episodes.size() == 1);
    REQUIRE(whole.at(0).operations.size() == 1);
    CHECK(whole.at(0).operations[0].state == OperationState::done);
    const auto rest = bench.run(bench.seat().incidents(page->at(1).incident.id, true, 10));
    REQUIRE(rest->size() == 1);
    CHECK(rest->at(0).incident.id == "i3");
}

TEMPLATE_LIST_TEST_CASE(
    "ended incidents go after their time with all they had", "[store]", Stores
) {
    TestType bench;
    write(bench, an_ended_incident("i1"));
    CHECK(prune_all(bench, kNow + 90 * kDay) == 0);
    CHECK(prune_all(bench, kNow + 91 * kDay) >= 3);
    CHECK(bench.run(bench.seat().incidents("", true, 10))->empty());
    CHECK_FALSE(snapshot_for(bench, about_alert(0, "zabbix/i1", "e1", "group of i1")).previous);
}

TEMPLATE_LIST_TEST_CASE("pruning never touches an incident that has not ended", "[store]", Stores) {
    TestType bench;
    const auto state = GENERATE(
        IncidentState::holding, IncidentState::open, IncidentState::quiet, IncidentState::solved
    );
    auto decision = an_ended_incident("i1");
    decision.incidents[0].state = state;
    decision.problem = domain::Problem{"zabbix/i1", {1, 1}, domain::ProblemState::ok, {}, {}, kNow};
    decision.set_timers.push_back({"i1", TimerKind::resolve, kNow});
    write(bench, decision);
    const auto before = whole_incidents(bench);
    CHECK(prune_all(bench, kNow + 1000 * kDay) == 0);
    const auto after = whole_incidents(bench);
    REQUIRE(after.size() == 1);
    CHECK(after.front().incident == before.front().incident);
    CHECK(after.front().episodes == before.front().episodes);
    CHECK(after.front().operations == before.front().operations);
    CHECK(bench.run(bench.store().due_timers(kNow, 10))->size() == 1);
    CHECK(snapshot_for(bench, about_alert(0, "zabbix/i1", "e1")).problem == decision.problem);
}

TEMPLATE_LIST_TEST_CASE("an ended incident that still owes something stays", "[store]", Stores) {
    TestType bench;
    const auto state = GENERATE(OperationState::due, OperationState::dead);
    auto decision = an_ended_incident("i1");
    decision.operations[0].state = state;
    write(bench, decision);
    CHECK(prune_all(bench, kNow + 1000 * kDay) == 0);
    CHECK(bench.run(bench.seat().incidents("", true, 10))->size() == 1);
}

TEMPLATE_LIST_TEST_CASE("pruning works in small steps", "[store]", Stores) {
    TestType bench;
    for (int i = 0; i < 10; ++i) {
        write(bench, an_ended_incident("i" + std::to_string(i)));
    }
    const auto first = bench.run(bench.store().prune(kNow + 91 * kDay, 4));
    CHECK(*first == 4);
    CHECK(prune_all(bench, kNow + 91 * kDay, 4) == 26);
    CHECK(bench.run(bench.seat().incidents("", true, 10))->empty());
    CHECK(*bench.run(bench.store().prune(kNow, 0)) == 0);
    CHECK(*bench.run(bench.store().prune(kNow, -1)) == 0);
}

TEMPLATE_LIST_TEST_CASE(
    "decided alerts go after fourteen days, pending ones never", "[store]", Stores
) {
    TestType bench;
    ports::Batch batch;
    batch.alerts = {an_alert("a1"), an_alert("a2")};
    batch.unusable.push_back({0, "zabbix", "json", "{", kNow});
    const auto receipts = bench.run(bench.store().append(batch));
    const auto subject = about_alert(receipts->front().journal_seq);
    REQUIRE(bench.run(bench.store().decide(subject, always(applied()))).has_value());
    CHECK(prune_all(bench, kNow + 6 * kDay) == 0);
    CHECK(prune_all(bench, kNow + 7 * kDay) == 2);  // the idempotency keys
    CHECK(prune_all(bench, kNow + 14 * kDay) == 0);
    CHECK(prune_all(bench, kNow + 15 * kDay) == 2);  // the decided alert and the body
    CHECK_FALSE(bench.run(bench.store().standing("a1"))->has_value());
    CHECK(bench.run(bench.store().pending(0, 10))->size() == 1);
    CHECK(bench.run(bench.seat().quarantined(0, 10))->empty());
}

TEMPLATE_LIST_TEST_CASE(
    "a tombstone goes once its problem is silent, then the problem", "[store]", Stores
) {
    TestType bench;
    auto decision = applied();
    decision.problem = domain::Problem{"zabbix/1", {1, 1}, domain::ProblemState::ok, {}, {}, kNow};
    decision.episodes.push_back(an_episode("zabbix/1", "e1", ""));
    decision.episodes[0].state = domain::EpisodeState::recovered;
    decision.episodes[0].started_at = kNow - 400 * kDay;  // the sender's clock is wrong
    decision.episodes[0].ended_at = kNow - 400 * kDay;
    write(bench, decision);
    CHECK(prune_all(bench, kNow + 7 * kDay) == 0);
    CHECK(prune_all(bench, kNow + 8 * kDay) == 1);
    CHECK(snapshot_for(bench, about_alert(0)).problem);
    CHECK(prune_all(bench, kNow + 91 * kDay) == 1);
    const auto snapshot = snapshot_for(bench, about_alert(0));
    CHECK_FALSE(snapshot.problem);
    CHECK_FALSE(snapshot.episode);
}

TEMPLATE_LIST_TEST_CASE(
    "an open episode below the threshold is kept much longer", "[store]", Stores
) {
    TestType bench;
    auto decision = applied();
    decision.problem =
        domain::Problem{"zabbix/1", {1, 1}, domain::ProblemState::failing, {}, {}, kNow};
    decision.episodes.push_back(an_episode("zabbix/1", "e1", ""));
    write(bench, decision);
    CHECK(prune_all(bench, kNow + 89 * kDay) == 0);
    CHECK(prune_all(bench, kNow + 91 * kDay) == 2);
}

TEMPLATE_LIST_TEST_CASE("cached look-ups go some days after they expired", "[store]", Stores) {
    TestType bench;
    REQUIRE(bench.run(bench.store().cache("k", {"v", kNow})).has_value());
    CHECK(prune_all(bench, kNow + 7 * kDay) == 0);
    CHECK(prune_all(bench, kNow + 8 * kDay) == 1);
    CHECK_FALSE(bench.run(bench.store().cached("k"))->has_value());
}

TEMPLATE_LIST_TEST_CASE(
    "cached look-ups over their bound go, first to expire first", "[store]", Stores
) {
    TestType bench([](auto& options) { options.retention.lookups_max = 2; });
    for (int i = 0; i < 5; ++i) {
        const auto key = "k" + std::to_string(i);
        REQUIRE(bench.run(bench.store().cache(key, {"v", kNow + Duration(i)})).has_value());
    }
    CHECK(prune_all(bench, kNow) == 3);
    CHECK_FALSE(bench.run(bench.store().cached("k2"))->has_value());
    CHECK(bench.run(bench.store().cached("k3"))->has_value());
}

}  // namespace
}  // namespace alert_bridge::test
