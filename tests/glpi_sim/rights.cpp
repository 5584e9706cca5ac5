// SPDX-License-Identifier: MIT
// Who may see and change what: the profile's rights and the entities of the session.
#include <algorithm>
#include <array>

#include "api.hpp"
#include "params.hpp"
#include "text.hpp"

namespace glpi_sim {

namespace {

bool is_asset(const std::string& itemtype) {
    static constexpr std::array<const char*, 9> kAssets = {
        "Computer", "NetworkEquipment", "Printer", "Peripheral", "Phone",
        "Monitor",  "Appliance",        "Cluster", "Enclosure"};
    return std::find(kAssets.begin(), kAssets.end(), itemtype) != kAssets.end();
}

bool is_network(const std::string& itemtype) {
    return itemtype == "IPAddress" || itemtype == "NetworkPort" || itemtype == "NetworkName";
}

bool is_change(const std::string& itemtype) {
    return itemtype == "Change" || itemtype == "ChangeTask" || itemtype == "Change_Item";
}

// The right that GLPI's source asks for before it lists items of this type; empty: none here.
std::string right_of(const std::string& itemtype) {
    if (itemtype == "Entity")
        return "entity";
    if (itemtype == "ITILCategory")
        return "itilcategory";
    if (itemtype == "Location")
        return "location";
    const bool of_template = itemtype.rfind("TicketTemplate", 0) == 0;
    return of_template ? "itiltemplate" : "";
}

}  // namespace

bool entity_visible(const Call& call, Id entity) {
    return call.session->entities.count(entity) != 0;
}

bool owns_ticket(const Call& call, const Json& ticket) {
    return to_int(ticket["users_id_recipient"]) == call.session->user ||
           is_actor(call, to_int(ticket["id"]), 1);
}

bool sees_ticket(const Call& call, const Json& ticket) {
    return entity_visible(call, to_int(ticket["entities_id"])) &&
           (call.profile().read_all_tickets || owns_ticket(call, ticket));
}

bool updates_ticket(const Call& call, const Json& ticket) {
    return entity_visible(call, to_int(ticket["entities_id"])) && call.profile().update_tickets;
}

bool follows_up(const Call& call, const Json& ticket) {
    if (!sees_ticket(call, ticket))
        return false;
    return call.profile().update_tickets || to_int(ticket["status"]) != 6;
}

bool sees_row(const Call& call, const std::string& itemtype, const Json& row) {
    if (itemtype == "Ticket")
        return sees_ticket(call, row);
    if (itemtype == "Entity")
        return entity_visible(call, to_int(row["id"]));
    const Json& entity = at_or_null(row, "entities_id");
    if (entity.is_null() || itemtype == "User")
        return true;
    if (entity_visible(call, to_int(entity)))
        return true;
    // A recursive row of an entity above is seen from below.
    if (to_int(at_or_null(row, "is_recursive")) == 0)
        return false;
    const std::set<Id> below = call.world.entity_tree(to_int(entity));
    return std::any_of(below.begin(), below.end(), [&](Id id) { return entity_visible(call, id); });
}

void require_readable_type(const Call& call, const std::string& itemtype) {
    const Profile& profile = call.profile();
    const bool refused = (is_asset(itemtype) && !profile.read_assets) ||
                         (is_network(itemtype) && !profile.read_internet) ||
                         (is_change(itemtype) && !profile.read_changes) ||
                         (!right_of(itemtype).empty() && !profile.may_read(right_of(itemtype))) ||
                         (itemtype == "AllAssets" && profile.interface != "central");
    if (refused)
        refuse_right(403, "ERROR_RIGHT_MISSING");
}

}  // namespace glpi_sim
