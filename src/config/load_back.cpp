// SPDX-License-Identifier: MIT
//
// The way back to a source: how it is told of tickets, and asked what it says now.
#include <algorithm>
#include <array>

#include "alert_bridge/config/files.hpp"
#include "alert_bridge/config/secrets.hpp"
#include "alert_bridge/config/sections.hpp"

namespace alert_bridge::config {
namespace {

struct KeyUse {
    std::string_view key;
    std::string_view types;  // "a|b"
    bool required = false;   // for these types
};

constexpr std::array kUses{
    KeyUse{"url", "zabbix|icinga2|alertmanager", true},
    KeyUse{"ca_file", "zabbix|icinga2|alertmanager"},
    KeyUse{"token", "zabbix", true},
    KeyUse{"user", "icinga2", true},
    KeyUse{"password", "icinga2", true},
    KeyUse{"user", "alertmanager"},
    KeyUse{"password", "alertmanager"},
    KeyUse{"pipe", "nagios"},
    KeyUse{"status_file", "nagios"},
    KeyUse{"acknowledge", "zabbix|icinga2|nagios"},
    KeyUse{"close", "zabbix"},
    KeyUse{"settled_after", "alertmanager"},
};

bool is_for(const KeyUse& use, const std::string& type) {
    const auto types = "|" + std::string(use.types) + "|";
    return types.find("|" + type + "|") != std::string::npos;
}

void check_keys(Loading& loading, const MapReader& reader, const std::string& type) {
    std::vector<std::string_view> told;
    for (const KeyUse& use : kUses) {
        const bool is_there = reader.find(use.key) != nullptr;
        const bool fits = std::any_of(kUses.begin(), kUses.end(), [&](const KeyUse& other) {
            return other.key == use.key && is_for(other, type);
        });
        const std::string name = "'" + std::string(use.key) + "'";
        if (is_for(use, type) && use.required && !is_there) {
            loading.diagnostics.error(
                reader.at(), name + " is missing in 'back': the way back to " + type + " needs it"
            );
        }
        if (is_there && !fits && std::find(told.begin(), told.end(), use.key) == told.end()) {
            told.push_back(use.key);
            loading.diagnostics.error(
                reader.position(use.key), name + " means nothing on the way back to " + type
            );
        }
    }
    const bool is_aimless =
        type == "nagios" && reader.find("pipe") == nullptr && reader.find("status_file") == nullptr;
    if (is_aimless) {
        loading.diagnostics.error(reader.at(), "'back' needs 'pipe', 'status_file' or both");
    }
    const bool has_user = reader.find("user") != nullptr;
    if (type == "alertmanager" && has_user != (reader.find("password") != nullptr)) {
        loading.diagnostics.error(reader.at(), "'user' and 'password' belong together");
    }
}

// Keys that another one deprives of their meaning.
void check_together(
    Loading& loading, const MapReader& reader, const std::string& type,
    std::optional<Duration> reconcile
) {
    const auto says = [&](std::string_view key, const char* why) {
        if (reader.find(key) != nullptr) {
            loading.diagnostics.error(
                reader.position(key), "'" + std::string(key) + "' means nothing " + why
            );
        }
    };
    const bool has_pipe = reader.find("pipe") != nullptr;
    const bool has_status_file = reader.find("status_file") != nullptr;
    if (type == "nagios" && has_status_file && !has_pipe) {
        says("acknowledge", "without 'pipe': Nagios cannot be told anything");
    }
    if (type == "nagios" && has_pipe && !has_status_file) {
        constexpr const char* kWhy = "without 'status_file': Nagios cannot be asked anything";
        says("reconcile", kWhy);
        says("open_unheard", kWhy);
    } else if (reconcile == Duration::zero()) {
        says("open_unheard", "with 'reconcile: 0s': monitoring is never asked");
    }
}

// What travels over http, or does not.
void check_encryption(
    Loading& loading, const MapReader& reader, const std::string& type, const BackConfig& back
) {
    if (!back.url.starts_with("http://")) {
        return;
    }
    if (reader.find("ca_file") != nullptr) {
        loading.diagnostics.error(
            reader.position("ca_file"), "'ca_file' means nothing with an http address"
        );
    }
    const bool has_login = type != "alertmanager" || reader.find("password") != nullptr;
    if (has_login && !is_loopback(back.url)) {
        loading.diagnostics.warning(
            reader.position("url"), "the way back's token or password travels unencrypted over http"
        );
    }
}

std::string path_of(Loading& loading, const MapReader& reader, std::string_view name) {
    const auto path = reader.text(name);
    return path ? resolve_path(*path, loading.base_dir) : std::string();
}

Secret secret_of(Loading& loading, const MapReader& reader, std::string_view name) {
    const Node* const node = reader.find(name);
    return node == nullptr ? Secret()
                           : read_secret(loading.diagnostics, *node, name, loading.base_dir);
}

domain::BackPolicy::Acknowledge acknowledge_of(const std::string& word) {
    using Acknowledge = domain::BackPolicy::Acknowledge;
    if (word == "never") {
        return Acknowledge::never;
    }
    return word == "opened" ? Acknowledge::when_opened : Acknowledge::when_taken;
}

}  // namespace

std::optional<BackConfig> load_back(
    Loading& loading, const MapReader& source, const std::string& type
) {
    const Node* const node = source.find("back");
    if (node == nullptr) {
        return std::nullopt;
    }
    const MapReader reader(loading.diagnostics, node, kBack);
    if (!type.empty() && type != "zabbix" && type != "nagios" && type != "icinga2" &&
        type != "alertmanager") {
        loading.diagnostics.error(node->at, "there is no way back to a source of type " + type);
        return std::nullopt;
    }
    if (!type.empty()) {
        check_keys(loading, reader, type);
    }
    BackConfig back;
    back.url = read_url(loading.diagnostics, reader, "url");
    check_encryption(loading, reader, type, back);
    back.ca_file = path_of(loading, reader, "ca_file");
    back.token = secret_of(loading, reader, "token");
    back.user = reader.text("user").value_or("");
    if (back.user.find(':') != std::string::npos) {
        loading.diagnostics.error(reader.position("user"), "'user' must not hold a colon");
    }
    back.password = secret_of(loading, reader, "password");
    back.pipe = path_of(loading, reader, "pipe");
    back.status_file = path_of(loading, reader, "status_file");
    back.policy.acknowledge = acknowledge_of(reader.choice("acknowledge").value_or(""));
    back.policy.close = reader.boolean("close").value_or(false);
    const std::optional<Duration> reconcile = reader.duration("reconcile");
    back.reconcile = reconcile.value_or(Duration{});
    back.open_unheard = reader.boolean("open_unheard").value_or(false);
    back.settled_after = reader.duration("settled_after").value_or(Duration{});
    check_together(loading, reader, type, reconcile);
    const bool cannot_ask = type == "nagios" && back.status_file.empty();
    if (cannot_ask) {
        back.reconcile = Duration::zero();
    }
    return back;
}

}  // namespace alert_bridge::config
