// SPDX-License-Identifier: MIT
//
// Pure text helpers for text that comes from monitoring and must be treated as hostile.
//
// Guarantees: every function takes any bytes and terminates in linear time; the ones that return
// text return valid UTF-8 if they were given valid UTF-8 (repair_utf8 makes it so).
// Thread rule: pure functions.
// Tests: tests/unit/base/text_test.cpp
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace alert_bridge {

// Each ill-formed byte sequence becomes one U+FFFD.
[[nodiscard]] std::string repair_utf8(std::string_view bytes);

// Drops C0 (but not \n and \t), DEL, C1, bidirectional overrides and zero-width controls; CRLF ->
// LF. Requires: valid UTF-8.
[[nodiscard]] std::string drop_controls(std::string_view text);

// drop_controls, then newlines and tabs become one blank: for titles and log values.
[[nodiscard]] std::string one_line(std::string_view text);

[[nodiscard]] std::size_t count_code_points(std::string_view text) noexcept;

// At most `limit` code points; a cut text ends in "…" (counted).
[[nodiscard]] std::string cut_code_points(std::string_view text, std::size_t limit);

// & < > " ' as entities; nothing else changes. Never call twice on the same text.
[[nodiscard]] std::string escape_html(std::string_view text);

// escape_html, and \n becomes "<br>".
[[nodiscard]] std::string text_to_html(std::string_view text);

[[nodiscard]] std::string to_lower_ascii(std::string_view text);
void lower_ascii(std::string& text) noexcept;
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;
[[nodiscard]] std::vector<std::string> split(std::string_view text, std::string_view separator);
[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view separator);
[[nodiscard]] bool iequals_ascii(std::string_view a, std::string_view b) noexcept;

// Case-sensitive glob: '*' any run, '?' any one byte. Linear for one star, bounded by n*m.
[[nodiscard]] bool glob_match(std::string_view pattern, std::string_view text) noexcept;

// Numbers, durations and counters blanked out, blanks folded: two outputs that differ only in
// figures compare equal (used to tell a repeat from news).
[[nodiscard]] std::string without_numbers(std::string_view text);

// Nearest of `known` by edit distance, or empty when none is close (for "did you mean").
[[nodiscard]] std::string nearest_name(
    std::string_view wrong, const std::vector<std::string>& known
);

}  // namespace alert_bridge
