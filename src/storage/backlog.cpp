// SPDX-License-Identifier: MIT
#include "alert_bridge/storage/backlog.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "alert_bridge/storage/records.hpp"
#include "alert_bridge/storage/sqlite_store.hpp"

namespace alert_bridge::storage {

namespace {

constexpr JobKind kRead{Lane::read, false, false};

struct Late {
    std::string incident_id, priority, last_error;
    WallTime since{};
};

// The first priority after this one, in the order of their names, of incidents without a ticket;
// empty: there is none.
std::string next_priority(Database& db, const std::string& after) {
    auto row = db.query(
        "SELECT priority FROM incidents INDEXED BY incidents_unopened"
        " WHERE ticket_id = 0 AND state <> 'ended' AND state <> 'sheltered' AND state <> 'holding'"
        " AND priority > ?1 ORDER BY priority LIMIT 1",
        after
    );
    return row.next() ? row.text() : std::string();
}

// An opening is never older than its incident.
void add_late(
    Database& db, const std::string& priority, WallTime latest, int limit, std::vector<Late>& found
) {
    auto rows = db.query(
        "SELECT i.id, o.last_error, coalesce(o.retried_at, o.created_at) AS since"
        " FROM incidents i INDEXED BY incidents_unopened"
        " CROSS JOIN operations o INDEXED BY operations_one_open ON o.incident_id = i.id"
        " WHERE i.ticket_id = 0 AND i.state <> 'ended' AND i.state <> 'sheltered'"
        " AND i.state <> 'holding' AND i.priority = ?1 AND i.created_at <= ?2"
        " AND o.kind = 'open' AND o.state NOT IN ('done', 'skipped') AND o.state <> 'dead'"
        " AND since <= ?2 ORDER BY i.created_at LIMIT ?3",
        priority, latest, limit
    );
    while (rows.next()) {
        auto& late = found.emplace_back();
        late.incident_id = rows.text();
        late.priority = priority;
        late.last_error = rows.text();
        late.since = rows.time();
    }
}

std::vector<Late> find_late(
    Database& db, const domain::WaitLimits& limits, WallTime now, int limit
) {
    std::vector<Late> found;
    // Of a priority without a name, as old rows may have it.
    add_late(db, "", now - limits.of(""), limit, found);
    std::string priority = next_priority(db, "");
    while (!priority.empty()) {
        add_late(db, priority, now - limits.of(priority), limit, found);
        priority = next_priority(db, priority);
    }
    std::sort(found.begin(), found.end(), [](const Late& a, const Late& b) {
        return std::tie(a.since, a.incident_id) < std::tie(b.since, b.incident_id);
    });
    found.resize(std::min(found.size(), static_cast<std::size_t>(std::max(limit, 0))));
    return found;
}

}  // namespace

std::vector<domain::WaitingOpening> late_openings(
    Database& db, const domain::WaitLimits& limits, WallTime now, int limit
) {
    std::vector<domain::WaitingOpening> openings;
    for (Late& late : find_late(db, limits, now, limit)) {
        const auto incident = find_incident(db, late.incident_id);
        auto& opening = openings.emplace_back();
        opening.id = std::move(late.incident_id);
        opening.priority = std::move(late.priority);
        opening.last_error = std::move(late.last_error);
        opening.since = late.since;
        if (incident) {
            opening.host = incident->opener.host.name;
            opening.problem = incident->opener.problem_name;
        }
    }
    return openings;
}

SqliteStore::Task<std::vector<domain::WaitingOpening>> SqliteStore::late_openings(
    domain::WaitLimits limits, WallTime now, int limit
) {
    auto work = [limits = std::move(limits), now, limit](Database& db) {
        return storage::late_openings(db, limits, now, limit);
    };
    return thread_.submit<std::vector<domain::WaitingOpening>>(kRead, std::move(work));
}

SqliteStore::Task<int> SqliteStore::openings_since(WallTime from) {
    auto work = [from](Database& db) {
        auto row = db.query("SELECT count(*) FROM openings WHERE at > ?1", from);
        return row.next() ? row.small() : 0;
    };
    return thread_.submit<int>(kRead, std::move(work));
}

}  // namespace alert_bridge::storage
