// SPDX-License-Identifier: MIT
// What an administrator sets: profiles, an entity's settings for tickets, ticket templates.
//
// The masks of Super-Admin and the rights computer, networking are recorded; the others, the
// entity's settings and the templates are those of a fresh installation, as GLPI's source has them
// (10.0.19, 11.0.6); no recorded exchange shows them.
#include "params.hpp"
#include "state.hpp"
#include "text.hpp"

namespace glpi_sim {

namespace {

constexpr Id kRead = 1, kUpdate = 2, kAllStandard = 31;
constexpr Id kReadAll = 1024, kChangePriority = 65536;

// What the simulation lets a profile do, by its masks.
void derive(Profile& profile) {
    const Id ticket = to_int(profile.ticket_right);
    profile.read_all_tickets = (ticket & kReadAll) != 0;
    profile.update_tickets = profile.solve = (ticket & kUpdate) != 0;
    profile.change_priority = (ticket & kChangePriority) != 0;
    profile.tasks = profile.interface == "central";
    profile.read_assets = (to_int(profile.asset_right) & kRead) != 0;
    profile.read_internet = profile.may_read("internet");
    profile.read_changes = profile.may_read("change");
}

void insert(World& world, Profile profile) {
    derive(profile);
    world.table("Profile").insert(
        {{"id", profile.id}, {"name", profile.name}, {"interface", profile.interface}}
    );
    world.profiles[profile.id] = std::move(profile);
}

Profile technician(bool old) {
    Profile out;
    out.id = 6;
    out.name = "Technician";
    out.interface = "central";
    out.ticket_right = old ? 166919 : 429063;
    out.followup_right = old ? 13319 : 46087;
    out.asset_right = old ? 255 : 4095;
    out.rights = {{"entity", 33},      {"group", kRead}, {"internet", kAllStandard},
                  {"itilcategory", 0}, {"location", 0},  {"itiltemplate", kRead},
                  {"logs", 0},         {"change", 1151}, {"user", 1055}};
    return out;
}

}  // namespace

void add_stock_profiles(World& world) {
    const bool old = world.major == 10;
    Profile self;
    self.id = 1;
    self.name = "Self-Service";
    self.interface = "helpdesk";
    self.ticket_right = 131077;
    self.followup_right = 5;
    self.asset_right = 0;
    Profile admin = technician(old);
    admin.id = 4;
    admin.name = "Super-Admin";
    admin.ticket_right = old ? 261151 : 523295;
    admin.followup_right = old ? 31767 : 64535;
    for (const char* right : {"itilcategory", "location", "logs"})
        admin.rights[right] = kAllStandard;
    // What a service user needs beyond a stock Technician.
    Profile bridge = technician(old);
    bridge.id = 9;
    bridge.name = "Alert bridge";
    for (const char* right : {"itilcategory", "location", "logs"})
        bridge.rights[right] = kRead;
    for (const Profile& profile : {self, admin, technician(old), bridge})
        insert(world, profile);
}

void add_profile(World& world, const Json& given) {
    Profile profile = world.profiles.at(given.value("like", Id{9}));
    profile.id = given.at("id").get<Id>();
    profile.name = given.value("name", profile.name);
    profile.interface = given.value("interface", profile.interface);
    if (given.contains("ticket"))
        profile.ticket_right = given["ticket"];
    if (given.contains("followup"))
        profile.followup_right = given["followup"];
    if (given.contains("assets"))
        profile.asset_right = given["assets"];
    for (const auto& [right, mask] : at_or_null(given, "rights").items())
        profile.rights[right] = to_int(mask);
    insert(world, std::move(profile));
}

void put_entity_settings(Json& row, const Json& given) {
    constexpr Id kInherit = -2, kNever = -10;
    const bool is_root = row["entities_id"].is_null();
    row["autoclose_delay"] = is_root ? kNever : kInherit;
    row["inquest_config"] = is_root ? 1 : kInherit;
    row["inquest_rate"] = 0;
    row["inquest_delay"] = is_root ? 0 : kNever;
    row["tickettemplates_strategy"] = is_root ? 0 : kInherit;
    row["tickettemplates_id"] = is_root ? 1 : 0;
    for (const char* key :
         {"autoclose_delay", "inquest_config", "inquest_rate", "inquest_delay",
          "tickettemplates_strategy", "tickettemplates_id"}) {
        if (given.contains(key))
            row[key] = given[key];
    }
}

void add_ticket_template(World& world, const Json& given) {
    Json row = {{"id", at_or_null(given, "id")}, {"name", given.value("name", "template")}};
    row["entities_id"] = given.value("entities_id", Id{0});
    row["is_recursive"] = given.value("is_recursive", 1);
    row["comment"] = nullptr;
    const Id id = to_int(world.table("TicketTemplate").insert(std::move(row))["id"]);
    for (const Json& option : elements(at_or_null(given, "mandatory")))
        world.table("TicketTemplateMandatoryField")
            .insert({{"id", nullptr}, {"tickettemplates_id", id}, {"num", option}});
}

}  // namespace glpi_sim
