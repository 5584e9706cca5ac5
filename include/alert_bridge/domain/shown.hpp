// SPDX-License-Identifier: MIT
//
// Values of a plan as people read them, in the trace and in `explain`. Internal to
// src/domain/plan*. Thread rule: pure functions. Tests: tests/unit/domain/plan_fields_test.cpp
#pragma once

#include <map>
#include <string>
#include <vector>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/base/time.hpp"

namespace alert_bridge::domain {

[[nodiscard]] inline std::string shown(bool value) {
    return value ? "true" : "false";
}
[[nodiscard]] inline std::string shown(int value) {
    return std::to_string(value);
}
[[nodiscard]] inline std::string shown(Duration value) {
    return format_duration(value);
}
[[nodiscard]] inline std::string shown(const std::vector<std::string>& values) {
    return join(values, ", ");
}
[[nodiscard]] inline std::string shown(const std::map<std::string, Duration>& values) {
    std::vector<std::string> parts;
    for (const auto& [priority, duration] : values) {
        parts.push_back((priority.empty() ? "" : priority + ": ") + format_duration(duration));
    }
    return join(parts, ", ");
}

}  // namespace alert_bridge::domain
