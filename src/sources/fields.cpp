// SPDX-License-Identifier: MIT
#include "alert_bridge/sources/fields.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/domain/alert.hpp"
#include "alert_bridge/sources/form.hpp"
#include "alert_bridge/sources/safe_json.hpp"
#include "alert_bridge/sources/values.hpp"

namespace alert_bridge::sources {
namespace {

using RawFields = std::map<std::string, std::string>;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kPrefix = "nagios_";

Error shape(std::string message) {
    return {ErrorClass::refused, "shape", std::move(message)};
}

std::string take_text(nlohmann::json& value) {
    if (value.is_string()) {
        return std::move(value.get_ref<std::string&>());
    }
    return value.is_null() ? std::string() : value.dump();
}

Result<RawFields> parse_object(std::string_view body) {
    Result<nlohmann::json> document = parse_json(body);
    if (!document) {
        return document.error();
    }
    if (!document->is_object()) {
        return shape("a JSON object was expected, not an array");
    }
    RawFields fields;
    for (auto& [name, value] : document->get_ref<nlohmann::json::object_t&>()) {
        fields.emplace_hint(fields.end(), name, take_text(value));  // both are in byte order
    }
    return fields;
}

std::string clean_value(std::string text) {
    for (std::size_t at = text.find('\0'); at != std::string::npos; at = text.find('\0', at)) {
        text.replace(at, 1, "\xEF\xBF\xBD");
    }
    return text.size() <= domain::kMaxText ? std::move(text) : cut_bytes(text, domain::kMaxText);
}

}  // namespace

Result<Fields> Fields::parse(std::string_view body) {
    if (body.starts_with(kByteOrderMark)) {
        body.remove_prefix(kByteOrderMark.size());
    }
    const std::string_view start = trim(body);
    if (start.empty()) {
        return shape("the body is empty");
    }
    const bool is_json = start.front() == '{' || start.front() == '[';
    Result<RawFields> raw = is_json ? parse_object(body) : parse_form(start);
    if (!raw) {
        return raw.error();
    }
    if (raw->size() > kMaxFields) {
        return shape("more than " + std::to_string(kMaxFields) + " fields");
    }
    Fields fields;
    for (const bool prefixed : {true, false}) {
        for (auto& [name, value] : *raw) {
            std::string lower = to_lower_ascii(trim(name));
            if (lower.starts_with(kPrefix) != prefixed || name.size() > kMaxName) {
                continue;
            }
            lower.erase(0, prefixed ? kPrefix.size() : 0);
            std::string text = clean_value(std::move(value));
            if (!lower.empty() && !is_absent(text)) {
                fields.values_.emplace(std::move(lower), std::move(text));
            }
        }
    }
    return fields;
}

std::string_view Fields::get(std::string_view name) const noexcept {
    const auto found = values_.find(name);
    return found == values_.end() ? std::string_view() : std::string_view(found->second);
}

std::string_view Fields::first_of(std::initializer_list<std::string_view> names) const noexcept {
    for (const std::string_view name : names) {
        if (const std::string_view value = get(name); !value.empty()) {
            return value;
        }
    }
    return {};
}

std::string Fields::label(std::string_view name) const {
    return cut_bytes(trim(get(name)), domain::kMaxLabel);
}

}  // namespace alert_bridge::sources
