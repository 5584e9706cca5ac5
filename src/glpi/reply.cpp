// SPDX-License-Identifier: MIT
#include "alert_bridge/glpi/reply.hpp"

#include "alert_bridge/base/number.hpp"

namespace alert_bridge::glpi {

std::int64_t as_number(const nlohmann::json& value) {
    std::int64_t out = 0;
    if (value.is_number_unsigned()) {
        const auto big = value.get<std::uint64_t>();
        out = big > INT64_MAX ? 0 : static_cast<std::int64_t>(big);
    } else if (value.is_number_integer()) {
        out = value.get<std::int64_t>();
    } else if (value.is_boolean()) {
        out = value.get<bool>() ? 1 : 0;
    } else if (value.is_string()) {
        out = parse_whole_number(value.get_ref<const std::string&>()).value_or(0);
    }
    return out < 0 ? 0 : out;
}

bool has(const nlohmann::json& object, const char* key) {
    return object.is_object() && object.contains(key) && !object.at(key).is_null();
}

std::int64_t number_in(const nlohmann::json& object, const char* key) {
    return has(object, key) ? as_number(object.at(key)) : 0;
}

std::string text_in(const nlohmann::json& object, const char* key) {
    if (!has(object, key)) {
        return {};
    }
    const auto& value = object.at(key);
    if (value.is_string()) {
        return value.get<std::string>();
    }
    if (value.is_number_integer()) {
        return std::to_string(value.get<std::int64_t>());
    }
    return {};
}

bool flag_in(const nlohmann::json& object, const char* key) {
    return number_in(object, key) != 0;
}

std::string dump(const nlohmann::json& value) {
    return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace alert_bridge::glpi
