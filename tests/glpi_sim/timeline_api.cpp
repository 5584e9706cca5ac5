// SPDX-License-Identifier: MIT
// Follow-ups, solutions and tasks, and what they do to the ticket.
#include "api.hpp"
#include "params.hpp"
#include "text.hpp"
#include "webhooks.hpp"

namespace glpi_sim {

namespace {

constexpr int kAddSubItem = 17;
constexpr int kSimpleMessage = 12;

void log_part(
    Call& call, Id ticket, const std::string& itemtype, int action, const std::string& text
) {
    World::LogEntry entry;
    entry.ticket = ticket;
    entry.user = call.session->user;
    entry.link_type = itemtype;
    entry.action = action;
    entry.new_value = text;
    call.world.log(entry);
}

// Reopens a ticket that waits, is solved or is closed.
void reopen(Call& call, Json& ticket) {
    const Id status = to_int(ticket["status"]);
    if (status < 4 || status > 6)
        return;
    change_status(call, ticket, has_assignee(call.world, to_int(ticket["id"])) ? 2 : 1);
}

void followup_effects(Call& call, Json& ticket, const Json& input) {
    const Id id = to_int(ticket["id"]);
    const bool by_requester = is_actor(call, id, 1) && !is_actor(call, id, 2);
    const bool no_reopen = truthy(at_or_null(input, "_no_reopen"));
    if (truthy(at_or_null(input, "add_close"))) {
        if (to_int(ticket["status"]) == 5)
            change_status(call, ticket, 6);
    } else if (truthy(at_or_null(input, "pending"))) {
        change_status(call, ticket, 4);
    } else if (truthy(at_or_null(input, "add_reopen")) || (by_requester && !no_reopen)) {
        reopen(call, ticket);
    }
}

Json followup_row(const Call& call, Id ticket, const Json& input, const std::string& content) {
    const std::string now = call.world.now_text();
    Json row = {{"id", nullptr}, {"itemtype", "Ticket"}, {"items_id", ticket}, {"date", now}};
    row["users_id"] = call.session->user;
    row["users_id_editor"] = 0;
    row["content"] = content;
    row["is_private"] = truthy(at_or_null(input, "is_private")) ? 1 : 0;
    row["requesttypes_id"] = to_int(at_or_null(input, "requesttypes_id"));
    row["date_mod"] = now;
    row["date_creation"] = now;
    row["timeline_position"] = 1;
    row["sourceitems_id"] = 0;
    row["sourceof_items_id"] = 0;
    return row;
}

// The ticket of an input with itemtype and items_id, or null.
Json* parent_ticket(const Call& call, const Json& input) {
    if (at_or_null(input, "itemtype") != "Ticket")
        return nullptr;
    return call.world.table("Ticket").find(to_int(at_or_null(input, "items_id")));
}

}  // namespace

Added add_followup(Call& call, const Json& input) {
    if (at_or_null(input, "itemtype") == "Ticket" && !input.contains("items_id"))
        refuse(400, "ERROR_GLPI_ADD", "");
    Json* ticket = parent_ticket(call, input);
    if (ticket == nullptr || !follows_up(call, *ticket))
        refuse_right(400, "ERROR_GLPI_ADD");
    std::string content = stored_text(call.world.major, at_or_null(input, "content"));
    if (content.empty() && truthy(at_or_null(input, "add_close")))
        content = "Solution approved";
    if (content.empty() && truthy(at_or_null(input, "add_reopen")))
        refuse(400, "ERROR_GLPI_ADD", "If you want to reopen this item, you must specify a reason");
    if (content.empty()) {
        const std::string message = "You can't add a followup without description";
        refuse(400, "ERROR_GLPI_ADD", call.world.major == 10 ? message : escape_html(message));
    }
    const Id ticket_id = to_int((*ticket)["id"]);
    const Json row = followup_row(call, ticket_id, input, content);
    const Json& stored = call.world.table("ITILFollowup").insert(row);
    const Id id = to_int(stored["id"]);
    const Id before = to_int((*ticket)["status"]);
    touch(call, *ticket);
    take_into_account(call, *ticket, input);
    followup_effects(call, *ticket, input);
    if (to_int((*ticket)["status"]) != before)
        queue_ticket(call.world, *ticket, "update");
    queue_part(call.world, "ITILFollowup", stored, *ticket);
    log_part(call, ticket_id, "ITILFollowup", kAddSubItem, std::to_string(id));
    log_part(
        call, ticket_id, "ITILFollowup", kSimpleMessage, "Followups (" + std::to_string(id) + ")"
    );
    if (!truthy(at_or_null(input, "_disablenotif")))
        call.world.notify(ticket_id, "add_followup");
    return {id, ""};
}

namespace {

Id insert_solution(Call& call, Id ticket, const Json& input) {
    const std::string now = call.world.now_text();
    Json row = {{"id", nullptr}, {"itemtype", "Ticket"}, {"items_id", ticket}};
    row["solutiontypes_id"] = to_int(at_or_null(input, "solutiontypes_id"));
    row["solutiontype_name"] = nullptr;
    row["content"] = stored_text(call.world.major, at_or_null(input, "content"));
    row["date_creation"] = now;
    row["date_mod"] = now;
    row["date_approval"] = nullptr;
    row["users_id"] = call.session->user;
    row["user_name"] = nullptr;
    row["users_id_editor"] = 0;
    row["users_id_approval"] = 0;
    row["user_name_approval"] = nullptr;
    row["status"] = 2;
    row["itilfollowups_id"] = nullptr;
    return to_int(call.world.table("ITILSolution").insert(std::move(row))["id"]);
}

// Tickets linked as duplicates of a solved one are solved with it.
void solve_duplicates(Call& call, Id ticket) {
    const Table& links = call.world.table("Ticket_Ticket");
    for (const Id id : links.of_ticket(ticket)) {
        const Json& link = *links.find(id);
        if (to_int(link["link"]) != 2 || to_int(link["tickets_id_2"]) != ticket)
            continue;
        Json* other = call.world.table("Ticket").find(to_int(link["tickets_id_1"]));
        if (other == nullptr || to_int((*other)["status"]) >= 5)
            continue;
        change_status(call, *other, 5);
        touch(call, *other);
        call.world.notify(to_int((*other)["id"]), "solved");
    }
}

Added solution_added(Id id) {
    return {id, "Item successfully added: " + std::to_string(id)};
}

}  // namespace

Added add_solution(Call& call, const Json& input) {
    if (!call.profile().solve || at_or_null(input, "itemtype") != "Ticket")
        refuse_right(400, "ERROR_GLPI_ADD");
    const Id ticket_id = to_int(at_or_null(input, "items_id"));
    Json* ticket = call.world.table("Ticket").find(ticket_id);
    if (ticket == nullptr) {
        if (call.world.major >= 11)
            refuse(400, "ERROR_GLPI_ADD", "");
        return solution_added(insert_solution(call, ticket_id, input));
    }
    const Id status = to_int((*ticket)["status"]);
    if (!sees_ticket(call, *ticket) || status == 6)
        refuse_right(400, "ERROR_GLPI_ADD");
    if (status == 5)
        refuse(
            400, "ERROR_GLPI_ADD",
            "The item is already solved, did anyone pushed a solution before you?"
        );
    const Id id = insert_solution(call, ticket_id, input);
    log_part(call, ticket_id, "ITILSolution", kAddSubItem, std::to_string(id));
    if (!truthy(at_or_null(input, "_linked_ticket"))) {
        change_status(call, *ticket, 5);
        touch(call, *ticket);
        take_into_account(call, *ticket, Json::object());
        // _disablenotif of a solution is not handed to the ticket: the mail goes out.
        call.world.notify(ticket_id, "solved");
        solve_duplicates(call, ticket_id);
        queue_ticket(call.world, *ticket, "update");
    }
    queue_part(call.world, "ITILSolution", *call.world.table("ITILSolution").find(id), *ticket);
    return solution_added(id);
}

Added add_task(Call& call, const Json& input) {
    const Id ticket_id = to_int(at_or_null(input, "tickets_id"));
    Json* ticket = call.world.table("Ticket").find(ticket_id);
    const bool closed = ticket != nullptr && to_int((*ticket)["status"]) == 6;
    if (ticket == nullptr || !call.profile().tasks || !sees_ticket(call, *ticket) ||
        (closed && call.world.major == 10))
        refuse_right(400, "ERROR_GLPI_ADD");
    const std::string now = call.world.now_text();
    Json row = {{"id", nullptr}, {"tickets_id", ticket_id}, {"taskcategories_id", 0}};
    row["date"] = now;
    row["users_id"] = call.session->user;
    row["content"] = stored_text(call.world.major, at_or_null(input, "content"));
    for (const char* key : {"is_private", "actiontime", "users_id_tech", "groups_id_tech"})
        row[key] = to_int(at_or_null(input, key));
    row["state"] = input.contains("state") ? to_int(input["state"]) : 1;
    row["date_mod"] = now;
    row["date_creation"] = now;
    const Id id = to_int(call.world.table("TicketTask").insert(std::move(row))["id"]);
    touch(call, *ticket);
    take_into_account(call, *ticket, input);
    log_part(call, ticket_id, "TicketTask", kAddSubItem, std::to_string(id));
    log_part(call, ticket_id, "TicketTask", kSimpleMessage, "Tasks (" + std::to_string(id) + ")");
    if (!truthy(at_or_null(input, "_disablenotif")))
        call.world.notify(ticket_id, "add_task");
    return {id, ""};
}

}  // namespace glpi_sim
