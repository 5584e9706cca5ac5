// SPDX-License-Identifier: MIT
#include "alert_bridge/config/send_settings.hpp"

#include <unistd.h>

#include <filesystem>
#include <utility>

#include "alert_bridge/config/files.hpp"
#include "alert_bridge/config/secrets.hpp"

namespace alert_bridge::config {
namespace {

using enum ValueType;
constexpr std::int64_t kMiB = 1024 * 1024;
constexpr std::size_t kFileBytesMax = 64 * 1024;
// As in the bridge's own configuration (load_sources.cpp).
constexpr std::string_view kSourceNameCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-";
constexpr std::int64_t kTimeoutMin = 100, kTimeoutMax = 60'000;

constexpr Key kSendKeys[] = {
    {"url", text, "", "address of the bridge: https://bridge.example.com:8480"},
    {"source", text, "", "name of this sender in the bridge's configuration"},
    {"token_file", text, "", "file with the bearer token, which only the sender may read"},
    {"hmac_key_file", text, "", "file with the key that signs what is sent, likewise"},
    {"ca_file", text, "", "PEM file: authorities for https; the system's if absent"},
    {"spool", text, "/var/spool/glpi-alert-bridge", "folder of what could not be sent yet"},
    {"timeout", duration, "8s", "for one request", false, kTimeoutMin, kTimeoutMax},
    {"spool_alerts", integer, "10000", "how many alerts may wait", false, 1, 1'000'000},
    {"spool_bytes", size, "64MiB", "and how large they may be together", false, kMiB, 65536 * kMiB},
};
constexpr Section kSend{"", {kSendKeys, {}}};

std::string path_of(const MapReader& reader, std::string_view name, const std::string& base_dir) {
    const auto path = reader.text(name);
    return path ? resolve_path(*path, base_dir) : std::string();
}

// `otherwise`: for what has a mistake.
SendSettings read(
    const MapReader& reader, const std::string& base_dir, const SendSettings& otherwise
) {
    SendSettings settings;
    settings.url = reader.text("url").value_or("");
    settings.source = reader.text("source").value_or("");
    if (!settings.source.empty() && !is_source_name(settings.source)) {
        reader.diagnostics().error(
            reader.position("source"),
            "'source' is the name in the bridge's configuration: a-z, 0-9 and -"
        );
    }
    settings.token_file = path_of(reader, "token_file", base_dir);
    settings.hmac_key_file = path_of(reader, "hmac_key_file", base_dir);
    settings.ca_file = path_of(reader, "ca_file", base_dir);
    settings.spool = path_of(reader, "spool", base_dir);
    if (settings.spool.empty()) {
        settings.spool = otherwise.spool;
    }
    settings.timeout = reader.duration("timeout").value_or(otherwise.timeout);
    settings.spool_alerts = reader.integer("spool_alerts").value_or(otherwise.spool_alerts);
    settings.spool_bytes = reader.size("spool_bytes").value_or(otherwise.spool_bytes);
    return settings;
}

SendSettings defaults() {
    Diagnostics none("");
    return read(MapReader(none, nullptr, kSend), "", {});
}

LoadedSend finish(Diagnostics& diagnostics, SendSettings settings) {
    LoadedSend loaded;
    loaded.settings = std::move(settings);
    loaded.is_sound = !diagnostics.has_errors();
    loaded.diagnostics = diagnostics.take();
    return loaded;
}

}  // namespace

LoadedSend read_send_settings(
    const std::string& text, const std::string& name, const std::string& base_dir
) {
    Diagnostics diagnostics(name);
    SendSettings settings = defaults();
    if (const auto document = parse_yaml(text, diagnostics)) {
        // A file of comments only is one that sets nothing.
        const Node* const node = document->kind == Node::Kind::null ? nullptr : &*document;
        settings = read(MapReader(diagnostics, node, kSend), base_dir, settings);
    }
    return finish(diagnostics, std::move(settings));
}

LoadedSend load_send_settings(const std::string& path, bool must_exist) {
    Diagnostics diagnostics(path);
    if (!must_exist && ::access(path.c_str(), F_OK) != 0) {
        return finish(diagnostics, defaults());
    }
    const FileText file = read_file(path, kFileBytesMax);
    if (!file.problem.empty()) {
        diagnostics.error({}, file.problem);
        return finish(diagnostics, defaults());
    }
    std::error_code failure;
    const auto absolute = std::filesystem::absolute(path, failure);
    return read_send_settings(file.text, path, absolute.parent_path().string());
}

bool is_send_timeout(Duration timeout) noexcept {
    return timeout >= Duration(kTimeoutMin) && timeout <= Duration(kTimeoutMax);
}

bool is_source_name(std::string_view name) noexcept {
    constexpr std::size_t kLongest = 64;
    return !name.empty() && name.size() <= kLongest &&
           name.find_first_not_of(kSourceNameCharacters) == std::string_view::npos;
}

Result<Secret> read_secret_file(const std::string& path, std::string_view what) {
    Node file;
    file.kind = Node::Kind::mapping;
    file.names.push_back({"file", {}});
    Node value;
    value.kind = Node::Kind::scalar;
    value.text = path;
    file.items.push_back(std::move(value));
    Diagnostics diagnostics(path);
    Secret secret = read_secret(diagnostics, file, what, "");
    if (diagnostics.has_errors()) {
        return Error{ErrorClass::misconfigured, "secret", diagnostics.take().front().message};
    }
    return secret;
}

}  // namespace alert_bridge::config
