// SPDX-License-Identifier: MIT
//
// One function per section of the configuration file. Called by the loader only, in the order
// below: later sections refer to names that earlier ones define.
//
// Guarantees: every function reports all mistakes of its section to Loading::diagnostics and goes
// on; what it leaves in Loading::config after a mistake is usable by the next function, but must
// not be run. Thread rule: one thread; blocking (files). Tests: tests/unit/config/loader_test.cpp
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "alert_bridge/config/model.hpp"
#include "alert_bridge/config/yaml_reader.hpp"

namespace alert_bridge::config {

// A load on its way.
struct Loading {
    Diagnostics& diagnostics;
    std::string base_dir;  // relative paths start here
    Config config;
    std::vector<std::string> priority_names;
    std::vector<std::string> template_sets;
    std::vector<std::string> source_names;
    std::map<std::string, std::vector<std::string>> map_columns;
    bool gives_under_wait = false;  // `defaults` does
};

void load_basics(Loading& loading, const MapReader& root);  // listen, limits, log, store
void load_priorities(Loading& loading, const MapReader& root);
void load_maps(Loading& loading, const MapReader& root);
void load_templates(Loading& loading, const MapReader& root);
void load_defaults(Loading& loading, const MapReader& root);
void load_storm(Loading& loading, const MapReader& root);
void load_sources(Loading& loading, const MapReader& root);
void load_glpi(Loading& loading, const MapReader& root);
void load_rules(Loading& loading, const MapReader& root);
void load_maintenance(Loading& loading, const MapReader& root);
void load_undelivered(Loading& loading, const MapReader& root);

// The section listen without `tls`.
[[nodiscard]] ListenConfig read_listen(Diagnostics& diagnostics, const MapReader& reader);

// The section admin without `page`: the operator's commands read it without the rest.
[[nodiscard]] AdminConfig read_admin(const MapReader& reader, const std::string& base_dir);
// Requires: `listen` is loaded.
void load_admin(Loading& loading, const MapReader& root);

// A source's `back`; empty when it has none.
[[nodiscard]] std::optional<BackConfig> load_back(
    Loading& loading, const MapReader& source, const std::string& type
);

// After sources and rules: where nobody reports hosts, no service need wait for news of one.
void settle_under_wait(Loading& loading);

// Pieces that several sections share.

// An http or https address without user, query or fragment; no slash at the end. Empty when absent
// and after a mistake.
[[nodiscard]] std::string read_url(
    Diagnostics& diagnostics, const MapReader& reader, std::string_view name
);
[[nodiscard]] bool is_loopback(std::string_view url);
// The sections below the policy keys: those of `defaults`, which fill in what is not written, or
// those of a rule, which leave it alone.
struct PolicySections {
    const Section& notify;
    const Section& flapping;
};

// Policy keys of `defaults` or of a rule's `then`.
void load_policy(
    Loading& loading, const MapReader& reader, const PolicySections& sections,
    domain::RuleResult& result
);

// Tells what is wrong with a template at `at`. Null pointer: no rule, so no captures and no map.
void check_template_text(
    Loading& loading, const std::string& text, Position at, const std::vector<std::string>* captures
);

// An entity by name, "#id", or {by, value}; no templates.
[[nodiscard]] domain::EntityRef load_entity(
    Loading& loading, const MapReader& reader, std::string_view name
);

// The mapping of a source of type generic.
[[nodiscard]] ports::JsonMapping load_mapping(Loading& loading, const MapReader& source);

// Told when the zone is not in the system's tz database.
[[nodiscard]] std::string load_time_zone(
    Loading& loading, const MapReader& reader, std::string_view name
);

// The files of `listen.tls`, read and looked at.
[[nodiscard]] TlsConfig load_tls(Loading& loading, const MapReader& reader);
// Their names only.
[[nodiscard]] TlsConfig name_tls(const MapReader& reader, const std::string& base_dir);

// Told when there is no such template set.
void check_template_set(Loading& loading, const std::string& name, Position at);

// One rule's `when`. Names of captures are added to `captures`.
[[nodiscard]] domain::Condition load_condition(
    Loading& loading, const Node* node, std::vector<std::string>& captures
);

// "2026-12-01 22:00" in the zone. Empty when absent, or told.
[[nodiscard]] std::optional<WallTime> read_date(
    const MapReader& reader, std::string_view name, const std::string& zone
);

// {weekdays, hours, zone}, or a list of them.
[[nodiscard]] std::vector<domain::TimeWindow> load_times(Loading& loading, const Node& node);

// One rule's `then`.
[[nodiscard]] domain::RuleResult load_result(
    Loading& loading, const Node* node, const std::vector<std::string>& captures
);

}  // namespace alert_bridge::config
