// SPDX-License-Identifier: MIT
//
// load(): the configuration file -> an immutable Config, or everything that is wrong with it.
//
// Called by `check`, by the start and by a reload; the same code every time. The sections are read
// by sections.hpp, against the key table of keys.hpp.
// Guarantees: never throws; all mistakes at once (but YAML syntax: the first), sorted by position;
// a Config is given exactly when there is no error, and then domain::RuleEngine::compile() and
// domain::Templates::compile() accept it; warnings may come with a Config.
// Not guaranteed: that GLPI knows the names in it (`doctor` asks).
// Thread rule: blocking (reads files); start and reload only.
// Tests: tests/unit/config/loader_test.cpp, tests/unit/config/cases/
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "alert_bridge/config/diagnostic.hpp"
#include "alert_bridge/config/model.hpp"

namespace alert_bridge::config {

struct Loaded {
    std::optional<Config> config;
    std::vector<Diagnostic> diagnostics;
};

// `secrets` is for those who do not run what they load: who may not read them or has none, and
// `doctor`, which has more to look at than the first mistake.
[[nodiscard]] Loaded load(const std::string& path, Secrets secrets = Secrets::needed);

// The section admin alone: for the operator's commands, whose user may not read the secrets that
// the rest needs. Mistakes elsewhere are not told, but for those of YAML itself.
struct LoadedAdmin {
    std::optional<AdminConfig> admin;
    std::vector<Diagnostic> diagnostics;
};
[[nodiscard]] LoadedAdmin load_admin_only(const std::string& path);

// The section listen alone, likewise: for `health`. Of `tls` it has the names of the files only,
// which may be in the middle of being replaced.
struct LoadedListen {
    std::optional<ListenConfig> listen;
    std::vector<Diagnostic> diagnostics;
};
[[nodiscard]] LoadedListen load_listen_only(const std::string& path);

// `name` stands for the file in messages; relative paths in the text start at `base_dir`.
[[nodiscard]] Loaded load_text(
    const std::string& text, const std::string& name, const std::string& base_dir,
    Secrets secrets = Secrets::needed
);

}  // namespace alert_bridge::config
