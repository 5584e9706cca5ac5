// SPDX-License-Identifier: MIT
// What hangs on a ticket: assets, actors, other tickets.
#include <algorithm>

#include "api.hpp"
#include "params.hpp"
#include "text.hpp"
#include "webhooks.hpp"

namespace glpi_sim {

namespace {

bool has_same(
    const Table& table, Id ticket, std::initializer_list<std::pair<const char*, Json>> columns
) {
    const std::vector<Id> ids = table.of_ticket(ticket);
    return std::any_of(ids.begin(), ids.end(), [&](Id id) {
        const Json& row = *table.find(id);
        return std::all_of(columns.begin(), columns.end(), [&](const auto& column) {
            return at_or_null(row, column.first) == column.second;
        });
    });
}

void log_link(Call& call, Id ticket, const std::string& type, const std::string& text) {
    World::LogEntry entry;
    entry.ticket = ticket;
    entry.user = call.session->user;
    entry.link_type = type;
    entry.action = 15;
    entry.new_value = text;
    call.world.log(entry);
}

}  // namespace

Added add_item_link(Call& call, const Json& input) {
    const Id ticket_id = to_int(at_or_null(input, "tickets_id"));
    const Id item = to_int(at_or_null(input, "items_id"));
    const std::string itemtype = scalar_text(at_or_null(input, "itemtype"));
    Json* ticket = call.world.table("Ticket").find(ticket_id);
    if (ticket == nullptr && call.world.major == 10)
        throw PhpFatal{};
    if (ticket != nullptr && (!updates_ticket(call, *ticket) || to_int((*ticket)["status"]) == 6))
        refuse_right(400, "ERROR_GLPI_ADD");
    Table& links = call.world.table("Item_Ticket");
    if (has_same(links, ticket_id, {{"itemtype", itemtype}, {"items_id", item}}))
        refuse(400, "ERROR_GLPI_ADD", "");
    const Json* asset =
        call.world.knows(itemtype) ? call.world.table(itemtype).find(item) : nullptr;
    const std::string name = asset == nullptr ? "" : scalar_text((*asset)["name"]);
    Json row = {{"id", nullptr}, {"itemtype", itemtype}, {"items_id", item}};
    row["tickets_id"] = ticket_id;
    const Id id = to_int(links.insert(std::move(row))["id"]);
    if (ticket != nullptr) {
        log_link(call, ticket_id, itemtype, name + " (" + std::to_string(item) + ")");
        touch(call, *ticket);
        if (to_int((*ticket)["status"]) != 1)
            take_into_account(call, *ticket, input);
        queue_ticket(call.world, *ticket, "update");
    }
    return {id, "Item successfully added: " + name};
}

Added add_actor(Call& call, const std::string& itemtype, const Json& input) {
    const bool group = itemtype == "Group_Ticket";
    const char* key = group ? "groups_id" : "users_id";
    const Id ticket_id = to_int(at_or_null(input, "tickets_id"));
    Json* ticket = call.world.table("Ticket").find(ticket_id);
    if (ticket == nullptr || !updates_ticket(call, *ticket))
        refuse_right(400, "ERROR_GLPI_ADD");
    const Id who = to_int(at_or_null(input, key));
    const Id type = input.contains("type") ? to_int(input["type"]) : 1;
    Table& actors = call.world.table(itemtype);
    if (has_same(actors, ticket_id, {{key, who}, {"type", type}}))
        refuse(400, "ERROR_GLPI_ADD", "");
    const Id id = actors.next_id;
    Json actor = {{"itemtype", group ? "Group" : "User"}, {"items_id", who}, {"type", type}};
    insert_actor(call, ticket_id, actor);
    touch(call, *ticket);
    if (type == 2 && to_int((*ticket)["status"]) == 1)
        change_status(call, *ticket, 2);
    take_into_account(call, *ticket, input);
    queue_ticket(call.world, *ticket, "update");
    if (type == 2 && !truthy(at_or_null(input, "_disablenotif")))
        call.world.notify(ticket_id, group ? "assign_group" : "assign_user");
    return {id, ""};
}

Added add_ticket_link(Call& call, const Json& input) {
    const Id first = to_int(at_or_null(input, "tickets_id_1"));
    const Id second = to_int(at_or_null(input, "tickets_id_2"));
    Json* one = call.world.table("Ticket").find(first);
    Json* two = call.world.table("Ticket").find(second);
    if (one == nullptr || two == nullptr)
        throw PhpFatal{};
    if (!updates_ticket(call, *one) || !updates_ticket(call, *two))
        refuse_right(400, "ERROR_GLPI_ADD");
    const Id link = input.contains("link") ? to_int(input["link"]) : 1;
    Table& links = call.world.table("Ticket_Ticket");
    if (first == second ||
        has_same(links, first, {{"tickets_id_1", first}, {"tickets_id_2", second}}) ||
        has_same(links, first, {{"tickets_id_1", second}, {"tickets_id_2", first}}))
        refuse(400, "ERROR_GLPI_ADD", "");
    Json row = {{"id", nullptr}, {"tickets_id_1", first}, {"tickets_id_2", second}};
    row["link"] = link;
    const Id id = to_int(links.insert(std::move(row))["id"]);
    const auto label = [](const Json& ticket) {
        return scalar_text(ticket["name"]) + " (" + scalar_text(ticket["id"]) + ")";
    };
    log_link(call, first, "Ticket", label(*two));
    log_link(call, second, "Ticket", label(*one));
    touch(call, *one);
    touch(call, *two);
    return {id, ""};
}

}  // namespace glpi_sim
