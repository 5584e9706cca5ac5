// SPDX-License-Identifier: MIT
#include "alert_bridge/storage/schema.hpp"

#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

#include "catch.hpp"
#include "store_bench.hpp"

namespace alert_bridge::test {
namespace {

using storage::Database;
using storage::DatabaseOptions;
using storage::open_database;

struct File {
    TemporaryDirectory directory;
    DatabaseOptions options{(directory.path() / "bridge.db").string(), 0, {}};
};

std::string ask(Database& db, const char* sql) {
    auto row = db.query(sql);
    return row.next() ? row.text() : std::string("no row");
}

// A plain connection, as another program would have.
void as_stranger(const std::string& path, const char* sql) {
    sqlite3* raw = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &raw) == SQLITE_OK);
    CHECK(sqlite3_exec(raw, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(raw);
}

TEST_CASE("a new file is private, durable and at the newest version") {
    File file;
    auto opened = open_database(file.options);
    REQUIRE(opened.has_value());
    CHECK(ask(*opened, "PRAGMA user_version") == std::to_string(storage::kSchemaVersion));
    CHECK(ask(*opened, "PRAGMA journal_mode") == "wal");
    CHECK(ask(*opened, "PRAGMA synchronous") == "2");
    CHECK(ask(*opened, "PRAGMA locking_mode") == "exclusive");
    CHECK(ask(*opened, "PRAGMA auto_vacuum") == "2");
    CHECK(ask(*opened, "PRAGMA foreign_keys") == "1");
    for (const auto* suffix : {"", "-wal"}) {
        struct stat status {};
        REQUIRE(::stat((file.options.path + suffix).c_str(), &status) == 0);
        CHECK((status.st_mode & 0777) == 0600);
    }
    struct stat status {};
    CHECK(::stat((file.options.path + "-shm").c_str(), &status) != 0);
}

TEST_CASE("every table is strict and has a primary key") {
    File file;
    auto opened = open_database(file.options);
    REQUIRE(opened.has_value());
    auto rows = opened->query(
        "SELECT name, strict FROM pragma_table_list WHERE schema = 'main'"
        " AND name NOT LIKE 'sqlite_%'"
    );
    int tables = 0;
    while (rows.next()) {
        CAPTURE(rows.text());
        CHECK(rows.flag());
        ++tables;
    }
    CHECK(tables == 14);
}

TEST_CASE("no row needs a temporary table to be checked") {
    File file;
    std::vector<std::string> inserts;  // outlives the connection, as statements must
    auto opened = open_database(file.options);
    REQUIRE(opened.has_value());
    {
        auto rows = opened->query(
            "SELECT 'EXPLAIN INSERT INTO ' || name || ' DEFAULT VALUES' FROM sqlite_schema"
            " WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        );
        while (rows.next()) {
            inserts.push_back(rows.text());
        }
    }
    CHECK(inserts.size() == 14);
    for (const auto& insert : inserts) {
        CAPTURE(insert);
        auto rows = opened->query(insert.c_str());
        int steps = 0;
        while (rows.next()) {
            (void)rows.integer();
            CHECK(rows.text() != "OpenEphemeral");
            ++steps;
        }
        CHECK(steps > 0);
    }
}

TEST_CASE("opening again changes nothing") {
    File file;
    { REQUIRE(open_database(file.options).has_value()); }
    auto again = open_database(file.options);
    REQUIRE(again.has_value());
    CHECK(ask(*again, "PRAGMA integrity_check") == "ok");
}

TEST_CASE("a newer schema is refused with both versions named") {
    File file;
    { REQUIRE(open_database(file.options).has_value()); }
    as_stranger(file.options.path, "PRAGMA user_version = 99");
    const auto refused = open_database(file.options);
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == "store_schema_newer");
    CHECK(refused.error().kind == ErrorClass::misconfigured);
    CHECK_THAT(refused.error().message, ContainsSubstring("version 99"));
    CHECK_THAT(
        refused.error().message,
        ContainsSubstring("up to " + std::to_string(storage::kSchemaVersion))
    );
    CHECK_THAT(refused.error().message, ContainsSubstring(file.options.path));
}

TEST_CASE("a database of another program is refused and left alone") {
    File file;
    as_stranger(file.options.path, "CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)");
    const auto refused = open_database(file.options);
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == "store_foreign");
    as_stranger(file.options.path, "SELECT x FROM theirs");
}

TEST_CASE("a file that is no database is refused") {
    File file;
    std::ofstream(file.options.path) << std::string(5000, 'x');
    const auto refused = open_database(file.options);
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == "store_foreign");
}

