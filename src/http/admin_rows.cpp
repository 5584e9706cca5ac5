// SPDX-License-Identifier: MIT
#include "alert_bridge/http/admin_rows.hpp"

#include <nlohmann/json.hpp>

namespace alert_bridge::http {
namespace {

using nlohmann::json;

void add_times(json& out, const domain::Operation& row) {
    out["created_at"] = format_utc(row.created_at);
    out["due_at"] = format_utc(row.due_at);
    if (row.sent_at) {
        out["sent_at"] = format_utc(*row.sent_at);
    }
    if (row.retried_at) {
        out["retried_at"] = format_utc(*row.retried_at);
    }
}

json operation_json(const domain::Operation& row, bool whole) {
    json out;
    out["id"] = row.id;
    out["kind"] = to_string(row.kind);
    out["event"] = row.content.event;
    out["state"] = to_string(row.state);
    out["attempts"] = row.attempts;
    out["last_error"] = row.last_error;
    out["reference"] = row.reference;
    add_times(out, row);
    if (whole) {
        out["seq"] = row.seq;
        out["result_id"] = row.result_id;
        out["title"] = row.content.title;
        out["html"] = row.content.html;
    }
    return out;
}

json episode_json(const domain::Episode& row) {
    json out;
    out["problem_key"] = row.problem_key;
    out["episode"] = row.episode;
    out["state"] = to_string(row.state);
    out["severity"] = to_string(row.severity);
    out["problem"] = row.problem_name;
    out["acknowledged"] = row.acknowledged;
    out["repeats"] = row.repeats;
    out["started_at"] = format_utc(row.started_at);
    if (row.ended_at) {
        out["ended_at"] = format_utc(*row.ended_at);
    }
    return out;
}

void add_incident(json& out, const domain::Incident& row) {
    out["ticket"] = row.ticket_id;
    out["source"] = row.opener.source;
    out["host"] = row.opener.host.name;
    out["problem"] = row.opener.problem_name;
    out["severity"] = to_string(row.severity);
    out["entity"] = row.placement.entity_name;
}

std::string asset_text(const domain::Placement& placement) {
    if (!placement.asset) {
        return {};
    }
    return placement.asset->item_type + " " + std::to_string(placement.asset->id) + " " +
           placement.asset->name;
}

json incident_json(const domain::Incident& row) {
    json out;
    out["id"] = row.id;
    out["state"] = to_string(row.state);
    add_incident(out, row);
    out["asset"] = asset_text(row.placement);
    out["created_at"] = format_utc(row.created_at);
    out["updated_at"] = format_utc(row.updated_at);
    out["end_reason"] = row.end_reason;
    return out;
}

}  // namespace

json as_json(const ports::OwedWrite& row, bool whole) {
    json out = operation_json(row.operation, whole);
    add_incident(out, row.incident);
    out["incident"] = row.incident.id;
    if (row.waits_for != 0) {
        out["waits_for"] = row.waits_for;
    }
    return out;
}

json as_json(const ports::IncidentSummary& row) {
    json out = incident_json(row.incident);
    out["open_episodes"] = row.open_episodes;
    out["owed"] = row.owed;
    return out;
}

json as_json(const ports::IncidentRow& row) {
    json out = incident_json(row.incident);
    out["group_key"] = row.incident.group_key;
    out["previous_ticket"] = row.incident.previous_ticket;
    out["opened_by"] = row.incident.opener.id;
    out["received_at"] = format_utc(row.incident.opener.received_at);
    out["text"] = row.incident.latest.text;
    out["episodes"] = json::array();
    for (const domain::Episode& episode : row.episodes) {
        out["episodes"].push_back(episode_json(episode));
    }
    out["operations"] = json::array();
    for (const domain::Operation& operation : row.operations) {
        out["operations"].push_back(operation_json(operation, false));
    }
    return out;
}

json as_json(const ports::StormSummary& row) {
    json out = incident_json(row.incident);
    out["members"] = row.members;
    out["failing"] = row.failing;
    if (row.last_joined) {
        out["last_joined"] = format_utc(*row.last_joined);
    }
    return out;
}

json as_json(const AdminApi::Session& row) {
    json out;
    out["server"] = row.server;
    out["health"] = row.health;
    out["breaker"] = row.breaker_open ? "open" : "closed";
    out["version"] = row.version;
    out["user"] = row.user_id;
    out["state"] = row.state;
    const auto add = [&out](const char* name, const std::optional<WallTime>& at) {
        if (at) {
            out[name] = format_utc(*at);
        }
    };
    add("opened_at", row.opened_at);
    add("last_use", row.last_use);
    add("renew_at", row.renew_at);
    out["logins"] = row.logins;
    out["connections"] = row.connections;
    out["last_error"] = row.last_error;
    return out;
}

json as_json(const AdminApi::Status& row) {
    const ports::StoreFigures& figures = row.figures;
    json out;
    out["version"] = row.version;
    out["started_at"] = format_utc(row.started_at);
    out["ready"] = row.readiness.ready;
    out["journal_pending"] = figures.journal_pending;
    out["due"] = figures.due;
    out["sending"] = figures.sending;
    out["uncertain"] = figures.uncertain;
    out["dead"] = figures.dead;
    out["oldest_due_seconds"] =
        std::chrono::duration_cast<std::chrono::seconds>(row.oldest_due).count();
    out["open_incidents"] = figures.open_incidents;
    out["storms"] = figures.storms;
    out["sheltered_incidents"] = figures.sheltered;
    out["quarantined"] = figures.quarantined;
    out["unmatched_hosts"] = figures.unmatched;
    out["notices_dead"] = figures.notices_dead;
    out["checks"] = json::array();
    for (const Check& check : row.readiness.checks) {
        json one;
        one["name"] = check.name;
        one["ok"] = check.ok;
        one["message"] = check.message;
        out["checks"].push_back(std::move(one));
    }
    return out;
}

json as_json(const ports::QuarantineEntry& row) {
    json out;
    out["id"] = row.id;
    out["source"] = row.source;
    out["reason"] = row.reason;
    out["received_at"] = format_utc(row.received_at);
    out["body"] = row.body;
    return out;
}

json as_json(const ports::UnmatchedHost& row) {
    json out;
    out["source"] = row.source;
    out["host"] = row.host;
    out["reason"] = row.reason;
    out["count"] = row.count;
    out["first_seen"] = format_utc(row.first_seen);
    out["last_seen"] = format_utc(row.last_seen);
    return out;
}

}  // namespace alert_bridge::http
