// SPDX-License-Identifier: MIT
// What GLPI's answers to the survey say; pure.
#include <algorithm>
#include <array>

#include "alert_bridge/base/id.hpp"
#include "alert_bridge/base/number.hpp"
#include "alert_bridge/base/text.hpp"
#include "alert_bridge/glpi/reply.hpp"
#include "alert_bridge/glpi/survey.hpp"
#include "alert_bridge/glpi/wire.hpp"

namespace alert_bridge::glpi {
namespace {

using nlohmann::json;

constexpr int kTicketId = 2;  // search options of Ticket
constexpr int kChanged = 19;
constexpr int kContent = 21;
constexpr int kWriter = 22;
constexpr int kExternalId = 87;  // since 11
constexpr std::size_t kReferenceLength = 30;

const json& member(const json& object, const char* key) {
    static const json nothing;
    return has(object, key) ? object.at(key) : nothing;
}

// Whole numbers with a sign, which number_in() does not take: -2 is "inherited".
std::optional<std::int64_t> setting_in(const json& row, const char* key) {
    const json& value = member(row, key);
    if (value.is_number_integer()) {
        return value.get<std::int64_t>();
    }
    if (!value.is_string()) {
        return std::nullopt;
    }
    const std::string& text = value.get_ref<const std::string&>();
    const bool negative = text.starts_with('-');
    const auto number = parse_whole_number(std::string_view(text).substr(negative ? 1 : 0));
    if (!number) {
        return std::nullopt;
    }
    return negative ? -*number : *number;
}

// The first one in the text.
std::string reference_in(std::string_view text) {
    for (auto at = text.find("GAB-"); at != std::string::npos; at = text.find("GAB-", at + 1)) {
        const std::string_view candidate = text.substr(at, kReferenceLength);
        if (is_reference(candidate)) {
            return std::string(candidate);
        }
    }
    return {};
}

std::string shown_name(const json& row) {
    const std::string complete = decode_entities(text_in(row, "completename"));
    return complete.empty() ? decode_entities(text_in(row, "name")) : complete;
}

}  // namespace

LoginFacts session_facts(const json& body) {
    static constexpr std::array<const char*, 3> kPreferences{
        "set_default_tech", "set_followup_tech", "set_solution_tech"};
    const json& session = member(body, "session");
    LoginFacts out;
    out.user_id = number_in(session, "glpiID");
    out.user_name = text_in(session, "glpiname");
    out.time_text = text_in(session, "glpi_currenttime");
    for (const char* name : kPreferences) {
        const std::string key = std::string("glpi") + name;
        if (has(session, key.c_str())) {
            out.preferences[name] = flag_in(session, key.c_str());
        }
    }
    return out;
}

ServerFacts server_facts(const json& body) {
    const json& config = member(body, "cfg_glpi");
    ServerFacts out;
    out.version = text_in(config, "version");
    out.major = major_of(out.version);
    if (has(config, "use_notifications")) {
        // Where the way by mail is not told, it is taken to be used.
        const bool by_mail =
            !has(config, "notifications_mailing") || flag_in(config, "notifications_mailing");
        out.notifications = flag_in(config, "use_notifications") && by_mail;
    }
    return out;
}

ProfileFacts profile_facts(const json& body) {
    const json& profile = member(body, "active_profile");
    ProfileFacts out;
    out.name = decode_entities(text_in(profile, "name"));
    out.is_central = text_in(profile, "interface") == "central";
    if (profile.is_object()) {
        for (const auto& [name, value] : profile.items()) {
            const auto mask = setting_in(profile, name.c_str());
            if (mask && name != "id") {
                out.rights[name] = *mask;
            }
        }
    }
    return out;
}

std::vector<ProfileEntity> profile_entities(const json& body, std::string_view profile_name) {
    std::vector<ProfileEntity> out;
    for (const json& profile : member(body, "myprofiles")) {
        if (!profile.is_object() || decode_entities(text_in(profile, "name")) != profile_name) {
            continue;
        }
        for (const json& row : member(profile, "entities")) {
            if (row.is_object()) {
                out.push_back(
                    {number_in(row, "id"), decode_entities(text_in(row, "name")),
                     flag_in(row, "is_recursive")}
                );
            }
        }
    }
    return out;
}

EntityFacts entity_facts(const json& row) {
    EntityFacts out;
    out.entity = entity_from(row);
    out.autoclose_days = setting_in(row, "autoclose_delay");
    out.survey_config = setting_in(row, "inquest_config");
    out.survey_rate = setting_in(row, "inquest_rate");
    out.template_strategy = setting_in(row, "tickettemplates_strategy");
    out.template_id = setting_in(row, "tickettemplates_id");
    return out;
}

std::vector<TemplateFacts> template_facts(const json& templates, const json& mandatory_fields) {
    std::vector<TemplateFacts> out;
    for (const json& row : templates) {
        if (!row.is_object()) {
            continue;
        }
        TemplateFacts facts;
        facts.id = number_in(row, "id");
        facts.name = decode_entities(text_in(row, "name"));
        for (const json& field : mandatory_fields) {
            if (field.is_object() && number_in(field, "tickettemplates_id") == facts.id) {
                facts.mandatory.insert(static_cast<int>(number_in(field, "num")));
            }
        }
        out.push_back(std::move(facts));
    }
    return out;
}

NameStanding standing_of(
    const json& rows, const NameQuestion& question, const std::vector<std::int64_t>& path_up,
    const domain::EntityTree& tree
) {
    using State = NameStanding::State;
    NameStanding out;
    const std::vector<NamedRow> usable = rows_named(rows, question.kind, question.name);
    NameKind kind = question.kind;
    kind.bound_to_entity = kind.bound_to_entity && !path_up.empty();
    const Chosen chosen = choose_visible(usable, kind, path_up);
    if (chosen.id > 0) {
        // In several places, and the rule may be about any of them, is no ambiguity.
        const bool by_place = question.kind.bound_to_entity && path_up.empty();
        out.state = chosen.ambiguous && !by_place ? State::several : State::found;
        for (const json& row : rows) {
            if (row.is_object() && number_in(row, "id") == chosen.id) {
                out.template_id = number_in(row, "tickettemplates_id_incident");
            }
        }
        return out;
    }
    if (!usable.empty()) {
        out.state = State::elsewhere;
        const domain::Entity* const owner = tree.by_id(usable.front().entity_id);
        out.detail = owner != nullptr ? owner->complete_name
                                      : "entity #" + std::to_string(usable.front().entity_id);
        return out;
    }
    for (const json& row : rows) {
        if (carries_name(row, question.name)) {
            out.state = State::unusable;
            out.detail = why_unusable(row, question.kind);
        }
    }
    return out;
}

std::string nearest_in(const json& rows, const NameKind& kind, std::string_view wrong) {
    std::vector<std::string> names;
    const bool is_path = wrong.find('>') != std::string_view::npos;
    for (const json& row : rows) {
        if (row.is_object() && why_unusable(row, kind).empty()) {
            names.push_back(is_path ? shown_name(row) : decode_entities(text_in(row, "name")));
        }
    }
    return nearest_name(wrong, names);
}

std::string own_tickets_body(std::int64_t user_id, int major) {
    const auto criterion = [](int field, const char* how, std::string value) {
        json out;
        out["link"] = "AND";
        out["field"] = field;
        out["searchtype"] = how;
        out["value"] = std::move(value);
        return out;
    };
    json body;
    // The date first: it keeps a search through 300,000 tickets at 20 ms (measured).
    body["criteria"] = json::array();
    body["criteria"].push_back(criterion(kChanged, "morethan", "-7DAY"));
    body["criteria"].push_back(criterion(kWriter, "equals", std::to_string(user_id)));
    body["forcedisplay"] = json::array();
    body["forcedisplay"].push_back(kTicketId);
    body["forcedisplay"].push_back(kContent);
    if (major >= 11) {
        body["forcedisplay"].push_back(kExternalId);
    }
    body["range"] = "0-19";
    return dump(body);
}

ReferenceFacts references_in(const json& search) {
    ReferenceFacts out;
    for (const json& row : member(search, "data")) {
        ++out.tickets;
        for (const int column : {kContent, kExternalId}) {
            if (out.sample.empty()) {
                out.sample = reference_in(text_in(row, std::to_string(column).c_str()));
            }
        }
    }
    return out;
}

}  // namespace alert_bridge::glpi
