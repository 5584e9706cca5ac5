// SPDX-License-Identifier: MIT
//
// Notification: what one of Nagios or Icinga 2 says, whatever its fields are called there. Both
// tell of one state per host or service; that state counts, not only the type of the notification,
// since flapping and downtime may end without a RECOVERY (measured on Nagios 4.4.6 and
// Icinga 2.13.6).
//
// Guarantees of notification_alert(): kind, state, severity, key, name and start of the alert are
// set; so is the host's name. Not set: what tells one occurrence and one delivery from another
// (episode, order, idempotency key), and the texts: there the senders differ.
//
// Thread rule: pure functions of values. Tests: tests/unit/sources/{nagios,icinga}_test.cpp
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "alert_bridge/ports/alert_decoder.hpp"
#include "alert_bridge/sources/fields.hpp"

namespace alert_bridge::sources {

struct Notification {
    std::string_view type;           // PROBLEM, RECOVERY, ACKNOWLEDGEMENT …
    std::string_view host, service;  // their names; no service: the notice is about the host
    std::string_view shown_service;  // for people, where it differs
    std::string_view state, last_state;
    std::int64_t number = 0;   // of the notification, where the sender counts them
    std::int64_t time = 0;     // when it was sent: seconds since 1970; 0: not known
    std::int64_t changed = 0;  // when the state changed last
    // A state that is younger than this is news of the notice; an older one was told before.
    std::int64_t news_seconds = 30;
};

// What the sender calls its fields: for messages.
struct NotificationNames {
    std::string_view type, host, host_state, service_state;
};

// Errors: class refused, code "shape": no type or an unknown one, no host, no state.
[[nodiscard]] Result<domain::Alert> notification_alert(
    const Notification& notice, const NotificationNames& names, const ports::SourceOptions& options,
    WallTime received_at
);

// "SOURCE/host/NAME" or "SOURCE/service/HOST/NAME".
[[nodiscard]] std::string notification_key(const Notification& notice, const std::string& source);

// Evidence and tags by the names glpi_id, glpi_entity …; settles the evidence.
void take_glpi_fields(
    domain::Alert& alert, const std::map<std::string_view, std::string_view>& fields
);

// The names in a list, blanks trimmed, bounded.
[[nodiscard]] std::vector<std::string> group_names(
    std::string_view text, std::string_view separator
);

// 0 when the text is no whole number.
[[nodiscard]] std::int64_t number_or_zero(std::string_view text);

}  // namespace alert_bridge::sources
