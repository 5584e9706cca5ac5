// SPDX-License-Identifier: MIT
//
// The journal: alerts as they arrived, repeats recognised, and bodies that could not be read.
//
// Guarantees: append() writes all of a batch or throws. Journal numbers grow and are never given
// twice. A delivery with the same idempotency key within kDedupLife is a duplicate of the first;
// only the beginning of the key and 16 bytes of a hash of it are kept. The quarantine keeps the
// newest rows, up to its bound. Errors: SqliteError. Thread rule: the store thread, inside a
// transaction when writing. Tests: tests/contract/store_test.cpp
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "alert_bridge/ports/snapshot_store.hpp"
#include "alert_bridge/ports/store.hpp"
#include "alert_bridge/storage/statement.hpp"

namespace alert_bridge::storage {

inline constexpr Duration kDedupLife{7LL * 24 * 3600 * 1000};
inline constexpr std::size_t kQuarantineBodyBytes = 64 * 1024;

[[nodiscard]] std::vector<ports::Receipt> append(
    Database& db, const ports::Batch& batch, std::int64_t quarantine_rows_max
);

// What waits, as it was kept; decoded() may run on any thread, and throws if a row is damaged.
struct PendingRow {
    std::int64_t seq = 0;
    WallTime received_at{};
    std::string alert;
};
[[nodiscard]] std::vector<PendingRow> pending(Database& db, std::int64_t after, int limit);
[[nodiscard]] std::vector<ports::JournalEntry> decoded(const std::vector<PendingRow>& rows);
// The row of a decided alert; `incident_id` may be empty.
void mark_decided(
    Database& db, std::int64_t seq, const std::string& reason, const std::string& incident_id
);
// See ports/snapshot_store.hpp.
[[nodiscard]] std::optional<ports::SnapshotStore::StoredAlert> stored_alert(
    Database& db, const std::string& id
);
[[nodiscard]] ports::SnapshotStore::AlertTexts alert_texts(
    Database& db, std::int64_t after, WallTime since, int limit
);
[[nodiscard]] std::optional<ports::Standing> standing(Database& db, const std::string& key);

}  // namespace alert_bridge::storage
