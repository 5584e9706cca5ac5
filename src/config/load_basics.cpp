// SPDX-License-Identifier: MIT
//
// The sections listen, limits, log, store and glpi.
#include <algorithm>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/config/files.hpp"
#include "alert_bridge/config/secrets.hpp"
#include "alert_bridge/config/sections.hpp"
#include "alert_bridge/domain/network.hpp"
#include "alert_bridge/domain/placement.hpp"

namespace alert_bridge::config {
namespace {

int to_int(const std::optional<std::int64_t>& value) {
    return static_cast<int>(value.value_or(0));
}

}  // namespace

std::string read_url(Diagnostics& diagnostics, const MapReader& reader, std::string_view name) {
    auto url = reader.text(name);
    if (!url) {
        return {};
    }
    const bool has_scheme = url->starts_with("http://") || url->starts_with("https://");
    const std::string rest = has_scheme ? url->substr(url->find("//") + 2) : std::string();
    const bool is_printable =
        std::all_of(url->begin(), url->end(), [](char c) { return c > ' ' && c <= '~'; });
    if (rest.empty() || rest.front() == '/' || rest.front() == ':' || !is_printable ||
        url->find_first_of("?#@\\\"<>") != std::string::npos) {
        diagnostics.error(
            reader.position(name),
            "'" + std::string(name) +
                "' must be like https://host or https://host:port/path, without user, query or "
                "fragment"
        );
        return {};
    }
    while (url->ends_with('/')) {
        url->pop_back();
    }
    return *url;
}

bool is_loopback(std::string_view url) {
    const std::string_view host = url.substr(url.find("//") + 2);
    return host.starts_with("127.") || host.starts_with("localhost") || host.starts_with("[::1]");
}

namespace {

void load_listen(Loading& loading, const MapReader& root) {
    const MapReader reader = root.section("listen", kListen);
    ListenConfig& listen = loading.config.listen;
    listen = read_listen(loading.diagnostics, reader);
    if (reader.find("tls") != nullptr) {
        listen.tls = load_tls(loading, reader.section("tls", kTls));
    }
}

void load_limits(Loading& loading, const MapReader& root) {
    const MapReader reader = root.section("limits", kLimits);
    LimitsConfig& limits = loading.config.limits;
    limits.body_bytes = reader.size("body").value_or(0);
    limits.bodies_in_flight_bytes = reader.size("bodies_in_flight").value_or(0);
    limits.connections = to_int(reader.integer("connections"));
    limits.connections_per_address = to_int(reader.integer("connections_per_address"));
    limits.request_timeout = reader.duration("request_timeout").value_or(Duration{});
    limits.idle_timeout = reader.duration("idle_timeout").value_or(Duration{});
    limits.alerts_per_request = to_int(reader.integer("alerts_per_request"));
    limits.waiting_alerts = reader.integer("waiting_alerts").value_or(0);
    if (limits.bodies_in_flight_bytes > 0 && limits.bodies_in_flight_bytes < limits.body_bytes) {
        loading.diagnostics.error(
            reader.position("bodies_in_flight"),
            "'bodies_in_flight' must not be smaller than 'body': no large request would ever fit"
        );
    }
}

void load_log(Loading& loading, const MapReader& root) {
    const MapReader reader = root.section("log", kLog);
    const std::string level = reader.choice("level").value_or("info");
    LogConfig& log = loading.config.log;
    log.level = level == "debug"     ? LogLevel::debug
                : level == "warning" ? LogLevel::warning
                : level == "error"   ? LogLevel::error
                                     : LogLevel::info;
    log.format = reader.choice("format") == "json" ? LogFormat::json : LogFormat::console;
}

void load_store(Loading& loading, const MapReader& root) {
    const MapReader reader = root.section("store", kStore);
    const MapReader sqlite = reader.section("sqlite", kSqlite);
    const MapReader retention = reader.section("retention", kRetention);
    StoreConfig& store = loading.config.store;
    store.path = resolve_path(sqlite.text("path").value_or(""), loading.base_dir);
    if (reader.find("reserve") != nullptr) {  // else a small disk gets a smaller one
        store.reserve_bytes = reader.size("reserve");
    }
    store.keep_alerts = retention.duration("alerts").value_or(Duration{});
    store.keep_incidents = retention.duration("incidents").value_or(Duration{});
}

void load_item_types(Loading& loading, const MapReader& reader, GlpiConfig& glpi) {
    const auto nodes = one_or_many(reader.find("item_types"));
    if (reader.find("item_types") == nullptr) {
        glpi.item_types = {"Computer", "NetworkEquipment", "Printer", "Peripheral",
                           "Phone",    "Appliance",        "Cluster", "Enclosure"};
        return;
    }
    for (const Node* node : nodes) {
        const auto type = read_text(loading.diagnostics, *node, "item_types");
        if (!type) {
            continue;
        }
        if (*type == "IPAddress") {
            loading.diagnostics.error(
                node->at,
                "'IPAddress' is no asset; addresses are looked up among these types anyway"
            );
        } else if (!domain::is_item_type(*type)) {
            loading.diagnostics.error(
                node->at, "'" + *type +
                              "' is not the name of an item type: letters, digits and underscores, "
                              "64 at most"
            );
        } else if (std::find(glpi.item_types.begin(), glpi.item_types.end(), *type) !=
                   glpi.item_types.end()) {
            loading.diagnostics.error(node->at, "item type '" + *type + "' is given twice");
        } else {
            glpi.item_types.push_back(*type);
        }
    }
}

void load_glpi_url(Loading& loading, const MapReader& reader, GlpiConfig& glpi) {
    glpi.url = read_url(loading.diagnostics, reader, "url");
    if (glpi.url.find("apirest.php") != std::string::npos ||
        glpi.url.find("api.php") != std::string::npos) {
        loading.diagnostics.error(
            reader.position("url"), "'url' is GLPI's address as people open it, without apirest.php"
        );
    }
    if (glpi.url.starts_with("http://") && !is_loopback(glpi.url)) {
        loading.diagnostics.warning(
            reader.position("url"), "GLPI's tokens travel unencrypted over http; use https"
        );
    }
    if (const auto file = reader.text("ca_file")) {
        glpi.ca_file = resolve_path(*file, loading.base_dir);
        const FileText content = read_file(glpi.ca_file, 4 * 1024 * 1024);
        if (!content.problem.empty()) {
            loading.diagnostics.error(reader.position("ca_file"), content.problem);
        } else if (content.text.find("-----BEGIN CERTIFICATE-----") == std::string::npos) {
            loading.diagnostics.error(
                reader.position("ca_file"), "'" + glpi.ca_file + "' holds no PEM certificate"
            );
        }
    }
}

void load_glpi_tokens(Loading& loading, const MapReader& reader, GlpiConfig& glpi) {
    if (const Node* node = reader.find("app_token")) {
        glpi.app_token = read_secret(loading.diagnostics, *node, "app_token", loading.base_dir);
    }
    if (const Node* node = reader.find("user_token")) {
        glpi.user_token = read_secret(loading.diagnostics, *node, "user_token", loading.base_dir);
    }
}

void load_glpi_webhook(Loading& loading, const MapReader& reader, GlpiConfig& glpi) {
    if (reader.find("webhook") == nullptr) {
        return;
    }
    const MapReader webhook = reader.section("webhook", kWebhook);
    if (const Node* node = webhook.find("secret")) {
        glpi.webhook_secrets = read_secrets(loading.diagnostics, *node, "secret", loading.base_dir);
    }
}

void load_glpi_times(Loading& loading, const MapReader& reader, GlpiConfig& glpi) {
    const MapReader timeouts = reader.section("timeouts", kTimeouts);
    glpi.connect_timeout = timeouts.duration("connect").value_or(Duration{});
    glpi.request_timeout = timeouts.duration("request").value_or(Duration{});
    const MapReader cache = reader.section("cache", kCache);
    glpi.cache_hits = cache.duration("hits").value_or(Duration{});
    glpi.cache_misses = cache.duration("misses").value_or(Duration{});
    glpi.cache_names = cache.duration("names").value_or(Duration{});
    glpi.cache_entities = cache.duration("entities").value_or(Duration{});
    const MapReader watch = reader.section("watch", kWatch);
    glpi.watch_every = watch.duration("every").value_or(Duration{});
    if (glpi.watch_every > Duration::zero() && glpi.watch_every < Duration(1'000)) {
        loading.diagnostics.error(
            watch.position("every"), "'every' must be 0s, for never, or at least 1s"
        );
    }
    const MapReader retry = reader.section("retry", kRetry);
    domain::RetryPolicy& policy = loading.config.retry;
    policy.quarantine = reader.duration("quarantine").value_or(policy.quarantine);
    policy.first_retry = retry.duration("first").value_or(policy.first_retry);
    policy.longest_retry = retry.duration("longest").value_or(policy.longest_retry);
    policy.second_look = retry.duration("second_look").value_or(policy.second_look);
    policy.give_up_after = retry.duration("give_up_after").value_or(policy.give_up_after);
    if (policy.longest_retry < policy.first_retry) {
        loading.diagnostics.error(
            retry.position("longest"), "'longest' must not be shorter than 'first'"
        );
    }
    if (policy.quarantine < glpi.request_timeout) {
        loading.diagnostics.warning(
            reader.position("quarantine"),
            "'quarantine' is shorter than 'timeouts.request': GLPI may still be working on a write "
            "that is looked for, and a second ticket becomes possible"
        );
    }
}

}  // namespace

ListenConfig read_listen(Diagnostics& diagnostics, const MapReader& reader) {
    ListenConfig listen;
    listen.address = reader.text("address").value_or("");
    if (!listen.address.empty() && !domain::IpAddress::parse(listen.address)) {
        diagnostics.error(
            reader.position("address"),
            "'address' must be an IP address, not '" + listen.address + "'"
        );
    }
    listen.port = static_cast<std::uint16_t>(reader.integer("port").value_or(0));
    listen.public_url = read_url(diagnostics, reader, "public_url");
    return listen;
}

void load_basics(Loading& loading, const MapReader& root) {
    load_listen(loading, root);
    load_limits(loading, root);
    load_log(loading, root);
    load_store(loading, root);
}

void load_glpi(Loading& loading, const MapReader& root) {
    if (root.find("glpi") == nullptr) {
        return;  // told already: it is required
    }
    const MapReader reader = root.section("glpi", kGlpi);
    GlpiConfig& glpi = loading.config.glpi;
    load_glpi_url(loading, reader, glpi);
    load_glpi_tokens(loading, reader, glpi);
    load_item_types(loading, reader, glpi);
    load_glpi_times(loading, reader, glpi);
    load_glpi_webhook(loading, reader, glpi);
    (void)reader.choice("assets");  // one choice today; a wrong one is told
    glpi.session_life = reader.duration("session_life").value_or(Duration{});
    glpi.session_idle = reader.duration("session_idle").value_or(Duration{});
    glpi.time_zone = load_time_zone(loading, reader, "time_zone");
    const MapReader pool = reader.section("pool", kPool);
    glpi.connections = to_int(pool.integer("connections"));
    glpi.default_entity = load_entity(loading, reader, "default_entity");
    loading.config.rules.default_entity = glpi.default_entity;
}

}  // namespace alert_bridge::config
