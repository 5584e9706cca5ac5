// SPDX-License-Identifier: MIT
#include "alert_bridge/http/page_overview.hpp"

#include <nlohmann/json.hpp>

namespace alert_bridge::http {
namespace {

using nlohmann::json;

json glpi_json(const PageOverview::Glpi& glpi) {
    json out;
    out["url"] = glpi.url;
    out["state"] = glpi.state;
    out["version"] = glpi.version;
    out["last_error"] = glpi.last_error;
    out["since"] = format_utc(glpi.since);
    out["breaker_open"] = glpi.breaker_open;
    out["connections"] = glpi.connections;
    out["logins"] = glpi.logins;
    out["failed_logins"] = glpi.failed_logins;
    return out;
}

json figures_json(const PageOverview& overview) {
    const ports::StoreFigures& figures = overview.figures;
    json out;
    out["undecided"] = figures.journal_pending;
    out["waiting_for_place"] = overview.waiting_for_place;
    out["due"] = figures.due;
    out["sending"] = figures.sending;
    out["uncertain"] = figures.uncertain;
    out["dead"] = figures.dead;
    out["open"] = figures.open_incidents;
    out["quarantined"] = figures.quarantined;
    out["unmatched"] = figures.unmatched;
    out["notices_due"] = figures.notices_due;
    out["notices_dead"] = figures.notices_dead;
    if (figures.oldest_due) {
        out["oldest_due"] = format_utc(*figures.oldest_due);
    }
    return out;
}

}  // namespace

std::string to_json(const PageOverview& overview) {
    json out;
    out["version"] = overview.version;
    out["started"] = format_utc(overview.started);
    out["ready"] = overview.readiness.ready;
    out["checks"] = json::array();
    for (const Check& check : overview.readiness.checks) {
        json row;
        row["name"] = check.name;
        row["ok"] = check.ok;
        row["message"] = check.message;
        out["checks"].push_back(std::move(row));
    }
    out["glpi"] = glpi_json(overview.glpi);
    out["figures"] = figures_json(overview);
    out["sessions"] = overview.sessions;
    out["events"] = json::array();
    for (const PageOverview::Event& event : overview.events) {
        json row;
        row["time"] = format_utc(event.time);
        row["level"] = event.level;
        row["event"] = event.name;
        row["text"] = event.text;
        out["events"].push_back(std::move(row));
    }
    return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace alert_bridge::http
