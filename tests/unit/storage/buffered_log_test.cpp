// SPDX-License-Identifier: MIT
#include "alert_bridge/storage/buffered_log.hpp"

#include <sqlite3.h>

#include <filesystem>
#include <random>

#include "catch.hpp"
#include "faulty_vfs.hpp"
#include "store_bench.hpp"

namespace alert_bridge::test {
namespace {

namespace fs = std::filesystem;

// A connection with a log, exclusive as the store's; a small cache writes pages before their time.
class Connection {
  public:
    Connection(const fs::path& path, const std::string& layer) {
        REQUIRE(
            sqlite3_open_v2(
                path.c_str(), &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                layer.empty() ? nullptr : layer.c_str()
            ) == SQLITE_OK
        );
        REQUIRE(
            run("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
                "PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=20;"
                "CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, text BLOB)") == SQLITE_OK
        );
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() { sqlite3_close(db_); }

    int run(const std::string& sql) {
        return sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
    }
    std::string ask(const std::string& sql) {
        std::string answer;
        const auto take = [](void* to, int, char** values, char**) {
            *static_cast<std::string*>(to) += values[0];
            return 0;
        };
        CHECK(sqlite3_exec(db_, sql.c_str(), take, &answer, nullptr) == SQLITE_OK);
        return answer;
    }

  private:
    sqlite3* db_ = nullptr;
};

std::string insert_rows(int count) {
    return "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
           std::to_string(count) + ") INSERT INTO t (text) SELECT randomblob(1200) FROM n;";
}

// What a crash of the process would leave behind now: neither a sync nor an orderly end.
std::string after_a_crash(const TemporaryDirectory& directory, const std::string& sql) {
    const fs::path left = directory.path() / "left";
    fs::remove_all(left);
    fs::create_directory(left);
    for (const char* const name : {"file.db", "file.db-wal"}) {
        fs::copy_file(directory.path() / name, left / name);
    }
    Connection reader(left / "file.db", "");
    CHECK(reader.ask("PRAGMA integrity_check") == "ok");
    return reader.ask(sql);
}

TEST_CASE("a transaction is in the log when its commit has returned, in few pieces") {
    FaultyVfs disk;
    TemporaryDirectory directory;
    Connection db(directory.path() / "file.db", storage::buffered_log(FaultyVfs::kName));
    int before = disk.writes();
    REQUIRE(db.run(insert_rows(10)) == SQLITE_OK);
    CHECK(disk.writes() - before == 1);
    CHECK(after_a_crash(directory, "SELECT count(*) FROM t") == "10");
    // More than fits into the buffer, and than the cache holds: 600 rows of which three fill a
    // page.
    before = disk.writes();
    REQUIRE(db.run(insert_rows(600)) == SQLITE_OK);
    CHECK(disk.writes() - before < 30);
    CHECK(after_a_crash(directory, "SELECT count(*) FROM t") == "610");
    CHECK(after_a_crash(directory, "SELECT min(length(text)) FROM t") == "1200");
}

TEST_CASE("what SQLite reads back before the commit is there") {
    TemporaryDirectory directory;
    Connection db(directory.path() / "file.db", storage::buffered_log(""));
    Connection plain(directory.path() / "plain.db", "");
    std::mt19937 random(7);
    for (int round = 0; round < 40; ++round) {
        std::string sql = "BEGIN;";
        for (int step = 0; step < 30; ++step) {
            const std::string id = std::to_string(random() % 500);
            const std::string text = "zeroblob(" + std::to_string(random() % 3000) + ")";
            sql += random() % 4 == 0 ? "DELETE FROM t WHERE id = " + id + ";"
                                     : "REPLACE INTO t VALUES (" + id + ", " + text + ");";
        }
        sql += random() % 5 == 0 ? "ROLLBACK;" : "COMMIT;";
        if (round % 10 == 9) {
            sql += "PRAGMA wal_checkpoint(TRUNCATE);";
        }
        REQUIRE(db.run(sql) == SQLITE_OK);
        REQUIRE(plain.run(sql) == SQLITE_OK);
    }
    const char* const sum = "SELECT count(*) || ' ' || sum(id * length(text)) FROM t";
    CHECK(db.ask(sum) == plain.ask(sum));
    CHECK(db.ask("PRAGMA integrity_check") == "ok");
    CHECK(after_a_crash(directory, sum) == plain.ask(sum));
}

TEST_CASE("a transaction of any length is in the log when its commit has returned") {
    TemporaryDirectory directory;
    Connection db(directory.path() / "file.db", storage::buffered_log(""));
    REQUIRE(db.run("PRAGMA cache_size=1000") == SQLITE_OK);
    int rows = 0;
    for (int count = 60; count < 110; ++count) {  // around 30 pages fill the buffer
        REQUIRE(db.run(insert_rows(count)) == SQLITE_OK);
        rows += count;
        CHECK(after_a_crash(directory, "SELECT count(*) FROM t") == std::to_string(rows));
    }
}

TEST_CASE("what could not be written when it was read back is not missing from the commit") {
    FaultyVfs disk;
    TemporaryDirectory directory;
    Connection db(directory.path() / "file.db", storage::buffered_log(FaultyVfs::kName));
    int refused = 0;
    for (int rows = 40; rows < 90; rows += 5) {
        const std::string before = db.ask("SELECT count(*) FROM t");
        REQUIRE(db.run("BEGIN;" + insert_rows(rows)) == SQLITE_OK);
        disk.fill_disk(true);  // some pages of the transaction are out of the cache by now
        const int code = db.run("UPDATE t SET id = id + 100000");
        disk.fill_disk(false);
        refused += code == SQLITE_FULL ? 1 : 0;
        // SQLite has undone the statement, or all of the transaction.
        const bool goes_on = db.run("COMMIT") == SQLITE_OK;
        const std::string now = goes_on ? std::to_string(std::stoi(before) + rows) : before;
        CHECK(after_a_crash(directory, "SELECT count(*) FROM t") == now);
        CHECK(db.ask("SELECT count(*) FROM t") == now);
        CHECK(db.ask("PRAGMA integrity_check") == "ok");
    }
    CHECK(refused > 0);
}

TEST_CASE("a commit whose log cannot be written fails, and the next one is whole") {
    FaultyVfs disk;
    TemporaryDirectory directory;
    Connection db(directory.path() / "file.db", storage::buffered_log(FaultyVfs::kName));
    REQUIRE(db.run(insert_rows(10)) == SQLITE_OK);
    for (const int rows : {5, 600}) {
        disk.fill_disk(true);
        CHECK(db.run(insert_rows(rows)) == SQLITE_FULL);
        disk.fill_disk(false);
        CHECK(after_a_crash(directory, "SELECT count(*) FROM t") == "10");
    }
    REQUIRE(db.run(insert_rows(5)) == SQLITE_OK);
    CHECK(after_a_crash(directory, "SELECT count(*) FROM t") == "15");
}

TEST_CASE("a layer that is not there stays unknown") {
    CHECK(storage::buffered_log("no such layer") == "no such layer");
}

}  // namespace
}  // namespace alert_bridge::test
