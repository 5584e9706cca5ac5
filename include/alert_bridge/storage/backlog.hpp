// SPDX-License-Identifier: MIT
//
// Openings that wait too long: ports::BacklogStore on the tables.
// Errors: throws SqliteError. Thread rule: the store thread.
// Tests: tests/contract/store_backlog_test.cpp
#pragma once

#include <vector>

#include "alert_bridge/domain/undelivered.hpp"
#include "alert_bridge/storage/statement.hpp"

namespace alert_bridge::storage {

// Asks each priority for its own, oldest first, and reads no opening of an incident that is younger
// than its priority's limit.
[[nodiscard]] std::vector<domain::WaitingOpening> late_openings(
    Database& db, const domain::WaitLimits& limits, WallTime now, int limit
);

}  // namespace alert_bridge::storage
