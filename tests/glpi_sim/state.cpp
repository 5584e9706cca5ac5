// SPDX-License-Identifier: MIT
#include "state.hpp"

#include <algorithm>

#include "params.hpp"
#include "text.hpp"

namespace glpi_sim {

namespace {

// The tickets that a row belongs to (two for a link between tickets).
std::vector<Id> parents(const Json& row) {
    std::vector<Id> out;
    if (at_or_null(row, "itemtype") == "Ticket")
        out.push_back(to_int(at_or_null(row, "items_id")));
    for (const char* key : {"tickets_id", "tickets_id_1", "tickets_id_2"}) {
        const Json& value = at_or_null(row, key);
        if (!value.is_null())
            out.push_back(to_int(value));
    }
    return out;
}

// The item that a row belongs to, "Computer/1"; empty for rows of a ticket or of nothing.
std::string item_key(const Json& row) {
    const bool main = row.contains("mainitemtype");
    const Json& itemtype = at_or_null(row, main ? "mainitemtype" : "itemtype");
    if (itemtype.is_null() || itemtype == "Ticket" || row.contains("tickets_id"))
        return {};
    return scalar_text(itemtype) + "/" +
           scalar_text(at_or_null(row, main ? "mainitems_id" : "items_id"));
}

}  // namespace

Json& Table::insert(Json row) {
    Id id = to_int(at_or_null(row, "id"));
    const bool given = row.contains("id") && !row["id"].is_null();
    if (!given)
        id = next_id;
    row["id"] = id;
    next_id = std::max(next_id, id + 1);
    for (const Id ticket : parents(row))
        by_ticket[ticket].push_back(id);
    if (const std::string key = item_key(row); !key.empty())
        by_item[key].push_back(id);
    return rows[id] = std::move(row);
}

Json* Table::find(Id id) {
    const auto found = rows.find(id);
    return found == rows.end() ? nullptr : &found->second;
}

const Json* Table::find(Id id) const {
    const auto found = rows.find(id);
    return found == rows.end() ? nullptr : &found->second;
}

void Table::erase(Id id) {
    const auto found = rows.find(id);
    if (found == rows.end())
        return;
    for (const Id ticket : parents(found->second))
        std::erase(by_ticket[ticket], id);
    rows.erase(found);
}

std::vector<Id> Table::of_ticket(Id ticket) const {
    const auto found = by_ticket.find(ticket);
    return found == by_ticket.end() ? std::vector<Id>{} : found->second;
}

std::vector<Id> Table::of_item(const std::string& itemtype, Id id) const {
    const auto found = by_item.find(itemtype + "/" + std::to_string(id));
    return found == by_item.end() ? std::vector<Id>{} : found->second;
}

World::World(int major_version)
    : major(major_version), version(major_version == 10 ? "10.0.19" : "11.0.6") {
    for (const char* itemtype :
         {"Ticket",
          "ITILFollowup",
          "ITILSolution",
          "TicketTask",
          "Item_Ticket",
          "Ticket_User",
          "Group_Ticket",
          "Ticket_Ticket",
          "Log",
          "Entity",
          "User",
          "Group",
          "ITILCategory",
          "RequestType",
          "SLA",
          "Profile",
          "Location",
          "State",
          "Computer",
          "NetworkEquipment",
          "Printer",
          "Peripheral",
          "Phone",
          "Monitor",
          "Appliance",
          "Cluster",
          "Enclosure",
          "IPAddress",
          "NetworkPort",
          "NetworkName",
          "Config",
          "Change",
          "ChangeTask",
          "Change_Item",
          "Infocom",
          "ComputerType",
          "NetworkEquipmentType",
          "PrinterType",
          "Group_Item",
          "BusinessCriticity"})
        tables[itemtype];
}

std::string World::now_text() const {
    return sql_time(now());
}

std::string World::entity_name(Id entity) const {
    const Json* row = tables.at("Entity").find(entity);
    return row == nullptr ? std::string{} : scalar_text(at_or_null(*row, "completename"));
}

std::set<Id> World::entity_tree(Id entity) const {
    std::set<Id> out;
    if (tables.at("Entity").find(entity) == nullptr)
        return out;
    out.insert(entity);
    for (bool grew = true; grew;) {
        grew = false;
        for (const auto& [id, row] : tables.at("Entity").rows) {
            const Json& parent = at_or_null(row, "entities_id");
            if (!parent.is_null() && out.count(to_int(parent)) != 0)
                grew = out.insert(id).second || grew;
        }
    }
    return out;
}

std::string World::user_label(Id user) const {
    const auto found = users.find(user);
    if (found == users.end())
        return {};
    return found->second.friendly_name + " (" + std::to_string(user) + ")";
}

std::string World::api_base() const {
    return base_url + (major == 10 ? "/apirest.php/" : "/api.php/v1/");
}

void World::log(const LogEntry& entry) {
    Json row = {{"id", nullptr}};
    row["itemtype"] = "Ticket";
    row["items_id"] = entry.ticket;
    row["itemtype_link"] = entry.link_type;
    row["linked_action"] = entry.action;
    row["user_name"] = user_label(entry.user);
    row["date_mod"] = now_text();
    row["id_search_option"] = entry.option;
    row["old_value"] = cut(entry.old_value, 180);
    row["new_value"] = cut(entry.new_value, 180);
    if (major >= 11) {
        row["old_id"] = nullptr;
        row["new_id"] = nullptr;
    }
    table("Log").insert(std::move(row));
}

void World::notify(Id ticket, const std::string& event) {
    Json& list = notifications[ticket];
    list.push_back({{"event", event}, {"ticket", ticket}});
}

}  // namespace glpi_sim
