// SPDX-License-Identifier: MIT
#include "alert_bridge/storage/statement.hpp"

#include <sqlite3.h>

#include <utility>

#include "alert_bridge/base/invariant.hpp"

namespace alert_bridge::storage {

namespace {

[[noreturn]] void raise(sqlite3* db, int code) {
    const int extended = sqlite3_extended_errcode(db);
    throw SqliteError((extended & 0xff) == (code & 0xff) ? extended : code, sqlite3_errmsg(db));
}

// Replaces the automatic checkpoint, whose errors SQLite drops: a failed sync must be seen.
int remember_wal_pages(void* target, sqlite3*, const char*, int pages) {
    *static_cast<int*>(target) = pages;
    return SQLITE_OK;
}

}  // namespace

bool SqliteError::is_fatal() const noexcept {
    return primary() == SQLITE_IOERR || primary() == SQLITE_CORRUPT || primary() == SQLITE_NOTADB;
}

Error SqliteError::as_error() const {
    std::string code = "store_error";
    if (is_fatal()) {
        code = "store_io";
    } else if (primary() == SQLITE_FULL) {
        code = "store_full";
    } else if (primary() == SQLITE_CONSTRAINT) {
        code = "store_constraint";
    }
    return Error{
        ErrorClass::later, std::move(code), message_ + " (SQLite " + std::to_string(code_) + ")"};
}

Statement::Statement(sqlite3* db, sqlite3_stmt* raw, Lifetime lifetime) noexcept
    : db_(db), raw_(raw), lifetime_(lifetime) {}

Statement::Statement(Statement&& other) noexcept
    : db_(other.db_),
      raw_(std::exchange(other.raw_, nullptr)),
      lifetime_(other.lifetime_),
      column_(other.column_) {}

Statement::~Statement() {
    if (raw_ != nullptr) {
        sqlite3_reset(raw_);
        sqlite3_clear_bindings(raw_);
    }
}

void Statement::check(int code) const {
    if (code != SQLITE_OK) {
        raise(db_, code);
    }
}

bool Statement::next() {
    column_ = 0;
    const int code = sqlite3_step(raw_);
    if (code == SQLITE_ROW) {
        return true;
    }
    if (code != SQLITE_DONE) {
        raise(db_, code);
    }
    return false;
}

std::string Statement::text() {
    const int column = column_++;
    const void* bytes = sqlite3_column_blob(raw_, column);
    const int size = sqlite3_column_bytes(raw_, column);
    if (bytes == nullptr || size <= 0) {
        return {};
    }
    return std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

std::int64_t Statement::integer() {
    return sqlite3_column_int64(raw_, column_++);
}

std::optional<WallTime> Statement::maybe_time() {
    if (sqlite3_column_type(raw_, column_) == SQLITE_NULL) {
        ++column_;
        return std::nullopt;
    }
    return time();
}

void Statement::bind(int index, std::string_view value) {
    // A null pointer would bind NULL instead of the empty text.
    const char* data = value.data() == nullptr ? "" : value.data();
    const auto destructor = lifetime_ == Lifetime::copied ? SQLITE_TRANSIENT : SQLITE_STATIC;
    check(sqlite3_bind_text64(raw_, index, data, value.size(), destructor, SQLITE_UTF8));
}

void Statement::bind(int index, Blob value) {
    const char* data = value.bytes.data() == nullptr ? "" : value.bytes.data();
    const auto destructor = lifetime_ == Lifetime::copied ? SQLITE_TRANSIENT : SQLITE_STATIC;
    check(sqlite3_bind_blob64(raw_, index, data, value.bytes.size(), destructor));
}

void Statement::bind(int index, std::int64_t value) {
    check(sqlite3_bind_int64(raw_, index, value));
}

void Statement::bind_null(int index) {
    check(sqlite3_bind_null(raw_, index));
}

Database::Database(sqlite3* raw) noexcept : raw_(raw), wal_pages_(std::make_unique<int>(0)) {
    sqlite3_wal_hook(raw_, &remember_wal_pages, wal_pages_.get());
}

Database::Database(Database&& other) noexcept
    : raw_(std::exchange(other.raw_, nullptr)),
      cached_(std::move(other.cached_)),
      wal_pages_(std::move(other.wal_pages_)) {
    other.cached_.clear();
}

Database::~Database() {
    for (const auto& [sql, statement] : cached_) {
        sqlite3_finalize(statement);
    }
    sqlite3_close(raw_);  // takes a null pointer
}

Statement Database::use(const char* sql, Statement::Lifetime lifetime) {
    const auto found = cached_.find(sql);
    if (found != cached_.end()) {
        BRIDGE_INVARIANT(sqlite3_stmt_busy(found->second) == 0);
        return Statement(raw_, found->second, lifetime);
    }
    sqlite3_stmt* statement = nullptr;
    const int code =
        sqlite3_prepare_v3(raw_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) {
        raise(raw_, code);
    }
    cached_.emplace(sql, statement);
    return Statement(raw_, statement, lifetime);
}

int Database::finish(Statement& statement) {
    while (statement.next()) {
    }
    return sqlite3_changes(raw_);
}

void Database::script(const std::string& sql) {
    const int code = sqlite3_exec(raw_, sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) {
        raise(raw_, code);
    }
}

std::int64_t Database::last_insert_id() const noexcept {
    return sqlite3_last_insert_rowid(raw_);
}

bool Database::in_autocommit() const noexcept {
    return sqlite3_get_autocommit(raw_) != 0;
}

void Database::checkpoint() {
    int in_log = 0;
    int copied = 0;
    const int code =
        sqlite3_wal_checkpoint_v2(raw_, nullptr, SQLITE_CHECKPOINT_PASSIVE, &in_log, &copied);
    if (code != SQLITE_OK) {
        raise(raw_, code);
    }
    *wal_pages_ = in_log - copied;
}

}  // namespace alert_bridge::storage
