// SPDX-License-Identifier: MIT
#include "alert_bridge/storage/listing.hpp"

#include <algorithm>
#include <tuple>

#include "alert_bridge/base/invariant.hpp"
#include "alert_bridge/base/number.hpp"
#include "alert_bridge/storage/journal.hpp"
#include "alert_bridge/storage/records.hpp"

namespace alert_bridge::storage {

namespace {

template <class Row>
void keep_newest(std::vector<Row>& rows) {
    constexpr auto kMost = static_cast<std::size_t>(ports::OperatorStore::kPartsMax);
    if (rows.size() > kMost) {
        rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(kMost));
    }
}

std::int64_t number(Statement row) {
    return row.next() ? row.integer() : 0;
}

ports::IncidentSummary summary(Database& db, domain::Incident incident) {
    ports::IncidentSummary row;
    row.incident = std::move(incident);
    row.open_episodes = number(db.query(
        "SELECT count(*) FROM episodes WHERE incident_id = ?1 AND state = 'open'", row.incident.id
    ));
    row.owed = number(db.query(
        "SELECT count(*) FROM operations WHERE incident_id = ?1"
        " AND state NOT IN ('done', 'skipped')",
        row.incident.id
    ));
    return row;
}

ports::StormSummary storm(Database& db, domain::Incident umbrella) {
    ports::StormSummary row;
    auto members = db.query(
        "SELECT count(*), coalesce(sum(state = 'sheltered'), 0), max(sheltered_at)"
        " FROM incidents WHERE parent_id = ?1 AND parent_id <> ''",
        umbrella.id
    );
    if (members.next()) {
        row.members = members.integer();
        row.failing = members.integer();
        row.last_joined = members.maybe_time();
    }
    row.incident = std::move(umbrella);
    return row;
}

ports::QuarantineEntry read_entry(Statement& row) {
    ports::QuarantineEntry entry;
    entry.id = row.integer();
    entry.source = row.text();
    entry.reason = row.text();
    entry.body = row.blob();
    entry.received_at = row.time();
    return entry;
}

struct Place {
    WallTime due_at{};
    std::int64_t id = 0;
};

void add_places(
    Database& db, domain::OperationState state, const ports::OperationCursor& after, int limit,
    std::vector<Place>& places
) {
    auto rows = db.query(
        "SELECT due_at, id FROM operations WHERE state = ?1 AND state NOT IN ('done', 'skipped')"
        " AND (due_at, id) > (?2, ?3) ORDER BY due_at, id LIMIT ?4",
        to_string(state), after.due_at, after.id, limit
    );
    while (rows.next()) {
        auto& place = places.emplace_back();
        place.due_at = rows.time();
        place.id = rows.integer();
    }
}

// Of the incident that a ticket's number or an alert's id leads to; else `key` itself.
std::string incident_of(Database& db, const std::string& key) {
    const auto ticket = parse_whole_number(key);
    auto row = ticket && *ticket != 0
                   ? db.query(
                         "SELECT id FROM incidents WHERE ticket_id = ?1 AND ticket_id <> 0"
                         " ORDER BY id DESC LIMIT 1",
                         *ticket
                     )
                   : db.query("SELECT incident_id FROM journal WHERE alert_id = ?1", key);
    return row.next() ? row.text() : key;
}

}  // namespace

std::optional<ports::OwedWrite> operation(Database& db, std::int64_t id) {
    auto found = find_operation(db, id);
    if (!found) {
        return std::nullopt;
    }
    auto incident = find_incident(db, found->incident_id);
    BRIDGE_INVARIANT(incident.has_value());  // a foreign key
    ports::OwedWrite row{*std::move(found), *std::move(incident)};
    const auto head = number(
        db.query("SELECT id FROM operations WHERE incident_id = ?1 AND head = 1", row.incident.id)
    );
    using domain::OperationState;
    const bool waits = row.operation.state == OperationState::due ||
                       row.operation.state == OperationState::uncertain;
    if (waits && head != row.operation.id) {
        row.waits_for = head;
    }
    return row;
}

std::vector<ports::OwedWrite> operations(
    Database& db, const std::vector<domain::OperationState>& states, ports::OperationCursor after,
    int limit
) {
    const auto wanted = static_cast<std::size_t>(std::max(limit, 0));
    std::vector<Place> places;
    for (const auto state : states) {
        add_places(db, state, after, static_cast<int>(wanted), places);
    }
    std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
        return std::tie(a.due_at, a.id) < std::tie(b.due_at, b.id);
    });
    places.resize(std::min(places.size(), wanted));
    std::vector<ports::OwedWrite> rows;
    rows.reserve(places.size());
    for (const Place& place : places) {
        rows.push_back(operation(db, place.id).value());
    }
    return rows;
}

