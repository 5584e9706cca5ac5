// SPDX-License-Identifier: MIT
//
// Names of enum values in one table, read both ways. Internal to the domain's sources.
// Thread rule: pure functions. Tests: through the to_string and parse functions that use it.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace alert_bridge::domain {

template <class Value, std::size_t n>
using EnumNames = std::array<std::pair<Value, std::string_view>, n>;

template <class Value, std::size_t n>
[[nodiscard]] std::string_view name_of(const EnumNames<Value, n>& names, Value wanted) noexcept {
    for (const auto& [value, name] : names) {
        if (value == wanted) {
            return name;
        }
    }
    return "unknown";
}

template <class Value, std::size_t n>
[[nodiscard]] std::optional<Value> value_of(
    const EnumNames<Value, n>& names, std::string_view text
) noexcept {
    for (const auto& [value, name] : names) {
        if (name == text) {
            return value;
        }
    }
    return std::nullopt;
}

}  // namespace alert_bridge::domain
