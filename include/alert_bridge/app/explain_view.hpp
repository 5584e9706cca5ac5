// SPDX-License-Identifier: MIT
//
// An explanation as JSON (one shape for tools, and for the text) and as text for people.
//
// Guarantees: the text holds no control characters whatever the alert holds; lists are cut where
// they would fill many screens, and say so. The JSON is complete. Thread rule: pure functions.
// Tests: tests/unit/app/explain_view_test.cpp
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "alert_bridge/core/explanation.hpp"

namespace alert_bridge::app {

[[nodiscard]] nlohmann::json explanation_json(const core::Explanation& explanation);

// `width` 0: no terminal; `styled`: headings in bold.
[[nodiscard]] std::string explanation_text(
    const nlohmann::json& explanation, std::size_t width, bool styled
);

}  // namespace alert_bridge::app
