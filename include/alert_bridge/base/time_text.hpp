// SPDX-License-Identifier: MIT
//
// Times as senders write them: RFC 3339 and its usual variants.
//
// Guarantees: never throws; linear. Thread rule: pure functions.
// Tests: tests/unit/base/time_text_test.cpp
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "alert_bridge/base/time.hpp"

namespace alert_bridge {

// "2026-11-23T20:33:53.640Z"
[[nodiscard]] std::string format_utc_ms(WallTime time);

// "2026-11-23T20:33:53.640578Z", "2026-11-23 21:33:53+01:00": RFC 3339, and the same without a zone
// when `zone` names the one that is meant. Digits past the milliseconds are dropped.
[[nodiscard]] std::optional<WallTime> parse_time(
    std::string_view text, const std::string& zone = {}
);

}  // namespace alert_bridge
