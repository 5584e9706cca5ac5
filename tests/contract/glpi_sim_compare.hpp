// SPDX-License-Identifier: MIT
// Compares an answer of the simulated GLPI with the recorded answer of a real one.
//
// Compared: status, kind of body (JSON, HTML, text, nothing), the headers that matter, and the JSON
// recursively: same keys, same types, same values. Values that depend on the moment (dates,
// durations, tokens) count by their form; error texts, which GLPI translates, by their presence.
// Where the recorder shortened a body ("... 60 more rows left out", `_keys`), what it left is
// compared. Used by glpi_sim_test.cpp only.
#pragma once

#include <string>
#include <vector>

#include "types.hpp"

namespace contract {

using glpi_sim::Json;

// What differs, one line each; empty when equal.
std::vector<std::string> differences(
    const Json& recorded, const glpi_sim::Response& answer, bool trimmed
);

}  // namespace contract
