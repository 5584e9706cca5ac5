// SPDX-License-Identifier: MIT
#include "search_columns.hpp"

#include <algorithm>
#include <array>

#include "params.hpp"
#include "search_data.hpp"
#include "text.hpp"

namespace glpi_sim {

namespace {

struct Plain {
    int option;
    const char* column;
};

constexpr std::array<Plain, 17> kTicket = {
    {{1, "name"},
     {2, "id"},
     {3, "priority"},
     {10, "urgency"},
     {11, "impact"},
     {12, "status"},
     {14, "type"},
     {15, "date"},
     {16, "closedate"},
     {17, "solvedate"},
     {18, "time_to_resolve"},
     {19, "date_mod"},
     {21, "content"},
     {87, "externalid"},
     {151, "time_to_resolve"},
     {155, "time_to_own"},
     {158, "time_to_own"}}};
constexpr std::array<Plain, 7> kAsset = {
    {{1, "name"},
     {2, "id"},
     {5, "serial"},
     {6, "otherserial"},
     {16, "comment"},
     {19, "date_mod"},
     {121, "date_creation"}}};
constexpr std::array<Plain, 5> kEntity = {
    {{1, "completename"}, {2, "id"}, {14, "name"}, {8, "tag"}, {70, "registration_number"}}};
constexpr std::array<Plain, 4> kFollowup = {
    {{1, "content"}, {3, "date"}, {4, "is_private"}, {6, "itemtype"}}};
constexpr std::array<Plain, 3> kOther = {{{1, "name"}, {2, "id"}, {14, "name"}}};

template <std::size_t size>
const char* plain_column(const std::array<Plain, size>& columns, int option) {
    const auto found = std::find_if(columns.begin(), columns.end(), [&](const Plain& plain) {
        return plain.option == option;
    });
    return found == columns.end() ? nullptr : found->column;
}

bool is_asset_type(const std::string& itemtype) {
    static constexpr std::array<const char*, 9> kTypes = {
        "Computer", "NetworkEquipment", "Printer", "Peripheral", "Phone",
        "Monitor",  "Appliance",        "Cluster", "Enclosure"};
    return std::find(kTypes.begin(), kTypes.end(), itemtype) != kTypes.end();
}

const char* plain(const std::string& itemtype, int option, int major) {
    if (itemtype == "Ticket")
        return plain_column(kTicket, option);
    if (itemtype == "Entity")
        return plain_column(kEntity, option);
    if (itemtype == "ITILFollowup")
        return option == 7 && major >= 11 ? "id" : plain_column(kFollowup, option);
    if (!is_asset_type(itemtype))
        return plain_column(kOther, option);
    if (option == (itemtype == "NetworkEquipment" ? 12 : 47))
        return "uuid";
    return plain_column(kAsset, option);
}

struct ActorColumn {
    const char* table = nullptr;
    const char* key = nullptr;
    int type = 0;
};

ActorColumn actor_column(int option) {
    switch (option) {
        case 4:
            return {"Ticket_User", "users_id", 1};
        case 5:
            return {"Ticket_User", "users_id", 2};
        case 66:
            return {"Ticket_User", "users_id", 3};
        case 71:
            return {"Group_Ticket", "groups_id", 1};
        case 8:
            return {"Group_Ticket", "groups_id", 2};
        case 65:
            return {"Group_Ticket", "groups_id", 3};
        default:
            return {};
    }
}

std::vector<Id> actor_ids(const Call& call, Id ticket, const ActorColumn& column) {
    std::vector<Id> out;
    const Table& table = call.world.tables.at(column.table);
    for (const Id id : table.of_ticket(ticket)) {
        const Json& row = *table.find(id);
        if (to_int(row["type"]) == column.type && to_int(row[column.key]) > 0)
            out.push_back(to_int(row[column.key]));
    }
    return out;
}

// The texts of a ticket's follow-ups or solutions.
std::vector<Json> part_texts(const Call& call, Id ticket, const char* itemtype) {
    std::vector<Json> out;
    const Table& table = call.world.tables.at(itemtype);
    for (const Id id : table.of_ticket(ticket))
        out.push_back((*table.find(id))["content"]);
    return out;
}

std::vector<Json> named(const Call& call, const char* itemtype, const std::vector<Id>& ids) {
    std::vector<Json> out;
    for (const Id id : ids) {
        const Json* row = call.world.tables.at(itemtype).find(id);
        if (row != nullptr)
            out.push_back(row->contains("completename") ? (*row)["completename"] : (*row)["name"]);
    }
    return out;
}

std::vector<Id> one_id(const Json& row, const char* column) {
    return {to_int(at_or_null(row, column))};
}

std::vector<Json> asset_network(
    const Call& call, const std::string& itemtype, const Json& row, int option
) {
    const Id id = to_int(row["id"]);
    std::vector<Json> out;
    if (option == 126) {
        const Table& addresses = call.world.tables.at("IPAddress");
        for (const Id address : addresses.of_item(itemtype, id))
            out.push_back((*addresses.find(address))["name"]);
        return out;
    }
    const Table& ports = call.world.tables.at("NetworkPort");
    const Table& names = call.world.tables.at("NetworkName");
    for (const Id port : ports.of_item(itemtype, id)) {
        if (option == 21)
            out.push_back((*ports.find(port))["mac"]);
        for (const Id name : names.of_item("NetworkPort", port)) {
            if (option == 127)
                out.push_back((*names.find(name))["name"]);
        }
    }
    return out;
}

// What people keep about an asset in tables of their own: names, complete where there is a tree.
std::vector<Json> asset_details(
    const Call& call, const std::string& itemtype, const Json& row, int option
) {
    constexpr int kLocation = 3, kType = 4, kState = 31, kInCharge = 49, kOwner = 71,
                  kCriticity = 173;
    if (option == kLocation)
        return named(call, "Location", one_id(row, "locations_id"));
    if (option == kState)
        return named(call, "State", one_id(row, "states_id"));
    if (option == kType && call.world.tables.count(itemtype + "Type") != 0)
        return named(
            call, (itemtype + "Type").c_str(), one_id(row, (lower(itemtype) + "types_id").c_str())
        );
    const Id id = to_int(row["id"]);
    std::vector<Id> ids;
    const Table& links = call.world.tables.at(option == kCriticity ? "Infocom" : "Group_Item");
    for (const Id each : links.of_item(itemtype, id)) {
        const Json& link = *links.find(each);
        if (option == kCriticity)
            ids.push_back(to_int(link["businesscriticities_id"]));
        else if (to_int(link["type"]) == (option == kInCharge ? 2 : 1))
            ids.push_back(to_int(link["groups_id"]));
    }
    if (option == kCriticity)
        return named(call, "BusinessCriticity", ids);
    return option == kInCharge || option == kOwner ? named(call, "Group", ids)
                                                   : std::vector<Json>{};
}

}  // namespace

const Json& search_options(int major, const std::string& itemtype) {
    static const Json ten = Json::parse(kSearchOptions10);
    static const Json eleven = Json::parse(kSearchOptions11);
    return at_or_null(major == 10 ? ten : eleven, itemtype);
}

bool option_exists(int major, const std::string& itemtype, int option) {
    const Json& options = search_options(major, itemtype);
    if (options.is_null())
        return plain(itemtype, option, major) != nullptr || option == 80 || is_asset_type(itemtype);
    return options.contains(std::to_string(option));
}

bool option_searchable(int major, const std::string& itemtype, int option) {
    const Json& entry = at_or_null(search_options(major, itemtype), std::to_string(option));
    return !entry.is_object() || !truthy(at_or_null(entry, "nosearch"));
}

std::vector<Id> column_ids(
    const Call& call, const std::string& itemtype, const Json& row, int option
) {
    if (itemtype == "Ticket") {
        const ActorColumn actors = actor_column(option);
        if (actors.table != nullptr)
            return actor_ids(call, to_int(row["id"]), actors);
        if (option == 7)
            return one_id(row, "itilcategories_id");
        if (option == 9)
            return one_id(row, "requesttypes_id");
        if (option == 22)
            return one_id(row, "users_id_recipient");
        if (option == 64)
            return one_id(row, "users_id_lastupdater");
        if (option == 37)
            return one_id(row, "slas_id_tto");
        if (option == 30)
            return one_id(row, "slas_id_ttr");
    }
    if (itemtype == "ITILFollowup" && option == 5)
        return one_id(row, "users_id");
    if (option == 80)
        return one_id(row, "entities_id");
    return one_id(row, "id");
}

const Json* plain_value(
    const Call& call, const std::string& itemtype, const Json& row, int option
) {
    const char* column = plain(itemtype, option, call.world.major);
    return column == nullptr ? nullptr : &at_or_null(row, column);
}

std::vector<Json> column_values(
    const Call& call, const std::string& itemtype, const Json& row, int option
) {
    if (const Json* value = plain_value(call, itemtype, row, option))
        return value->is_null() ? std::vector<Json>{} : std::vector<Json>{*value};
    const std::vector<Id> ids = column_ids(call, itemtype, row, option);
    if (option == 80)
        return {call.world.entity_name(ids.front())};
    if (itemtype == "Ticket") {
        const ActorColumn actors = actor_column(option);
        if (actors.table != nullptr && actors.key[0] == 'g')
            return named(call, "Group", ids);
        if (actors.table != nullptr || option == 22 || option == 64) {
            std::vector<Json> out;
            for (const Id id : ids)
                out.emplace_back(std::to_string(id));
            return out;
        }
        if (option == 7)
            return named(call, "ITILCategory", ids);
        if (option == 9)
            return named(call, "RequestType", ids);
        if (option == 30 || option == 37)
            return named(call, "SLA", ids);
        if (option == 24)
            return part_texts(call, to_int(row["id"]), "ITILSolution");
        if (option == 25)
            return part_texts(call, to_int(row["id"]), "ITILFollowup");
        if (option == 131) {
            std::vector<Json> out;
            const Table& links = call.world.tables.at("Item_Ticket");
            for (const Id id : links.of_ticket(to_int(row["id"])))
                out.push_back((*links.find(id))["itemtype"]);
            return out;
        }
    }
    if (is_asset_type(itemtype) && (option == 126 || option == 127 || option == 21))
        return asset_network(call, itemtype, row, option);
    if (is_asset_type(itemtype))
        return asset_details(call, itemtype, row, option);
    return {};
}

bool compares_ids(const std::string& itemtype, int option) {
    if (option == 80 || (option == 1 && itemtype != "ITILFollowup"))
        return true;
    if (itemtype == "ITILFollowup")
        return option == 5;
    if (itemtype != "Ticket")
        return option == 2;
    return actor_column(option).table != nullptr || option == 2 || option == 7 || option == 9 ||
           option == 22 || option == 64 || option == 30 || option == 37;
}

bool is_date(const std::string& itemtype, int option) {
    if (itemtype == "Ticket")
        return (option >= 15 && option <= 19) || option == 151 || option == 155 || option == 158;
    return option == 19 || option == 121 || (itemtype == "ITILFollowup" && option == 3);
}

bool is_number_column(const std::string& itemtype, int option) {
    if (itemtype == "ITILFollowup")
        return option == 7 || option == 4;
    return option == 2 || (itemtype == "Ticket" && (option == 3 || option == 10 || option == 11 ||
                                                    option == 12 || option == 14));
}

std::vector<int> default_columns(const Call& call, const std::string& itemtype) {
    if (itemtype == "Ticket") {
        // GLPI 11 has a shorter list for the helpdesk interface.
        if (call.world.major >= 11 && call.profile().interface == "helpdesk")
            return {2, 1, 12, 19, 15};
        return {2, 1, 12, 19, 15, 3, 4, 5, 7, 18};
    }
    if (itemtype == "ITILFollowup")
        return {call.world.major == 10 ? 1 : 7};
    if (is_asset_type(itemtype))
        return {1, 31, 5, 19, 3, 4};
    return {1};
}

std::vector<int> fixed_columns(const Call& call, const std::string& itemtype) {
    std::vector<int> out;
    if (itemtype == "Ticket")
        out = {2, 1};
    else if (itemtype == "ITILFollowup")
        out = {call.world.major == 10 ? 1 : 7};
    else
        out = {1};
    const bool has_entity =
        itemtype == "Ticket" || itemtype == "AllAssets" || is_asset_type(itemtype);
    if (has_entity && call.session->entities.size() > 1)
        out.push_back(80);
    return out;
}

}  // namespace glpi_sim
