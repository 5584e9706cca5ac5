// SPDX-License-Identifier: MIT
//
// payload: what we ask GLPI to store, as the JSON text of the request body.
//
// Guarantees: entities_id and _users_id_requester stand in every new ticket (GLPI's defaults differ
// between versions); `id` never does (GLPI would honour it). Follow-ups and new tickets never stop
// the time-to-own clock; a follow-up never reopens a ticket unless asked to.
// Not guaranteed: that GLPI keeps it so; its business rules run on what we send.
// Thread rule: pure functions. Tests: tests/unit/glpi/payload_test.cpp
#pragma once

#include <cstdint>
#include <string>

#include "alert_bridge/base/time.hpp"
#include "alert_bridge/domain/ticket.hpp"
#include "alert_bridge/ports/service_desk.hpp"

namespace alert_bridge::glpi {

// `major` decides how titles are cut and whether externalid exists; `time_zone` is GLPI's.
[[nodiscard]] std::string new_ticket_body(
    const domain::NewTicket& ticket, int major, const std::string& time_zone
);
[[nodiscard]] std::string followup_body(const ports::TimelineEntry& entry);
// A quiet solution leaves the status alone: GLPI cannot silence the mail of the change it would
// make.
[[nodiscard]] std::string solution_body(const ports::TimelineEntry& entry);
[[nodiscard]] std::string change_body(const ports::TicketChange& change);
[[nodiscard]] std::string link_body(std::int64_t ticket_id, std::int64_t other_ticket_id);

enum class ReferenceField { content = 21, external_id = 87 };

// Search for tickets changed in the last `window` that carry the reference. Changed, not opened:
// a back-dated ticket is opened long ago but was changed when it was written (both measured). The
// relative date needs no time zone.
[[nodiscard]] std::string reference_search_body(
    const std::string& reference, Duration window, ReferenceField field, bool in_trash
);

}  // namespace alert_bridge::glpi
