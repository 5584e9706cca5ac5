// SPDX-License-Identifier: MIT
#include "alert_bridge/storage/outages.hpp"

#include <algorithm>

#include "alert_bridge/storage/records.hpp"

namespace alert_bridge::storage {

namespace {

std::vector<domain::OutageLine> lines_of(Database& db, std::int64_t entity_id) {
    auto rows = db.query(
        "SELECT host, problem_name, max(severity), sum(problems), min(started_at), max(ended_at)"
        " FROM folded WHERE entity_id = ?1 GROUP BY host, problem_name"
        " ORDER BY 3 DESC, 4 DESC, host, problem_name LIMIT ?2",
        entity_id, domain::kOutageLines
    );
    std::vector<domain::OutageLine> lines;
    while (rows.next()) {
        domain::OutageLine& line = lines.emplace_back();
        line.host = rows.text();
        line.problem_name = rows.text();
        line.severity = static_cast<domain::Severity>(rows.small());  // a CHECK bounds it
        line.problems = rows.integer();
        line.first_start = rows.time();
        line.last_end = rows.time();
    }
    return lines;
}

std::string worst_incident(Database& db, std::int64_t entity_id) {
    auto row = db.query(
        "SELECT incident_id FROM folded WHERE entity_id = ?1 ORDER BY severity DESC, num LIMIT 1",
        entity_id
    );
    return row.next() ? row.text() : std::string();
}

}  // namespace

void save_folded(Database& db, const domain::FoldedPair& pair) {
    db.run(
        "INSERT INTO folded (incident_id, entity_id, host, problem_name, severity, problems,"
        " started_at, ended_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        pair.incident_id, pair.entity_id, pair.host, pair.problem_name,
        static_cast<int>(pair.severity), pair.problems, pair.started_at, pair.ended_at
    );
}

void forget_folded(Database& db, std::int64_t entity_id) {
    db.run("DELETE FROM folded WHERE entity_id = ?1", entity_id);
}

void add_outage(Database& db, domain::Snapshot& snapshot, std::int64_t entity_id) {
    const std::string worst = worst_incident(db, entity_id);
    if (worst.empty()) {
        return;
    }
    domain::OutageReport report;
    report.lines = lines_of(db, entity_id);
    {
        auto row = db.query(
            "SELECT sum(problems), min(started_at), max(ended_at) FROM folded WHERE entity_id = ?1",
            entity_id
        );
        if (row.next()) {
            report.problems = row.integer();
            report.first_start = row.time();
            report.last_end = row.time();
        }
    }
    {
        auto row = db.query(
            "SELECT count(*) FROM (SELECT DISTINCT host, problem_name FROM folded"
            " WHERE entity_id = ?1)",
            entity_id
        );
        const std::int64_t all = row.next() ? row.integer() : 0;
        report.lines_left_out = all - static_cast<std::int64_t>(report.lines.size());
    }
    snapshot.outage = std::move(report);
    snapshot.outage_worst = find_incident(db, worst);
}

std::vector<std::int64_t> outages_to_report(Database& db, WallTime away_until, int limit) {
    std::vector<std::int64_t> entities;
    {
        // Rows are decided in the order of their arrival, but for those that wait for a place.
        auto row =
            db.query("SELECT received_at FROM journal WHERE state = 'pending' ORDER BY seq LIMIT 1"
            );
        if (row.next() && row.time() <= away_until) {
            return entities;
        }
    }
    auto rows = db.query(
        "SELECT DISTINCT entity_id FROM folded ORDER BY entity_id LIMIT ?1", std::max(limit, 0)
    );
    while (rows.next()) {
        entities.push_back(rows.integer());
    }
    return entities;
}

}  // namespace alert_bridge::storage
