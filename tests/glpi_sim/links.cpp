// SPDX-License-Identifier: MIT
// A row as the API shows it: hypermedia links, names for ids, the ports of an asset.
#include <array>

#include "api.hpp"
#include "params.hpp"
#include "text.hpp"

namespace glpi_sim {

namespace {

// "users_id_tech" -> "User"; empty when the column is no foreign key that we know.
std::string target_of(const std::string& column) {
    static constexpr std::array<std::pair<const char*, const char*>, 10> kTargets = {
        {{"entities_id", "Entity"},
         {"users_id", "User"},
         {"groups_id", "Group"},
         {"requesttypes_id", "RequestType"},
         {"itilcategories_id", "ITILCategory"},
         {"locations_id", "Location"},
         {"tickets_id", "Ticket"},
         {"slas_id", "SLA"},
         {"changes_id", "Change"},
         {"states_id", "State"}}};
    for (const auto& [prefix, itemtype] : kTargets) {
        if (column.rfind(prefix, 0) == 0)
            return itemtype;
    }
    return {};
}

std::vector<const char*> children_of(const World& world, const std::string& itemtype) {
    if (itemtype == "Ticket") {
        std::vector<const char*> out = {"Document_Item", "TicketTask",     "TicketValidation",
                                        "TicketCost",    "Problem_Ticket", "Change_Ticket"};
        if (world.major >= 11)
            out.push_back("Ticket_Ticket");
        for (const char* name :
             {"Item_Ticket", "ITILSolution", "ITILFollowup", "Ticket_User", "Group_Ticket",
              "Supplier_Ticket"})
            out.push_back(name);
        return out;
    }
    if (itemtype == "ITILFollowup" || itemtype == "ITILSolution" || itemtype == "TicketTask")
        return {"Document_Item"};
    if (itemtype != "Computer" && itemtype != "NetworkEquipment")
        return {};
    std::vector<const char*> out = {"ReservationItem", "Document_Item", "Contract_Item", "Infocom",
                                    "Item_Ticket",     "Item_Project",  "NetworkPort"};
    for (const char* name :
         {"Item_DeviceMotherboard", "Item_DeviceFirmware", "Item_DeviceProcessor",
          "Item_DeviceMemory", "Item_DeviceHardDrive", "Item_DeviceNetworkCard", "Item_DeviceDrive",
          "Item_DeviceBattery", "Item_DeviceGraphicCard", "Item_DeviceSoundCard",
          "Item_DeviceControl", "Item_DevicePci", "Item_DeviceCase", "Item_DevicePowerSupply",
          "Item_DeviceGeneric", "Item_DeviceSimcard", "Item_DeviceSensor", "Item_DeviceCamera"})
        out.push_back(name);
    return out;
}

Json link(const Call& call, const std::string& rel, const std::string& path) {
    return Json{{"rel", rel}, {"href", call.world.api_base() + path}};
}

// The name shown for an id with expand_dropdowns.
Json dropdown_name(const Call& call, const std::string& itemtype, const Json& value) {
    const Json* row = call.world.knows(itemtype) && value.is_number()
                          ? call.world.table(itemtype).find(value.get<Id>())
                          : nullptr;
    if (row == nullptr)
        return value;
    const std::string name = scalar_text(
        row->contains("completename") ? (*row)["completename"] : at_or_null(*row, "name")
    );
    return call.world.major == 10 ? encode_10(name) : name;
}

Json port_json(const Call& call, const Json& port) {
    Json out = {{"netport_id", port["id"]}};
    for (const char* key :
         {"entities_id", "is_recursive", "logical_number", "name", "mac", "comment", "is_dynamic"})
        out[key] = port[key];
    for (const char* key :
         {"id", "networkports_id", "items_devicenetworkcards_id", "type", "speed", "date_mod",
          "date_creation"})
        out[key] = nullptr;
    for (const auto& [id, name] : call.world.table("NetworkName").rows) {
        if (name["items_id"] != port["id"])
            continue;
        Json shown = {{"id", id}, {"name", name["name"]}, {"fqdns_id", 0}};
        shown["FQDN"] = {{"id", 0}, {"name", nullptr}, {"fqdn", nullptr}};
        shown["IPAddress"] = Json::array();
        for (const auto& [address_id, address] : call.world.table("IPAddress").rows) {
            if (address["items_id"] != id)
                continue;
            Json entry = {{"id", std::to_string(address_id)}, {"name", address["name"]}};
            entry["IPNetwork"] = Json::array();
            shown["IPAddress"].push_back(std::move(entry));
        }
        out["NetworkName"] = std::move(shown);
    }
    const std::string id = scalar_text(port["id"]);
    const bool old = call.world.major == 10;
    if (!old)
        out["networkports_id_opposite"] = nullptr;
    // The link to the port itself is broken in both versions.
    Json broken = link(call, "UNKNOWN", (old ? "UNKNOWN/" : "/") + id);
    if (!old)
        broken["rel"] = nullptr;
    out["links"] =
        Json::array({broken, link(call, "Entity", "Entity/" + scalar_text(port["entities_id"]))});
    return out;
}

Json network_ports(const Call& call, const std::string& itemtype, const Json& asset) {
    Json out;
    out["NetworkPortEthernet"] = Json::array();
    for (const auto& [id, port] : call.world.table("NetworkPort").rows) {
        if (port["itemtype"] == itemtype && port["items_id"] == asset["id"])
            out["NetworkPortEthernet"].push_back(port_json(call, port));
    }
    for (const char* kind : {"Wifi", "Aggregate", "Alias", "Dialup", "Local", "Fiberchannel"})
        out[std::string("NetworkPort") + kind] = Json::array();
    return out;
}

}  // namespace

Json row_links(const Call& call, const std::string& itemtype, const Json& row) {
    Json out = Json::array();
    for (const auto& [column, value] : row.items()) {
        std::string target = target_of(column);
        if (column == "items_id")
            target = scalar_text(at_or_null(row, "itemtype"));
        else if (column == "mainitems_id")
            target = scalar_text(at_or_null(row, "mainitemtype"));
        if (target.empty() || !value.is_number() || (to_int(value) <= 0 && target != "Entity"))
            continue;
        out.push_back(link(call, target, target + "/" + scalar_text(value)));
    }
    const std::string self = itemtype + "/" + scalar_text(at_or_null(row, "id")) + "/";
    for (const char* child : children_of(call.world, itemtype))
        out.push_back(link(call, child, self + child + "/"));
    return out;
}

Json shown_row(const Call& call, const std::string& itemtype, const Json& row) {
    Json out = row;
    const bool decode =
        call.world.major == 10 && call.request.header("X-GLPI-Sanitized-Content") == "false";
    const bool expand = call.flag("expand_dropdowns");
    for (auto& [column, value] : out.items()) {
        const std::string target = expand ? target_of(column) : std::string{};
        if (!target.empty())
            value = dropdown_name(call, target, value);
        if (decode && value.is_string())
            value = decode_10(value.get<std::string>());
    }
    if (call.flag("with_networkports") && row.contains("serial"))
        out["_networkports"] = network_ports(call, itemtype, row);
    if (call.flag("with_notes"))
        out["_notes"] = Json::array();
    if (call.flag("with_logs"))
        out["_logs"] = Json::array();
    const Json& hateoas = at_or_null(call.params, "get_hateoas");
    if (hateoas.is_null() || truthy(hateoas))
        out["links"] = row_links(call, itemtype, row);
    return out;
}

}  // namespace glpi_sim
