// SPDX-License-Identifier: MIT
#include "pages.hpp"

#include "control.hpp"
#include "params.hpp"
#include "text.hpp"

namespace glpi_sim {

namespace {

constexpr const char* kStyle =
    "body{font:15px sans-serif;margin:2em;max-width:70em;color:#222}table{border-collapse:collapse;"
    "width:100%}td,th{border-bottom:1px solid #ddd;padding:.4em;text-align:left;vertical-align:top}"
    ".note{background:#fff3cd;padding:.5em 1em;border:1px solid #e0c97f}"
    ".box{border:1px solid #ddd;padding:.5em 1em;margin:.7em 0}.small{color:#666;font-size:85%}";

std::string status_name(Id status) {
    switch (status) {
        case 1:
            return "New";
        case 2:
            return "Processing (assigned)";
        case 3:
            return "Processing (planned)";
        case 4:
            return "Pending";
        case 5:
            return "Solved";
        case 6:
            return "Closed";
        default:
            return std::to_string(status);
    }
}

std::string plain(const World& world, const Json& value) {
    const std::string text = scalar_text(value);
    return escape_html(world.major == 10 ? decode_10(text) : text);
}

std::string rich(const World& world, const Json& value) {
    const std::string text = scalar_text(value);
    return sanitize_html(world.major == 10 ? decode_10(text) : text);
}

Response html(const World& world, int status, const std::string& title, const std::string& body) {
    Response out;
    out.status = status;
    out.headers.emplace_back("Content-Type", "text/html; charset=UTF-8");
    out.headers.emplace_back(
        "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"
    );
    out.body = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + title +
               "</title><style>" + kStyle +
               "</style></head><body>\n<p class=\"note\">simulated GLPI, "
               "not GLPI: a test double that answers like GLPI " +
               world.version + "</p>\n" + body + "</body></html>\n";
    return out;
}

std::string item_names(const World& world, const Json& ticket) {
    std::string out;
    for (const Json& item : ticket["items"])
        out += (out.empty() ? "" : ", ") + plain(world, item["itemtype"]) + " " +
               plain(world, item["name"]);
    return out;
}

std::string actor_names(const World& world, const Json& actors) {
    std::string out;
    for (const char* kind : {"groups", "users"}) {
        for (const Json& actor : actors[kind])
            out += (out.empty() ? "" : ", ") + plain(world, at_or_null(actor, "name"));
    }
    return out;
}

Response list_page(const World& world) {
    std::string body =
        "<h1>Tickets</h1>\n<table><tr><th>ID</th><th>Title</th><th>Entity</th><th>"
        "Status</th><th>Priority</th><th>Opened</th><th>Assets</th></tr>\n";
    const auto& rows = world.tables.at("Ticket").rows;
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
        const Json ticket = full_ticket(world, row->second);
        const std::string id = std::to_string(row->first);
        const bool deleted = truthy(ticket["is_deleted"]);
        body += "<tr><td>" + id + "</td><td><a href=\"/front/ticket.form.php?id=" + id + "\">" +
                plain(world, ticket["name"]) + "</a></td><td>" + plain(world, ticket["entity"]) +
                "</td><td>" + status_name(to_int(ticket["status"])) +
                (deleted ? " (trash bin)" : "") + "</td><td>" + scalar_text(ticket["priority"]) +
                "</td><td>" + scalar_text(ticket["date"]) + "</td><td>" +
                item_names(world, ticket) + "</td></tr>\n";
    }
    return html(world, 200, "Tickets - simulated GLPI", body + "</table>\n");
}

std::string timeline(const World& world, const Json& ticket) {
    std::string out;
    for (const Json& followup : ticket["followups"])
        out += "<div class=\"box\"><p class=\"small\">Follow-up by " +
               plain(world, followup["user"]) + ", " + scalar_text(followup["date"]) +
               (truthy(followup["is_private"]) ? ", private" : "") + "</p>" +
               rich(world, followup["content"]) + "</div>\n";
    for (const Json& solution : ticket["solutions"])
        out += "<div class=\"box\"><p class=\"small\">Solution, " +
               scalar_text(solution["date_creation"]) + "</p>" + rich(world, solution["content"]) +
               "</div>\n";
    return out;
}

Response ticket_page(const World& world, Id id) {
    const Json* row = world.tables.at("Ticket").find(id);
    if (row == nullptr)
        return html(world, 404, "No such ticket - simulated GLPI", "<h1>No such ticket</h1>\n");
    const Json ticket = full_ticket(world, *row);
    const auto line = [](const std::string& name, const std::string& value) {
        return "<tr><th>" + name + "</th><td>" + value + "</td></tr>\n";
    };
    std::string body = "<p><a href=\"/\">All tickets</a></p>\n<h1>" + plain(world, ticket["name"]) +
                       " (" + std::to_string(id) + ")</h1>\n<table>";
    body += line("Entity", plain(world, ticket["entity"]));
    body += line("Status", status_name(to_int(ticket["status"])));
    body += line(
        "Priority", scalar_text(ticket["priority"]) + " (urgency " +
                        scalar_text(ticket["urgency"]) + ", impact " +
                        scalar_text(ticket["impact"]) + ")"
    );
    body += line("Category", plain(world, ticket["category"]));
    body += line("Assets", item_names(world, ticket));
    body += line("Assigned", actor_names(world, ticket["assigned"]));
    body += line("Opened", scalar_text(ticket["date"]));
    body += line("Solved", scalar_text(ticket["solvedate"]));
    body += line("Linked tickets", plain(world, Json(ticket["links"].dump())));
    body += "</table>\n<div class=\"box\">" + rich(world, ticket["content"]) + "</div>\n";
    return html(
        world, 200, "Ticket " + std::to_string(id) + " - simulated GLPI",
        body + timeline(world, ticket)
    );
}

}  // namespace

bool page_endpoint(const World& world, const Request& request, Response& out) {
    const std::vector<std::string> path = path_segments(request.target);
    if (request.method != "GET")
        return false;
    if (path.empty() || (path.size() == 1 && path[0] == "index.php")) {
        out = list_page(world);
        return true;
    }
    if (path.size() == 2 && path[0] == "front" && path[1] == "ticket.form.php") {
        out = ticket_page(world, to_int(at_or_null(parse_query(query_of(request.target)), "id")));
        return true;
    }
    return false;
}

}  // namespace glpi_sim
