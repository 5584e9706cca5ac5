// SPDX-License-Identifier: MIT
#include "alert_bridge/storage/records.hpp"

#include <sqlite3.h>

#include "alert_bridge/storage/schema.hpp"
#include "catch.hpp"
#include "full_values.hpp"
#include "store_bench.hpp"

namespace alert_bridge::test {
namespace {

using domain::OperationKind;
using domain::OperationState;
using storage::Database;

struct Tables {
    TemporaryDirectory directory;
    Database db = *storage::open_database({(directory.path() / "t.db").string(), 0, {}});
};

std::string reason_of(storage::Database& db, const std::string& problem_key) {
    auto row = db.query("SELECT last_reason FROM problems WHERE key = ?1", problem_key);
    return row.next() ? row.text() : "no such problem";
}

TEST_CASE("a problem comes back as it was saved, and newer values replace it") {
    Tables tables;
    domain::Problem problem;
    auto& [key, newest, state, changes, downtime_since, updated_at] = problem;
    key = "zabbix/1";
    newest = {5, -6};
    state = domain::ProblemState::failing;
    updated_at = kNow;
    CHECK_FALSE(storage::find_problem(tables.db, key));
    storage::save_problem(tables.db, problem, "opens a ticket");
    CHECK(storage::find_problem(tables.db, key) == problem);
    CHECK(reason_of(tables.db, key) == "opens a ticket");
    changes.begins = {kNow, kNow + Duration(1)};
    changes.ends = {kNow + Duration(1)};
    downtime_since = kNow + Duration(2);
    state = domain::ProblemState::ok;
    newest = {6, 0};
    storage::save_problem(tables.db, problem, "recovered");
    CHECK(storage::find_problem(tables.db, key) == problem);
    CHECK(reason_of(tables.db, key) == "recovered");
}

TEST_CASE("an incident comes back as it was saved, in every state") {
    Tables tables;
    auto incident = full_incident("I1");
    CHECK_FALSE(storage::find_incident(tables.db, "I1"));
    for (const auto state :
         {domain::IncidentState::open, domain::IncidentState::quiet, domain::IncidentState::solved,
          domain::IncidentState::ended}) {
        incident.state = state;
        incident.ticket_id += 1;
        incident.latest.text += "x";
        incident.flaps.problems.resize(incident.flaps.problems.size() == 2 ? 0 : 2);
        storage::save_incident(tables.db, incident);
        CHECK(storage::find_incident(tables.db, "I1") == incident);
    }
}

TEST_CASE("an episode comes back as it was saved, with or without an incident") {
    Tables tables;
    storage::save_incident(tables.db, full_incident("I1"));
    domain::Episode episode = full_episode("e1");
    storage::save_episode(tables.db, episode);
    CHECK(storage::find_episode(tables.db, "zabbix/1", "e1") == episode);
    CHECK(storage::episodes_of(tables.db, "I1") == std::vector{episode});
    episode.incident_id.clear();
    episode.state = domain::EpisodeState::open;
    episode.ended_at.reset();
    storage::save_episode(tables.db, episode);
    CHECK(storage::find_episode(tables.db, "zabbix/1", "e1") == episode);
    CHECK(storage::episodes_of(tables.db, "I1").empty());
    CHECK_FALSE(storage::find_episode(tables.db, "zabbix/1", "e2"));
}

TEST_CASE("an operation comes back as it was inserted, then as it was updated") {
    Tables tables;
    storage::save_incident(tables.db, full_incident("I1"));
    auto operation = full_operation("I1");
    storage::insert_operation(tables.db, operation);
    CHECK(operation.id > 0);
    CHECK(operation.seq == 1);
    CHECK(storage::find_operation(tables.db, operation.id) == operation);
    operation.state = OperationState::done;
    operation.kind = OperationKind::followup;
    operation.content.title = "t";
    operation.sent_at.reset();
    operation.refusals = 0;
    operation.due_at = kNow + Duration(9);
    storage::update_operation(tables.db, operation);
    CHECK(storage::find_operation(tables.db, operation.id) == operation);
    CHECK_FALSE(storage::find_operation(tables.db, operation.id + 1));
}

TEST_CASE("operations are numbered per incident and listed in that order") {
    Tables tables;
    storage::save_incident(tables.db, full_incident("I1"));
    for (const auto state :
         {OperationState::done, OperationState::due, OperationState::dead, OperationState::skipped,
          OperationState::due}) {
        auto operation = full_operation("I1");
        operation.state = state;
        storage::insert_operation(tables.db, operation);
    }
    const auto all = storage::operations_of(tables.db, "I1");
    REQUIRE(all.size() == 5);
    for (std::size_t i = 0; i < all.size(); ++i) {
        CHECK(all[i].seq == static_cast<std::int64_t>(i) + 1);
    }
    const auto unfinished = storage::unfinished_operations_of(tables.db, "I1");
    REQUIRE(unfinished.size() == 3);
    CHECK(unfinished[1].state == OperationState::dead);
}

struct HeadCase {
    std::vector<std::pair<OperationKind, OperationState>> operations;
    std::int64_t head;  // seq; 0: none
};

TEST_CASE("the head is the operation that may move next") {
    using K = OperationKind;
    using S = OperationState;
    const auto test = GENERATE(
        HeadCase{{}, 0}, HeadCase{{{K::open, S::due}}, 1}, HeadCase{{{K::open, S::done}}, 0},
        HeadCase{{{K::open, S::done}, {K::solve, S::due}}, 2},
        HeadCase{{{K::open, S::dead}, {K::solve, S::due}}, 1},
        HeadCase{{{K::open, S::skipped}, {K::solve, S::due}}, 2},
        HeadCase{{{K::followup, S::dead}, {K::solve, S::due}}, 2},
        HeadCase{{{K::followup, S::dead}}, 0},
        HeadCase{{{K::followup, S::due}, {K::solve, S::uncertain}}, 2},
        HeadCase{{{K::open, S::uncertain}, {K::solve, S::due}}, 1}
    );
    Tables tables;
    storage::save_incident(tables.db, full_incident("I1"));
    for (const auto& [kind, state] : test.operations) {
        auto operation = full_operation("I1");
        operation.kind = kind;
        operation.state = state;
        storage::insert_operation(tables.db, operation);
    }
    storage::mark_head(tables.db, "I1");
    auto row =
        tables.db.query("SELECT coalesce(sum(seq), 0), count(*) FROM operations WHERE head = 1");
    REQUIRE(row.next());
    CHECK(row.integer() == test.head);
    CHECK(row.integer() == (test.head == 0 ? 0 : 1));
}

TEST_CASE("the head moves on when what stands in front is finished, and back when it is not") {
    Tables tables;
    storage::save_incident(tables.db, full_incident("I1"));
    auto first = full_operation("I1");
    auto second = full_operation("I1");
    first.state = second.state = OperationState::due;
    first.kind = second.kind = OperationKind::followup;
    storage::insert_operation(tables.db, first);
    storage::insert_operation(tables.db, second);
    for (const auto& [state, head] :
         {std::pair{OperationState::due, first.id}, std::pair{OperationState::dead, second.id},
          std::pair{OperationState::due, first.id}, std::pair{OperationState::done, second.id}}) {
        first.state = state;
        storage::update_operation(tables.db, first);
        storage::mark_head(tables.db, "I1");
        auto row = tables.db.query("SELECT id FROM operations WHERE head = 1");
        REQUIRE(row.next());
        CHECK(row.integer() == head);
        CHECK_FALSE(row.next());
    }
}

TEST_CASE("a damaged row is corruption, not a default") {
    Tables tables;
    storage::save_incident(tables.db, full_incident("I1"));
    tables.db.script("UPDATE incidents SET plan = 'not json'");
    try {
        (void)storage::find_incident(tables.db, "I1");
        FAIL("the damaged row was read");
    } catch (const storage::SqliteError& error) {
        CHECK(error.primary() == SQLITE_CORRUPT);
        CHECK(error.is_fatal());
    }
}

TEST_CASE("timers are replaced by kind and deleted") {
    Tables tables;
    storage::save_incident(tables.db, full_incident("I1"));
    storage::save_timer(tables.db, {"I1", domain::TimerKind::hold, kNow});
    storage::save_timer(tables.db, {"I1", domain::TimerKind::hold, kNow + Duration(1)});
    storage::save_timer(tables.db, {"I1", domain::TimerKind::digest, kNow});
    const auto count = [&tables] {
        auto row = tables.db.query("SELECT count(*) FROM timers");
        return row.next() ? row.integer() : -1;
    };
    CHECK(count() == 2);
    storage::delete_timer(tables.db, "I1", domain::TimerKind::hold);
    CHECK(count() == 1);
    storage::delete_timer(tables.db, "I1", domain::TimerKind::hold);
    CHECK(count() == 1);
}

}  // namespace
}  // namespace alert_bridge::test
