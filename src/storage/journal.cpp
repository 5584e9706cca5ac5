// SPDX-License-Identifier: MIT
#include "alert_bridge/storage/journal.hpp"

#include <algorithm>

#include "alert_bridge/base/secret.hpp"
#include "alert_bridge/storage/alert_json.hpp"
#include "alert_bridge/storage/records.hpp"

namespace alert_bridge::storage {

namespace {

// The beginning of the key and 16 bytes of its SHA-256: a small row whatever a sender puts into it.
// Where keys begin with what goes up (an event's number, a time), alerts that come together are
// neighbours in the table; by the digest alone each would change, and write, a page of its own.
std::string row_key(const std::string& idempotency_key) {
    constexpr std::size_t kBeginningBytes = 32;
    constexpr std::ptrdiff_t kDigestBytes = 16;
    const auto digest = sha256(idempotency_key);
    std::string key = idempotency_key.substr(0, kBeginningBytes);
    key.append(digest.begin(), digest.begin() + kDigestBytes);
    return key;
}

std::optional<ports::Receipt> find_duplicate(
    Database& db, const std::string& key, WallTime received_at
) {
    auto row = db.query(
        "SELECT alert_id, seq FROM dedup WHERE key = ?1 AND expires_at > ?2", Blob{key}, received_at
    );
    if (!row.next()) {
        return std::nullopt;
    }
    ports::Receipt receipt;
    receipt.status = ports::ReceiptStatus::duplicate;
    receipt.alert_id = row.text();
    receipt.journal_seq = row.integer();
    return receipt;
}

ports::Receipt append_alert(Database& db, const domain::Alert& alert) {
    const bool is_keyed = !alert.idempotency_key.empty();
    const std::string key = is_keyed ? row_key(alert.idempotency_key) : std::string();
    if (is_keyed) {
        if (auto duplicate = find_duplicate(db, key, alert.received_at)) {
            return *duplicate;
        }
    }
    db.run(
        "INSERT INTO journal (alert_id, problem_key, received_at, state, alert)"
        " VALUES (?1, ?2, ?3, 'pending', ?4)",
        alert.id, alert.problem_key, alert.received_at, encode(alert)
    );
    ports::Receipt receipt;
    receipt.alert_id = alert.id;
    receipt.journal_seq = db.last_insert_id();
    if (is_keyed) {
        db.run(
            "INSERT OR REPLACE INTO dedup (key, alert_id, seq, expires_at)"
            " VALUES (?1, ?2, ?3, ?4)",
            Blob{key}, alert.id, receipt.journal_seq, alert.received_at + kDedupLife
        );
    }
    return receipt;
}

void quarantine(Database& db, const ports::QuarantineEntry& entry) {
    const auto size = std::min(entry.body.size(), kQuarantineBodyBytes);
    db.run(
        "INSERT INTO quarantine (source, reason, body, received_at) VALUES (?1, ?2, ?3, ?4)",
        entry.source, entry.reason, Blob{std::string_view(entry.body).substr(0, size)},
        entry.received_at
    );
}

// Where the incident stands now.
void add_incident(Database& db, ports::Standing& standing) {
    auto row = db.query(
        "SELECT state, CASE state WHEN 'sheltered' THEN coalesce((SELECT p.ticket_id FROM"
        " incidents p WHERE p.id = i.parent_id), 0) ELSE ticket_id END,"
        " coalesce(plan ->> '$.policy.mode', '') = 'observe' FROM incidents i"
        " WHERE id = ?1",
        standing.incident_id
    );
    if (row.next()) {
        standing.state = row.text();
        standing.ticket_id = row.integer();
        standing.observed = row.flag();
    }
}

std::optional<ports::Standing> standing_of_alert(Database& db, const std::string& id) {
    ports::Standing standing;
    {
        auto row = db.query(
            "SELECT state = 'pending', reason, incident_id FROM journal WHERE alert_id = ?1", id
        );
        if (!row.next()) {
            return std::nullopt;
        }
        standing.pending = row.flag();
        standing.decision = row.text();
        standing.incident_id = row.text();
    }
    add_incident(db, standing);
    return standing;
}

std::optional<ports::Standing> standing_of_problem(Database& db, const std::string& key) {
    ports::Standing standing;
    bool is_known = false;
    {
        auto row = db.query(
            "SELECT 1 FROM journal WHERE problem_key = ?1 AND state = 'pending' LIMIT 1", key
        );
        standing.pending = row.next();
    }
    {
        auto row = db.query("SELECT last_reason FROM problems WHERE key = ?1", key);
        is_known = row.next();
        if (is_known) {
            standing.decision = row.text();
        }
    }
    if (!is_known && !standing.pending) {
        return std::nullopt;
    }
    {
        auto row = db.query(
            "SELECT incident_id FROM episodes WHERE problem_key = ?1 AND incident_id IS NOT NULL"
            " ORDER BY num DESC LIMIT 1",
            key
        );
        if (row.next()) {
            standing.incident_id = row.text();
        }
    }
    add_incident(db, standing);
    return standing;
}

}  // namespace

std::vector<ports::Receipt> append(
    Database& db, const ports::Batch& batch, std::int64_t quarantine_rows_max
) {
    std::vector<ports::Receipt> receipts;
    receipts.reserve(batch.alerts.size());
    for (const auto& alert : batch.alerts) {
        receipts.push_back(append_alert(db, alert));
    }
    for (const auto& entry : batch.unusable) {
        quarantine(db, entry);
    }
    if (!batch.unusable.empty()) {
        db.run(
            "DELETE FROM quarantine WHERE id <= (SELECT max(id) FROM quarantine) - ?1",
            quarantine_rows_max
        );
    }
    return receipts;
}

std::vector<PendingRow> pending(Database& db, std::int64_t after, int limit) {
    auto found = db.query(
        "SELECT seq, received_at, alert FROM journal WHERE state = 'pending' AND seq > ?1"
        " ORDER BY seq LIMIT ?2",
        after, std::max(limit, 0)
    );
    std::vector<PendingRow> rows;
    while (found.next()) {
        PendingRow& row = rows.emplace_back();
        row.seq = found.integer();
        row.received_at = found.time();
        row.alert = found.text();
    }
    return rows;
}

std::vector<ports::JournalEntry> decoded(const std::vector<PendingRow>& rows) {
    std::vector<ports::JournalEntry> entries;
    entries.reserve(rows.size());
    for (const PendingRow& row : rows) {
        ports::JournalEntry& entry = entries.emplace_back();
        entry.seq = row.seq;
        entry.alert = parse_alert(row.alert);
        entry.alert.received_at = row.received_at;  // which has moved with the clock
    }
    return entries;
}

void mark_decided(
    Database& db, std::int64_t seq, const std::string& reason, const std::string& incident_id
) {
    db.run(
        "UPDATE journal SET state = 'done', reason = ?2, incident_id = ?3 WHERE seq = ?1", seq,
        reason, incident_id
    );
}

std::optional<ports::Standing> standing(Database& db, const std::string& key) {
    auto found = standing_of_alert(db, key);
    if (!found) {
        found = standing_of_problem(db, key);
    }
    return found;
}

std::optional<ports::SnapshotStore::StoredAlert> stored_alert(Database& db, const std::string& id) {
    auto row = db.query("SELECT alert, reason, incident_id FROM journal WHERE alert_id = ?1", id);
    if (!row.next()) {
        return std::nullopt;
    }
    ports::SnapshotStore::StoredAlert stored;
    stored.text = row.text();
    stored.reason = row.text();
    stored.incident_id = row.text();
    return stored;
}

ports::SnapshotStore::AlertTexts alert_texts(
    Database& db, std::int64_t after, WallTime since, int limit
) {
    if (after == 0) {
        // By the index of ages; if nothing that is done is so young, what is pending may be. It is
        // newer than most of what is done.
        auto first = db.query(
            "SELECT coalesce((SELECT seq FROM journal WHERE state = 'done' AND received_at >= ?1"
            " ORDER BY received_at LIMIT 1),"
            " (SELECT seq FROM journal WHERE state = 'pending' ORDER BY seq LIMIT 1),"
            " (SELECT max(seq) + 1 FROM journal), 1)",
            since
        );
        after = first.next() ? first.integer() - 1 : 0;
    }
    auto rows = db.query(
        "SELECT seq, alert FROM journal WHERE seq > ?1 ORDER BY seq LIMIT ?2", after, limit
    );
    ports::SnapshotStore::AlertTexts texts;
    while (rows.next()) {
        const std::int64_t seq = rows.integer();
        texts.emplace_back(seq, rows.text());
    }
    return texts;
}

}  // namespace alert_bridge::storage
