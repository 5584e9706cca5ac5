// SPDX-License-Identifier: MIT
#include "alert_bridge/config/secrets.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "alert_bridge/config/files.hpp"

namespace alert_bridge::config {
namespace {

// Stands for each secret where none is read; as long as the longest that any must be.
constexpr const char* kLeftOut = "left-out-left-out-left-out";

constexpr std::string_view kOpenToOthers = " can be read by others";

// The value, or why there is none. The line end that editors add is not part of it.
struct Found {
    std::string value;
    std::string problem;
    bool is_open = false;  // to others; then both are there
};

Found from_file(const std::string& path, bool must_be_private) {
    FileText file = read_file(path, kMaxSecretBytes + 2);
    if (!file.problem.empty()) {
        return {{}, file.problem, false};
    }
    if (must_be_private && file.others_may_read) {
        return {
            std::move(file.text),
            "'" + path + "'" + std::string(kOpenToOthers) +
                ": chmod 600 it (chmod 400 if read-only)",
            true};
    }
    return {std::move(file.text), {}, false};
}

Found from_credential(const std::string& name) {
    const char* const directory = std::getenv("CREDENTIALS_DIRECTORY");
    if (directory == nullptr || *directory == '\0') {
        return {
            {},
            "credential '" + name + "': $CREDENTIALS_DIRECTORY is not set (no LoadCredential=?)",
            false};
    }
    const bool is_plain_name = name.find('/') == std::string::npos && name != "." && name != "..";
    if (!is_plain_name) {
        return {{}, "'" + name + "' is not the name of a credential", false};
    }
    return from_file(resolve_path(name, directory), false);
}

Found from_environment(const std::string& name) {
    const char* const value = std::getenv(name.c_str());
    return value == nullptr ? Found{{}, "environment variable '" + name + "' is not set", false}
                            : Found{value, {}, false};
}

std::string problem_of(const std::string& value) {
    if (value.empty()) {
        return "the secret is empty";
    }
    if (value.size() > kMaxSecretBytes) {
        return "the secret is longer than 4096 bytes";
    }
    const bool printable =
        std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; });
    if (!printable || value.front() == ' ' || value.back() == ' ') {
        return "the secret must be one line of printable ASCII characters without blanks around it";
    }
    return {};
}

void trim_line_end(std::string& value) {
    if (value.ends_with('\n')) {
        value.pop_back();
        if (value.ends_with('\r')) {
            value.pop_back();
        }
    }
}

}  // namespace

bool tells_of_open_secret(const Diagnostic& diagnostic) noexcept {
    return diagnostic.message.find(kOpenToOthers) != std::string::npos;
}

Secret read_secret(
    Diagnostics& diagnostics, const Node& node, std::string_view what, const std::string& base_dir
) {
    if (node.kind == Node::Kind::scalar) {
        diagnostics.error(
            node.at, "'" + std::string(what) +
                         "' must not stand in this file: use {file: PATH}, {credential: NAME} or "
                         "{env: NAME}"
        );
        return Secret{};
    }
    const std::size_t before = diagnostics.error_count();
    const MapReader reader(diagnostics, &node, kSecretSource);
    const auto file = reader.text("file");
    const auto credential = reader.text("credential");
    const auto environment = reader.text("env");
    if (diagnostics.error_count() > before) {
        return Secret{};
    }
    if (int{file.has_value()} + int{credential.has_value()} + int{environment.has_value()} != 1) {
        diagnostics.error(
            node.at, "'" + std::string(what) + "' needs exactly one of file, credential, env"
        );
        return Secret{};
    }
    if (diagnostics.secrets() == Secrets::left_out) {
        return Secret(kLeftOut);
    }
    Found found;
    if (file) {
        found = from_file(resolve_path(*file, base_dir), true);
    } else if (credential) {
        found = from_credential(*credential);
    } else {
        found = from_environment(*environment);
        diagnostics.warning(
            node.at, "'" + std::string(what) +
                         "' comes from the environment, where other processes can see it; prefer "
                         "file or credential"
        );
    }
    trim_line_end(found.value);
    if (found.is_open && diagnostics.secrets() == Secrets::may_be_open) {
        diagnostics.warning(node.at, "'" + std::string(what) + "': " + found.problem);
        found.problem.clear();
    }
    const std::string problem = found.problem.empty() ? problem_of(found.value) : found.problem;
    if (!problem.empty()) {
        diagnostics.error(node.at, "'" + std::string(what) + "': " + problem);
        return Secret{};
    }
    return Secret(std::move(found.value));
}

std::vector<Secret> read_secrets(
    Diagnostics& diagnostics, const Node& node, std::string_view what, const std::string& base_dir
) {
    const auto nodes = one_or_many(&node);
    if (nodes.empty() || nodes.size() > kMaxSecrets) {
        diagnostics.error(
            node.at,
            "'" + std::string(what) + "' needs one to " + std::to_string(kMaxSecrets) + " secrets"
        );
        return {};
    }
    std::vector<Secret> secrets;
    for (const Node* each : nodes) {
        Secret secret = read_secret(diagnostics, *each, what, base_dir);
        if (!secret.empty()) {
            secrets.push_back(std::move(secret));
        }
    }
    return secrets;
}

}  // namespace alert_bridge::config
