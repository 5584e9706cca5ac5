// SPDX-License-Identifier: MIT
// A GLPI and a configuration in which `doctor` finds nothing; tests spoil one thing each.
#pragma once

#include <algorithm>
#include <string>

#include "alert_bridge/app/doctor_checks.hpp"
#include "catch.hpp"

namespace alert_bridge::test {

inline glpi::EntityFacts entity(
    std::int64_t id, std::int64_t parent, const std::string& name, const std::string& complete
) {
    glpi::EntityFacts out;
    out.entity.id = id;
    out.entity.parent = parent;
    out.entity.name = name;
    out.entity.complete_name = complete;
    const bool is_root = parent < 0;
    out.autoclose_days = is_root ? glpi::kNever : glpi::kInherited;
    out.survey_config = is_root ? 1 : glpi::kInherited;
    out.survey_rate = 0;
    out.template_strategy = is_root ? 0 : glpi::kInherited;
    out.template_id = is_root ? 1 : 0;
    return out;
}

inline void plant_entities(app::Examined& examined, std::vector<glpi::EntityFacts> facts) {
    std::vector<domain::Entity> entities;
    for (const glpi::EntityFacts& each : facts) {
        entities.push_back(each.entity);
    }
    examined.tree = domain::EntityTree(std::move(entities));
    examined.glpi.entities = std::move(facts);
}

inline config::Config small_config() {
    config::Config config;
    config.glpi.url = "https://glpi.example.com";
    config.glpi.item_types = {"Computer"};
    config.glpi.default_entity = {domain::EntityBy::name, "Root entity"};
    config::SourceConfig source;
    source.options.name = "zabbix";
    source.options.type = "zabbix";
    config.sources.push_back(source);
    config.rules.sources["zabbix"].within = {domain::EntityBy::name, "Root entity > Customer A"};
    return config;
}

inline app::Examined healthy() {
    app::Examined out;
    out.loaded.config = small_config();
    out.item_types = app::item_types_in(out.config());
    glpi::Survey& told = out.glpi;
    told.contact = glpi::Contact{200, ""};
    told.login = Done{};
    glpi::LoginFacts session;
    session.user_id = 12;
    session.user_name = "alert-bridge";
    session.time_text = "2026-11-23 20:37:22";
    session.asked_at = from_unix_ms(1'795'466'242'000);
    session.preferences = {
        {"set_default_tech", false}, {"set_followup_tech", false}, {"set_solution_tech", false}};
    told.session = session;
    told.server = glpi::ServerFacts{"11.0.6", 11, false};
    told.profile = glpi::ProfileFacts{
        "Alert bridge", true, {{"ticket", 166'919}, {"followup", 13'319}, {"logs", 1}}};
    told.profile_entities = std::vector<glpi::ProfileEntity>{{0, "Root entity", true}};
    told.templates = std::vector<glpi::TemplateFacts>{{1, "Default", {21}}};
    told.item_types.assign(out.item_types.size(), Done{});
    told.reference = glpi::ReferenceFacts{};
    plant_entities(
        out, {entity(0, -1, "Root entity", "Root entity"),
              entity(1, 0, "Customer A", "Root entity > Customer A"),
              entity(2, 1, "Site A1", "Root entity > Customer A > Site A1"),
              entity(3, 0, "Customer B", "Root entity > Customer B")}
    );
    app::ListenerFacts listener;
    listener.address = "http://127.0.0.1:8480";
    listener.exchange.answered = true;
    listener.exchange.response.status = 200;
    out.listener = listener;
    app::StoreFacts store;
    store.directory = "/var/lib/glpi-alert-bridge";
    store.is_writable = true;
    store.space = storage::DiskSpace{100LL << 30, 50LL << 30};
    store.reserve_bytes = 64LL << 20;
    out.store = store;
    return out;
}

inline domain::RuleSpec rule(std::string name) {
    domain::RuleSpec out;
    out.name = std::move(name);
    return out;
}

// A rule that matches but one host.
inline domain::RuleSpec narrow_rule(std::string name) {
    domain::RuleSpec out = rule(std::move(name));
    domain::Condition host;
    host.what = domain::Condition::Kind::host;
    host.patterns = {domain::TextPattern::of("web01")};
    out.when.children.push_back(host);
    return out;
}

inline std::string told_by(const app::Findings& findings) {
    std::string out;
    for (const app::Finding& each : findings) {
        out += std::string(to_string(each.level)) + " | " + each.what + " | " + each.why + " | " +
               each.to_do + "\n";
    }
    return out;
}

}  // namespace alert_bridge::test
