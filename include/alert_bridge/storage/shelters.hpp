// SPDX-License-Identifier: MIT
//
// Budgets of tickets, and the incidents that tell of others: umbrellas of storms and hosts that are
// down (domain/storm.hpp).
//
// Guarantees: an opening is counted in the transaction that owes it. Counting costs as much as the
// budgets allow tickets in their time; older rows are deleted by the next opening. A member is told
// on its parent's ticket in the transaction that marks it as told, so that none is told twice. A
// member's timer costs the same however many siblings it has.
// Errors: SqliteError. Thread rule: the store thread. Tests: tests/contract/store_storm_test.cpp
#pragma once

#include <cstdint>
#include <string>

#include "alert_bridge/ports/store.hpp"
#include "alert_bridge/storage/statement.hpp"

namespace alert_bridge::storage {

void save_opening(Database& db, const domain::CountedOpening& opening);

// Budgets, umbrellas and the host of what could open.
void add_budgets(
    Database& db, domain::Snapshot& snapshot, const domain::BudgetWindow& window,
    const domain::Place& place
);
// For a member's timer (`shelter`): its parent, and when the last of the parent's members joined.
// For others: the members of the incident itself. Requires: snapshot.incident.
void add_family(Database& db, domain::Snapshot& snapshot, domain::TimerKind timer);
void adopt(Database& db, const domain::Adoption& adoption);

void mark_told(Database& db, const domain::Decision& decision);

}  // namespace alert_bridge::storage
