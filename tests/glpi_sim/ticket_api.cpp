// SPDX-License-Identifier: MIT
// Creating and changing tickets.
#include <array>

#include "api.hpp"
#include "params.hpp"
#include "text.hpp"
#include "webhooks.hpp"

namespace glpi_sim {

namespace {

constexpr std::size_t kNameMax = 255;

Json number_or(const Json& input, const char* key, Id fallback) {
    const Json& value = at_or_null(input, key);
    return value.is_null() ? fallback : to_int(value);
}

// 1 to 5; everything else silently becomes 3.
Id level(const Json& input, const char* key) {
    const Id value = to_int(number_or(input, key, 3));
    return value >= 1 && value <= 5 ? value : 3;
}

std::string limited_name(const Call& call, const std::string& name) {
    if (code_points(name) <= kNameMax)
        return name;
    if (call.world.major == 10)
        return cut(name, kNameMax);
    refuse(
        400, "ERROR_GLPI_ADD",
        "MySQL query error: Data too long for column 'name' at row 1 (1406) in SQL query \"INSERT "
        "INTO `glpi_tickets` (`name`, ...)\"."
    );
}

std::string first_line_of(const std::string& content) {
    std::string text = content;
    for (char& c : text) {
        if (c == '\n' || c == '\r')
            c = ' ';
    }
    return cut(text, 70);
}

// All columns in GLPI's order, with their defaults.
Json blank_ticket(const World& world) {
    Json row = {{"id", nullptr}};
    for (const char* key :
         {"entities_id", "name", "date", "closedate", "solvedate", "takeintoaccountdate",
          "date_mod", "users_id_lastupdater", "status", "users_id_recipient", "requesttypes_id",
          "content", "urgency", "impact", "priority", "itilcategories_id", "type"})
        row[key] = nullptr;
    row["global_validation"] = 1;
    for (const char* key : {"slas_id_ttr", "slas_id_tto", "slalevels_id_ttr"})
        row[key] = 0;
    for (const char* key : {"time_to_resolve", "time_to_own", "begin_waiting_date"})
        row[key] = nullptr;
    for (const char* key :
         {"sla_waiting_duration", "ola_waiting_duration", "olas_id_tto", "olas_id_ttr",
          "olalevels_id_ttr"})
        row[key] = 0;
    for (const char* key :
         {"ola_tto_begin_date", "ola_ttr_begin_date", "internal_time_to_resolve",
          "internal_time_to_own"})
        row[key] = nullptr;
    for (const char* key :
         {"waiting_duration", "close_delay_stat", "solve_delay_stat", "takeintoaccount_delay_stat",
          "actiontime", "is_deleted", "locations_id"})
        row[key] = 0;
    if (world.major == 10)
        row["validation_percent"] = 0;
    row["date_creation"] = nullptr;
    if (world.major >= 11) {
        row["tickettemplates_id"] = 0;
        row["externalid"] = nullptr;
    }
    return row;
}

void apply_sla(const World& world, Json& ticket, const char* key, const char* due) {
    const Json* sla = world.tables.at("SLA").find(to_int(ticket[key]));
    if (sla == nullptr)
        return;
    const Id seconds =
        to_int((*sla)["number_time"]) * ((*sla)["definition_time"] == "hour" ? 3600 : 60);
    ticket[due] = sql_time(parse_time(scalar_text(ticket["date"])) + seconds);
}

// The actors named in an input, as {itemtype, items_id, type, ...}.
std::vector<Json> actors_of(const Json& input) {
    static constexpr std::array<const char*, 3> kRoles = {"requester", "assign", "observer"};
    std::vector<Json> out;
    for (std::size_t role = 0; role < kRoles.size(); ++role) {
        const std::string name = kRoles.at(role);
        const int type = static_cast<int>(role) + 1;
        for (const char* kind : {"users", "groups"}) {
            const std::string key = std::string("_") + kind + "_id_" + name;
            const Json& given = at_or_null(input, key);
            std::vector<Json> ids = elements(given);
            if (given.is_primitive() && !given.is_null())
                ids.push_back(given);
            const Json& mail = at_or_null(at_or_null(input, key + "_notif"), "alternative_email");
            for (std::size_t i = 0; i < ids.size(); ++i) {
                Json actor = {{"itemtype", kind[0] == 'u' ? "User" : "Group"}};
                actor["items_id"] = to_int(ids[i]);
                actor["type"] = type;
                const std::vector<Json> mails = elements(mail);
                if (i < mails.size())
                    actor["alternative_email"] = scalar_text(mails[i]);
                if (to_int(ids[i]) != 0 || actor.contains("alternative_email"))
                    out.push_back(std::move(actor));
            }
        }
        for (Json actor : elements(at_or_null(at_or_null(input, "_actors"), name))) {
            if (!actor.is_object())
                continue;
            actor["type"] = type;
            out.push_back(std::move(actor));
        }
    }
    return out;
}

// Links the assets of `items_id`; GLPI 11 dies at an itemtype that is no class.
void link_items(Call& call, Id ticket, const Json& items) {
    if (!items.is_object())
        return;
    for (const auto& [itemtype, ids] : items.items()) {
        for (const Json& item : elements(ids)) {
            if (!call.world.knows(itemtype) && call.world.major >= 11)
                throw PhpFatal{};
            Json row = {{"id", nullptr}, {"itemtype", itemtype}};
            row["items_id"] = to_int(item);
            row["tickets_id"] = ticket;
            call.world.table("Item_Ticket").insert(std::move(row));
            World::LogEntry entry;
            entry.ticket = ticket;
            entry.user = call.session->user;
            entry.link_type = itemtype;
            entry.action = 15;
            const Json* asset = call.world.knows(itemtype)
                                    ? call.world.table(itemtype).find(to_int(item))
                                    : nullptr;
            if (asset != nullptr)
                entry.new_value = scalar_text((*asset)["name"]);
            entry.new_value += " (" + std::to_string(to_int(item)) + ")";
            call.world.log(entry);
        }
    }
}

void log_creation(Call& call, Id ticket) {
    World::LogEntry entry;
    entry.ticket = ticket;
    entry.user = call.session->user;
    entry.link_type = "0";
    entry.action = 20;
    call.world.log(entry);
}

void fill_text(const Call& call, Json& ticket, const Json& input) {
    const std::string content = stored_text(call.world.major, at_or_null(input, "content"));
    std::string name = stored_text(call.world.major, at_or_null(input, "name"));
    if (name.empty())
        name = first_line_of(content);
    ticket["name"] = limited_name(call, name);
    ticket["content"] = content;
}

void fill_levels(const Call& call, Json& ticket, const Json& input) {
    ticket["urgency"] = level(input, "urgency");
    ticket["impact"] = level(input, "impact");
    ticket["priority"] = matrix_priority(to_int(ticket["urgency"]), to_int(ticket["impact"]));
    const Json& wanted = at_or_null(input, "priority");
    if (!wanted.is_null() && call.profile().change_priority)
        ticket["priority"] = to_int(wanted);
    ticket["type"] = number_or(input, "type", 1);
    ticket["status"] = number_or(input, "status", 1);
    ticket["itilcategories_id"] = number_or(input, "itilcategories_id", 0);
    ticket["requesttypes_id"] = number_or(input, "requesttypes_id", 1);
    ticket["locations_id"] = number_or(input, "locations_id", 0);
    if (call.world.major >= 11 && !at_or_null(input, "externalid").is_null())
        ticket["externalid"] = scalar_text(input["externalid"]);
}

void fill_dates(const Call& call, Json& ticket, const Json& input) {
    const std::string now = call.world.now_text();
    ticket["date"] = now;
    if (const Json& date = at_or_null(input, "date"); truthy(date)) {
        if (parse_time(scalar_text(date)) < 0)
            refuse(400, "ERROR_GLPI_ADD", "MySQL query error: Incorrect datetime value (1292)");
        ticket["date"] = date;
    }
    ticket["date_mod"] = now;
    ticket["date_creation"] = now;
    const Id status = to_int(ticket["status"]);
    if (status == 5 || status == 6)
        ticket["solvedate"] = now;
    if (status == 6)
        ticket["closedate"] = now;
    ticket["slas_id_tto"] = number_or(input, "slas_id_tto", 0);
    ticket["slas_id_ttr"] = number_or(input, "slas_id_ttr", 0);
    apply_sla(call.world, ticket, "slas_id_tto", "time_to_own");
    apply_sla(call.world, ticket, "slas_id_ttr", "time_to_resolve");
}

std::string added_message(const World& world, const Json& ticket) {
    const std::string id = std::to_string(to_int(ticket["id"]));
    std::string name = scalar_text(ticket["name"]);
    if (name.empty())
        name = "Ticket - ID " + id;
    if (world.major >= 11)
        return "Item successfully added: " + escape_html(name);
    std::erase(name, '\\');
    return "Item successfully added: " + name + " (" + id + ")";
}

}  // namespace

Added add_ticket(Call& call, const Json& input) {
    Json ticket = blank_ticket(call.world);
    const Json& entity = at_or_null(input, "entities_id");
    ticket["entities_id"] =
        entity.is_null() ? Json(call.session->active_entity) : Json(to_int(entity));
    if (!entity_visible(call, to_int(ticket["entities_id"])))
        refuse_right(400, "ERROR_GLPI_ADD");
    fill_text(call, ticket, input);
    fill_levels(call, ticket, input);
    fill_dates(call, ticket, input);
    ticket["users_id_recipient"] = call.session->user;
    ticket["users_id_lastupdater"] = call.session->user;
    Table& tickets = call.world.table("Ticket");
    if (const Id wanted = to_int(at_or_null(input, "id")); wanted > 0) {
        if (tickets.find(wanted) != nullptr)
            refuse(
                400, "ERROR_GLPI_ADD", "MySQL query error: Duplicate entry for key 'PRIMARY' (1062)"
            );
        ticket["id"] = wanted;
    }
    Json& stored = tickets.insert(std::move(ticket));
    const Id id = to_int(stored["id"]);
    call.world.created_ms[id] = call.world.clock_ms();
    if (call.world.major >= 11)
        log_creation(call, id);
    for (const Json& actor : actors_of(input))
        insert_actor(call, id, actor);
    if (has_assignee(call.world, id)) {
        if (to_int(stored["status"]) == 1)
            stored["status"] = 2;
        take_into_account(call, stored, input);
    }
    link_items(call, id, at_or_null(input, "items_id"));
    if (call.world.major == 10)
        log_creation(call, id);
    if (!truthy(at_or_null(input, "_disablenotif")))
        call.world.notify(id, "new");
    queue_creation(call.world, stored);
    return {id, added_message(call.world, stored)};
}

namespace {

struct Column {
    const char* name;
    int option;
};
constexpr std::array<Column, 13> kColumns = {
    {{"name", 1},
     {"content", 21},
     {"urgency", 10},
     {"impact", 11},
     {"priority", 3},
     {"type", 14},
     {"date", 15},
     {"itilcategories_id", 7},
     {"requesttypes_id", 9},
     {"entities_id", 80},
     {"externalid", 87},
     {"locations_id", 83},
     {"is_deleted", 0}}};

std::string history_value(const World& world, const char* column, const Json& value) {
    if (std::string_view(column) == "entities_id")
        return world.entity_name(to_int(value)) + " (" + scalar_text(value) + ")";
    return scalar_text(value);
}

bool set_column(Call& call, Json& ticket, const Column& column, const Json& value) {
    if (ticket[column.name] == value)
        return false;
    World::LogEntry entry;
    entry.ticket = to_int(ticket["id"]);
    entry.user = call.session->user;
    entry.option = column.option;
    entry.old_value = history_value(call.world, column.name, ticket[column.name]);
    entry.new_value = history_value(call.world, column.name, value);
    ticket[column.name] = value;
    call.world.log(entry);
    return true;
}

Json column_value(const Call& call, const Column& column, const Json& input) {
    const std::string_view name = column.name;
    if (name == "name")
        return limited_name(call, stored_text(call.world.major, input["name"]));
    if (name == "content")
        return stored_text(call.world.major, input["content"]);
    if (name == "urgency" || name == "impact")
        return level(input, column.name);
    if (name == "date" || name == "externalid")
        return scalar_text(input[column.name]);
    return to_int(input[column.name]);
}

const char* mail_event(Id before, Id after) {
    if (after == 5 && before != 5)
        return "solved";
    if (after == 6 && before != 6)
        return "closed";
    return "update";
}

}  // namespace

void update_ticket(Call& call, Json& ticket, const Json& input) {
    const Id before = to_int(ticket["status"]);
    const Id id = to_int(ticket["id"]);
    const bool may_pass = input.contains("status") || input.contains("entities_id") ||
                          input.contains("itilcategories_id");
    if (before == 6 && !may_pass)
        refuse(400, "ERROR_GLPI_UPDATE", "");
    if (input.contains("entities_id") && !entity_visible(call, to_int(input["entities_id"])))
        refuse_right(400, "ERROR_GLPI_UPDATE");
    bool changed = false;
    bool levels = false;
    for (const Column& column : kColumns) {
        if (!input.contains(column.name) || !ticket.contains(column.name))
            continue;
        const bool set = set_column(call, ticket, column, column_value(call, column, input));
        changed = changed || set;
        levels = levels || (set && (column.option == 10 || column.option == 11));
    }
    if (levels && !input.contains("priority")) {
        const int priority = matrix_priority(to_int(ticket["urgency"]), to_int(ticket["impact"]));
        set_column(call, ticket, {"priority", 3}, priority);
    }
    for (const Json& actor : actors_of(input)) {
        insert_actor(call, id, actor);
        changed = true;
        if (to_int(actor["type"]) == 2 && to_int(ticket["status"]) == 1)
            change_status(call, ticket, 2);
    }
    if (input.contains("status") && to_int(input["status"]) != before) {
        change_status(call, ticket, to_int(input["status"]));
        changed = true;
    }
    if (!changed)
        return;
    touch(call, ticket);
    if (to_int(ticket["status"]) != 1)
        take_into_account(call, ticket, input);
    if (!truthy(at_or_null(input, "_disablenotif")))
        call.world.notify(id, mail_event(before, to_int(ticket["status"])));
    queue_ticket(call.world, ticket, "update");
}

}  // namespace glpi_sim
