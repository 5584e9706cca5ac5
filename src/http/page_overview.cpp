// SPDX-License-Identifier: MIT
#include "alert_bridge/http/page_overview.hpp"

#include <nlohmann/json.hpp>

#include "alert_bridge/http/admin_rows.hpp"

namespace alert_bridge::http {
namespace {

using nlohmann::json;

json status_json(const AdminApi::Status& status) {
    json out = as_json(status);
    out.erase("oldest_due_seconds");  // another each second
    if (status.figures.oldest_due) {
        out["oldest_due"] = format_utc(*status.figures.oldest_due);
    }
    out["notices_due"] = status.figures.notices_due;
    return out;
}

json session_json(const AdminApi::Session& session) {
    json out = as_json(session);
    out.erase("last_use");  // another with each request
    return out;
}

}  // namespace

std::string to_json(const PageOverview& overview) {
    json out;
    out["status"] = status_json(overview.status);
    out["sessions"] = json::array();
    for (const AdminApi::Session& session : overview.sessions) {
        out["sessions"].push_back(session_json(session));
    }
    out["glpi_since"] = format_utc(overview.glpi_since);
    out["failed_logins"] = overview.failed_logins;
    out["waiting_for_place"] = overview.waiting_for_place;
    out["people"] = overview.people;
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
