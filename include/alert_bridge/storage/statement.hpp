// SPDX-License-Identifier: MIT
//
// Database and Statement: a small RAII layer over one SQLite connection.
//
//   auto rows = db.query("SELECT seq, alert FROM journal WHERE seq > ?1", after);
//   while (rows.next()) { const auto seq = rows.integer(); const auto text = rows.text(); }
//
// Guarantees: parameters are always bound, never concatenated; statements are prepared once and
// reused; a Statement resets itself when it dies. Columns are read in the order of the SELECT.
// Errors: SqliteError (SQLite said no) and JobError (we said no). They are thrown inside storage
// only and end at the store thread or in open_database(); no other layer sees them.
// Thread rule: a connection and its statements belong to one thread at a time.
// Tests: tests/unit/storage/statement_test.cpp
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/base/time.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace alert_bridge::storage {

class SqliteError final : public std::exception {
  public:
    SqliteError(int code, std::string message) : code_(code), message_(std::move(message)) {}
    [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }
    [[nodiscard]] int code() const noexcept { return code_; }  // extended result code
    [[nodiscard]] int primary() const noexcept { return code_ & 0xff; }
    // The file or the disk cannot be trusted any more: a failed read, write or sync, or corruption.
    [[nodiscard]] bool is_fatal() const noexcept;
    // As callers of the Store see it: later with store_full, store_io, store_constraint,
    // store_error.
    [[nodiscard]] Error as_error() const;

  private:
    int code_;
    std::string message_;
};

// A job of the store fails for a reason of ours.
class JobError final : public std::exception {
  public:
    explicit JobError(Error error) : error_(std::move(error)) {}
    [[nodiscard]] const char* what() const noexcept override { return error_.message.c_str(); }
    [[nodiscard]] const Error& error() const noexcept { return error_; }

  private:
    Error error_;
};

// Bytes that are not text.
struct Blob {
    std::string_view bytes;
};

class Statement {
  public:
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&&) = delete;
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement();

    // True: a row is there, and the column readers start at its first column again.
    [[nodiscard]] bool next();

    // Each call reads the next column of the row.
    [[nodiscard]] std::string text();
    [[nodiscard]] std::string blob() { return text(); }
    [[nodiscard]] std::int64_t integer();
    [[nodiscard]] int small() { return static_cast<int>(integer()); }
    [[nodiscard]] bool flag() { return integer() != 0; }
    [[nodiscard]] WallTime time() { return from_unix_ms(integer()); }
    [[nodiscard]] std::optional<WallTime> maybe_time();

  private:
    friend class Database;
    enum class Lifetime { copied, outlives_step };
    Statement(sqlite3* db, sqlite3_stmt* raw, Lifetime lifetime) noexcept;

    void check(int code) const;
    void bind(int index, std::string_view value);
    void bind(int index, const std::string& value) { bind(index, std::string_view(value)); }
    void bind(int index, const char* value) { bind(index, std::string_view(value)); }
    void bind(int index, Blob value);
    void bind(int index, std::int64_t value);
    void bind(int index, int value) { bind(index, static_cast<std::int64_t>(value)); }
    void bind(int index, bool value) { bind(index, static_cast<std::int64_t>(value)); }
    void bind(int index, WallTime value) { bind(index, to_unix_ms(value)); }
    void bind_null(int index);
    template <class T>
    void bind(int index, const std::optional<T>& value) {
        if (value) {
            bind(index, *value);
        } else {
            bind_null(index);
        }
    }

    sqlite3* db_;
    sqlite3_stmt* raw_;
    Lifetime lifetime_;
    int column_ = 0;
};

class Database {
  public:
    // Takes over an open connection.
    explicit Database(sqlite3* raw) noexcept;
    Database(Database&&) noexcept;
    Database& operator=(Database&&) = delete;
    ~Database();

    // Starts a query; parameters ?1, ?2 … in order. Requires: `sql` is a literal or lives as long
    // as the connection, and the same text is not being stepped through already.
    template <class... Args>
    [[nodiscard]] Statement query(const char* sql, const Args&... args) {
        Statement statement = use(sql, Statement::Lifetime::copied);
        int index = 0;
        (statement.bind(++index, args), ...);
        return statement;
    }

    // Runs a statement to its end; returns the number of rows it changed.
    template <class... Args>
    int run(const char* sql, const Args&... args) {
        Statement statement = use(sql, Statement::Lifetime::outlives_step);
        int index = 0;
        (statement.bind(++index, args), ...);
        return finish(statement);
    }

    // Several statements without parameters, not cached: schema and pragmas.
    void script(const std::string& sql);

    [[nodiscard]] std::int64_t last_insert_id() const noexcept;
    // False while a transaction is open.
    [[nodiscard]] bool in_autocommit() const noexcept;
    // Pages in the write-ahead log after the last commit.
    [[nodiscard]] int wal_pages() const noexcept { return *wal_pages_; }
    // Copies the log into the file, as far as it goes. Throws on a failed write or sync.
    void checkpoint();
    [[nodiscard]] sqlite3* raw() const noexcept { return raw_; }

  private:
    [[nodiscard]] Statement use(const char* sql, Statement::Lifetime lifetime);
    int finish(Statement& statement);

    sqlite3* raw_;
    std::unordered_map<const char*, sqlite3_stmt*> cached_;  // by where the text is
    std::unique_ptr<int> wal_pages_;  // written by SQLite's hook: needs a fixed address
};

}  // namespace alert_bridge::storage
