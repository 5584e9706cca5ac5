// SPDX-License-Identifier: MIT
//
// Config: everything that the configuration file says, checked, with defaults filled in.
//
// Immutable once loaded: the wiring copies each part into the options of the adapter that it is for
// (adapters never see this header), a reload builds a whole new Config.
// Guarantees of a loaded Config: every value is within its limits (config/keys.hpp); names of
// sources, priorities, maps and template sets that are referred to exist; regular expressions,
// networks, time zones and templates are valid; secrets were read and are not empty.
// Not guaranteed: that GLPI knows the entities, categories, groups and users that are named.
// Thread rule: a value. Tests: tests/unit/config/loader_test.cpp
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "alert_bridge/base/secret.hpp"
#include "alert_bridge/base/time.hpp"
#include "alert_bridge/domain/notice.hpp"
#include "alert_bridge/domain/operation.hpp"
#include "alert_bridge/domain/render.hpp"
#include "alert_bridge/domain/rules.hpp"
#include "alert_bridge/domain/undelivered.hpp"
#include "alert_bridge/ports/alert_decoder.hpp"

namespace alert_bridge::config {

// What the files held when they were read; their names are for messages.
struct TlsConfig {
    std::string certificate_file, key_file, client_ca_file;
    std::string certificate;  // PEM
    Secret key;               // PEM
    std::string client_ca;    // PEM; empty: clients need no certificate
};

struct ListenConfig {
    std::string address;     // IP address
    std::uint16_t port = 0;  // 0: any free one
    std::string public_url;  // without a slash at the end; may be empty
    std::optional<TlsConfig> tls;
};

// The status page.
struct PageConfig {
    std::string address;     // IP address
    std::uint16_t port = 0;  // 0: any free one
    std::vector<Secret> tokens;
};

// The operator's socket and page.
struct AdminConfig {
    std::string socket;  // empty: none
    unsigned mode = 0660;
    std::optional<PageConfig> page;
};

struct LimitsConfig {
    std::int64_t body_bytes = 0;
    std::int64_t bodies_in_flight_bytes = 0;
    int connections = 0;
    int connections_per_address = 0;
    Duration request_timeout{};
    Duration idle_timeout{};
    int alerts_per_request = 0;
    std::int64_t waiting_alerts = 0;
};

enum class LogLevel { debug, info, warning, error };
enum class LogFormat { console, json };
struct LogConfig {
    LogLevel level = LogLevel::info;
    LogFormat format = LogFormat::console;
};

struct StoreConfig {
    std::string path;
    std::optional<std::int64_t> reserve_bytes;  // none: chosen by the size of the disk
    Duration keep_alerts{};
    Duration keep_incidents{};
};

struct BasicLogin {
    std::string user;
    Secret password;
};

// How a source proves who it is. Any bearer token or basic login is enough; HMAC keys are a demand
// of their own: with both, a request must show both.
struct AuthConfig {
    bool anyone = false;  // auth: none
    std::vector<Secret> bearer;
    std::vector<BasicLogin> basic;
    std::vector<Secret> hmac;
    Duration hmac_window{};
    std::vector<std::string> allow_from;  // CIDR; empty: from everywhere
};

// The way back to a source.
struct BackConfig {
    std::string url;      // zabbix, icinga2, alertmanager; without a slash at the end
    std::string ca_file;  // empty: the system's certificates
    Secret token;         // zabbix
    std::string user;     // icinga2, alertmanager
    Secret password;
    std::string pipe, status_file;  // nagios
    domain::BackPolicy policy;
    Duration reconcile{};  // 0: never
    bool open_unheard = false;
    Duration settled_after{};  // alertmanager
};

struct SourceConfig {
    ports::SourceOptions options;
    AuthConfig auth;
    std::optional<BackConfig> back;
};

struct GlpiConfig {
    std::string url;   // without a slash at the end
    Secret app_token;  // may be empty
    Secret user_token;
    std::string ca_file;  // empty: the system's certificates
    int connections = 0;
    Duration connect_timeout{};
    Duration request_timeout{};
    Duration session_life{};
    Duration session_idle{};
    std::string time_zone;  // of the bridge's GLPI user
    std::vector<std::string> item_types;
    Duration cache_hits{}, cache_misses{}, cache_names{}, cache_entities{};
    Duration watch_every{};               // 0: never
    std::vector<Secret> webhook_secrets;  // none: GLPI's webhooks are not taken
    domain::EntityRef default_entity;     // also in Config::rules
};

struct MailConfig {
    std::string server;   // smtp://… or smtps://…
    std::string ca_file;  // empty: the system's certificates
    bool require_tls = true;
    std::string user;  // empty: no login
    Secret password;
    std::string from;
    std::vector<std::string> to;
};

struct AlarmWebhookConfig {
    Secret url;  // maybe with a query
    std::string ca_file;
    Secret token;  // may be empty
};

// Who is told past GLPI; nobody without a channel.
struct UndeliveredConfig {
    domain::WaitLimits limits;
    Duration repeat{};  // 0: never
    std::vector<std::string> command;
    std::optional<MailConfig> mail;
    std::optional<AlarmWebhookConfig> webhook;
};

struct Config {
    ListenConfig listen;
    AdminConfig admin;
    LimitsConfig limits;
    LogConfig log;
    StoreConfig store;
    GlpiConfig glpi;
    domain::RetryPolicy retry;
    domain::StormPolicy storm;
    UndeliveredConfig undelivered;
    std::vector<SourceConfig> sources;  // in the order of the file
    domain::RuleBook rules;             // rules, priorities, maps, per-source defaults, policy
    std::map<std::string, domain::TemplateSet> templates;
};

}  // namespace alert_bridge::config
