// SPDX-License-Identifier: MIT
//
// Alert: one normalised message from a source. Made by the decoders (sources/), stored in the
// journal, read by rules and lifecycle.
//
// Guarantees of a decoded alert: all text is valid UTF-8, absent values are empty ("{MACRO}",
// "*UNKNOWN*", "$", "$NAME$" never get this far), every key begins with the source's name and "/",
// every string is bounded (kMaxText). Control characters may still be inside: text is cleaned where
// it is rendered. Facts about senders: Zabbix 6.0.14, Nagios 4.4.6, measured.
// Thread rule: a value.
// Tests: tests/unit/domain/alert_test.cpp, tests/golden/
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/base/time.hpp"

namespace alert_bridge::domain {

enum class AlertKind {
    problem,
    update,
    acknowledgement,
    recovery,
    flapping_start,
    flapping_stop,
    downtime_start,
    downtime_end,
    cancelled,  // monitoring gave the problem up: no recovery will ever come
    note,       // custom notice, or an event that has no problem (discovery, autoregistration)
};

// Zabbix's scale; other senders are mapped onto it (per source: severity_map).
enum class Severity { not_classified, information, warning, average, high, disaster };

// What the notice says about the problem itself; it counts, not only the kind: Nagios flapping and
// downtime end without a RECOVERY.
enum class ProblemState { unknown, ok, failing };

[[nodiscard]] std::string_view to_string(AlertKind kind) noexcept;
[[nodiscard]] std::string_view to_string(Severity severity) noexcept;
[[nodiscard]] std::string_view to_string(ProblemState state) noexcept;
[[nodiscard]] std::optional<AlertKind> parse_alert_kind(std::string_view text) noexcept;
[[nodiscard]] std::optional<Severity> parse_severity(std::string_view text) noexcept;
[[nodiscard]] std::optional<ProblemState> parse_problem_state(std::string_view text) noexcept;

inline constexpr std::size_t kMaxText = 64 * 1024;  // bytes of one long text of an alert
inline constexpr std::size_t kMaxLabel = 1024;      // bytes of a name, a tag value, a group
inline constexpr std::size_t kMaxTags = 64;

struct Tag {
    std::string name;
    std::string value;
    auto operator<=>(const Tag&) const = default;
};

// Which host the alert speaks about, and every hint to the GLPI asset behind it.
struct Host {
    std::string name;          // technical name as sent: what assets are looked up by
    std::string visible_name;  // display name or alias, for people
    std::string address;       // IP address, empty when it is not one
    std::vector<std::string> groups;
    // Explicit evidence, strongest first. An id needs its type ("Computer").
    std::string glpi_type;
    std::int64_t glpi_id = 0;
    std::string uuid;
    std::string inventory_number;  // asset tag
    std::string serial;
    std::map<std::string, std::string> inventory;  // whatever else the sender knows
    bool operator==(const Host&) const = default;
};

// Order of alerts of one problem: event ids or times as the sender numbers them, never our clock.
struct AlertOrder {
    std::int64_t major = 0;  // Zabbix event id; Nagios TIMET; seconds elsewhere
    std::int64_t minor = 0;  // Nagios EVENTID; 0 elsewhere
    auto operator<=>(const AlertOrder&) const = default;
};

struct Alert {
    std::string id;      // set by intake: sortable, shown to people
    std::string source;  // name of the configured source
    AlertKind kind = AlertKind::note;
    ProblemState state = ProblemState::unknown;
    std::string sender_state;  // the sender's word behind it, in lower case ("unreachable"), if any
    Severity severity = Severity::not_classified;

    std::string problem_key;      // finds the incident
    std::string episode;          // tells one occurrence of the problem from the next
    std::string idempotency_key;  // an exact repeat of a delivery changes nothing
    AlertOrder order;

    Host host;
    std::string service;  // service description, item or trigger group; empty for a host problem
    bool host_problem = false;
    // The state holds for the problem as a whole (Nagios, Icinga: one state per service), so that
    // an ok ends every open episode; false where one key may carry several problems (a Zabbix
    // trigger).
    bool whole_problem = false;
    std::string problem_name;  // one line: what is wrong
    std::string text;          // output, operational data, message (may hold newlines)
    std::string details;       // long text: trigger description, long plugin output
    std::vector<Tag> tags;
    std::vector<std::string> links;  // http and https only
    std::string author;              // of an update, acknowledgement or custom notice
    std::string comment;
    bool severity_changed = false;
    bool is_repeat =
        false;  // the sender says that nothing is new (renotification, escalation step)
    std::optional<WallTime> started_at;
    WallTime received_at{};

    bool operator==(const Alert&) const = default;
};

// First value of the tag, or empty.
[[nodiscard]] std::string_view tag_value(const Alert& alert, std::string_view name) noexcept;

// True for kinds and states that open a problem (problem while failing).
[[nodiscard]] bool is_opening(const Alert& alert) noexcept;

}  // namespace alert_bridge::domain
