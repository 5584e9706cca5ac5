// SPDX-License-Identifier: MIT
//
// parse_whole_number: a number in a text that holds nothing else.
//
// Guarantees: never throws. Thread rule: pure. Tests: tests/unit/base/number_test.cpp
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

namespace alert_bridge {

// The text is nothing but one decimal number, 0 or more, without a sign, that fits.
[[nodiscard]] inline std::optional<std::int64_t> parse_whole_number(std::string_view text
) noexcept {
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, failure] = std::from_chars(text.data(), end, number);
    if (text.starts_with('-') || failure != std::errc() || stop != end) {
        return std::nullopt;
    }
    return number;
}

}  // namespace alert_bridge
