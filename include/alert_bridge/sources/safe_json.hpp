// SPDX-License-Identifier: MIT
//
// Bounded JSON parsing for text from outside, over nlohmann::json.
//
// Guarantees: never throws, linear time, nesting of at most kMaxJsonDepth (the library copies and
// prints recursively and would run out of stack), no value is silently lost: a duplicate key, a
// number that no double holds (1e999) and a NUL byte (the library stops reading there) are errors.
// Bad UTF-8 becomes U+FFFD, a byte order mark is skipped.
// Errors: class refused, code "json"; the message names line, column and byte, or the key.
// Thread rule: pure. Tests: tests/unit/sources/safe_json_test.cpp
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "alert_bridge/base/error.hpp"

namespace alert_bridge::sources {

inline constexpr int kMaxJsonDepth = 32;

[[nodiscard]] Result<nlohmann::json> parse_json(std::string_view text);

}  // namespace alert_bridge::sources
