// SPDX-License-Identifier: MIT
//
// What an alert means for its problem, read off its kind and state. Internal to
// src/domain/lifecycle*. Facts about Nagios, Icinga and Zabbix: measured on Nagios 4.4.6,
// Icinga 2.13.6, Zabbix 6.0.14. Thread rule: pure functions. Tests: through
// tests/unit/domain/lifecycle_test.cpp
#pragma once

#include <string_view>

#include "alert_bridge/domain/incident.hpp"

namespace alert_bridge::domain {

// The problem, or this occurrence of it, is over.
[[nodiscard]] bool reports_end(const Alert& alert);
// May start an occurrence that we have not heard of.
[[nodiscard]] bool may_open(const Alert& alert);
// Name of the event that a follow-up about this alert tells.
[[nodiscard]] std::string_view news_event(const Alert& alert);
// An open occurrence as this alert describes it, without an incident.
[[nodiscard]] Episode new_episode(const Alert& alert);
// Digests of repeats: after 1 h, 4 h, then daily, counted from the opening.
[[nodiscard]] WallTime next_digest(WallTime opened, WallTime now);
// Orders priorities: what GLPI would call more urgent weighs more.
[[nodiscard]] int weight(const Priority& priority);

}  // namespace alert_bridge::domain
