// SPDX-License-Identifier: MIT
#include "alert_bridge/storage/statement.hpp"

#include <sqlite3.h>

#include "catch.hpp"

namespace alert_bridge::test {
namespace {

using storage::Blob;
using storage::Database;
using storage::SqliteError;

Database in_memory() {
    sqlite3* raw = nullptr;
    REQUIRE(sqlite3_open(":memory:", &raw) == SQLITE_OK);
    Database db(raw);
    db.script("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT, bytes BLOB, at INTEGER) STRICT");
    return db;
}

TEST_CASE("values come back as they were bound") {
    auto db = in_memory();
    const std::string text("a\0b \xc3\xa9", 6);
    const std::string bytes("\0\xff\x01", 3);
    CHECK(
        db.run(
            "INSERT INTO t (text, bytes, at) VALUES (?1, ?2, ?3)", text, Blob{bytes},
            from_unix_ms(1'700'000'000'123)
        ) == 1
    );
    auto row = db.query("SELECT id, text, bytes, at, at FROM t WHERE text = ?1", text);
    REQUIRE(row.next());
    CHECK(row.integer() == db.last_insert_id());
    CHECK(row.text() == text);
    CHECK(row.blob() == bytes);
    CHECK(row.time() == from_unix_ms(1'700'000'000'123));
    CHECK(row.maybe_time() == from_unix_ms(1'700'000'000'123));
    CHECK_FALSE(row.next());
}

TEST_CASE("an empty text is a text and an empty optional is NULL") {
    auto db = in_memory();
    db.run(
        "INSERT INTO t (text, bytes, at) VALUES (?1, ?2, ?3)", std::string_view(), Blob{},
        std::optional<WallTime>()
    );
    auto row = db.query("SELECT text IS NULL, bytes IS NULL, text, at, 7 FROM t");
    REQUIRE(row.next());
    CHECK_FALSE(row.flag());
    CHECK_FALSE(row.flag());
    CHECK(row.text().empty());
    CHECK_FALSE(row.maybe_time());
    CHECK(row.small() == 7);
}

TEST_CASE("hostile text is a value, never a statement") {
    auto db = in_memory();
    const std::string hostile = "x'); DROP TABLE t; --";
    db.run("INSERT INTO t (text) VALUES (?1)", hostile);
    auto row = db.query("SELECT text FROM t WHERE text = ?1", hostile);
    REQUIRE(row.next());
    CHECK(row.text() == hostile);
}

TEST_CASE("a query keeps its own copy of its parameters") {
    auto db = in_memory();
    db.run("INSERT INTO t (text) VALUES ('long enough to live on the heap, surely')");
    auto rows = [&db] {
        const std::string gone = std::string("long enough to live on the heap, ") + "surely";
        return db.query("SELECT id FROM t WHERE text = ?1", gone);
    }();
    CHECK(rows.next());
}

TEST_CASE("a statement can be used again once the last use is over") {
    auto db = in_memory();
    for (int i = 1; i <= 3; ++i) {
        db.run("INSERT INTO t (id) VALUES (?1)", i);
    }
    constexpr const char* sql = "SELECT id FROM t WHERE id >= ?1 ORDER BY id";
    for (int from = 1; from <= 3; ++from) {
        auto rows = db.query(sql, from);
        REQUIRE(rows.next());
        CHECK(rows.integer() == from);
    }
    // Nothing of an earlier use stays bound.
    auto unbound = db.query("SELECT ?1 IS NULL");
    REQUIRE(unbound.next());
    CHECK(unbound.flag());
}

TEST_CASE("run tells how many rows it changed") {
    auto db = in_memory();
    for (int i = 1; i <= 5; ++i) {
        db.run("INSERT INTO t (id) VALUES (?1)", i);
    }
    CHECK(db.run("DELETE FROM t WHERE id > ?1", 3) == 2);
    CHECK(db.run("DELETE FROM t WHERE id > ?1", 3) == 0);
}

TEST_CASE("errors carry SQLite's code and become classified errors") {
    auto db = in_memory();
    db.run("INSERT INTO t (id) VALUES (1)");
    try {
        db.run("INSERT INTO t (id) VALUES (1)");
        FAIL("the second row was taken");
    } catch (const SqliteError& error) {
        CHECK(error.primary() == SQLITE_CONSTRAINT);
        CHECK_FALSE(error.is_fatal());
        CHECK(error.as_error().code == "store_constraint");
        CHECK_THAT(error.as_error().message, ContainsSubstring("UNIQUE"));
    }
    CHECK_THROWS_AS(db.run("no such language"), SqliteError);
    CHECK_THROWS_AS(db.script("SELECT * FROM missing"), SqliteError);
}

TEST_CASE("only a broken disk or file is fatal") {
    CHECK(SqliteError(SQLITE_IOERR_FSYNC, "x").is_fatal());
    CHECK(SqliteError(SQLITE_IOERR_READ, "x").is_fatal());
    CHECK(SqliteError(SQLITE_CORRUPT, "x").is_fatal());
    CHECK(SqliteError(SQLITE_NOTADB, "x").is_fatal());
    CHECK(SqliteError(SQLITE_IOERR_FSYNC, "x").as_error().code == "store_io");
    CHECK_FALSE(SqliteError(SQLITE_FULL, "x").is_fatal());
    CHECK(SqliteError(SQLITE_FULL, "x").as_error().code == "store_full");
    CHECK_FALSE(SqliteError(SQLITE_NOMEM, "x").is_fatal());
    CHECK(SqliteError(SQLITE_NOMEM, "x").as_error().code == "store_error");
    CHECK(SqliteError(SQLITE_NOMEM, "x").as_error().kind == ErrorClass::later);
}

TEST_CASE("the connection tells whether a transaction is open") {
    auto db = in_memory();
    CHECK(db.in_autocommit());
    db.run("BEGIN");
    CHECK_FALSE(db.in_autocommit());
    db.run("ROLLBACK");
    CHECK(db.in_autocommit());
}

TEST_CASE("a connection can be moved and still works") {
    auto db = in_memory();
    db.run("INSERT INTO t (id) VALUES (1)");
    Database moved = std::move(db);
    CHECK(moved.run("DELETE FROM t") == 1);
}

}  // namespace
}  // namespace alert_bridge::test
