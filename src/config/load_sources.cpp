// SPDX-License-Identifier: MIT
//
// The section sources: who may send, how each proves it, and what its alerts mean.
#include <algorithm>
#include <utility>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/config/secrets.hpp"
#include "alert_bridge/config/sections.hpp"

namespace alert_bridge::config {
namespace {

constexpr std::string_view kSourceNameCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-";

// A check that could not tell, mostly because of itself: it usually comes back by itself.
constexpr Duration kUnknownMustLast{15 * 60 * 1000};

std::vector<std::string> severity_names() {
    return split(kDefaults.find("open")->choices, "|");
}

// The senders' words that a severity map may name; none: any.
std::vector<std::string> severity_words(const std::string& type) {
    if (type == "nagios") {
        return {"ok", "warning", "critical", "unknown", "up", "down", "unreachable"};
    }
    if (type == "icinga2") {
        return {"ok", "warning", "critical", "unknown", "up", "down"};
    }
    return type == "zabbix" ? severity_names() : std::vector<std::string>();
}

// A word as it may arrive: Zabbix sends its number, its name, or both.
std::vector<std::string> sent_forms(const std::string& type, const std::string& word) {
    if (type != "zabbix") {
        return {word};
    }
    const auto severity = domain::parse_severity(word).value_or(domain::Severity::not_classified);
    const std::string name = severity == domain::Severity::not_classified ? "not classified" : word;
    return {name, std::to_string(static_cast<int>(severity))};
}

void load_severity_map(Loading& loading, const MapReader& reader, ports::SourceOptions& options) {
    if (options.type == "generic" && reader.find("severity_map") != nullptr) {
        loading.diagnostics.error(
            reader.position("severity_map"), "a generic source has the map in fields.severity"
        );
        return;
    }
    const auto words = severity_words(options.type);
    for (const auto& [name, node] :
         named_nodes(loading.diagnostics, reader.find("severity_map"), "severity_map", {})) {
        const std::string word = to_lower_ascii(name->text);
        const bool is_known = std::find(words.begin(), words.end(), word) != words.end();
        if (!is_known && !words.empty()) {
            loading.diagnostics.error(
                name->at, "'" + name->text + "' is not a severity that " + options.type +
                              " sends: " + join(words, ", ") + did_you_mean(word, words)
            );
            continue;
        }
        if (!is_one_of(loading.diagnostics, *node, name->text, severity_names())) {
            continue;
        }
        const domain::Severity severity = *domain::parse_severity(node->text);
        bool is_new = true;
        for (const std::string& form : sent_forms(options.type, word)) {
            is_new = options.severity_map.emplace(form, severity).second && is_new;
        }
        if (!is_new) {
            loading.diagnostics.error(name->at, "'" + word + "' is given twice");
        }
    }
}

void load_allow_from(Loading& loading, const MapReader& reader, AuthConfig& auth) {
    const Node* const node = reader.find("allow_from");
    if (node != nullptr && one_or_many(node).empty()) {
        loading.diagnostics.error(node->at, "'allow_from' is empty: nobody could send");
    }
    for (const Node* each : one_or_many(node)) {
        if (auto network = read_network(loading.diagnostics, *each, "allow_from")) {
            auth.allow_from.push_back(std::move(*network));
        }
    }
}

void load_basic_logins(Loading& loading, const Node& basic, AuthConfig& auth) {
    for (const Node* each : one_or_many(&basic)) {
        const MapReader reader(loading.diagnostics, each, kBasic);
        const std::string user = reader.text("user").value_or("");
        if (user.find(':') != std::string::npos) {
            loading.diagnostics.error(reader.position("user"), "'user' must not hold a colon");
        }
        const Node* const password = reader.find("password");
        if (password == nullptr) {
            continue;
        }
        for (Secret& secret :
             read_secrets(loading.diagnostics, *password, "password", loading.base_dir)) {
            auth.basic.push_back({user, std::move(secret)});
        }
    }
}

void load_auth(Loading& loading, const MapReader& source, AuthConfig& auth) {
    const Node* const node = source.find("auth");
    if (node == nullptr) {
        return;  // told already: it is required
    }
    if (node->kind == Node::Kind::scalar) {
        auth.anyone = node->text == "none";
        if (auth.anyone) {
            loading.diagnostics.warning(
                node->at, "auth: none lets everybody who reaches the port send"
            );
        } else {
            loading.diagnostics.error(
                node->at, "'auth' must be {bearer: …}, {basic: …}, {hmac: …} or the word none"
            );
        }
        return;
    }
    const std::size_t before = loading.diagnostics.error_count();
    const MapReader reader(loading.diagnostics, node, kAuth);
    if (const Node* bearer = reader.find("bearer")) {
        auth.bearer = read_secrets(loading.diagnostics, *bearer, "bearer", loading.base_dir);
    }
    if (const Node* basic = reader.find("basic")) {
        load_basic_logins(loading, *basic, auth);
    }
    if (const Node* hmac = reader.find("hmac")) {
        auth.hmac = read_secrets(loading.diagnostics, *hmac, "hmac", loading.base_dir);
    }
    auth.hmac_window = reader.duration("window").value_or(Duration{});
    if (reader.find("window") != nullptr && reader.find("hmac") == nullptr) {
        loading.diagnostics.error(reader.position("window"), "'window' belongs to hmac");
    }
    const bool has_secret = !auth.bearer.empty() || !auth.basic.empty() || !auth.hmac.empty();
    if (!has_secret && loading.diagnostics.error_count() == before) {
        loading.diagnostics.error(node->at, "'auth' needs bearer, basic or hmac, or the word none");
    }
}

void load_problem_key(Loading& loading, const MapReader& reader, ports::SourceOptions& options) {
    constexpr std::string_view kWithTag = "trigger+tag:";
    options.problem_key = reader.text("problem_key").value_or("trigger");
    const std::string& key = options.problem_key;
    const bool names_tag = key.starts_with(kWithTag) && key.size() > kWithTag.size();
    if (key != "trigger" && key != "event" && !names_tag) {
        loading.diagnostics.error(
            reader.position("problem_key"),
            "'problem_key' must be trigger, event or trigger+tag:NAME, not '" + key + "'"
        );
    }
}

// Keys that mean something for one type only.
void check_keys_of_types(Loading& loading, const MapReader& reader, const std::string& type) {
    constexpr std::pair<const char*, const char*> kOwners[] = {
        {"problem_key", "zabbix"},
        {"host_labels", "alertmanager"},
        {"severity_label", "alertmanager"},
        {"alerts", "generic"},
        {"fields", "generic"},
        {"parts", "generic"},
    };
    for (const auto& [key, owner] : kOwners) {
        if (reader.find(key) != nullptr && type != owner) {
            loading.diagnostics.error(
                reader.position(key), "'" + std::string(key) + "' is for type " + owner +
                                          ", this source is of type " + type
            );
        }
    }
}

void load_labels(Loading& loading, const MapReader& reader, ports::SourceOptions& options) {
    options.severity_label = reader.text("severity_label").value_or("");
    if (const Node* const node = reader.find("host_labels")) {
        options.host_labels.clear();
        for (const Node* each : one_or_many(node)) {
            if (auto label = read_text(loading.diagnostics, *each, "host_labels")) {
                options.host_labels.push_back(std::move(*label));
            }
        }
        // An empty list: no label names a host.
    }
}

void load_source(Loading& loading, const std::string& name, const Node& node) {
    const MapReader reader(loading.diagnostics, &node, kSource);
    SourceConfig source;
    source.options.name = name;
    source.options.type = reader.choice("type").value_or("");
    const bool is_known = !source.options.type.empty();
    load_auth(loading, reader, source.auth);
    load_allow_from(loading, reader, source.auth);
    source.options.time_zone = load_time_zone(loading, reader, "time_zone");
    if (source.options.type == "zabbix" && reader.find("time_zone") == nullptr) {
        loading.diagnostics.error(
            reader.at(), "'time_zone' is missing in source '" + name +
                             "': dates from Zabbix carry no zone (write e.g. Europe/Paris)"
        );
    }
    load_problem_key(loading, reader, source.options);
    load_labels(loading, reader, source.options);
    if (source.options.type == "generic") {
        source.options.mapping = load_mapping(loading, reader);
    }
    if (is_known) {
        check_keys_of_types(loading, reader, source.options.type);
        load_severity_map(loading, reader, source.options);
    }
    domain::SourceDefaults defaults;
    defaults.within = load_entity(loading, reader, "within");
    defaults.default_entity = load_entity(loading, reader, "default_entity");
    defaults.time_zone = source.options.time_zone;
    if (source.options.type == "nagios" || source.options.type == "icinga2") {
        defaults.open_after_by_state = {{"unknown", kUnknownMustLast}};
    }
    if (const auto set = reader.text("templates")) {
        check_template_set(loading, *set, reader.position("templates"));
        defaults.templates = *set;
    }
    source.back = load_back(loading, reader, source.options.type);
    if (const auto mode = reader.choice("mode")) {
        defaults.mode = domain::parse_mode(*mode);
    }
    loading.config.rules.sources.emplace(name, std::move(defaults));
    loading.config.sources.push_back(std::move(source));
}

}  // namespace

void load_sources(Loading& loading, const MapReader& root) {
    const Node* const node = root.find("sources");
    for (const auto& [name, source] :
         named_nodes(loading.diagnostics, node, "sources", kSourceNameCharacters)) {
        loading.source_names.push_back(name->text);
        load_source(loading, name->text, *source);
    }
    if (node != nullptr && node->kind == Node::Kind::mapping && node->names.empty()) {
        loading.diagnostics.error(node->at, "'sources' is empty: nobody could send");
    }
}

}  // namespace alert_bridge::config
