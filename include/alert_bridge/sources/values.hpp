// SPDX-License-Identifier: MIT
//
// Small judgements about single values that senders hand over.
//
// Guarantees: pure, linear, any valid UTF-8 in; what is returned as text stays valid UTF-8.
// Thread rule: pure functions. Tests: tests/unit/sources/values_test.cpp
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/domain/alert.hpp"

namespace alert_bridge::sources {

// What a sender writes for "I have no value": nothing, "*UNKNOWN*", an unresolved Zabbix macro
// ("{EVENT.TAGS.x}", "{$NAME}") or Nagios macro ("$HOSTNOTES$", and "$" as a shell leaves it).
// Only the whole value counts: braces and dollars inside a text are text, "{WARNING}" too.
[[nodiscard]] bool is_absent(std::string_view value) noexcept;

// At most `limit` bytes, cut between code points.
[[nodiscard]] std::string cut_bytes(std::string_view text, std::size_t limit);

// Without NUL, at most kMaxText bytes.
[[nodiscard]] std::string clean_text(std::string text);

// The host in "web01:9100", "[2001:db8::1]:9100" and "https://shop.example:8443/health": without
// scheme, port and path. Anything else comes back as it is.
[[nodiscard]] std::string_view host_part(std::string_view text) noexcept;

// What the words that people use for severities mean on our scale ("critical", "warn", "page",
// "P1", "none" …), in any case; empty for any other word.
[[nodiscard]] std::optional<domain::Severity> usual_severity(std::string_view word);

// IPv4 or IPv6 literal.
[[nodiscard]] bool is_ip_address(const std::string& text) noexcept;

// An http or https address that can stand in a ticket: at most 2048 bytes, no blank, control
// character, quote or angle bracket.
[[nodiscard]] bool is_link(std::string_view text) noexcept;

// One part of a key: '/', '%', blanks at the ends and control characters are percent-encoded, so
// that joined parts never collide; a very long part ends in a digest instead.
[[nodiscard]] std::string key_part(std::string_view text);

// 16 hex digits that stand for a text inside a key.
[[nodiscard]] std::string fingerprint(std::string_view text);

// "computer" -> "Computer", "networkequipment" -> "NetworkEquipment"; other identifiers as they are
// (plugins); empty when it is not an identifier.
[[nodiscard]] std::string item_type_name(std::string_view text);

// Takes a field that is addressed to us ("glpi_id", "glpi_type", "glpi_uuid", "glpi_serial",
// "glpi_inventory_number", "glpi_entity", …): evidence goes to the host, anything else becomes a
// tag.
void take_glpi_field(domain::Alert& alert, std::string_view name, std::string_view value);

// "glpi:computer:17", as found in an inventory field or a tag: sets type and id. False: not that
// form.
[[nodiscard]] bool take_glpi_mark(domain::Host& host, std::string_view text);

// An id needs a type: "Computer" unless one was given.
void settle_glpi_evidence(domain::Host& host);

// Adds unless it is there already or kMaxTags is reached.
void add_tag(domain::Alert& alert, std::string_view name, std::string_view value);
void add_link(domain::Alert& alert, std::string_view url);

}  // namespace alert_bridge::sources
