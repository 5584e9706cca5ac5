// SPDX-License-Identifier: MIT
#include "alert_bridge/storage/backlog.hpp"

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

std::vector<Late> find_late(
    Database& db, const domain::WaitLimits& limits, WallTime now, int limit
) {
    auto rows = db.query(
        "SELECT o.incident_id, i.priority, o.last_error, o.created_at"
        " FROM operations o INDEXED BY operations_openings"
        " CROSS JOIN incidents i ON i.id = o.incident_id"
        " WHERE o.kind = 'open' AND o.state <> 'done' AND o.state <> 'skipped'"
        " AND o.state <> 'dead' AND o.created_at <= ?1 ORDER BY o.created_at",
        now - limits.shortest()
    );
    std::vector<Late> found;
    while (static_cast<int>(found.size()) < limit && rows.next()) {
        Late late;
        late.incident_id = rows.text();
        late.priority = rows.text();
        late.last_error = rows.text();
        late.since = rows.time();
        if (now - late.since >= limits.of(late.priority)) {
            found.push_back(std::move(late));
        }
    }
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
