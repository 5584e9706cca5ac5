// SPDX-License-Identifier: MIT
//
// Bounded reading of the regular files that a configuration names.
//
// Guarantees: never throws, never blocks on a FIFO or device, reads at most the bound, and looks at
// owner rights and content of the same open file (no race between check and use).
// Thread rule: blocking; call at start and reload only. Tests: tests/unit/config/secrets_test.cpp
#pragma once

#include <cstddef>
#include <string>

namespace alert_bridge::config {

struct FileText {
    std::string text;
    std::string problem;           // empty: read
    bool others_may_read = false;  // group or world has any right on it
    bool is_loose = false;  // world has any right on it, or the group more than that to read it
};

[[nodiscard]] FileText read_file(const std::string& path, std::size_t bytes_max);

// `path` itself when absolute, else below `base_dir`.
[[nodiscard]] std::string resolve_path(const std::string& path, const std::string& base_dir);

}  // namespace alert_bridge::config
