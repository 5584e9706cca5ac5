// SPDX-License-Identifier: MIT
// POST, PUT and DELETE of items: single and bulk input, and the answers' forms.
#include <algorithm>
#include <array>

#include "api.hpp"
#include "params.hpp"
#include "text.hpp"
#include "webhooks.hpp"

namespace glpi_sim {

namespace {

// The `input` parameter, or ERROR_BAD_ARRAY.
const Json& required_input(const Call& call) {
    const Json& input = at_or_null(call.params, "input");
    if (!input.is_object() && !input.is_array())
        refuse(400, "ERROR_BAD_ARRAY", "input parameter must be an array of objects", true);
    return input;
}

Added add_one(Call& call, const std::string& itemtype, const Json& input) {
    if (!input.is_object())
        throw PhpFatal{};
    if (itemtype == "Ticket")
        return add_ticket(call, input);
    if (itemtype == "ITILFollowup")
        return add_followup(call, input);
    if (itemtype == "ITILSolution")
        return add_solution(call, input);
    if (itemtype == "TicketTask")
        return add_task(call, input);
    if (itemtype == "Item_Ticket")
        return add_item_link(call, input);
    if (itemtype == "Ticket_User" || itemtype == "Group_Ticket")
        return add_actor(call, itemtype, input);
    if (itemtype == "Ticket_Ticket")
        return add_ticket_link(call, input);
    if (itemtype == "TicketFollowup") {
        Json converted = input;
        converted["itemtype"] = "Ticket";
        converted["items_id"] = at_or_null(input, "tickets_id");
        return add_followup(call, converted);
    }
    refuse_right(400, "ERROR_GLPI_ADD");
}

Response added_many(Call& call, const std::string& itemtype, const Json& inputs) {
    Json results = Json::array();
    std::string links;
    std::size_t failed = 0;
    for (const Json& input : inputs) {
        try {
            const Added added = add_one(call, itemtype, input);
            results.push_back({{"id", added.id}, {"message", added.message}});
            links += (links.empty() ? "" : ",") + call.world.api_base() + itemtype + "/" +
                     std::to_string(added.id);
        } catch (const ApiError& error) {
            results.push_back({{"id", false}, {"message", error.message}});
            ++failed;
        }
    }
    if (failed == inputs.size())
        refuse(400, "ERROR_GLPI_ADD", results);
    if (failed != 0)
        return json_answer(call, 207, Json::array({"ERROR_GLPI_PARTIAL_ADD", results}));
    Response out = json_answer(call, 201, results);
    out.headers.emplace_back("link", links);
    return out;
}

// Columns of a timeline item that a PUT may change.
void update_part(Call& call, Json& row, const Json& input) {
    for (const char* key : {"content", "is_private", "state", "status", "actiontime"}) {
        if (!input.contains(key) || !row.contains(key))
            continue;
        if (std::string_view(key) == "content")
            row[key] = stored_text(call.world.major, input[key]);
        else
            row[key] = to_int(input[key]);
    }
    row["date_mod"] = call.world.now_text();
}

enum class Outcome { done, missing, nothing };

// One element of a PUT. Throws ApiError when the item may not be changed.
Outcome update_one(Call& call, const std::string& itemtype, Id id, const Json& input) {
    Json* row = call.world.table(itemtype).find(id);
    if (row == nullptr)
        return Outcome::missing;
    if (itemtype == "Ticket") {
        if (!updates_ticket(call, *row))
            refuse_right(400, "ERROR_GLPI_UPDATE");
        if (!input.empty())
            update_ticket(call, *row, input);
        return Outcome::done;
    }
    static constexpr std::array<const char*, 3> kParts = {
        "ITILFollowup", "ITILSolution", "TicketTask"};
    if (!call.profile().update_tickets ||
        std::find(kParts.begin(), kParts.end(), itemtype) == kParts.end())
        refuse_right(400, "ERROR_GLPI_UPDATE");
    update_part(call, *row, input);
    return Outcome::done;
}

Json update_result(Id id, bool ok, const Json& message) {
    Json out;
    out[std::to_string(id)] = ok;
    out["message"] = message;
    return out;
}

Response updated_many(Call& call, const std::string& itemtype, const Json& inputs) {
    Json results = Json::array();
    std::size_t failed = 0;
    for (const Json& input : inputs) {
        if (!input.is_object())
            throw PhpFatal{};
        const Id id = to_int(at_or_null(input, "id"));
        try {
            if (update_one(call, itemtype, id, input) == Outcome::done)
                results.push_back(update_result(id, true, ""));
            else
                ++failed;
        } catch (const ApiError& error) {
            results.push_back(update_result(id, false, error.message));
            ++failed;
        }
    }
    if (failed == inputs.size())
        refuse(400, "ERROR_GLPI_UPDATE", results);
    if (failed != 0)
        return json_answer(call, 207, Json::array({"ERROR_GLPI_PARTIAL_UPDATE", results}));
    return json_answer(call, 200, results);
}

void purge_ticket(World& world, Id id) {
    for (const char* part :
         {"ITILFollowup", "ITILSolution", "TicketTask", "Item_Ticket", "Ticket_User",
          "Group_Ticket", "Ticket_Ticket"}) {
        for (const Id child : world.table(part).of_ticket(id))
            world.table(part).erase(child);
    }
    world.table("Ticket").erase(id);
    world.notifications.erase(id);
    world.created_ms.erase(id);
}

void delete_one(Call& call, const std::string& itemtype, Id id, bool purge) {
    Json* row = call.world.table(itemtype).find(id);
    if (row == nullptr)
        refuse(400, "ERROR_GLPI_DELETE", "Item not found");
    if (!call.profile().update_tickets || !sees_row(call, itemtype, *row))
        refuse_right(400, "ERROR_GLPI_DELETE");
    if (itemtype == "Ticket" && purge) {
        purge_ticket(call.world, id);
    } else if (itemtype == "Ticket") {
        (*row)["is_deleted"] = 1;
        touch(call, *row);
        World::LogEntry entry;
        entry.ticket = id;
        entry.user = call.session->user;
        entry.link_type = "0";
        entry.action = 13;
        call.world.log(entry);
        queue_ticket(call.world, *row, "delete");
        if (!truthy(at_or_null(at_or_null(call.params, "input"), "_disablenotif")))
            call.world.notify(id, "delete");
    } else if (itemtype.find("Ticket") != std::string::npos || itemtype.rfind("ITIL", 0) == 0) {
        call.world.table(itemtype).erase(id);
    } else {
        refuse_right(400, "ERROR_GLPI_DELETE");
    }
}

}  // namespace

Response add_items(Call& call, const std::string& itemtype) {
    const Json& input = required_input(call);
    if (input.is_array())
        return added_many(call, itemtype, input);
    const Added added = add_one(call, itemtype, input);
    Response out = json_answer(call, 201, Json{{"id", added.id}, {"message", added.message}});
    out.headers.emplace_back(
        "location", call.world.api_base() + itemtype + "/" + std::to_string(added.id)
    );
    return out;
}

Response update_items(Call& call, const std::string& itemtype, Id id) {
    const Json& input = required_input(call);
    if (input.is_array())
        return updated_many(call, itemtype, input);
    if (id < 0)
        id = input.contains("id") ? to_int(input["id"]) : -1;
    if (id < 0)
        return json_answer(call, 200, Json::array({Json::array()}));
    if (update_one(call, itemtype, id, input) == Outcome::missing)
        refuse(400, "ERROR_GLPI_UPDATE", nullptr);
    return json_answer(call, 200, Json::array({update_result(id, true, "")}));
}

Response delete_items(Call& call, const std::string& itemtype, Id id) {
    const Json& input = at_or_null(call.params, "input");
    std::vector<Id> ids;
    if (id >= 0)
        ids.push_back(id);
    else if (input.is_object())
        ids.push_back(to_int(at_or_null(input, "id")));
    else
        for (const Json& one : elements(input))
            ids.push_back(to_int(at_or_null(one, "id")));
    if (ids.empty())
        refuse(400, "ERROR_BAD_ARRAY", "input parameter must be an array of objects", true);
    Json results = Json::array();
    for (const Id one : ids) {
        delete_one(call, itemtype, one, call.flag("force_purge"));
        results.push_back(update_result(one, true, ""));
    }
    return json_answer(call, 200, results);
}

}  // namespace glpi_sim
