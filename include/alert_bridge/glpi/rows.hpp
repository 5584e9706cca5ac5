// SPDX-License-Identifier: MIT
//
// rows: what GLPI says about a ticket, its log and its timeline, read into our terms.
//
// A person is a row of the ticket's log whose user is not ours. GLPI writes users there as
// "Friendly Name (ID)"; rows without an id are automatic actions ("cron_closeticket"), of which
// only the mail collector ("cron_mailgate") speaks for a person.
//
// Not guaranteed: that every plugin logs what it does.
// Thread rule: pure functions. Tests: tests/unit/glpi/rows_test.cpp
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/domain/ticket.hpp"

namespace alert_bridge::glpi {

// A row of GET /Ticket/ID.
[[nodiscard]] domain::TicketView ticket_view(const nlohmann::json& row);

// Adds what the rows of GET /Ticket/ID/Log (a list) tell about people.
void add_people(domain::TicketView& view, const nlohmann::json& log, std::int64_t own_user_id);

// The log cannot be read: everything might have been a person's doing, so nothing is overruled.
void assume_people(domain::TicketView& view);

[[nodiscard]] bool is_person(std::string_view user_name, std::int64_t own_user_id);

// Ids of the rows of a search (column 2) whose `column` really holds the reference.
[[nodiscard]] std::vector<std::int64_t> ids_with_reference(
    const nlohmann::json& search, int column, const std::string& reference
);

// Id of the first row of a timeline list whose content holds the reference, or 0.
[[nodiscard]] std::int64_t id_with_reference(
    const nlohmann::json& list, const std::string& reference
);

}  // namespace alert_bridge::glpi
