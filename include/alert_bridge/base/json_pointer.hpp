// SPDX-License-Identifier: MIT
//
// A JSON Pointer (RFC 6901): "/machine/name", "/items/0", "" for the whole document. ~1 is a slash
// in a name and ~0 a tilde. What it points to is looked up where JSON is known (sources/).
//
// Guarantees: never throws; at most kMaxPointerTokens names. Thread rule: pure.
// Tests: tests/unit/base/json_pointer_test.cpp
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace alert_bridge {

inline constexpr std::size_t kMaxPointerTokens = 32;

struct JsonPointer {
    std::string text;  // as it was written
    std::vector<std::string> tokens;
    bool operator==(const JsonPointer&) const = default;
};

// Empty: it neither is empty nor begins with a slash, or holds a '~' that is not ~0 or ~1.
[[nodiscard]] std::optional<JsonPointer> parse_json_pointer(std::string_view text);

}  // namespace alert_bridge
