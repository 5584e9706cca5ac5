// SPDX-License-Identifier: MIT
//
// Reply: a trustworthy JSON answer, and small accessors that take GLPI's habits (numbers as
// strings, absent and null fields). For .cpp files of this folder only, since it pulls in the JSON
// library. Thread rule: values.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace alert_bridge::glpi {

struct Reply {
    nlohmann::json body;
    std::int64_t total = -1;  // of Content-Range "a-b/total"; -1: not told
};

// 0 when absent, null, negative or not a whole number; numbers in strings are taken.
[[nodiscard]] std::int64_t number_in(const nlohmann::json& object, const char* key);
[[nodiscard]] std::int64_t as_number(const nlohmann::json& value);
// "" when absent or not text; numbers become text.
[[nodiscard]] std::string text_in(const nlohmann::json& object, const char* key);
[[nodiscard]] bool flag_in(const nlohmann::json& object, const char* key);
[[nodiscard]] bool has(const nlohmann::json& object, const char* key);

// Text for a request body; ill-formed UTF-8 is replaced, never thrown on.
[[nodiscard]] std::string dump(const nlohmann::json& value);

}  // namespace alert_bridge::glpi
