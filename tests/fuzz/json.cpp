// SPDX-License-Identifier: MIT
// Bounded JSON: the same is accepted, with the same values, as by nlohmann's reader, but for what
// the header refuses; the flat readers tell of a document what the tree holds; and what was read,
// printed and read again is the same.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/sources/safe_json.hpp"
#include "support.hpp"
#include "targets.hpp"

namespace {

using namespace alert_bridge;
using fuzz::require;
using nlohmann::json;

int depth_of(const json& value) {
    int deepest = 0;
    if (value.is_structured()) {
        for (const json& child : value) {
            deepest = std::max(deepest, depth_of(child));
        }
        ++deepest;
    }
    return deepest;
}

// What the other reader makes of it; discarded when it refuses.
json other_reading(std::string_view input) {
    if (input.find('\0') != input.npos) {
        return json(json::value_t::discarded);  // it would stop there
    }
    return json::parse(repair_utf8(input), nullptr, false);
}

void check_refusal(const Error& error, const json& other) {
    require(error.kind == ErrorClass::refused, "unreadable JSON is refused");
    require(error.code == "json", "the code is stable", error.code);
    require(!error.message.empty(), "the message says what is wrong");
    // 1e-99999999999, say, which the other reader takes for 0.
    const bool overflows = error.message.find("(exponent overflow)") != error.message.npos;
    const bool has_reason = other.is_discarded() || depth_of(other) > sources::kMaxJsonDepth ||
                            error.message.starts_with("duplicate key") || overflows;
    require(has_reason, "what is sound and inside the bounds is read", error.message);
}

void check_members(const sources::JsonMembers& members, const json& object) {
    require(members.size() == object.size(), "every member is told");
    auto told = members.begin();
    for (const auto& [name, value] : object.items()) {
        require(told->name == name, "members are sorted by name", name);
        if (value.is_number()) {
            require(json::parse(told->text) == value, "a number is as it was written", told->text);
        } else {
            const std::string text = value.is_string() ? value.get<std::string>()
                                     : value.is_null() ? std::string()
                                                       : value.dump();
            require(told->text == text, "a member's text is its value", told->text);
        }
        ++told;
    }
}

void check_flat(std::string_view input, const json& document) {
    const auto members = sources::parse_json_members(input);
    require(members.has_value() == document.is_object(), "an object has members");
    if (members) {
        check_members(members->members, document);
    } else {
        require(members.error().code == "shape", "the code is stable", members.error().code);
    }
    const auto rows = sources::parse_json_rows(input);
    require(rows.has_value() == document.is_array(), "an array has rows");
    if (!rows) {
        require(rows.error().code == "shape", "the code is stable", rows.error().code);
        return;
    }
    auto row = rows->rows.begin();
    for (const json& element : document) {
        if (element.is_object()) {
            require(row != rows->rows.end(), "every object is a row");
            check_members(*row++, element);
        }
    }
    require(row == rows->rows.end(), "nothing else is a row");
}

}  // namespace

void fuzz::json(std::string_view input) {
    const auto value = sources::parse_json(input);
    const auto other = other_reading(input);
    if (!value) {
        check_refusal(value.error(), other);
        require(!sources::parse_json_members(input), "what is unreadable has no members");
        require(!sources::parse_json_rows(input), "what is unreadable has no rows");
        return;
    }
    require(!other.is_discarded(), "no more is accepted than JSON");
    require(*value == other, "two readers read the same", value->dump());
    require(depth_of(*value) <= sources::kMaxJsonDepth, "nesting is bounded");
    check_flat(input, *value);
    const std::string printed = value->dump();  // throws on ill-formed UTF-8
    const auto again = sources::parse_json(printed);
    require(again.has_value() && *again == *value, "JSON reads as it was printed", printed);
}
