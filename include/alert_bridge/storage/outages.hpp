// SPDX-License-Identifier: MIT
//
// What began and ended while GLPI was away, until the report of its entity is decided.
//
// Guarantees: a pair is written in the transaction that ends its incident and deleted in the one
// that owes the report, so that none is told twice or forgotten. A report costs as much as its
// entity has pairs, and holds at most kOutageLines lines.
// Errors: SqliteError. Thread rule: the store thread. Tests: tests/contract/store_outage_test.cpp
#pragma once

#include <cstdint>
#include <vector>

#include "alert_bridge/ports/store.hpp"
#include "alert_bridge/storage/statement.hpp"

namespace alert_bridge::storage {

void save_folded(Database& db, const domain::FoldedPair& pair);
void forget_folded(Database& db, std::int64_t entity_id);
// Fills in `outage` and `outage_worst`; leaves them empty when nothing folded in the entity.
void add_outage(Database& db, domain::Snapshot& snapshot, std::int64_t entity_id);
[[nodiscard]] std::vector<std::int64_t> outages_to_report(
    Database& db, WallTime away_until, int limit
);

}  // namespace alert_bridge::storage
