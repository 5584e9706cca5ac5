// SPDX-License-Identifier: MIT
#include "alert_bridge/storage/shelters.hpp"

#include "alert_bridge/storage/records.hpp"

namespace alert_bridge::storage {

namespace {

int read_count(Statement row) {
    return row.next() ? row.small() : 0;
}

std::optional<domain::Incident> incident_of(Database& db, Statement row) {
    const std::string id = row.next() ? row.text() : std::string();
    return id.empty() ? std::nullopt : find_incident(db, id);
}

std::optional<domain::Incident> live_of_group(Database& db, const std::string& group_key) {
    return find_incident(db, live_incident_of_group(db, group_key));
}

// By the asset where it is known, so that one source's host covers another's services; else, and
// where the two were placed differently, by the host's name at its source.
std::optional<domain::Incident> host_down(Database& db, const domain::Place& place) {
    auto found = incident_of(
        db,
        db.query(
            "SELECT id FROM incidents WHERE host_key = ?1 AND host_down = 1 AND state <> 'ended'"
            " AND state IN ('holding', 'open', 'quiet') ORDER BY num DESC LIMIT 1",
            place.host_key
        )
    );
    if (!found && !place.asset_key.empty()) {
        found = incident_of(
            db, db.query(
                    "SELECT id FROM incidents WHERE asset_key = ?1 AND host_down = 1 AND state <> "
                    "'ended'"
                    " AND state IN ('holding', 'open', 'quiet') ORDER BY num DESC LIMIT 1",
                    place.asset_key
                )
        );
    }
    return found;
}

std::vector<domain::HostTicket> tickets_of_host(Database& db, const std::string& host_key) {
    auto rows = db.query(
        "SELECT ticket_id, created_at FROM incidents WHERE host_key = ?1 AND state = 'open'"
        " AND host_down = 0 AND ticket_id <> 0 ORDER BY created_at DESC, ticket_id DESC LIMIT 20",
        host_key
    );
    std::vector<domain::HostTicket> tickets;
    while (rows.next()) {
        domain::HostTicket& ticket = tickets.emplace_back();
        ticket.ticket_id = rows.integer();
        ticket.created_at = rows.time();
    }
    return tickets;
}

domain::MemberReport members_of(Database& db, const std::string& parent_id) {
    domain::MemberReport report;
    {
        auto row = db.query(
            "SELECT count(*), coalesce(sum(state = 'sheltered'), 0), max(sheltered_at),"
            " coalesce(sum(state = 'ended' AND told_end = 0), 0)"
            " FROM incidents WHERE parent_id = ?1 AND parent_id <> ''",
            parent_id
        );
        if (row.next()) {
            report.total = row.integer();
            report.failing = row.integer();
            report.last_joined = row.maybe_time();
            report.untold_ends = row.integer();
        }
    }
    auto rows = db.query(
        "SELECT id, json_extract(opener, '$.host.name'), json_extract(opener, '$.problem_name'),"
        " severity, created_at FROM incidents WHERE parent_id = ?1 AND parent_id <> ''"
        " AND told = 0 ORDER BY sheltered_at, num LIMIT ?2",
        parent_id, domain::kMembersAtOnce
    );
    while (rows.next()) {
        domain::MemberLine& line = report.untold.emplace_back();
        line.incident_id = rows.text();
        line.host = rows.text();
        line.problem_name = rows.text();
        line.severity = domain::parse_severity(rows.text()).value_or(line.severity);
        line.since = rows.time();
    }
    return report;
}

}  // namespace

void save_opening(Database& db, const domain::CountedOpening& opening) {
    db.run("DELETE FROM openings WHERE at < ?1", opening.at - domain::kFuseWindow);
    db.run("INSERT INTO openings (at, entity_id) VALUES (?1, ?2)", opening.at, opening.entity_id);
}

void add_budgets(
    Database& db, domain::Snapshot& snapshot, const domain::BudgetWindow& window,
    const domain::Place& place
) {
    if (!place.host_key.empty()) {
        snapshot.host_down = host_down(db, place);
        snapshot.host_tickets = tickets_of_host(db, place.host_key);
    }
    if (!window.counts) {
        return;
    }
    snapshot.opened.entity = read_count(db.query(
        "SELECT count(*) FROM openings WHERE at > ?1 AND entity_id = ?2", window.burst_since,
        place.entity_id
    ));
    snapshot.opened.overall =
        read_count(db.query("SELECT count(*) FROM openings WHERE at > ?1", window.burst_since));
    snapshot.opened.hour =
        read_count(db.query("SELECT count(*) FROM openings WHERE at > ?1", window.hour_since));
    snapshot.entity_umbrella = live_of_group(db, domain::umbrella_group(place.entity_id));
    snapshot.overall_umbrella = live_of_group(db, domain::umbrella_group(std::nullopt));
}

void add_family(Database& db, domain::Snapshot& snapshot, domain::TimerKind timer) {
    const domain::Incident& incident = *snapshot.incident;
    if (timer != domain::TimerKind::shelter) {
        snapshot.members = members_of(db, incident.id);
        return;
    }
    snapshot.parent = find_incident(db, incident.parent_id);
    auto row = db.query(
        "SELECT max(sheltered_at) FROM incidents WHERE parent_id = ?1 AND parent_id <> ''",
        incident.parent_id
    );
    snapshot.members.last_joined = row.next() ? row.maybe_time() : std::nullopt;
}

void adopt(Database& db, const domain::Adoption& adoption) {
    db.run(
        "UPDATE incidents SET parent_id = ?2, sheltered_at = ?3 WHERE parent_id = ?1"
        " AND parent_id <> '' AND told = 0",
        adoption.from, adoption.to, adoption.at
    );
}

void mark_told(Database& db, const domain::Decision& decision) {
    for (const std::string& id : decision.told_members) {
        db.run("UPDATE incidents SET told = 1 WHERE id = ?1", id);
    }
    if (decision.told_ends_of) {
        db.run(
            "UPDATE incidents SET told_end = 1 WHERE parent_id = ?1 AND parent_id <> ''"
            " AND state = 'ended' AND told_end = 0",
            *decision.told_ends_of
        );
    }
}

}  // namespace alert_bridge::storage
