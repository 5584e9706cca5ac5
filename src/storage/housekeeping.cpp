// SPDX-License-Identifier: MIT
#include "alert_bridge/storage/housekeeping.hpp"

#include <algorithm>

#include "alert_bridge/storage/notices.hpp"
#include "alert_bridge/storage/records.hpp"

namespace alert_bridge::storage {

namespace {

// Free pages are handed back to the system in small steps, and only when there are many: they are
// needed again soon otherwise.
constexpr std::int64_t kFreePagesKept = 2'000;

std::int64_t read_number(Statement row) {
    return row.next() ? row.integer() : 0;
}

}  // namespace

void note_unmatched(Database& db, const ports::UnmatchedHost& seen, std::int64_t rows_max) {
    const auto count = read_number(db.query(
        "INSERT INTO unmatched (source, host, reason, count, first_seen, last_seen)"
        " VALUES (?1, ?2, ?3, 1, ?4, ?4) ON CONFLICT (source, host) DO UPDATE SET"
        " count = count + 1, reason = excluded.reason, last_seen = excluded.last_seen"
        " RETURNING count",
        seen.source, seen.host, seen.reason, seen.last_seen
    ));
    if (count > 1) {
        return;
    }
    const auto excess = read_number(db.query("SELECT count(*) FROM unmatched")) - rows_max;
    if (excess > 0) {
        db.run(
            "DELETE FROM unmatched WHERE (source, host) IN (SELECT source, host FROM unmatched"
            " WHERE NOT (source = ?2 AND host = ?3) ORDER BY last_seen LIMIT ?1)",
            excess, seen.source, seen.host
        );
    }
}

std::optional<ports::CachedLookup> cached(Database& db, const std::string& key) {
    auto row = db.query("SELECT value, expires_at FROM lookups WHERE key = ?1", key);
    if (!row.next()) {
        return std::nullopt;
    }
    ports::CachedLookup lookup;
    lookup.value = row.text();
    lookup.expires_at = row.time();
    return lookup;
}

void cache(Database& db, const std::string& key, const ports::CachedLookup& value) {
    db.run(
        "INSERT INTO lookups (key, value, expires_at) VALUES (?1, ?2, ?3)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value,"
        " expires_at = excluded.expires_at",
        key, value.value, value.expires_at
    );
}

std::optional<std::string> fact(Database& db, const std::string& name) {
    auto row = db.query("SELECT value FROM facts WHERE name = ?1", name);
    if (!row.next()) {
        return std::nullopt;
    }
    return row.text();
}

void set_fact(Database& db, const std::string& name, const std::string& value) {
    db.run(
        "INSERT INTO facts (name, value) VALUES (?1, ?2)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        name, value
    );
}

std::int64_t observed_openings(Database& db, WallTime from, WallTime to) {
    return read_number(db.query(
        "SELECT count(*) FROM operations WHERE kind = 'open' AND state = 'skipped'"
        " AND created_at >= ?1 AND created_at < ?2 AND last_error = ?3",
        from, to, domain::kObserved
    ));
}

ports::StoreFigures figures(Database& db) {
    ports::StoreFigures figures;
    figures.journal_pending =
        read_number(db.query("SELECT count(*) FROM journal WHERE state = 'pending'"));
    {
        auto rows = db.query(
            "SELECT state, count(*) FROM operations WHERE state NOT IN ('done', 'skipped')"
            " GROUP BY state"
        );
        while (rows.next()) {
            const auto state = domain::parse_operation_state(rows.text());
            const auto count = rows.integer();
            if (state == domain::OperationState::due) {
                figures.due = count;
            } else if (state == domain::OperationState::sending) {
                figures.sending = count;
            } else if (state == domain::OperationState::uncertain) {
                figures.uncertain = count;
            } else if (state == domain::OperationState::dead) {
                figures.dead = count;
            }
        }
    }
    {
        auto row = db.query(
            "SELECT coalesce(retried_at, created_at) FROM operations"
            " WHERE state <> 'done' AND state <> 'skipped' AND state <> 'dead'"
            " ORDER BY coalesce(retried_at, created_at) LIMIT 1"
        );
        if (row.next()) {
            figures.oldest_due = row.maybe_time();
        }
    }
    count_notices(db, figures);
    figures.open_incidents =
        read_number(db.query("SELECT count(*) FROM incidents WHERE state <> 'ended'"));
    figures.storms =
        read_number(db.query("SELECT count(*) FROM incidents WHERE group_key >= 'storm|'"
                             " AND group_key < 'storm}' AND state <> 'ended'"));
    figures.sheltered = read_number(
        db.query("SELECT count(*) FROM incidents WHERE state = 'sheltered' AND state <> 'ended'")
    );
    figures.quarantined = read_number(db.query("SELECT count(*) FROM quarantine"));
    figures.unmatched = read_number(db.query("SELECT count(*) FROM unmatched"));
    figures.file_bytes =
        read_number(db.query("PRAGMA page_count")) * read_number(db.query("PRAGMA page_size"));
    return figures;
}

namespace {

int prune_journal(Database& db, WallTime now, int limit, const Retention& retention) {
    int left = limit;
    left -= db.run(
        "DELETE FROM dedup WHERE key IN (SELECT key FROM dedup WHERE expires_at <= ?1"
        " ORDER BY expires_at LIMIT ?2)",
        now, left
    );
    left -= db.run(
        "DELETE FROM journal WHERE seq IN (SELECT seq FROM journal WHERE state = 'done'"
        " AND received_at < ?1 ORDER BY received_at LIMIT ?2)",
        now - retention.alerts, left
    );
    left -= db.run(
        "DELETE FROM quarantine WHERE id IN (SELECT id FROM quarantine WHERE received_at < ?1"
        " ORDER BY id LIMIT ?2)",
        now - retention.alerts, left
    );
    return limit - left;
}

// One ended incident: its children first, as many as the limit allows; itself last.
int prune_incident(Database& db, const std::string& id, int limit) {
    int left = limit;
    left -= db.run(
        "DELETE FROM operations WHERE id IN (SELECT id FROM operations WHERE incident_id = ?1"
        " LIMIT ?2)",
        id, left
    );
    left -= db.run(
        "DELETE FROM episodes WHERE num IN (SELECT num FROM episodes WHERE incident_id = ?1"
        " LIMIT ?2)",
        id, left
    );
    left -= db.run(
        "DELETE FROM timers WHERE incident_id = ?1 AND kind IN"
        " (SELECT kind FROM timers WHERE incident_id = ?1 LIMIT ?2)",
        id, left
    );
    if (left > 0) {
        left -= db.run("DELETE FROM incidents WHERE id = ?1", id);
    }
    return limit - left;
}

int prune_incidents(Database& db, WallTime now, int limit, const Retention& retention) {
    std::vector<std::string> ids;
    {
        auto rows = db.query(
            "SELECT id FROM incidents i WHERE state = 'ended' AND updated_at < ?1"
            " AND NOT EXISTS (SELECT 1 FROM operations o WHERE o.incident_id = i.id"
            " AND o.state NOT IN ('done', 'skipped'))"
            " AND NOT EXISTS (SELECT 1 FROM folded f WHERE f.incident_id = i.id)"
            " ORDER BY updated_at LIMIT ?2",
            now - retention.incidents, limit
        );
        while (rows.next()) {
            ids.push_back(rows.text());
        }
    }
    int left = limit;
    for (const auto& id : ids) {
        left -= prune_incident(db, id, left);
        if (left <= 0) {
            break;
        }
    }
    return limit - left;
}

// Episodes without an incident: tombstones go first, what never reached the threshold later. A
// problem that was heard of lately keeps its own, since their times are those of the sender.
int prune_loose(Database& db, WallTime now, int limit, const Retention& retention) {
    int left = limit;
    left -= db.run(
        "DELETE FROM episodes WHERE num IN (SELECT num FROM episodes e"
        " WHERE incident_id IS NULL AND state <> 'open' AND coalesce(ended_at, started_at) < ?1"
        " AND NOT EXISTS (SELECT 1 FROM problems p WHERE p.key = e.problem_key"
        " AND p.updated_at >= ?1) ORDER BY coalesce(ended_at, started_at) LIMIT ?2)",
        now - retention.tombstones, left
    );
    left -= db.run(
        "DELETE FROM episodes WHERE num IN (SELECT num FROM episodes e"
        " WHERE incident_id IS NULL AND state = 'open' AND started_at < ?1"
        " AND NOT EXISTS (SELECT 1 FROM problems p WHERE p.key = e.problem_key"
        " AND p.updated_at >= ?1) ORDER BY started_at LIMIT ?2)",
        now - retention.incidents, left
    );
    // As long as incidents: a shorter time would look at all problems with history each time.
    left -= db.run(
        "DELETE FROM problems WHERE key IN (SELECT key FROM problems p WHERE updated_at < ?1"
        " AND NOT EXISTS (SELECT 1 FROM episodes e WHERE e.problem_key = p.key)"
        " ORDER BY updated_at LIMIT ?2)",
        now - retention.incidents, left
    );
    return limit - left;
}

int prune_lookups(Database& db, WallTime now, int limit, const Retention& retention) {
    int left = limit;
    left -= db.run(
        "DELETE FROM lookups WHERE key IN (SELECT key FROM lookups WHERE expires_at < ?1"
        " ORDER BY expires_at LIMIT ?2)",
        now - retention.stale_lookups, left
    );
    const auto excess =
        read_number(db.query("SELECT count(*) FROM lookups")) - retention.lookups_max;
    if (excess > 0) {
        left -= db.run(
            "DELETE FROM lookups WHERE key IN (SELECT key FROM lookups"
            " ORDER BY expires_at LIMIT ?1)",
            std::min<std::int64_t>(excess, left)
        );
    }
    return limit - left;
}

}  // namespace

int prune(Database& db, WallTime now, int limit, const Retention& retention) {
    int left = std::max(limit, 0);
    left -= prune_journal(db, now, left, retention);
    left -= prune_notices(db, now - retention.alerts, left);
    left -= prune_incidents(db, now, left, retention);
    left -= prune_loose(db, now, left, retention);
    left -= prune_lookups(db, now, left, retention);
    if (read_number(db.query("PRAGMA freelist_count")) > kFreePagesKept) {
        db.run("PRAGMA incremental_vacuum(200)");
    }
    return std::max(limit, 0) - left;
}

}  // namespace alert_bridge::storage
