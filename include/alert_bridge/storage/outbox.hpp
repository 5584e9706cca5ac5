// SPDX-License-Identifier: MIT
//
// The outbox: which owed writes may go out now, and what is due when.
//
// Guarantees: claim() never hands out two operations of one incident, nor one whose incident has
// another under way (the schema forbids it as well); earliest due first. Every operation handed out
// to be sent is `sending` once the transaction is committed.
// Errors: SqliteError. Thread rule: the store thread. Tests: tests/contract/store_claim_test.cpp
#pragma once

#include <optional>
#include <vector>

#include "alert_bridge/ports/store.hpp"
#include "alert_bridge/storage/statement.hpp"

namespace alert_bridge::storage {

[[nodiscard]] std::vector<ports::Claimed> claim(
    Database& db, WallTime now, int limit, Duration lookup_lease
);
[[nodiscard]] std::vector<domain::Timer> due_timers(Database& db, WallTime now, int limit);
[[nodiscard]] std::optional<WallTime> next_timer(Database& db);
[[nodiscard]] std::optional<WallTime> next_due(Database& db);
// See Store::shift_waits().
int shift_waits(Database& db, Duration by);
// At start: what was being sent when the process ended is uncertain now; look-ups that were under
// way are due again after the quarantine at the latest. Returns how many were being sent.
int recover_interrupted(Database& db, const domain::RetryPolicy& policy, WallTime now);

}  // namespace alert_bridge::storage
