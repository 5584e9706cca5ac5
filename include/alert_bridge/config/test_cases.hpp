// SPDX-License-Identifier: MIT
//
// Cases for `test-rules`: an alert, and what the rules are to make of it. They stand in the section
// `tests` of the configuration, or as the same section in a file of their own.
//
// Guarantees: as loader.hpp: never throws, all mistakes at once, with their positions; unknown keys
// are mistakes. Paths of payloads start at the directory of the file they are named in.
// Thread rule: blocking (files). Tests: tests/unit/config/test_cases_test.cpp
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "alert_bridge/config/diagnostic.hpp"
#include "alert_bridge/config/model.hpp"
#include "alert_bridge/domain/asset_details.hpp"

namespace alert_bridge::config {

struct Expected {
    std::string name;   // a field of domain/plan_fields.hpp, or rule, rules, opens, title
    std::string value;  // as those write it
    Position at;
};

struct TestCase {
    std::string name;
    Position at;
    std::string source;
    std::optional<std::string> payload;  // as the source sends it; none: the alert says it all
    domain::Alert alert;                 // short form; without keys
    std::optional<WallTime> now;         // none: the present
    std::optional<domain::AssetDetails> asset;
    std::vector<Expected> expected;
};

struct LoadedTests {
    std::vector<TestCase> cases;
    std::string file;  // that they stand in, for messages
    std::vector<Diagnostic> diagnostics;
};

// The section `tests` of the file at `path`, which may be the configuration itself. `config`: what
// the cases refer to.
[[nodiscard]] LoadedTests load_tests(const std::string& path, const Config& config);

}  // namespace alert_bridge::config
