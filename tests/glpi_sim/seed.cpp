// SPDX-License-Identifier: MIT
// The objects of the recorded servers, with their ids, and the extra ones of a --seed file.
#include <array>
#include <charconv>
#include <stdexcept>

#include "params.hpp"
#include "state.hpp"
#include "text.hpp"

namespace glpi_sim {

namespace {

void add_user(World& world, const User& user) {
    world.users[user.id] = user;
    Json row = {{"id", user.id}, {"name", user.login}};
    row["realname"] = user.friendly_name;
    row["firstname"] = nullptr;
    row["entities_id"] = user.entity;
    row["profiles_id"] = user.profile;
    row["is_active"] = user.active ? 1 : 0;
    row["is_deleted"] = 0;
    world.table("User").insert(std::move(row));
}

void add_users(World& world) {
    const std::string password = "sim-password";
    add_user(world, {2, "glpi", "glpi", "", "glpi", 4, 0, true, true, {}});
    add_user(
        world,
        {7, "svc-bridge", "Alert bridge", "sim-super-admin-token", password, 4, 0, true, true, {}}
    );
    add_user(
        world, {8, "svc-tech", "svc-tech", "sim-technician-token", password, 6, 0, true, true, {}}
    );
    add_user(
        world,
        {9, "svc-bonly", "svc-bonly", "sim-customer-b-token", password, 6, 3, false, true, {}}
    );
    add_user(
        world,
        {10, "svc-self", "svc-self", "sim-self-service-token", password, 1, 0, true, true, {}}
    );
    add_user(world, {11, "oncall", "oncall", "sim-oncall-token", password, 6, 0, true, true, {}});
    add_user(
        world,
        {12, "alert-bridge", "Alert bridge", "sim-bridge-token", password, 9, 0, true, true, {}}
    );
    add_user(
        world, {13, "person", "Pat Person", "sim-person-token", password, 6, 0, true, true, {}}
    );
}

Json& add_entity(World& world, const Json& given) {
    Json row = {{"id", at_or_null(given, "id")}};
    const Json& parent = at_or_null(given, "entities_id");
    const std::string name = scalar_text(at_or_null(given, "name"));
    const std::string above = parent.is_null() ? "" : world.entity_name(to_int(parent));
    int level = 1;
    for (std::size_t at = 0; !above.empty() && at != std::string::npos;
         at = above.find(" > ", at + 1))
        ++level;
    row["name"] = name;
    row["entities_id"] = parent;
    row["completename"] = above.empty() ? name : above + " > " + name;
    row["comment"] = nullptr;
    row["level"] = level;
    row["tag"] = at_or_null(given, "tag");
    row["registration_number"] = at_or_null(given, "registration_number");
    put_entity_settings(row, given);
    row["date_mod"] = world.now_text();
    row["date_creation"] = world.now_text();
    return world.table("Entity").insert(std::move(row));
}

Json& add_named(World& world, const std::string& itemtype, const Json& given) {
    Json row = {{"id", at_or_null(given, "id")}};
    const Json& entity = at_or_null(given, "entities_id");
    row["entities_id"] = entity.is_null() ? Json(0) : entity;
    row["is_recursive"] = given.value("is_recursive", 1);
    row["name"] = at_or_null(given, "name");
    row["completename"] = given.value("completename", scalar_text(row["name"]));
    row["comment"] = nullptr;
    for (const auto& [key, value] : given.items()) {
        if (!row.contains(key))
            row[key] = value;
    }
    return world.table(itemtype).insert(std::move(row));
}

// Four 32-bit words, as GLPI keeps an address for comparing.
std::array<Id, 4> address_words(const std::string& text) {
    std::array<Id, 4> out{0, 0, 0, 0};
    if (text.find(':') == std::string::npos) {
        out[2] = 65535;
        const char* at = text.data();
        const char* end = at + text.size();
        for (int i = 0; i < 4; ++i) {
            Id part = 0;
            at = std::from_chars(at, end, part).ptr;
            out[3] = out[3] * 256 + part;
            at += at != end ? 1 : 0;
        }
    }
    return out;
}

void add_address(
    World& world, const std::string& itemtype, const Json& asset, const std::string& ip, Id name_id
) {
    const std::array<Id, 4> words = address_words(ip);
    Json row = {{"id", nullptr}};
    row["entities_id"] = asset["entities_id"];
    row["items_id"] = name_id;
    row["itemtype"] = "NetworkName";
    row["version"] = ip.find(':') == std::string::npos ? 4 : 6;
    row["name"] = ip;
    for (std::size_t i = 0; i < words.size(); ++i)
        row["binary_" + std::to_string(i)] = words[i];
    row["is_deleted"] = 0;
    row["is_dynamic"] = 0;
    row["mainitems_id"] = asset["id"];
    row["mainitemtype"] = itemtype;
    world.table("IPAddress").insert(std::move(row));
}

// A port with a name, and the addresses on it.
void add_addresses(World& world, const std::string& itemtype, const Json& asset, const Json& ips) {
    if (ips.empty())
        return;
    const std::string now = scalar_text(asset["date_mod"]);
    Table& ports = world.table("NetworkPort");
    Json port = {{"id", nullptr}, {"items_id", asset["id"]}, {"itemtype", itemtype}};
    port["entities_id"] = asset["entities_id"];
    port["is_recursive"] = 0;
    port["logical_number"] = 1;
    port["name"] = "eth0";
    port["instantiation_type"] = "NetworkPortEthernet";
    const Id next = ports.next_id;
    port["mac"] =
        std::string("02:00:00:00:00:") + (next < 10 ? "0" : "") + std::to_string(next % 100);
    port["comment"] = nullptr;
    port["is_deleted"] = 0;
    port["is_dynamic"] = 0;
    port["date_mod"] = now;
    port["date_creation"] = now;
    const Id port_id = ports.insert(std::move(port))["id"].get<Id>();
    Json name = {{"id", nullptr}, {"entities_id", asset["entities_id"]}, {"items_id", port_id}};
    name["itemtype"] = "NetworkPort";
    name["name"] = asset["name"];
    name["comment"] = nullptr;
    name["fqdns_id"] = 0;
    name["ipnetworks_id"] = 0;
    name["is_deleted"] = 0;
    name["is_dynamic"] = 0;
    name["date_mod"] = now;
    name["date_creation"] = now;
    const Id name_id = world.table("NetworkName").insert(std::move(name))["id"].get<Id>();
    for (const Json& ip : ips)
        add_address(world, itemtype, asset, ip.get<std::string>(), name_id);
}

// The id of the item with the name that `given` has under `key`, which is made if there is none; 0
// without a name.
Id named_id(World& world, const std::string& itemtype, const Json& given, const char* key) {
    const std::string name = scalar_text(at_or_null(given, key));
    if (name.empty())
        return 0;
    for (const auto& [id, row] : world.table(itemtype).rows) {
        if (scalar_text(at_or_null(row, "completename")) == name)
            return id;
    }
    return add_named(world, itemtype, {{"name", name}})["id"].get<Id>();
}

// Who owns an asset and who is in charge of it, and how much hangs on it.
void add_asset_links(
    World& world, const std::string& itemtype, const Json& asset, const Json& given
) {
    constexpr int kOwner = 1, kInCharge = 2;
    for (const auto& [key, type] :
         {std::pair{"group", kOwner}, std::pair{"tech_group", kInCharge}}) {
        const Id group = named_id(world, "Group", given, key);
        if (group > 0)
            world.table("Group_Item")
                .insert(
                    {{"id", nullptr},
                     {"itemtype", itemtype},
                     {"items_id", asset["id"]},
                     {"groups_id", group},
                     {"type", type}}
                );
    }
    const Id criticity = named_id(world, "BusinessCriticity", given, "criticity");
    if (criticity > 0)
        world.table("Infocom").insert(
            {{"id", nullptr},
             {"itemtype", itemtype},
             {"items_id", asset["id"]},
             {"businesscriticities_id", criticity}}
        );
}

Id add_asset(World& world, const std::string& itemtype, const Json& given) {
    const bool old = world.major == 10;
    Json row = {{"id", at_or_null(given, "id")}};
    const Json& entity = at_or_null(given, "entities_id");
    row["entities_id"] = entity.is_null() ? Json(0) : entity;
    row["name"] = at_or_null(given, "name");
    row["serial"] = at_or_null(given, "serial");
    row["otherserial"] = at_or_null(given, "otherserial");
    for (const char* key : {"contact", "contact_num"})
        row[key] = nullptr;
    row["users_id_tech"] = 0;
    if (old)
        row["groups_id_tech"] = named_id(world, "Group", given, "tech_group");
    row["comment"] = at_or_null(given, "comment");
    row["date_mod"] = world.now_text();
    for (const char* key : {"autoupdatesystems_id", "locations_id", "networks_id"})
        row[key] = 0;
    const std::string kind = lower(itemtype);
    row[kind + "models_id"] = 0;
    row[kind + "types_id"] = 0;
    if (given.contains("type"))
        row[kind + "types_id"] = named_id(world, itemtype + "Type", given, "type");
    row["is_template"] = given.value("is_template", 0);
    row["template_name"] = nullptr;
    row["manufacturers_id"] = 0;
    row["is_deleted"] = given.value("is_deleted", 0);
    row["is_dynamic"] = 0;
    row["users_id"] = 0;
    if (old)
        row["groups_id"] = named_id(world, "Group", given, "group");
    row["states_id"] = named_id(world, "State", given, "state");
    row["locations_id"] = named_id(world, "Location", given, "location");
    row["ticket_tco"] = "0.0000";
    row["uuid"] = at_or_null(given, "uuid");
    row["date_creation"] = world.now_text();
    row["is_recursive"] = 0;
    row["last_inventory_update"] = nullptr;
    row["last_boot"] = nullptr;
    const Json& stored = world.table(itemtype).insert(std::move(row));
    add_asset_links(world, itemtype, stored, given);
    add_addresses(world, itemtype, stored, given.value("ip", Json::array()));
    return stored["id"].get<Id>();
}

void add_assets(World& world) {
    const auto computer = [&](const char* name, int entity, const Json& serial, const Json& more) {
        Json given = {{"name", name}, {"entities_id", entity}, {"serial", serial}};
        given.update(more);
        add_asset(world, "Computer", given);
    };
    computer("web01", 1, "SN-A-0001", {{"otherserial", "INV-A-1"}, {"ip", {"10.1.1.10"}}});
    computer("db01.customer-a.example", 1, "SN-A-0002", {{"ip", {"10.1.1.11", "2001:db8:1::11"}}});
    computer("APP-SITEA1", 2, "SN-A1-0001", {{"ip", {"10.1.2.10"}}});
    computer("web01", 3, "SN-B-0001", {{"ip", {"10.1.1.10"}}});
    computer("web010", 3, "SN-B-0010", {{"ip", {"10.2.1.110"}}});
    computer("jump-host", 0, "SN-R-0001", {{"ip", {"10.0.0.5"}}});
    computer("retired01", 1, "SN-A-0666", {{"is_deleted", 1}});
    computer("tmpl", 0, nullptr, {{"is_template", 1}});
    Json network = {{"name", "sw-core-01"}, {"entities_id", 1}, {"serial", "SN-SW-0001"}};
    network["ip"] = Json::array({"10.1.1.1"});
    add_asset(world, "NetworkEquipment", network);
}

void add_sla(World& world, const char* name, int type, int number, const char* unit) {
    Json row = {{"id", nullptr}, {"name", name}, {"entities_id", 0}, {"is_recursive", 1}};
    row["type"] = type;
    row["number_time"] = number;
    row["definition_time"] = unit;
    world.table("SLA").insert(std::move(row));
}

void add_seed_user(World& world, const Json& given) {
    User user;
    user.id = given.contains("id") ? to_int(given["id"]) : world.table("User").next_id;
    user.login = scalar_text(at_or_null(given, "name"));
    user.friendly_name = given.value("realname", user.login);
    user.token = given.value("token", "sim-" + user.login + "-token");
    user.password = "sim-password";
    user.profile = given.value("profiles_id", Id{6});
    user.entity = given.value("entities_id", Id{0});
    user.recursive = given.value("is_recursive", true);
    user.preferences = given.value("preferences", std::map<std::string, Id>{});
    add_user(world, user);
}

void generate_computers(World& world, const Json& order) {
    const std::string prefix = order.value("prefix", "load-");
    const int count = order.value("count", 0);
    const Id entity = order.value("entities_id", Id{0});
    for (int i = 1; i <= count; ++i) {
        const std::string number = std::to_string(i);
        Json given = {{"name", prefix + number}, {"entities_id", entity}};
        given["serial"] = "GEN-" + prefix + number;
        const std::string ip =
            "10.200." + std::to_string(i / 250) + "." + std::to_string(i % 250 + 1);
        given["ip"] = Json::array({ip});
        add_asset(world, "Computer", given);
    }
}

using Adder = void (*)(World&, const Json&);

// What adds one object of a list in the seed file; null for an unknown key.
Adder adder_of(const std::string& key) {
    static const std::map<std::string, Adder> adders = {
        {"entities", [](World& world, const Json& given) { add_entity(world, given); }},
        {"computers", [](World& world, const Json& given) { add_asset(world, "Computer", given); }},
        {"network_equipments",
         [](World& world, const Json& given) { add_asset(world, "NetworkEquipment", given); }},
        {"printers", [](World& world, const Json& given) { add_asset(world, "Printer", given); }},
        {"groups", [](World& world,
                      const Json& given) { add_named(world, "Group", given)["is_assign"] = 1; }},
        {"categories",
         [](World& world, const Json& given) { add_named(world, "ITILCategory", given); }},
        {"request_types",
         [](World& world, const Json& given) { add_named(world, "RequestType", given); }},
        {"changes", add_change},
        {"profiles", add_profile},
        {"ticket_templates", add_ticket_template},
        {"users", add_seed_user}};
    const auto found = adders.find(key);
    return found == adders.end() ? nullptr : found->second;
}

}  // namespace

void seed_recorded(World& world) {
    add_stock_profiles(world);
    add_entity(world, {{"id", 0}, {"name", "Root entity"}});
    add_entity(world, {{"id", 1}, {"name", "Customer A"}, {"entities_id", 0}});
    add_entity(world, {{"id", 2}, {"name", "Site A1"}, {"entities_id", 1}});
    add_entity(world, {{"id", 3}, {"name", "Customer B"}, {"entities_id", 0}});
    add_users(world);
    add_named(world, "Group", {{"name", "NOC"}, {"is_assign", 1}});
    add_named(
        world, "Group", {{"name", "Customer A network"}, {"entities_id", 1}, {"is_assign", 1}}
    );
    add_named(world, "Group", {{"name", "Customer B team"}, {"entities_id", 3}, {"is_assign", 1}});
    add_ticket_template(world, {{"name", "Default"}, {"mandatory", Json::array({21})}});
    add_named(world, "ITILCategory", {{"name", "Hardware"}});
    add_named(world, "ITILCategory", {{"name", "Network"}});
    add_named(world, "ITILCategory", {{"name", "Customer B only"}, {"entities_id", 3}});
    for (const char* name :
         {"Helpdesk", "E-Mail", "Phone", "Direct", "Written", "Other", "Monitoring"})
        world.table("RequestType").insert({{"id", nullptr}, {"name", name}, {"is_active", 1}});
    add_sla(world, "TTO 15 minutes", 1, 15, "minute");
    add_sla(world, "TTR 4 hours", 0, 4, "hour");
    add_assets(world);
}

void seed_more(World& world, const Json& file) {
    if (!file.is_object())
        throw std::runtime_error("the seed file must hold a JSON object");
    for (const auto& [key, value] : file.items()) {
        if (key == "generate_computers") {
            for (const Json& order : value.is_array() ? value : Json::array({value}))
                generate_computers(world, order);
            continue;
        }
        const Adder add = adder_of(key);
        if (add == nullptr || !value.is_array())
            throw std::runtime_error("seed: '" + key + "' is unknown or not an array");
        for (const Json& given : value)
            add(world, given);
    }
}

}  // namespace glpi_sim
