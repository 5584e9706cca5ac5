// SPDX-License-Identifier: MIT
//
// The settings of `glpi-alert-bridge send`, which runs on the monitoring host: a small YAML file of
// its own, since the daemon's bridge.yaml and its secrets are not there.
//
// Guarantees: as the loader: all mistakes at once, with line and column and the nearest known key;
// relative paths start at the file's folder; the file holds no secret, only the names of files.
// What has a mistake has its default, so that an alert can be kept although nothing can be sent.
// Not guaranteed: that url and source are there; the command line may give them.
// Thread rule: blocking (reads files). Tests: tests/unit/config/send_settings_test.cpp
#pragma once

#include <string>
#include <vector>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/base/secret.hpp"
#include "alert_bridge/base/time.hpp"
#include "alert_bridge/config/diagnostic.hpp"

namespace alert_bridge::config {

struct SendSettings {
    std::string url;     // of the bridge, without /v1/alerts
    std::string source;  // its name in the bridge's configuration
    std::string token_file, hmac_key_file, ca_file;
    std::string spool;
    Duration timeout{};  // of one request, connecting included
    std::int64_t spool_alerts = 0, spool_bytes = 0;
};

struct LoadedSend {
    SendSettings settings;
    std::vector<Diagnostic> diagnostics;
    bool is_sound = false;  // no mistake among them
};

// A file that is not there, and need not be, is one without a line: the defaults.
[[nodiscard]] LoadedSend load_send_settings(const std::string& path, bool must_exist);

// `name` stands for the file in messages.
[[nodiscard]] LoadedSend read_send_settings(
    const std::string& text, const std::string& name, const std::string& base_dir
);

// Duration of a request, as the file allows it.
[[nodiscard]] bool is_send_timeout(Duration timeout) noexcept;
// a-z, 0-9 and '-', at most 64: what the bridge's configuration allows.
[[nodiscard]] bool is_source_name(std::string_view name) noexcept;

// One line of printable text in a file that nobody else may read. Errors: misconfigured "secret".
[[nodiscard]] Result<Secret> read_secret_file(const std::string& path, std::string_view what);

}  // namespace alert_bridge::config
