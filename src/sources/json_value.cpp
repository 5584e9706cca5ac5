// SPDX-License-Identifier: MIT
#include "alert_bridge/sources/json_value.hpp"

#include <nlohmann/json.hpp>

#include "alert_bridge/base/number.hpp"
#include "alert_bridge/base/text.hpp"
#include "alert_bridge/sources/values.hpp"

namespace alert_bridge::sources {

using nlohmann::json;

const json* member(const json& object, std::string_view name) {
    if (!object.is_object()) {
        return nullptr;
    }
    const auto found = object.find(name);
    return found == object.end() ? nullptr : &*found;
}

const json* find(const json& document, const JsonPointer& pointer) {
    const json* at = &document;
    for (const std::string& token : pointer.tokens) {
        if (at->is_array()) {
            const auto place = parse_whole_number(token);
            const bool is_there = place && static_cast<std::uint64_t>(*place) < at->size();
            at = is_there ? &(*at)[static_cast<std::size_t>(*place)] : nullptr;
        } else {
            at = member(*at, token);
        }
        if (at == nullptr) {
            return nullptr;
        }
    }
    return at;
}

std::string text_of(const json* value) {
    if (value == nullptr || value->is_null()) {
        return {};
    }
    const std::string text = value->is_string()
                                 ? value->get<std::string>()
                                 : value->dump(-1, ' ', false, json::error_handler_t::replace);
    return is_absent(text) ? std::string() : clean_text(text);
}

std::string label_of(const json* value) {
    return cut_bytes(trim(text_of(value)), domain::kMaxLabel);
}

}  // namespace alert_bridge::sources
