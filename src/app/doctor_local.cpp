// SPDX-License-Identifier: MIT
// This machine: configuration, secrets, store, the daemon's port; and Zabbix.
#include <algorithm>

#include "alert_bridge/app/doctor_checks.hpp"
#include "alert_bridge/app/own_listener.hpp"
#include "alert_bridge/base/text.hpp"
#include "alert_bridge/config/secrets.hpp"

namespace alert_bridge::app {
namespace {

std::string mebibytes(std::int64_t bytes) {
    return std::to_string(bytes / (1024 * 1024)) + " MiB";
}

}  // namespace

Findings check_configuration(const Examined& examined) {
    Findings out;
    for (const config::Diagnostic& each : examined.loaded.diagnostics) {
        if (config::tells_of_open_secret(each)) {
            continue;  // check_secrets() does
        }
        const bool is_error = each.severity == config::Diagnostic::error;
        out.push_back(
            {is_error ? Level::error : Level::warning,
             {},
             each.file + ":" + std::to_string(each.line) + ":" + std::to_string(each.column) +
                 ": " + each.message,
             is_error ? "the daemon does not start with it, and a reload keeps the old one" : "",
             is_error ? "correct it" : ""}
        );
    }
    if (!examined.tried_out) {
        out.push_back(
            {Level::error,
             {},
             examined.tried_out.error().message,
             "the daemon does not start with it, and a reload keeps the old one",
             "correct it"}
        );
    }
    if (!out.empty() || !examined.loaded.config) {
        return out;
    }
    const config::Config& config = examined.config();
    return fine(
        std::to_string(config.sources.size()) + " sources, " +
        std::to_string(config.rules.rules.size()) + " rules"
    );
}

Findings check_secrets(const Examined& examined) {
    Findings out;
    for (const config::Diagnostic& each : examined.loaded.diagnostics) {
        if (!config::tells_of_open_secret(each)) {
            continue;
        }
        const std::string& open = each.message;
        // "'KEY': 'PATH' can be read by others: …"
        const auto from = open.find(": '") + 3;
        const std::string path = open.substr(from, open.find('\'', from) - from);
        out.push_back(
            {Level::error,
             {},
             open.substr(0, open.rfind(": ")),
             "whoever has an account on this machine could use it; the daemon does not start with "
             "it",
             "chmod 600 " + path}
        );
    }
    if (!out.empty()) {
        return out;
    }
    return examined.loaded.config ? fine("no file of a secret is open to others")
                                  : not_checked("the configuration has mistakes");
}

Findings check_store(const Examined& examined) {
    if (!examined.store) {
        return not_checked("the store was not looked at");
    }
    const StoreFacts& store = *examined.store;
    const std::string directory = "the store's directory " + quoted(store.directory);
    if (!store.problem.empty()) {
        return {
            {Level::error,
             {},
             directory + ": " + store.problem,
             "the daemon does not start without it",
             "install -d -m 700 -o glpi-alert-bridge " + store.directory +
                 " (the service does so "
                 "itself for /var/lib/glpi-alert-bridge)"}};
    }
    Findings out;
    if (store.is_roots) {
        out.push_back(
            {Level::skipped,
             {},
             directory + " belongs to root, who runs this command: whether the service may write "
                         "there is not known",
             {},
             {}}
        );
    } else if (!store.is_writable) {
        out.push_back(
            {Level::error,
             {},
             directory + " cannot be written by " +
                 (store.owner.empty() ? "the user who runs this command"
                                      : quoted(store.owner) + ", who owns it"),
             "no alert can be accepted; if the service has another user, run doctor as that one",
             "chown it to the service's user, chmod 700 it"}
        );
    }
    if (store.others_may_read) {
        out.push_back(
            {Level::warning,
             {},
             directory + " can be read by everybody",
             "alerts and texts of tickets of all customers lie there",
             "chmod 700 " + store.directory}
        );
    }
    if (!store.space) {
        out.push_back({Level::skipped, {}, "the disk does not tell its free space", {}, {}});
        return out;
    }
    const std::int64_t free = store.space->free_bytes;
    if (free < store.reserve_bytes) {
        out.push_back(
            {Level::error,
             {},
             "the disk of " + quoted(store.directory) + " has " + mebibytes(free) +
                 " free, less than "
                 "the reserve of " +
                 mebibytes(store.reserve_bytes),
             "new alerts are refused with 503, so that what was accepted can still be written",
             "make room, or lower store.reserve"}
        );
    } else if (free < 4 * store.reserve_bytes) {
        out.push_back(
            {Level::warning,
             {},
             "the disk of " + quoted(store.directory) + " has " + mebibytes(free) + " free",
             "below the reserve of " + mebibytes(store.reserve_bytes) + " new alerts are refused",
             "make room"}
        );
    }
    const std::string by = store.owner.empty() ? "" : " for " + quoted(store.owner);
    return out.empty() ? fine(
                             directory + " is writable" + by + ", " + mebibytes(free) +
                             " free (reserve " + mebibytes(store.reserve_bytes) + ")"
                         )
                       : out;
}

Findings check_listener(const Examined& examined) {
    if (!examined.listener) {
        return not_checked("the section listen has mistakes");
    }
    const ListenerFacts& listener = *examined.listener;
    const net::Exchange& exchange = listener.exchange;
    if (is_well(exchange, listener.demands_certificate)) {
        return fine("the bridge answers at " + listener.address);
    }
    if (exchange.answered) {
        return {
            {Level::error,
             {},
             "something else than the bridge answers at " + listener.address + " (status " +
                 std::to_string(exchange.response.status) + " to /healthz)",
             "the daemon cannot take that port, and senders talk to a stranger",
             "free the port, or change listen.port"}};
    }
    return {
        {Level::warning,
         {},
         "no bridge answers at " + listener.address + " (" + exchange.code + ": " +
             exchange.message + ")",
         "senders cannot reach it",
         "systemctl start glpi-alert-bridge; if it runs, look into its log"}};
}

Findings check_media_type(const Examined& examined) {
    if (examined.zabbix.empty()) {
        return not_checked("no Zabbix source has a `back`, so Zabbix cannot be asked");
    }
    Findings out;
    for (const ZabbixFacts& facts : examined.zabbix) {
        const std::string source = "source " + quoted(facts.source) + ": ";
        if (!facts.media_types) {
            out.push_back(
                {Level::warning,
                 {},
                 source + "Zabbix's API: " + facts.media_types.error().message,
                 "tickets' numbers and links cannot be told to Zabbix, nor missed recoveries found",
                 "look at back.url and the token's user"}
            );
            continue;
        }
        if (facts.media_types->empty()) {
            out.push_back(
                {Level::skipped,
                 {},
                 source +
                     "Zabbix shows no media type of the bridge; only a Super admin's token sees "
                     "them",
                 {},
                 {}}
            );
        }
        for (const monitoring::MediaType& type : *facts.media_types) {
            const std::string name = source + "the media type " + quoted(type.name);
            if (!type.is_enabled) {
                out.push_back(
                    {Level::warning,
                     {},
                     name + " is disabled",
                     "Zabbix sends nothing with it",
                     "Administration > Media types: enable it"}
                );
            }
            if (type.version == 0) {
                out.push_back(
                    {Level::skipped,
                     {},
                     name + ": Zabbix does not show its script to this user",
                     {},
                     {}}
                );
            } else if (type.version < monitoring::kMediaTypeVersion) {
                out.push_back(
                    {Level::warning,
                     {},
                     name + " is of version " + std::to_string(type.version) +
                         ", the bridge's is " + std::to_string(monitoring::kMediaTypeVersion),
                     "what the newer one sends is missing",
                     "import config/zabbix/zbx_glpi_alert_bridge.yaml anew"}
                );
            } else if (!type.keeps_tags) {
                out.push_back(
                    {Level::warning,
                     {},
                     name + " does not process tags",
                     "the ticket's number and link do not come back to the problem",
                     "Administration > Media types: tick `Process tags`"}
                );
            }
        }
    }
    return out.empty() ? fine("Zabbix has the bridge's media type, enabled and up to date") : out;
}

}  // namespace alert_bridge::app
