// SPDX-License-Identifier: MIT
#include "alert_bridge/app/sealed.hpp"

#include <string_view>
#include <type_traits>

namespace alert_bridge::app {
namespace {

using config::AdminConfig;
using config::Config;
using config::GlpiConfig;
using config::LimitsConfig;
using config::ListenConfig;
using config::LogConfig;
using config::PageConfig;
using config::StoreConfig;

template <auto section, auto value>
bool differs(const Config& a, const Config& b) {
    return (a.*section).*value != (b.*section).*value;
}

template <auto value>
bool page_differs(const Config& a, const Config& b) {
    const auto of = [](const Config& config) {
        return config.admin.page ? (*config.admin.page).*value
                                 : std::decay_t<decltype((*config.admin.page).*value)>();
    };
    return of(a) != of(b);
}

struct SealedKey {
    std::string_view path;
    bool (*differs)(const Config&, const Config&);
};

constexpr SealedKey kSealed[] = {
    {"listen.address", differs<&Config::listen, &ListenConfig::address>},
    {"listen.port", differs<&Config::listen, &ListenConfig::port>},
    {"admin.socket", differs<&Config::admin, &AdminConfig::socket>},
    {"admin.mode", differs<&Config::admin, &AdminConfig::mode>},
    {"admin.page.address", page_differs<&PageConfig::address>},
    {"admin.page.port", page_differs<&PageConfig::port>},
    {"limits.body", differs<&Config::limits, &LimitsConfig::body_bytes>},
    {"limits.bodies_in_flight", differs<&Config::limits, &LimitsConfig::bodies_in_flight_bytes>},
    {"limits.connections", differs<&Config::limits, &LimitsConfig::connections>},
    {"limits.connections_per_address",
     differs<&Config::limits, &LimitsConfig::connections_per_address>},
    {"limits.request_timeout", differs<&Config::limits, &LimitsConfig::request_timeout>},
    {"limits.idle_timeout", differs<&Config::limits, &LimitsConfig::idle_timeout>},
    {"limits.alerts_per_request", differs<&Config::limits, &LimitsConfig::alerts_per_request>},
    {"limits.waiting_alerts", differs<&Config::limits, &LimitsConfig::waiting_alerts>},
    {"log.format", differs<&Config::log, &LogConfig::format>},
    {"store.sqlite.path", differs<&Config::store, &StoreConfig::path>},
    {"store.reserve", differs<&Config::store, &StoreConfig::reserve_bytes>},
    {"store.retention.alerts", differs<&Config::store, &StoreConfig::keep_alerts>},
    {"store.retention.incidents", differs<&Config::store, &StoreConfig::keep_incidents>},
    {"glpi.url", differs<&Config::glpi, &GlpiConfig::url>},
    {"glpi.ca_file", differs<&Config::glpi, &GlpiConfig::ca_file>},
    {"glpi.item_types", differs<&Config::glpi, &GlpiConfig::item_types>},
    {"glpi.session_life", differs<&Config::glpi, &GlpiConfig::session_life>},
    {"glpi.session_idle", differs<&Config::glpi, &GlpiConfig::session_idle>},
    {"glpi.time_zone", differs<&Config::glpi, &GlpiConfig::time_zone>},
    {"glpi.pool.connections", differs<&Config::glpi, &GlpiConfig::connections>},
    {"glpi.timeouts.connect", differs<&Config::glpi, &GlpiConfig::connect_timeout>},
    {"glpi.timeouts.request", differs<&Config::glpi, &GlpiConfig::request_timeout>},
    {"glpi.cache.hits", differs<&Config::glpi, &GlpiConfig::cache_hits>},
    {"glpi.cache.misses", differs<&Config::glpi, &GlpiConfig::cache_misses>},
    {"glpi.cache.names", differs<&Config::glpi, &GlpiConfig::cache_names>},
    {"glpi.cache.entities", differs<&Config::glpi, &GlpiConfig::cache_entities>},
    {"glpi.watch.every", differs<&Config::glpi, &GlpiConfig::watch_every>},
};

}  // namespace

std::vector<std::string> sealed_changes(const Config& running, const Config& next) {
    std::vector<std::string> changed;
    for (const SealedKey& key : kSealed) {
        if (key.differs(running, next)) {
            changed.emplace_back(key.path);
        }
    }
    return changed;
}

}  // namespace alert_bridge::app
