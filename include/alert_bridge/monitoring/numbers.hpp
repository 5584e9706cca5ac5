// SPDX-License-Identifier: MIT
//
// Numbers that a monitoring system counted, held within what the bridge can count itself.
//
// Guarantees: any value is taken: huge, negative, infinite, not a number; none is undefined
// behaviour. Thread rule: pure. Tests: tests/unit/monitoring/numbers_test.cpp
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "alert_bridge/base/time.hpp"

namespace alert_bridge::monitoring {

// What a double still counts one by one.
inline constexpr std::int64_t kLargestWhole = std::int64_t{1} << 53;

// Without its fraction; the nearest of -kLargestWhole … kLargestWhole, 0 for what is no number.
[[nodiscard]] inline std::int64_t to_whole_number(double value) noexcept {
    constexpr auto kLargest = static_cast<double>(kLargestWhole);
    return std::isnan(value) ? 0
                             : static_cast<std::int64_t>(std::clamp(value, -kLargest, kLargest));
}

// Seconds since 1970, held within 1970 … 9999.
[[nodiscard]] constexpr WallTime from_unix_seconds(std::int64_t seconds) noexcept {
    constexpr std::int64_t kEndOf9999 = 253'402'300'799;
    return from_unix_ms(std::clamp<std::int64_t>(seconds, 0, kEndOf9999) * 1000);
}

}  // namespace alert_bridge::monitoring
