// SPDX-License-Identifier: MIT
//
// Listings: what ports::OperatorStore shows and settles, as SQL.
//
// Guarantees: those of ports/operator_store.hpp; a page reads as many rows as it returns, however
// many there are (operations: times the number of states; storms: their members are counted in an
// index). Errors: SqliteError, JobError. Thread rule: the store thread, inside a transaction when
// writing.
// Tests: tests/contract/store_listing_test.cpp
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "alert_bridge/ports/operator_store.hpp"
#include "alert_bridge/storage/statement.hpp"

namespace alert_bridge::storage {

[[nodiscard]] std::vector<ports::OwedWrite> operations(
    Database& db, const std::vector<domain::OperationState>& states, ports::OperationCursor after,
    int limit
);
[[nodiscard]] std::optional<ports::OwedWrite> operation(Database& db, std::int64_t id);

[[nodiscard]] std::vector<ports::IncidentSummary> incidents(
    Database& db, const std::string& after_id, bool ended_too, int limit
);
[[nodiscard]] std::vector<ports::StormSummary> storms(
    Database& db, const std::string& after_id, bool ended_too, int limit
);
[[nodiscard]] std::optional<ports::IncidentRow> incident(Database& db, const std::string& key);

[[nodiscard]] std::vector<ports::UnmatchedHost> unmatched(
    Database& db, const ports::UnmatchedHost& after, int limit
);

[[nodiscard]] std::vector<ports::QuarantineEntry> quarantined(
    Database& db, std::int64_t after, int limit
);
[[nodiscard]] std::optional<ports::QuarantineEntry> quarantine_entry(Database& db, std::int64_t id);
[[nodiscard]] std::optional<std::vector<ports::Receipt>> readmit(
    Database& db, std::int64_t id, const std::vector<domain::Alert>& alerts
);
int discard_quarantined(Database& db, std::int64_t id);

}  // namespace alert_bridge::storage
