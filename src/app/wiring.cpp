// SPDX-License-Identifier: MIT
#include "alert_bridge/app/wiring.hpp"

#include <algorithm>
#include <utility>

#include "alert_bridge/app/backs.hpp"
#include "alert_bridge/sources/decoders.hpp"

namespace alert_bridge::app {
namespace {

// Of the status page: a browser opens six at most, and one per open page stays. One address may be
// several people (ssh -L, a proxy), but must not take it all.
constexpr std::size_t kPageConnections = 64;
constexpr std::size_t kPageConnectionsPerAddress = 48;
constexpr std::size_t kPageBodyBytes = 64 * 1024;

http::Credentials credentials_of(const config::AuthConfig& auth) {
    http::Credentials result;
    result.bearer = auth.bearer;
    for (const config::BasicLogin& login : auth.basic) {
        result.basic.push_back({login.user, login.password});
    }
    result.hmac = auth.hmac;
    result.hmac_window = auth.hmac_window;
    result.allow_from = auth.allow_from;
    result.anyone = auth.anyone;
    return result;
}

ports::Level level_of(config::LogLevel level) {
    switch (level) {
        case config::LogLevel::debug:
            return ports::Level::debug;
        case config::LogLevel::info:
            return ports::Level::info;
        case config::LogLevel::warning:
            return ports::Level::warning;
        case config::LogLevel::error:
            return ports::Level::error;
    }
    return ports::Level::info;
}

bool observes(const domain::RuleBook& book) {
    const auto is_observe = [](const std::optional<domain::Mode>& mode) {
        return mode == domain::Mode::observe;
    };
    return book.default_policy.mode == domain::Mode::observe ||
           std::any_of(
               book.sources.begin(), book.sources.end(),
               [&](const auto& source) { return is_observe(source.second.mode); }
           ) ||
           std::any_of(book.rules.begin(), book.rules.end(), [&](const domain::RuleSpec& rule) {
               return is_observe(rule.then.mode);
           });
}

}  // namespace

http::Options listener_options(const config::Config& config) {
    http::Options options;
    options.address = config.listen.address;
    options.port = config.listen.port;
    options.connections_max = static_cast<std::size_t>(config.limits.connections);
    options.connections_per_address_max =
        static_cast<std::size_t>(config.limits.connections_per_address);
    options.limits.parser.body_bytes_max = static_cast<std::size_t>(config.limits.body_bytes);
    options.limits.in_flight_bytes_max =
        static_cast<std::size_t>(config.limits.bodies_in_flight_bytes);
    options.limits.request_deadline = config.limits.request_timeout;
    options.limits.idle_deadline = config.limits.idle_timeout;
    return options;
}

http::Options page_listener_options(const config::Config& config) {
    http::Options options;
    options.connections_max = kPageConnections;
    options.connections_per_address_max = kPageConnectionsPerAddress;
    options.is_counted = false;
    options.limits.parser.body_bytes_max = kPageBodyBytes;
    options.limits.in_flight_bytes_max = kPageConnections * kPageBodyBytes;
    options.limits.handshakes_max = kPageConnections / 2;
    if (config.admin.page) {
        options.address = config.admin.page->address;
        options.port = config.admin.page->port;
    }
    return options;
}

std::vector<Secret> page_tokens(const config::Config& config) {
    return config.admin.page ? config.admin.page->tokens : std::vector<Secret>();
}

http::TlsOptions tls_options(const config::TlsConfig& tls) {
    http::TlsOptions options;
    options.certificate = tls.certificate;
    options.key = tls.key;
    options.client_ca = tls.client_ca;
    return options;
}

Result<http::TlsContextPtr> tls_context(const config::Config& config) {
    if (!config.listen.tls) {
        return http::TlsContextPtr();
    }
    const config::TlsConfig& from = *config.listen.tls;
    auto made = http::make_tls_context(tls_options(from));
    if (!made) {
        Error error = made.error();
        const std::string& file = error.code == "tls_key"         ? from.key_file
                                  : error.code == "tls_client_ca" ? from.client_ca_file
                                                                  : from.certificate_file;
        error.message = "listen.tls: '" + file + "' " + error.message;
        return error;
    }
    return made;
}

http::EndpointOptions endpoint_options(const config::Config& config) {
    http::EndpointOptions options;
    options.public_url = config.listen.public_url;
    return options;
}

http::CredentialTablePtr credentials(const config::Config& config, IdSource& ids) {
    std::map<std::string, http::Credentials> by_source;
    for (const config::SourceConfig& source : config.sources) {
        by_source[source.options.name] = credentials_of(source.auth);
    }
    return std::make_shared<const http::CredentialTable>(std::move(by_source), ids);
}

glpi::Options glpi_options(const config::Config& config) {
    const config::GlpiConfig& from = config.glpi;
    glpi::Options options;
    options.url = from.url;
    options.app_token = from.app_token;
    options.user_token = from.user_token;
    options.ca_file = from.ca_file;
    options.connections = static_cast<std::size_t>(from.connections);
    options.connect_timeout = from.connect_timeout;
    options.request_timeout = from.request_timeout;
    options.session_life = from.session_life;
    options.idle_life = from.session_idle;
    options.time_zone = from.time_zone;
    options.item_types = from.item_types;
    options.hits_life = from.cache_hits;
    options.misses_life = from.cache_misses;
    options.entities_life = from.cache_entities;
    options.names_life = from.cache_names;
    return options;
}

storage::SqliteOptions store_options(const config::Config& config) {
    storage::SqliteOptions options;
    options.database.path = config.store.path;
    options.disk.reserve_bytes = config.store.reserve_bytes;
    options.retention.alerts = config.store.keep_alerts;
    options.retention.incidents = config.store.keep_incidents;
    return options;
}

observe::LogOptions log_options(const config::Config& config) {
    observe::LogOptions options;
    options.level = level_of(config.log.level);
    if (config.log.format == config::LogFormat::json) {
        options.style = observe::LogStyle::json;
    }
    return options;
}

core::IntakeLimits intake_limits(const config::Config& config) {
    core::IntakeLimits limits;
    limits.journal_pending_max = config.limits.waiting_alerts;
    limits.alerts_per_batch_max = config.limits.alerts_per_request;
    return limits;
}

Result<core::Intake::Decoders> decoders(const config::Config& config) {
    core::Intake::Decoders result;
    for (const config::SourceConfig& source : config.sources) {
        auto decoder = sources::make_decoder(source.options);
        if (!decoder) {
            return decoder.error();
        }
        result[source.options.name] = *decoder;
    }
    return result;
}

Result<std::shared_ptr<const core::Policies>> policies(const config::Config& config) {
    auto rules = domain::RuleEngine::compile(config.rules);
    if (!rules) {
        return rules.error();
    }
    auto templates = domain::Templates::compile(config.templates);
    if (!templates) {
        return templates.error();
    }
    auto result = std::make_shared<core::Policies>();
    result->rules = *rules;
    result->templates = *templates;
    result->retry = config.retry;
    result->storm = config.storm;
    result->public_url = config.listen.public_url;
    result->observes = observes(config.rules);
    result->backs = back_policies(config);
    return std::shared_ptr<const core::Policies>(std::move(result));
}

}  // namespace alert_bridge::app
