// SPDX-License-Identifier: MIT
#include "alert_bridge/storage/outbox.hpp"

#include <algorithm>

#include "alert_bridge/base/invariant.hpp"
#include "alert_bridge/storage/notices.hpp"
#include "alert_bridge/storage/records.hpp"

namespace alert_bridge::storage {

namespace {

std::vector<std::int64_t> read_ids(Statement rows) {
    std::vector<std::int64_t> ids;
    while (rows.next()) {
        ids.push_back(rows.integer());
    }
    return ids;
}

domain::Operation claim_one(Database& db, std::int64_t id, WallTime now, Duration lookup_lease) {
    auto operation = find_operation(db, id);
    BRIDGE_INVARIANT(operation.has_value());
    if (operation->state == domain::OperationState::due) {
        operation->state = domain::OperationState::sending;
        operation->sent_at = now;
        ++operation->attempts;
    } else {
        operation->due_at = now + lookup_lease;
    }
    db.run(
        "UPDATE operations SET state = ?2, sent_at = ?3, attempts = ?4, due_at = ?5"
        " WHERE id = ?1",
        id, to_string(operation->state), operation->sent_at, operation->attempts, operation->due_at
    );
    return *std::move(operation);
}

}  // namespace

std::vector<ports::Claimed> claim(Database& db, WallTime now, int limit, Duration lookup_lease) {
    // One head per incident, so no two of one incident.
    const auto ids = read_ids(db.query(
        "SELECT id FROM operations WHERE head = 1 AND state IN ('due', 'uncertain')"
        " AND due_at <= ?1 ORDER BY due_at LIMIT ?2",
        now, std::max(limit, 0)
    ));
    std::vector<ports::Claimed> claimed;
    claimed.reserve(ids.size());
    for (const auto id : ids) {
        auto& entry = claimed.emplace_back();
        entry.operation = claim_one(db, id, now, lookup_lease);
        auto incident = find_incident(db, entry.operation.incident_id);
        BRIDGE_INVARIANT(incident.has_value());  // a foreign key
        entry.incident = *std::move(incident);
    }
    return claimed;
}

std::vector<domain::Timer> due_timers(Database& db, WallTime now, int limit) {
    auto rows = db.query(
        "SELECT incident_id, kind, due_at FROM timers WHERE due_at <= ?1"
        " ORDER BY due_at LIMIT ?2",
        now, std::max(limit, 0)
    );
    std::vector<domain::Timer> timers;
    while (rows.next()) {
        auto& timer = timers.emplace_back();
        timer.incident_id = rows.text();
        timer.kind = domain::parse_timer_kind(rows.text()).value_or(timer.kind);
        timer.due_at = rows.time();
    }
    return timers;
}

std::optional<WallTime> next_timer(Database& db) {
    auto row = db.query("SELECT min(due_at) FROM timers");
    return row.next() ? row.maybe_time() : std::nullopt;
}

std::optional<WallTime> next_due(Database& db) {
    auto row = db.query(
        "SELECT min(due_at) FROM operations WHERE head = 1 AND state IN ('due', 'uncertain')"
    );
    return row.next() ? row.maybe_time() : std::nullopt;
}

int shift_waits(Database& db, Duration by) {
    const int operations = db.run(
        "UPDATE operations SET created_at = created_at + ?1, retried_at = retried_at + ?1,"
        " sent_at = sent_at + ?1, due_at = due_at + ?1 WHERE state NOT IN ('done', 'skipped')",
        by.count()
    );
    // A hold is counted from when its alert came.
    const int holding = db.run(
        "UPDATE incidents SET created_at = created_at + ?1, updated_at = updated_at + ?1,"
        " opener = json_set(opener, '$.received_at',"
        " json_extract(opener, '$.received_at') + ?1) WHERE state = 'holding'",
        by.count()
    );
    // No opening may be older than its incident, nor wait for longer than it did (backlog.cpp).
    db.run(
        "UPDATE incidents SET created_at = created_at + ?1"
        " WHERE ticket_id = 0 AND state <> 'ended' AND state <> 'holding'",
        by.count()
    );
    db.run("UPDATE journal SET received_at = received_at + ?1 WHERE state = 'pending'", by.count());
    db.run("UPDATE openings SET at = at + ?1", by.count());
    // A storm is over so long after the last joined it, who may have ended since.
    db.run(
        "UPDATE incidents SET sheltered_at = sheltered_at + ?1 WHERE parent_id <> ''", by.count()
    );
    db.run(
        "UPDATE incidents SET told_at = told_at + ?1 WHERE told_at IS NOT NULL"
        " AND state <> 'ended'",
        by.count()
    );
    // Services wait so long after their host is up again.
    db.run(
        "UPDATE incidents SET latest = json_set(latest, '$.received_at',"
        " json_extract(latest, '$.received_at') + ?1)"
        " WHERE host_down = 1 AND state IN ('quiet', 'solved') AND state <> 'ended'",
        by.count()
    );
    const int notices = shift_notices(db, by);
    return operations + holding + notices +
           db.run("UPDATE timers SET due_at = due_at + ?1", by.count());
}

int recover_interrupted(Database& db, const domain::RetryPolicy& policy, WallTime now) {
    const auto ids =
        read_ids(db.query("SELECT id FROM operations WHERE head = 1 AND state = 'sending'"));
    for (const auto id : ids) {
        auto operation = find_operation(db, id);
        BRIDGE_INVARIANT(operation.has_value());
        update_operation(db, domain::after_crash(*std::move(operation), policy, now));
    }
    // A look-up that was under way had put its row out of reach of others; nobody works on it now.
    db.run(
        "UPDATE operations SET due_at = ?1 WHERE state = 'uncertain' AND due_at > ?1",
        now + policy.quarantine
    );
    return static_cast<int>(ids.size());
}

}  // namespace alert_bridge::storage