TEST_CASE("a directory that does not exist is named") {
    const auto refused = open_database({"/nonexistent/place/bridge.db", 0, {}});
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == "store_open");
    CHECK_THAT(refused.error().message, ContainsSubstring("/nonexistent/place/bridge.db"));
}

TEST_CASE("an unknown file layer is an error, not a crash") {
    File file;
    file.options.vfs = "no such layer";
    const auto refused = open_database(file.options);
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == "store_open");
}

TEST_CASE("a second opener in the same process is refused") {
    File file;
    auto first = open_database(file.options);
    REQUIRE(first.has_value());
    const auto second = open_database(file.options);
    REQUIRE(second.has_error());
    CHECK(second.error().code == "store_in_use");
    CHECK_THAT(second.error().message, ContainsSubstring("another process uses"));
    CHECK_THAT(second.error().message, ContainsSubstring(file.options.path));
    CHECK(first->run("INSERT INTO facts (name, value) VALUES ('a', 'b')") == 1);
}

TEST_CASE("a second process is refused while the first one runs") {
    File file;
    auto first = open_database(file.options);
    REQUIRE(first.has_value());
    const pid_t child = ::fork();
    if (child == 0) {
        const auto second = open_database(file.options);
        const bool refused = second.has_error() && second.error().code == "store_in_use";
        ::_exit(refused ? 0 : 1);
    }
    REQUIRE(child > 0);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a full disk while the tables are made is told as such and can be tried again") {
    File file;
    file.options.pages_max = 5;
    const auto refused = open_database(file.options);
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == "store_full");
    file.options.pages_max = 0;
    CHECK(open_database(file.options).has_value());
}

TEST_CASE("impossible rows are refused by the tables themselves") {
    File file;
    auto opened = open_database(file.options);
    REQUIRE(opened.has_value());
    auto& db = *opened;
    db.script(
        "INSERT INTO incidents (id, group_key, state, ticket_id, severity, end_reason,"
        " previous_ticket, created_at, updated_at, plan, placement, opener, latest)"
        " VALUES ('i', 'g', 'open', 0, 'high', '', 0, 0, 0, '{}', '{}', '{}', '{}')"
    );
    const std::string operation =
        "INSERT INTO operations (incident_id, seq, kind, state, head, reference, attempts,"
        " lookups_empty, refusal, refusals, created_at, due_at, sent_at, last_error, result_id,"
        " content) VALUES ('i', ";
    const auto refused = [&db](const std::string& sql) {
        try {
            db.script(sql);
            return false;
        } catch (const storage::SqliteError& error) {
            return error.primary() == SQLITE_CONSTRAINT;
        }
    };
    CHECK(refused(operation + "1, 'open', 'sending', 1, 'r', 0, 0, '', 0, 0, 0, NULL, '', 0, '')"));
    CHECK(refused(operation + "1, 'open', 'sending', 0, 'r', 1, 0, '', 0, 0, 0, 5, '', 0, '')"));
    CHECK(refused(operation + "1, 'open', 'done', 1, 'r', 1, 0, '', 0, 0, 0, 5, '', 0, '')"));
    CHECK(refused(operation + "1, 'open', 'due', 0, '', 0, 0, '', 0, 0, 0, NULL, '', 0, '')"));
    CHECK(refused(operation + "1, 'burn', 'due', 0, 'r', 0, 0, '', 0, 0, 0, NULL, '', 0, '')"));
    CHECK(refused(operation + "0, 'open', 'due', 0, 'r', 0, 0, '', 0, 0, 0, NULL, '', 0, '')"));
    CHECK_FALSE(
        refused(operation + "1, 'open', 'sending', 1, 'r', 1, 0, '', 0, 0, 0, 5, '', 0, '')")
    );
    CHECK(refused(operation + "2, 'solve', 'sending', 1, 'r', 1, 0, '', 0, 0, 0, 5, '', 0, '')"));
    CHECK(refused("UPDATE incidents SET state = 'holding', ticket_id = 5"));
    CHECK(refused("UPDATE incidents SET state = 'lost'"));
    CHECK(refused("DELETE FROM incidents"));
    CHECK(
        refused("INSERT INTO episodes (problem_key, episode, state, severity, order_major,"
                " order_minor, problem_name, text, repeats, repeats_told, acknowledged,"
                " started_at, ended_at) VALUES ('p', 'e', 'open', 'high', 0, 0, '', '', 0, 0,"
                " 0, 0, 7)")
    );
    CHECK(refused("INSERT INTO dedup VALUES (x'00', 'a', 1, 1)"));
    CHECK(
        refused("INSERT INTO journal (alert_id, problem_key, received_at, state, reason, alert)"
                " VALUES ('a', 'p', 0, 'pending', 'because', '{}')")
    );
}

}  // namespace
}  // namespace alert_bridge::test
