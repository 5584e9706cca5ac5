// SPDX-License-Identifier: MIT
//
// One event as one line of text: for people, for machines, for the journal.
//
// Guarantees: exactly one line, valid UTF-8, no control characters, values and message cut to
// kValueMax code points; a value cannot forge another field (quoted in text, escaped in JSON).
// Thread rule: pure functions. Tests: tests/unit/observe/log_format_test.cpp
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/base/time.hpp"
#include "alert_bridge/ports/runtime.hpp"

namespace alert_bridge::observe {

inline constexpr std::size_t kValueMax = 512;

enum class LogStyle {
    console,  // 2026-11-23 21:33:53 CET  warning  event_id: message key=value key="two words"
    json,     // {"time":…,"level":…,"event":…,"message":…,"fields":{…}}
    journal,  // <4>event_id: message key=value       (the journal knows the time)
};

struct LogLine {
    WallTime time{};
    ports::Level level = ports::Level::info;
    std::string_view event_id;
    std::string_view message;
    std::vector<ports::Field> fields;
};

struct LogLook {
    LogStyle style = LogStyle::console;
    bool colours = false;   // console only
    std::string time_zone;  // console only; empty: UTC
};

// Without the newline.
[[nodiscard]] std::string format_line(const LogLook& look, const LogLine& line);

[[nodiscard]] std::string_view to_string(ports::Level level) noexcept;
// "debug", "info", "warning", "error"
[[nodiscard]] std::optional<ports::Level> parse_level(std::string_view text) noexcept;

}  // namespace alert_bridge::observe
