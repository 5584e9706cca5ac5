// SPDX-License-Identifier: MIT
// The plans of the statements that the store really prepared, where a wrong one costs minutes.
#include <sqlite3.h>

#include "alert_bridge/storage/backlog.hpp"
#include "alert_bridge/storage/decisions.hpp"
#include "alert_bridge/storage/housekeeping.hpp"
#include "alert_bridge/storage/listing.hpp"
#include "alert_bridge/storage/notices.hpp"
#include "alert_bridge/storage/schema.hpp"
#include "alert_bridge/storage/shelters.hpp"
#include "catch.hpp"

namespace alert_bridge::storage {
namespace {

Database memory() {
    auto opened = open_memory_database();
    REQUIRE(opened.has_value());
    return *std::move(opened);
}

// How SQLite runs the prepared statement that holds these words.
std::string plan_of(Database& db, std::string_view words) {
    std::string sql;
    for (auto* one = sqlite3_next_stmt(db.raw(), nullptr); one != nullptr;
         one = sqlite3_next_stmt(db.raw(), one)) {
        const std::string text = sqlite3_sql(one);
        if (text.find(words) != std::string::npos) {
            CHECK(sql.empty());  // the words name one statement
            sql = text;
        }
    }
    REQUIRE_FALSE(sql.empty());
    std::string plan;
    const auto add = [](void* out, int, char** columns, char**) {
        *static_cast<std::string*>(out) += std::string(columns[3]) + "\n";
        return 0;
    };
    const std::string explain = "EXPLAIN QUERY PLAN " + sql;
    REQUIRE(sqlite3_exec(db.raw(), explain.c_str(), add, &plan, nullptr) == SQLITE_OK);
    return plan;
}

domain::Decision nothing(const domain::Snapshot&) {
    return {};
}

}  // namespace

TEST_CASE("a page of open problems begins where the last one ended") {
    Database db = memory();
    (void)open_problems(db, "zabbix", {}, 100);
    const std::string plan = plan_of(db, "FROM episodes e INDEXED BY");
    CAPTURE(plan);
    CHECK(plan.find("episodes_open ((problem_key,episode)>(?,?)") != std::string::npos);
    CHECK(plan.find("TEMP B-TREE") == std::string::npos);
}

TEST_CASE("another open occurrence is looked for among the open ones only") {
    Database db = memory();
    db.run("INSERT INTO problems VALUES ('zabbix/1', 1, 1, 'failing', 1, '', NULL, '{}')");
    ports::Subject subject;
    subject.problem_key = "zabbix/1";
    subject.episode = "1";
    (void)decide(db, subject, nothing);
    CHECK(plan_of(db, "episode <> ?2").find("episodes_open (problem_key=?)") != std::string::npos);
    (void)never_heard(db, {{"zabbix/1", "1", true}});
    CHECK(
        plan_of(db, "WHERE problem_key = ?1 AND state = 'open'")
            .find("episodes_open (problem_key=?)") != std::string::npos
    );
}

TEST_CASE("a member's timer reads one time of its siblings, and nothing else of them") {
    Database db = memory();
    db.run(
        "INSERT INTO incidents (num, id, group_key, state, ticket_id, severity, end_reason,"
        " previous_ticket, created_at, updated_at, parent_id, sheltered_at, flaps, plan,"
        " placement, opener, latest)"
        " VALUES (1, 'i1', 'g1', 'sheltered', 0, 'high', '', 0, 1, 1, 'u1', 1, '{}', '{}', '{}',"
        " '{}', '{}')"
    );
    db.run("INSERT INTO timers VALUES ('i1', 'shelter', 1)");
    ports::Subject subject;
    subject.timer = domain::Timer{"i1", domain::TimerKind::shelter, from_unix_ms(1)};
    (void)decide(db, subject, nothing);
    const std::string plan = plan_of(db, "FROM incidents WHERE parent_id = ?1");
    CAPTURE(plan);
    CHECK(plan.find("COVERING INDEX incidents_members (parent_id=?)") != std::string::npos);
}

TEST_CASE("the oldest owed write is the first of an index") {
    Database db = memory();
    (void)figures(db);
    const std::string plan = plan_of(db, "SELECT coalesce(retried_at, created_at)");
    CAPTURE(plan);
    CHECK(plan.find("INDEX operations_waiting") != std::string::npos);
    CHECK(plan.find("TEMP B-TREE") == std::string::npos);
}

TEST_CASE("the members of a storm are counted in an index") {
    Database db = memory();
    db.run(
        "INSERT INTO incidents (num, id, group_key, state, ticket_id, severity, end_reason,"
        " previous_ticket, created_at, updated_at, umbrella, flaps, plan, placement, opener, "
        "latest)"
        " VALUES (1, 'i1', 'storm|1', 'open', 1, 'high', '', 0, 1, 1, 1, '{}', '{}', '{}', '{}',"
        " '{}')"
    );
    CHECK(storms(db, "", true, 50).size() == 1);
    const std::string plan = plan_of(db, "coalesce(sum(state = 'sheltered'), 0)");
    CAPTURE(plan);
    CHECK(plan.find("COVERING INDEX incidents_members (parent_id=?)") != std::string::npos);
}

TEST_CASE("storms are found by their groups, among however many incidents") {
    Database db = memory();
    (void)storms(db, "", true, 50);
    const std::string plan = plan_of(db, "UNION ALL SELECT id FROM incidents WHERE group_key");
    CAPTURE(plan);
    CHECK(plan.find("incidents_group (group_key>? AND group_key<?)") != std::string::npos);
    CHECK(plan.find("incidents_group_ended (group_key>? AND group_key<?)") != std::string::npos);
    (void)figures(db);
    CHECK(
        plan_of(db, "SELECT count(*) FROM incidents WHERE group_key").find("incidents_group (") !=
        std::string::npos
    );
    CHECK(
        plan_of(db, "WHERE state = 'sheltered'").find("incidents_live (state=?)") !=
        std::string::npos
    );
}

TEST_CASE("late openings are found among those of their priority that are old enough") {
    Database db = memory();
    (void)late_openings(db, {{{"p1", std::chrono::minutes(10)}}, std::chrono::hours(1)}, {}, 100);
    const std::string plan = plan_of(db, "coalesce(o.retried_at, o.created_at)");
    CAPTURE(plan);
    CHECK(plan.find("incidents_unopened (priority=? AND created_at<?)") != std::string::npos);
    CHECK(plan.find("operations_one_open (incident_id=?)") != std::string::npos);
    CHECK(plan.find("TEMP B-TREE") == std::string::npos);
    const std::string next = plan_of(db, "ORDER BY priority LIMIT 1");
    CAPTURE(next);
    CHECK(next.find("incidents_unopened (priority>?)") != std::string::npos);
    CHECK(next.find("TEMP B-TREE") == std::string::npos);
}

TEST_CASE("a host's outage and its tickets are found among however many incidents of the host") {
    Database db = memory();
    domain::Snapshot snapshot;
    domain::Place place;
    place.host_key = "zabbix/web01";
    place.asset_key = "Computer/7";
    add_budgets(db, snapshot, {}, place);
    const auto uses = [&](std::string_view words, std::string_view index) {
        const std::string plan = plan_of(db, words);
        CAPTURE(plan);
        CHECK(plan.find(index) != std::string::npos);
        CHECK(plan.find("TEMP B-TREE") == std::string::npos);
    };
    uses("WHERE host_key = ?1 AND host_down = 1", "incidents_host_down (host_key=?)");
    uses("WHERE asset_key = ?1 AND host_down = 1", "incidents_host_asset (asset_key=?)");
    uses("SELECT ticket_id, created_at", "COVERING INDEX incidents_host_tickets (host_key=?)");
}

}  // namespace alert_bridge::storage
