// SPDX-License-Identifier: MIT
//
// Every check of `doctor`; see app/doctor.hpp for how they are run and how to add one.
// Thread rule: pure functions. Tests: tests/unit/app/doctor_*_test.cpp
#pragma once

#include <map>
#include <tuple>

#include "alert_bridge/app/doctor.hpp"

namespace alert_bridge::app {

[[nodiscard]] inline std::string quoted(std::string_view text) {
    return "'" + std::string(text) + "'";
}
// The first few of a list: "A, B, C and 4 more".
[[nodiscard]] std::string some_of(const std::vector<std::string>& texts);
// Known before an alert comes: no template.
[[nodiscard]] inline bool is_fixed(std::string_view text) {
    return !text.empty() && text.find("{{") == std::string_view::npos;
}
[[nodiscard]] inline std::string where_in_rule(
    const domain::RuleSpec& rule, std::string_view field
) {
    return "rule " + quoted(rule.name) + ": " + std::string(field);
}

// What the configuration says wrongly, one finding for each mistake, however many places make it.
class Mistakes {
  public:
    static constexpr std::size_t kMost = 20;  // a long list of mistakes is mostly one mistake

    // `what` goes on after the places: "GLPI has no category 'x'". Equal ones become one.
    void add(Finding finding, const std::vector<std::string>& places);
    [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }
    // "rule 'a': category, rule 'b': category: GLPI has no …", in the order in which they came.
    [[nodiscard]] Findings told() const;

  private:
    struct Mistake {
        Finding finding;
        std::vector<std::string> places;
    };
    std::vector<Mistake> all_;
    std::map<std::tuple<Level, std::string, std::string, std::string>, std::size_t> index_;
};

// Where GLPI's form of the profile has the right to read a type:
// "Administration > Profiles > NAME: tick 'Administration > Users: Read'".
[[nodiscard]] std::string right_to_read(const Examined& examined, std::string_view item_type);

// doctor_contact.cpp: how GLPI is reached, and whether it lets the bridge in
[[nodiscard]] Findings check_contact(const Examined& examined);
[[nodiscard]] Findings check_login(const Examined& examined);
[[nodiscard]] Findings check_answers(const Examined& examined);

// doctor_access.cpp: which GLPI it is, and what the bridge's user may do there
[[nodiscard]] Findings check_version(const Examined& examined);
[[nodiscard]] Findings check_rights(const Examined& examined);
[[nodiscard]] Findings check_item_types(const Examined& examined);
[[nodiscard]] Findings check_preferences(const Examined& examined);
[[nodiscard]] Findings check_clock(const Examined& examined);
[[nodiscard]] Findings check_reference(const Examined& examined);

// doctor_entities.cpp, doctor_names.cpp: what the configuration names
[[nodiscard]] Findings check_entities(const Examined& examined);
[[nodiscard]] Findings check_limits(const Examined& examined);
[[nodiscard]] Findings check_names(const Examined& examined);

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
