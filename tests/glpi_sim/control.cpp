// SPDX-License-Identifier: MIT
#include "control.hpp"

#include <stdexcept>

#include "faults.hpp"
#include "params.hpp"
#include "text.hpp"

namespace glpi_sim {

namespace {

Json name_of(const World& world, const std::string& itemtype, Id id) {
    const auto table = world.tables.find(itemtype);
    const Json* row = table == world.tables.end() ? nullptr : table->second.find(id);
    if (row == nullptr)
        return nullptr;
    return row->contains("completename") ? (*row)["completename"] : (*row)["name"];
}

// The actors of one type: ids, and with `names` objects of id and name.
Json actors(const World& world, Id ticket, int type, bool names) {
    Json out = {{"users", Json::array()}, {"groups", Json::array()}};
    for (const bool group : {false, true}) {
        const Table& table = world.tables.at(group ? "Group_Ticket" : "Ticket_User");
        for (const Id id : table.of_ticket(ticket)) {
            const Json& row = *table.find(id);
            if (to_int(row["type"]) != type)
                continue;
            const Id who = to_int(row[group ? "groups_id" : "users_id"]);
            Json entry = who;
            if (names)
                entry = Json{{"id", who}, {"name", name_of(world, group ? "Group" : "User", who)}};
            out[group ? "groups" : "users"].push_back(std::move(entry));
        }
    }
    return out;
}

Json picked(const Json& row, std::initializer_list<const char*> keys) {
    Json out = Json::object();
    for (const char* key : keys)
        out[key] = at_or_null(row, key);
    return out;
}

Json followups(const World& world, Id ticket) {
    Json out = Json::array();
    const Table& table = world.tables.at("ITILFollowup");
    for (const Id id : table.of_ticket(ticket)) {
        const Json& row = *table.find(id);
        Json shown = picked(row, {"id", "content", "is_private", "users_id"});
        shown["user"] = name_of(world, "User", to_int(row["users_id"]));
        shown["date"] = row["date"];
        out.push_back(std::move(shown));
    }
    return out;
}

Json solutions(const World& world, Id ticket) {
    Json out = Json::array();
    const Table& table = world.tables.at("ITILSolution");
    for (const Id id : table.of_ticket(ticket))
        out.push_back(
            picked(*table.find(id), {"id", "content", "status", "users_id", "date_creation"})
        );
    return out;
}

Json items(const World& world, Id ticket) {
    Json out = Json::array();
    const Table& table = world.tables.at("Item_Ticket");
    for (const Id id : table.of_ticket(ticket)) {
        const Json& row = *table.find(id);
        Json shown = picked(row, {"itemtype", "items_id"});
        shown["name"] = name_of(world, scalar_text(row["itemtype"]), to_int(row["items_id"]));
        out.push_back(std::move(shown));
    }
    return out;
}

Json links(const World& world, Id ticket) {
    Json out = Json::array();
    const Table& table = world.tables.at("Ticket_Ticket");
    for (const Id id : table.of_ticket(ticket)) {
        const Json& row = *table.find(id);
        const bool first = to_int(row["tickets_id_1"]) == ticket;
        out.push_back(
            {{"tickets_id", row[first ? "tickets_id_2" : "tickets_id_1"]}, {"link", row["link"]}}
        );
    }
    return out;
}

Response reply(int status, const Json& body) {
    Response out;
    out.status = status;
    out.headers.emplace_back("Content-Type", "application/json; charset=UTF-8");
    out.body = body.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    return out;
}

Json all_tickets(const World& world) {
    Json out = Json::array();
    for (const auto& [id, row] : world.tables.at("Ticket").rows)
        out.push_back(full_ticket(world, row));
    return out;
}

Json request_counts(const World& world) {
    std::int64_t total = 0;
    Json by = Json::object();
    for (const auto& [kind, count] : world.requests) {
        by[kind] = count;
        total += count;
    }
    return Json{{"total", total}, {"by", std::move(by)}};
}

Json session_list(const World& world) {
    Json out = Json::array();
    for (const auto& [token, session] : world.sessions) {
        Json shown = {{"token", token}, {"users_id", session.user}};
        shown["user"] = world.users.at(session.user).login;
        shown["active_entity"] = session.active_entity;
        shown["entities"] = session.entities;
        shown["opened"] = sql_time(session.opened_at);
        shown["used"] = sql_time(session.used_at);
        out.push_back(std::move(shown));
    }
    return out;
}

void set_bool(const Json& body, const char* key, bool& target) {
    if (body.contains(key))
        target = truthy(body[key]);
}

Json configure(World& world, const Json& body) {
    Settings& settings = world.settings;
    set_bool(body, "api_enabled", settings.api_enabled);
    set_bool(body, "user_token_enabled", settings.user_token_enabled);
    set_bool(body, "credentials_enabled", settings.credentials_enabled);
    set_bool(body, "client_ip_allowed", settings.client_ip_allowed);
    if (body.contains("app_token"))
        settings.app_token = scalar_text(body["app_token"]);
    if (body.contains("search_lag_ms"))
        settings.search_lag_ms = static_cast<int>(to_int(body["search_lag_ms"]));
    if (body.contains("latency_ms"))
        settings.latency_ms = static_cast<int>(to_int(body["latency_ms"]));
    if (body.contains("clock_offset_s"))
        settings.clock_offset_s = to_int(body["clock_offset_s"]);
    set_bool(body, "notifications", settings.notifications);
    if (body.contains("webhook_secret"))
        settings.webhook_secret = scalar_text(body["webhook_secret"]);
    for (const auto& [login, active] : at_or_null(body, "users_active").items()) {
        for (auto& [id, user] : world.users) {
            if (user.login == login)
                user.active = truthy(active);
        }
    }
    for (const auto& [itemtype, next] : at_or_null(body, "next_ids").items())
        world.table(itemtype).next_id = to_int(next);
    Json out = {{"api_enabled", settings.api_enabled}, {"app_token", settings.app_token}};
    out["user_token_enabled"] = settings.user_token_enabled;
    out["credentials_enabled"] = settings.credentials_enabled;
    out["client_ip_allowed"] = settings.client_ip_allowed;
    out["search_lag_ms"] = settings.search_lag_ms;
    out["latency_ms"] = settings.latency_ms;
    return out;
}

Json health(const World& world) {
    Json out = {{"ok", true}, {"simulated", true}, {"version", world.version}};
    out["tickets"] = world.tables.at("Ticket").rows.size();
    return out;
}

Response get(const World& world, const std::string& what) {
    if (what == "tickets")
        return reply(200, all_tickets(world));
    if (what == "requests")
        return reply(200, request_counts(world));
    if (what == "sessions")
        return reply(200, session_list(world));
    if (what == "faults")
        return reply(200, faults_json(world));
    if (what == "webhooks")
        return reply(200, Json(world.webhooks));
    if (what == "healthz")
        return reply(200, health(world));
    return reply(404, {{"error", "no such endpoint"}});
}

Response change(World& world, const Request& request, const std::vector<std::string>& path) {
    const std::string& what = path[1];
    if (what == "requests" && path.size() == 3 && path[2] == "reset") {
        world.requests.clear();
        return reply(200, {{"reset", true}});
    }
    if (what == "sessions" && path.size() == 3 && path[2] == "drop") {
        world.sessions.clear();
        return reply(200, {{"dropped", true}});
    }
    if (what == "faults" && request.method == "DELETE") {
        world.faults.clear();
        return reply(200, faults_json(world));
    }
    if (what == "webhooks" && request.method == "DELETE") {
        world.webhooks.clear();
        return reply(200, Json::array());
    }
    Json body;
    if (!parse_json_body(request.body, body) || !body.is_object())
        return reply(400, {{"error", "the body must be a JSON object"}});
    if (what == "faults") {
        add_faults(world, body);
        return reply(200, faults_json(world));
    }
    if (what == "config")
        return reply(200, configure(world, body));
    if (what == "seed") {
        seed_more(world, body);
        return reply(200, {{"seeded", true}});
    }
    return reply(404, {{"error", "no such endpoint"}});
}

}  // namespace

Json full_ticket(const World& world, const Json& ticket) {
    const Id id = to_int(ticket["id"]);
    Json out = picked(
        ticket,
        {"id", "name", "content", "status", "type", "urgency", "impact", "priority", "entities_id"}
    );
    out["entity"] = world.entity_name(to_int(ticket["entities_id"]));
    out["itilcategories_id"] = ticket["itilcategories_id"];
    out["category"] = name_of(world, "ITILCategory", to_int(ticket["itilcategories_id"]));
    out.update(picked(
        ticket, {"requesttypes_id", "externalid", "date", "date_creation", "date_mod", "solvedate",
                 "closedate", "is_deleted", "takeintoaccountdate", "users_id_recipient"}
    ));
    out["items"] = items(world, id);
    out["requesters"] = actors(world, id, 1, false);
    out["assigned"] = actors(world, id, 2, true);
    out["observers"] = actors(world, id, 3, true);
    out["followups"] = followups(world, id);
    out["solutions"] = solutions(world, id);
    out["links"] = links(world, id);
    const auto mails = world.notifications.find(id);
    out["notifications"] = mails == world.notifications.end() ? Json::array() : mails->second;
    return out;
}

bool control_endpoint(World& world, const Request& request, Response& out) {
    const std::vector<std::string> path = path_segments(request.target);
    if (path.size() < 2 || path[0] != "_sim")
        return false;
    try {
        out = request.method == "GET" ? get(world, path[1]) : change(world, request, path);
    } catch (const std::exception& error) {
        out = reply(400, {{"error", error.what()}});
    }
    return true;
}

}  // namespace glpi_sim
