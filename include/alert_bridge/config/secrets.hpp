// SPDX-License-Identifier: MIT
//
// Secrets of the configuration: {file: …}, {credential: …}, {env: …}, or a list of them.
//
// A secret written into the configuration itself is a mistake. A file must be a regular file that
// neither group nor others have any right on; a credential is a file in $CREDENTIALS_DIRECTORY,
// whose rights the service manager looks after; an environment variable is warned about, because
// other processes of the user can read it. One line end at the end is dropped; what remains must
// be one line of printable ASCII without blanks around it, 1 to 4096 bytes.
// Several secrets are accepted where a list is allowed, so that a token can be changed without a
// gap. Guarantees: messages name the place of a secret, never its value. Thread rule: blocking
// reads; start and reload only. Tests: tests/unit/config/secrets_test.cpp
#pragma once

#include <string>
#include <vector>

#include "alert_bridge/base/secret.hpp"
#include "alert_bridge/config/yaml_reader.hpp"

namespace alert_bridge::config {

inline constexpr std::size_t kMaxSecretBytes = 4096;
inline constexpr std::size_t kMaxSecrets = 8;

// Exactly one secret; empty after a mistake (told).
[[nodiscard]] Secret read_secret(
    Diagnostics& diagnostics, const Node& node, std::string_view what, const std::string& base_dir
);

// Whether it tells that a secret's file is open to others.
[[nodiscard]] bool tells_of_open_secret(const Diagnostic& diagnostic) noexcept;

// One or a list; empty after a mistake (told).
[[nodiscard]] std::vector<Secret> read_secrets(
    Diagnostics& diagnostics, const Node& node, std::string_view what, const std::string& base_dir
);

}  // namespace alert_bridge::config
