// SPDX-License-Identifier: MIT
#include "webhooks.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "params.hpp"
#include "text.hpp"

namespace glpi_sim {

namespace {

constexpr std::array<const char*, 11> kStatusNames = {
    "",
    "New",
    "Processing (assigned)",
    "Processing (planned)",
    "Pending",
    "Solved",
    "Closed",
    "",
    "",
    "",
    "Approval"};

std::string hmac_hex(const std::string& key, const std::string& text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned int length = 0;
    HMAC(
        EVP_sha256(), key.data(), static_cast<int>(key.size()),
        reinterpret_cast<const unsigned char*>(text.data()), text.size(), bytes.data(), &length
    );
    static constexpr const char* kDigits = "0123456789abcdef";
    std::string out;
    for (unsigned int i = 0; i < length; ++i) {
        out += kDigits[bytes.at(i) >> 4U];
        out += kDigits[bytes.at(i) & 15U];
    }
    return out;
}

// "2026-11-23 21:06:37" -> "2026-11-23T21:06:37+00:00"
Json iso(const Json& date) {
    std::string text = scalar_text(date);
    if (text.size() != 19)
        return nullptr;
    text[10] = 'T';
    return text + "+00:00";
}

Json user(const World& world, const Json& id) {
    const auto found = world.users.find(to_int(id));
    if (found == world.users.end())
        return nullptr;
    return Json{{"id", found->first}, {"name", found->second.login}};
}

Json named(World& world, const char* itemtype, const Json& id) {
    const Json* row = world.table(itemtype).find(to_int(id));
    if (row == nullptr)
        return nullptr;
    return Json{{"id", (*row)["id"]}, {"name", (*row)["name"]}};
}

Json team(World& world, Id ticket) {
    static constexpr std::array<const char*, 4> kRoles = {"", "requester", "assigned", "observer"};
    Json out = Json::array();
    for (const char* links : {"Group_Ticket", "Ticket_User"}) {
        const bool group = links[0] == 'G';
        for (const Id id : world.table(links).of_ticket(ticket)) {
            const Json& link = *world.table(links).find(id);
            const Id who = to_int(link[group ? "groups_id" : "users_id"]);
            const Json* row = world.table(group ? "Group" : "User").find(who);
            const Json name = row == nullptr ? Json("") : (*row)["name"];
            Json member = {{"role", kRoles.at(static_cast<std::size_t>(to_int(link["type"])) % 4)}};
            member["name"] = name;
            member["realname"] = nullptr;
            member["firstname"] = nullptr;
            member["display_name"] = name;
            member["id"] = who;
            member["href"] =
                std::string(group ? "/front/group.form.php?id=" : "/front/user.form.php?id=") +
                std::to_string(who);
            out.push_back(std::move(member));
        }
    }
    return out;
}

Json ticket_item(World& world, const Json& ticket) {
    Json out;
    for (const char* key : {"id", "name", "content"})
        out[key] = ticket[key];
    out["is_deleted"] = truthy(ticket["is_deleted"]);
    for (const char* key : {"urgency", "impact", "priority"})
        out[key] = ticket[key];
    out["actiontime"] = 0;
    out["begin_waiting_date"] = iso(ticket["begin_waiting_date"]);
    out["waiting_duration"] = ticket["waiting_duration"];
    out["resolution_duration"] = ticket["solve_delay_stat"];
    out["close_duration"] = 0;
    out["resolution_date"] = nullptr;
    for (const char* key : {"date_creation", "date_mod", "date"})
        out[key] = iso(ticket[key]);
    out["date_solve"] = iso(ticket["solvedate"]);
    out["date_close"] = iso(ticket["closedate"]);
    out["type"] = ticket["type"];
    out["external_id"] = at_or_null(ticket, "externalid");
    out["take_into_account_date"] = iso(ticket["takeintoaccountdate"]);
    out["take_into_account_duration"] = ticket["takeintoaccount_delay_stat"];
    out["sla_waiting_duration"] = 0;
    out["ola_waiting_duration"] = 0;
    for (const char* key :
         {"ola_ttr_begin_date", "ola_tto_begin_date", "internal_resolution_date",
          "internal_take_into_account_date"})
        out[key] = nullptr;
    out["global_validation"] = 1;
    const auto status = static_cast<std::size_t>(to_int(ticket["status"]));
    out["status"] = {{"id", ticket["status"]}, {"name", kStatusNames.at(status % 11)}};
    out["user_recipient"] = user(world, ticket["users_id_recipient"]);
    out["user_editor"] = user(world, ticket["users_id_lastupdater"]);
    out["category"] = named(world, "ITILCategory", ticket["itilcategories_id"]);
    out["location"] = nullptr;
    out["request_type"] = named(world, "RequestType", ticket["requesttypes_id"]);
    for (const char* key :
         {"sla_ttr", "sla_tto", "ola_ttr", "ola_tto", "sla_level_ttr", "ola_level_ttr"})
        out[key] = nullptr;
    Json entity = named(world, "Entity", ticket["entities_id"]);
    if (!entity.is_null())
        entity["completename"] = world.entity_name(to_int(ticket["entities_id"]));
    out["entity"] = std::move(entity);
    out["team"] = team(world, to_int(ticket["id"]));
    return out;
}

Json followup_item(const World& world, const Json& row) {
    Json out;
    for (const char* key : {"id", "itemtype", "items_id", "content"})
        out[key] = row[key];
    out["is_private"] = truthy(row["is_private"]);
    for (const char* key : {"date", "date_creation", "date_mod"})
        out[key] = iso(row[key]);
    out["timeline_position"] = 1;
    out["source_item_id"] = 0;
    out["source_of_item_id"] = 0;
    out["user"] = user(world, row["users_id"]);
    out["user_editor"] = nullptr;
    out["request_type"] = nullptr;
    return out;
}

Json solution_item(const World& world, const Json& row) {
    Json out;
    for (const char* key : {"id", "itemtype", "items_id", "content", "status"})
        out[key] = row[key];
    for (const char* key : {"date_creation", "date_mod", "date_approval"})
        out[key] = iso(row[key]);
    out["type"] = nullptr;
    out["user"] = user(world, row["users_id"]);
    out["user_editor"] = nullptr;
    out["approver"] = nullptr;
    out["approval_followup"] = nullptr;
    return out;
}

void queue(World& world, const char* itemtype, const Json& body) {
    // PHP's pretty printing: slashes are escaped, other letters are not.
    std::string text;
    for (const char letter : body.dump(4, ' ', false, Json::error_handler_t::replace)) {
        text += letter == '/' ? "\\" : "";
        text += letter;
    }
    const std::string time = std::to_string(world.now());
    Json row = {{"itemtype", itemtype}, {"event", body["event"]}};
    row["timestamp"] = time;
    row["signature"] = hmac_hex(world.settings.webhook_secret, text + time);
    row["body"] = std::move(text);
    world.webhooks.push_back(std::move(row));
}

bool is_on(const World& world) {
    return world.major >= 11 && !world.settings.webhook_secret.empty();
}

}  // namespace

void queue_ticket(World& world, const Json& ticket, const char* event) {
    if (is_on(world))
        queue(world, "Ticket", {{"item", ticket_item(world, ticket)}, {"event", event}});
}

void queue_creation(World& world, const Json& ticket) {
    const Id id = to_int(ticket["id"]);
    std::size_t updates = world.table("Item_Ticket").of_ticket(id).size();
    for (const char* links : {"Group_Ticket", "Ticket_User"}) {
        for (const Id link : world.table(links).of_ticket(id))
            updates += to_int((*world.table(links).find(link))["type"]) == 2 ? 2 : 1;
    }
    // Queued while it was made, before its status was set.
    Json half = ticket;
    half["status"] = 1;
    for (std::size_t i = 0; i < updates; ++i)
        queue_ticket(world, half, "update");
    queue_ticket(world, ticket, "new");
}

void queue_part(World& world, const char* itemtype, const Json& row, const Json& ticket) {
    if (!is_on(world))
        return;
    const bool solution = std::string_view(itemtype) == "ITILSolution";
    Json body = {{"item", solution ? solution_item(world, row) : followup_item(world, row)}};
    body["event"] = "new";
    body["parent_item"] = ticket_item(world, ticket);
    queue(world, itemtype, body);
}

}  // namespace glpi_sim
