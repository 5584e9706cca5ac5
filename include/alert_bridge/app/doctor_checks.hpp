// SPDX-License-Identifier: MIT
//
// Every check of `doctor`; see app/doctor.hpp for how they are run and how to add one.
// Thread rule: pure functions. Tests: tests/unit/app/doctor_*_test.cpp
#pragma once

#include "alert_bridge/app/doctor.hpp"

namespace alert_bridge::app {

[[nodiscard]] inline std::string quoted(std::string_view text) {
    return "'" + std::string(text) + "'";
}

// doctor_contact.cpp: how GLPI is reached, and whether it lets the bridge in
[[nodiscard]] Findings check_contact(const Examined& examined);
[[nodiscard]] Findings check_login(const Examined& examined);

// doctor_access.cpp: which GLPI it is, and what the bridge's user may do there
[[nodiscard]] Findings check_version(const Examined& examined);
[[nodiscard]] Findings check_rights(const Examined& examined);
[[nodiscard]] Findings check_item_types(const Examined& examined);
[[nodiscard]] Findings check_preferences(const Examined& examined);
[[nodiscard]] Findings check_clock(const Examined& examined);
[[nodiscard]] Findings check_reference(const Examined& examined);

// doctor_names.cpp: what the configuration names
[[nodiscard]] Findings check_entities(const Examined& examined);
[[nodiscard]] Findings check_names(const Examined& examined);
[[nodiscard]] Findings check_limits(const Examined& examined);

// doctor_tickets.cpp: what GLPI does with the bridge's tickets
[[nodiscard]] Findings check_mandatory_fields(const Examined& examined);
[[nodiscard]] Findings check_surveys(const Examined& examined);
[[nodiscard]] Findings check_closing(const Examined& examined);
[[nodiscard]] Findings check_mail(const Examined& examined);

// doctor_local.cpp: this machine, and Zabbix
[[nodiscard]] Findings check_configuration(const Examined& examined);
[[nodiscard]] Findings check_secrets(const Examined& examined);
[[nodiscard]] Findings check_listener(const Examined& examined);
[[nodiscard]] Findings check_store(const Examined& examined);
[[nodiscard]] Findings check_media_type(const Examined& examined);

}  // namespace alert_bridge::app
