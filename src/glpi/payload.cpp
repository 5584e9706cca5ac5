// SPDX-License-Identifier: MIT
#include "alert_bridge/glpi/payload.hpp"

#include <algorithm>

#include "alert_bridge/domain/render.hpp"
#include "alert_bridge/glpi/reply.hpp"

namespace alert_bridge::glpi {
namespace {

using nlohmann::json;

// Search options of Ticket (10.0.19 and 11.0.6).
constexpr int kOptionId = 2;
constexpr int kOptionOpened = 15;
constexpr int kOptionChanged = 19;
constexpr int kLinkedTo = 1;

std::string as_input(json input) {
    json body;
    body["input"] = std::move(input);
    return dump(body);
}

void put_id(json& input, const char* key, std::int64_t id) {
    if (id > 0) {
        input[key] = id;
    }
}

json timeline(const ports::TimelineEntry& entry) {
    json input;
    input["itemtype"] = "Ticket";
    input["items_id"] = entry.ticket_id;
    input["content"] = domain::with_reference(entry.html, entry.reference);
    if (!entry.notify) {
        input["_disablenotif"] = 1;
    }
    return input;
}

json criterion(int field, const char* how, std::string value) {
    json out;
    out["link"] = "AND";
    out["field"] = field;
    out["searchtype"] = how;
    out["value"] = std::move(value);
    return out;
}

}  // namespace

std::string new_ticket_body(
    const domain::NewTicket& ticket, int major, const std::string& time_zone
) {
    json input;
    input["name"] = domain::cut_title(ticket.title, major);
    input["content"] = domain::with_reference(ticket.html, ticket.reference);
    input["entities_id"] = ticket.entity_id;
    input["type"] = static_cast<int>(ticket.type);
    input["urgency"] = ticket.urgency;
    input["impact"] = ticket.impact;
    put_id(input, "priority", ticket.priority);
    put_id(input, "itilcategories_id", ticket.category_id);
    put_id(input, "_groups_id_assign", ticket.assign_group_id);
    put_id(input, "_users_id_assign", ticket.assign_user_id);
    put_id(input, "locations_id", ticket.location_id);
    put_id(input, "slas_id_ttr", ticket.sla_id);
    put_id(input, "requesttypes_id", ticket.request_source_id);
    input["_users_id_requester"] = std::max<std::int64_t>(ticket.requester_id, 0);
    if (!ticket.observer_ids.empty()) {
        input["_users_id_observer"] = ticket.observer_ids;
    }
    if (ticket.asset && ticket.asset->id > 0) {
        input["items_id"][ticket.asset->item_type] = json::array({ticket.asset->id});
    }
    if (ticket.date) {
        input["date"] = format_local_plain(*ticket.date, time_zone);
    }
    if (major >= 11) {
        input["externalid"] = ticket.reference;
    }
    input["_do_not_compute_takeintoaccount"] = 1;
    if (!ticket.notify) {
        input["_disablenotif"] = 1;
    }
    return as_input(std::move(input));
}

std::string followup_body(const ports::TimelineEntry& entry) {
    json input = timeline(entry);
    input["is_private"] = entry.is_private ? 1 : 0;
    input["_do_not_compute_takeintoaccount"] = 1;
    if (entry.reopen) {
        input["add_reopen"] = 1;
    } else {
        input["_no_reopen"] = 1;
    }
    return as_input(std::move(input));
}

std::string solution_body(const ports::TimelineEntry& entry) {
    json input = timeline(entry);
    put_id(input, "solutiontypes_id", entry.solution_type_id);
    if (!entry.notify) {
        input["_linked_ticket"] = 1;
    }
    return as_input(std::move(input));
}

std::string change_body(const ports::TicketChange& change) {
    json input = json::object();
    put_id(input, "status", change.status);
    put_id(input, "urgency", change.urgency);
    put_id(input, "impact", change.impact);
    put_id(input, "priority", change.priority);
    if (!change.notify) {
        input["_disablenotif"] = 1;
    }
    return as_input(std::move(input));
}

std::string link_body(std::int64_t ticket_id, std::int64_t other_ticket_id) {
    json input;
    input["tickets_id_1"] = ticket_id;
    input["tickets_id_2"] = other_ticket_id;
    input["link"] = kLinkedTo;
    return as_input(std::move(input));
}

std::string reference_search_body(
    const std::string& reference, Duration window, ReferenceField field, bool in_trash
) {
    const auto minutes =
        std::max<std::int64_t>(std::chrono::ceil<std::chrono::minutes>(window).count(), 1);
    json body;
    body["criteria"] = json::array();
    body["criteria"].push_back(
        criterion(kOptionChanged, "morethan", "-" + std::to_string(minutes) + "MINUTE")
    );
    const bool exact = field == ReferenceField::external_id;
    body["criteria"].push_back(
        criterion(static_cast<int>(field), "contains", exact ? "^" + reference + "$" : reference)
    );
    body["forcedisplay"] = json::array({kOptionId, kOptionOpened, static_cast<int>(field)});
    body["range"] = "0-49";
    if (in_trash) {
        body["is_deleted"] = 1;
    }
    return dump(body);
}

}  // namespace alert_bridge::glpi
