// SPDX-License-Identifier: MIT
//
// Rows of what monitoring is owed, and the open problems of one source. See ports/notice_store.hpp.
//
// Guarantees: dead notices are pruned by age. Errors: SqliteError. Thread rule: the store thread.
// Tests: tests/contract/store_notice_test.cpp
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "alert_bridge/ports/notice_store.hpp"
#include "alert_bridge/storage/statement.hpp"

namespace alert_bridge::storage {

void insert_notice(Database& db, const domain::Notice& notice);
[[nodiscard]] std::vector<std::string> sources_to_tell(Database& db, WallTime now);
[[nodiscard]] std::vector<domain::Notice> due_notices(
    Database& db, const std::string& source, WallTime now, int limit
);
[[nodiscard]] std::optional<WallTime> next_notice(Database& db);
void settle_notice(Database& db, std::int64_t id, const std::optional<domain::Notice>& next);
[[nodiscard]] std::vector<ports::OpenProblem> open_problems(
    Database& db, const std::string& source, const ports::OpenProblem& after, int limit
);
[[nodiscard]] std::optional<domain::Alert> last_alert(
    Database& db, const std::string& problem_key, const std::string& episode
);
[[nodiscard]] std::vector<ports::NoticeStore::Occurrence> never_heard(
    Database& db, const std::vector<ports::NoticeStore::Occurrence>& present
);
void count_notices(Database& db, ports::StoreFigures& figures);
// See Store::shift_waits(); returns how many rows moved.
int shift_notices(Database& db, Duration by);
int prune_notices(Database& db, WallTime older_than, int limit);

}  // namespace alert_bridge::storage
