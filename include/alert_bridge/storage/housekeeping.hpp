// SPDX-License-Identifier: MIT
//
// Everything beside the main path: unmatched hosts, the resolver's cache, small facts, figures,
// the listing of incidents, and pruning.
//
// Guarantees: every table that a sender can make grow has a bound (unmatched at each write, cached
// look-ups when pruned). figures() costs as much as there is unfinished, not as much as there is
// history. prune() deletes at most `limit` rows and never a row of an incident that has not ended,
// nor of one that still owes GLPI something, holds a dead letter or waits for an outage's report.
// Errors: SqliteError. Thread rule: the store thread. Tests: tests/contract/store_upkeep_test.cpp
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "alert_bridge/ports/operator_store.hpp"
#include "alert_bridge/storage/statement.hpp"

namespace alert_bridge::storage {

inline constexpr Duration kDay{24LL * 3600 * 1000};

struct Retention {
    Duration alerts = 14 * kDay;        // decided journal rows and quarantined bodies
    Duration incidents = 90 * kDay;     // ended incidents and silent problems, with all of theirs
    Duration tombstones = 7 * kDay;     // recoveries of something never seen
    Duration stale_lookups = 7 * kDay;  // cached look-ups after they expired
    std::int64_t lookups_max = 50'000;  // cached look-ups
};

void note_unmatched(Database& db, const ports::UnmatchedHost& seen, std::int64_t rows_max);

[[nodiscard]] std::optional<ports::CachedLookup> cached(Database& db, const std::string& key);
void cache(Database& db, const std::string& key, const ports::CachedLookup& value);
[[nodiscard]] std::optional<std::string> fact(Database& db, const std::string& name);
void set_fact(Database& db, const std::string& name, const std::string& value);

// Openings that mode observe skipped, from `from` on and before `to`.
[[nodiscard]] std::int64_t observed_openings(Database& db, WallTime from, WallTime to);

// wal_bytes is left to the caller, who knows the file's name.
[[nodiscard]] ports::StoreFigures figures(Database& db);

[[nodiscard]] int prune(Database& db, WallTime now, int limit, const Retention& retention);

}  // namespace alert_bridge::storage
