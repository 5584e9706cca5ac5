// SPDX-License-Identifier: MIT
// What GLPI does with a ticket on its own: priority, status and its dates, taking into account.
#include <algorithm>
#include <array>

#include "api.hpp"
#include "params.hpp"
#include "text.hpp"

namespace glpi_sim {

int matrix_priority(Id urgency, Id impact) {
    static constexpr std::array<std::array<int, 5>, 5> kMatrix = {
        {{1, 1, 2, 2, 2}, {1, 2, 2, 3, 3}, {2, 2, 3, 4, 4}, {2, 3, 4, 4, 5}, {2, 3, 4, 5, 5}}};
    const auto row = static_cast<std::size_t>(std::clamp<Id>(urgency, 1, 5) - 1);
    const auto column = static_cast<std::size_t>(std::clamp<Id>(impact, 1, 5) - 1);
    return kMatrix.at(row).at(column);
}

bool is_actor(const Call& call, Id ticket, int type) {
    const Table& actors = call.world.tables.at("Ticket_User");
    const std::vector<Id> ids = actors.of_ticket(ticket);
    return std::any_of(ids.begin(), ids.end(), [&](Id id) {
        const Json& row = *actors.find(id);
        return to_int(row["users_id"]) == call.session->user && to_int(row["type"]) == type;
    });
}

bool has_assignee(const World& world, Id ticket) {
    for (const char* name : {"Ticket_User", "Group_Ticket"}) {
        const Table& actors = world.tables.at(name);
        for (const Id id : actors.of_ticket(ticket)) {
            if (to_int((*actors.find(id))["type"]) == 2)
                return true;
        }
    }
    return false;
}

void take_into_account(Call& call, Json& ticket, const Json& input) {
    const Id id = to_int(ticket["id"]);
    if (!ticket["takeintoaccountdate"].is_null() ||
        truthy(at_or_null(input, "_do_not_compute_takeintoaccount")))
        return;
    if (is_actor(call, id, 1) && !is_actor(call, id, 2))
        return;
    ticket["takeintoaccountdate"] = call.world.now_text();
    const std::int64_t opened = parse_time(scalar_text(ticket["date"]));
    ticket["takeintoaccount_delay_stat"] = std::max<std::int64_t>(1, call.world.now() - opened);
}

namespace {

// The last solution follows the ticket: refused when reopened, accepted when closed.
void judge_solution(Call& call, Id ticket, int verdict) {
    Table& solutions = call.world.table("ITILSolution");
    const std::vector<Id> ids = solutions.of_ticket(ticket);
    if (ids.empty())
        return;
    Json& last = *solutions.find(ids.back());
    if (to_int(last["status"]) != 2)
        return;
    last["status"] = verdict;
    last["users_id_approval"] = call.session->user;
    last["date_approval"] = call.world.now_text();
}

bool counts_as_over(Id status) {
    return status == 5 || status == 6;
}

}  // namespace

void change_status(Call& call, Json& ticket, Id status) {
    const Id before = to_int(ticket["status"]);
    const Id id = to_int(ticket["id"]);
    if (before == status)
        return;
    const std::string now = call.world.now_text();
    ticket["status"] = status;
    if (status == 5 || status == 4) {
        if (ticket["begin_waiting_date"].is_null())
            ticket["begin_waiting_date"] = now;
    } else if (status != 6 && !ticket["begin_waiting_date"].is_null()) {
        const std::int64_t since = parse_time(scalar_text(ticket["begin_waiting_date"]));
        ticket["waiting_duration"] = to_int(ticket["waiting_duration"]) + call.world.now() - since;
        ticket["begin_waiting_date"] = nullptr;
    }
    if (counts_as_over(status) && ticket["solvedate"].is_null()) {
        ticket["solvedate"] = now;
        const std::int64_t opened = parse_time(scalar_text(ticket["date"]));
        ticket["solve_delay_stat"] = std::max<std::int64_t>(
            0, call.world.now() - opened - to_int(ticket["waiting_duration"])
        );
    }
    if (status == 6) {
        ticket["closedate"] = now;
        judge_solution(call, id, 3);
    }
    if (!counts_as_over(status)) {
        ticket["solvedate"] = nullptr;
        ticket["closedate"] = nullptr;
        ticket["solve_delay_stat"] = 0;
        if (counts_as_over(before))
            judge_solution(call, id, 4);
    }
    World::LogEntry entry;
    entry.ticket = id;
    entry.user = call.session->user;
    entry.option = 12;
    entry.old_value = std::to_string(before);
    entry.new_value = std::to_string(status);
    call.world.log(entry);
}

Json& ticket_row(World& world, Id id) {
    return *world.table("Ticket").find(id);
}

void touch(Call& call, Json& ticket) {
    ticket["date_mod"] = call.world.now_text();
    ticket["users_id_lastupdater"] = call.session->user;
}

void insert_actor(Call& call, Id ticket, const Json& actor) {
    const bool group = at_or_null(actor, "itemtype") == "Group";
    const Id who = to_int(at_or_null(actor, "items_id"));
    Json row = {{"id", nullptr}, {"tickets_id", ticket}};
    row[group ? "groups_id" : "users_id"] = who;
    row["type"] = actor["type"];
    if (!group) {
        row["use_notification"] = actor.value("use_notification", 1);
        row["alternative_email"] = actor.value("alternative_email", "");
    }
    call.world.table(group ? "Group_Ticket" : "Ticket_User").insert(std::move(row));
    World::LogEntry entry;
    entry.ticket = ticket;
    entry.user = call.session->user;
    entry.link_type = group ? "Group" : "User";
    entry.action = 15;
    const Json* target = call.world.table(entry.link_type).find(who);
    entry.new_value = target == nullptr ? "" : scalar_text((*target)["name"]);
    entry.new_value += " (" + std::to_string(who) + ")";
    call.world.log(entry);
}

}  // namespace glpi_sim
