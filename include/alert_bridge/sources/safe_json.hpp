// SPDX-License-Identifier: MIT
//
// Bounded JSON parsing for text from outside, over Boost.JSON's parser: nlohmann's alone was
// more than half of the work of decoding an alert.
//
// Guarantees: never throws, linear time, nesting of at most kMaxJsonDepth (what is built is copied
// and printed recursively and would run out of stack), no value is silently lost: a duplicate key,
// a number that no double holds (1e999, and any exponent beyond an int) and a NUL byte are errors.
// Bad UTF-8 becomes U+FFFD, one byte order mark is skipped. Errors: class refused, code "json"; the
// message names line, column and byte, or the key. Thread rule: pure. Tests:
// tests/unit/sources/{safe_json,json_cases}_test.cpp
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/sources/text_store.hpp"

namespace alert_bridge::sources {

inline constexpr int kMaxJsonDepth = 32;

[[nodiscard]] Result<nlohmann::json> parse_json(std::string_view text);

struct JsonMember {
    std::string_view name;
    std::string_view text;  // of a string; a number as it was written; of null nothing; else JSON
};

using JsonMembers = std::vector<JsonMember>;  // of an object, sorted by name

// Views into the text that was parsed, which must last, and into `texts`.
struct JsonRow {
    JsonMembers members;
    TextStore texts;
};
struct JsonRows {
    std::vector<JsonMembers> rows;
    TextStore texts;
};

// The members of an object. Besides the errors above: code "shape" when the document is something
// else.
[[nodiscard]] Result<JsonRow> parse_json_members(std::string_view text);

// The same for each object that an array holds; other elements are left out.
[[nodiscard]] Result<JsonRows> parse_json_rows(std::string_view text);

}  // namespace alert_bridge::sources