std::vector<ports::IncidentSummary> incidents(
    Database& db, const std::string& after_id, bool ended_too, int limit
) {
    std::vector<std::string> ids;
    {
        auto rows = db.query(
            ended_too ? "SELECT id FROM incidents WHERE id > ?1 ORDER BY id LIMIT ?2"
                      : "SELECT id FROM incidents WHERE state <> 'ended' AND id > ?1"
                        " ORDER BY id LIMIT ?2",
            after_id, std::max(limit, 0)
        );
        while (rows.next()) {
            ids.push_back(rows.text());
        }
    }
    std::vector<ports::IncidentSummary> result;
    for (const auto& id : ids) {
        if (auto found = find_incident(db, id)) {
            result.push_back(summary(db, *std::move(found)));
        }
    }
    return result;
}

std::vector<ports::StormSummary> storms(
    Database& db, const std::string& after_id, bool ended_too, int limit
) {
    // Their groups begin with this word (domain::umbrella_group), and groups are in two indexes.
    std::vector<std::string> ids;
    {
        auto rows = db.query(
            "SELECT id FROM incidents WHERE group_key >= 'storm|' AND group_key < 'storm}'"
            " AND state <> 'ended' AND id > ?1 UNION ALL"
            " SELECT id FROM incidents WHERE group_key >= 'storm|' AND group_key < 'storm}'"
            " AND state = 'ended' AND id > ?1 AND ?2 ORDER BY id LIMIT ?3",
            after_id, ended_too ? 1 : 0, std::max(limit, 0)
        );
        while (rows.next()) {
            ids.push_back(rows.text());
        }
    }
    std::vector<ports::StormSummary> result;
    for (const auto& id : ids) {
        if (auto found = find_incident(db, id); found && found->umbrella) {
            result.push_back(storm(db, *std::move(found)));
        }
    }
    return result;
}

std::optional<ports::IncidentRow> incident(Database& db, const std::string& key) {
    const std::string id = incident_of(db, key);
    auto found = find_incident(db, id);
    if (!found) {
        return std::nullopt;
    }
    ports::IncidentRow row;
    row.incident = *std::move(found);
    row.episodes = episodes_of(db, id);
    row.operations = operations_of(db, id);
    keep_newest(row.episodes);
    keep_newest(row.operations);
    return row;
}

std::vector<ports::UnmatchedHost> unmatched(
    Database& db, const ports::UnmatchedHost& after, int limit
) {
    auto rows = db.query(
        "SELECT source, host, reason, count, first_seen, last_seen FROM unmatched"
        " WHERE (source, host) > (?1, ?2) ORDER BY source, host LIMIT ?3",
        after.source, after.host, std::max(limit, 0)
    );
    std::vector<ports::UnmatchedHost> hosts;
    while (rows.next()) {
        auto& host = hosts.emplace_back();
        host.source = rows.text();
        host.host = rows.text();
        host.reason = rows.text();
        host.count = rows.integer();
        host.first_seen = rows.time();
        host.last_seen = rows.time();
    }
    return hosts;
}

std::vector<ports::QuarantineEntry> quarantined(Database& db, std::int64_t after, int limit) {
    auto rows = db.query(
        "SELECT id, source, reason, substr(body, 1, ?3), received_at FROM quarantine WHERE id > ?1"
        " ORDER BY id LIMIT ?2",
        after, std::max(limit, 0), static_cast<std::int64_t>(ports::OperatorStore::kExcerptBytes)
    );
    std::vector<ports::QuarantineEntry> entries;
    while (rows.next()) {
        entries.push_back(read_entry(rows));
    }
    return entries;
}

std::optional<ports::QuarantineEntry> quarantine_entry(Database& db, std::int64_t id) {
    auto row =
        db.query("SELECT id, source, reason, body, received_at FROM quarantine WHERE id = ?1", id);
    if (!row.next()) {
        return std::nullopt;
    }
    return read_entry(row);
}

std::optional<std::vector<ports::Receipt>> readmit(
    Database& db, std::int64_t id, const std::vector<domain::Alert>& alerts
) {
    if (discard_quarantined(db, id) == 0) {
        return std::nullopt;
    }
    ports::Batch batch;
    batch.alerts = alerts;
    return append(db, batch, 0);
}

int discard_quarantined(Database& db, std::int64_t id) {
    return db.run("DELETE FROM quarantine WHERE id = ?1", id);
}

}  // namespace alert_bridge::storage
