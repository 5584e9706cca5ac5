// SPDX-License-Identifier: MIT
//
// Time as the bridge uses it: wall time with millisecond resolution for everything that is stored
// or shown, durations as milliseconds, and their text forms ("30s", ISO 8601 with zone).
//
// Guarantees: parse_duration accepts exactly a decimal integer and one of ms, s, m, h, d, or "0".
// Formatting never fails. Time zones come from the system's tz database (needs package tzdata);
// "UTC" is known without it. The empty zone name is not a known zone.
// Thread rule: pure functions.
// Tests: tests/unit/base/time_test.cpp
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace alert_bridge {

using Duration = std::chrono::milliseconds;
using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

[[nodiscard]] constexpr WallTime from_unix_ms(std::int64_t ms) noexcept {
    return WallTime(std::chrono::milliseconds(ms));
}
[[nodiscard]] constexpr std::int64_t to_unix_ms(WallTime time) noexcept {
    return time.time_since_epoch().count();
}

// "30s" "5m" "24h" "7d" "250ms" "0". Empty on anything else, negative or over ten years.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);

// The largest unit that divides it: "5m", "90s", "0s".
[[nodiscard]] std::string format_duration(Duration value);

// "2026-11-23T20:33:53Z"
[[nodiscard]] std::string format_utc(WallTime time);

// "2026-11-23 21:33:53 CET"; falls back to UTC when the zone is unknown or empty.
[[nodiscard]] std::string format_local(WallTime time, const std::string& zone);

// "2026-11-23 21:33:53" in the zone, the form GLPI takes for dates.
[[nodiscard]] std::string format_local_plain(WallTime time, const std::string& zone);

[[nodiscard]] bool is_known_time_zone(const std::string& zone);

// Local civil time to wall time. Empty when a field is out of range or the zone is unknown.
// In the hour that clocks repeat, the earlier instant; in the hour they skip, the instant of
// change.
struct CivilTime {
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
};
[[nodiscard]] std::optional<WallTime> from_local(const CivilTime& civil, const std::string& zone);

// The other way, to the second; UTC when the zone is unknown.
[[nodiscard]] CivilTime to_local(WallTime time, const std::string& zone);

struct LocalClock {
    int weekday = 0;        // 0 Monday … 6 Sunday
    int minute_of_day = 0;  // 0 … 1439
};
[[nodiscard]] LocalClock local_clock(WallTime time, const std::string& zone);

}  // namespace alert_bridge
