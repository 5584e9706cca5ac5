// SPDX-License-Identifier: MIT
//
// decide(): the snapshot that a pure function is asked about, and the writing of its answer.
//
// Guarantees: snapshot and writing see the same state, since both happen inside the caller's
// transaction; when anything throws, nothing of it stays. needs_placement writes nothing. A timer
// that is gone or was moved, an alert that was decided, and a result of an operation that is no
// longer under way are answered `ignored` without asking the function.
// Errors: JobError store_decide when the function throws; SqliteError store_constraint when its
// answer breaks a rule of the schema (a second incident of one group, a second unfinished `open`).
// Thread rule: the store thread, inside a transaction. Tests: tests/contract/store_decide_test.cpp
#pragma once

#include "alert_bridge/ports/store.hpp"
#include "alert_bridge/storage/statement.hpp"

namespace alert_bridge::storage {

[[nodiscard]] domain::Decision decide(
    Database& db, const ports::Subject& subject, const ports::DecideFunction& function
);

}  // namespace alert_bridge::storage
