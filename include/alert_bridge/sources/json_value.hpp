// SPDX-License-Identifier: MIT
//
// Single values out of a JSON tree (sources/safe_json.hpp), as the decoders of nested bodies need
// them.
//
// Guarantees: never throws, whatever the tree holds; texts are valid UTF-8 without NUL, at most
// domain::kMaxText bytes. Requires: a tree that parse_json() made, so of bounded depth.
// Thread rule: pure. Tests: tests/unit/sources/json_value_test.cpp
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "alert_bridge/base/json_pointer.hpp"

namespace alert_bridge::sources {

// The member of that name; null pointer when there is none or `object` is something else.
[[nodiscard]] const nlohmann::json* member(const nlohmann::json& object, std::string_view name);

// What the pointer leads to; null pointer: nothing. Numbers are the places of a list.
[[nodiscard]] const nlohmann::json* find(
    const nlohmann::json& document, const JsonPointer& pointer
);

// A string as it is, numbers and booleans as JSON writes them, objects and arrays as their JSON.
// Empty for null, for null pointer, and for what senders write for "no value" (is_absent()).
[[nodiscard]] std::string text_of(const nlohmann::json* value);

// text_of(), blanks trimmed, at most kMaxLabel bytes.
[[nodiscard]] std::string label_of(const nlohmann::json* value);

}  // namespace alert_bridge::sources
