// SPDX-License-Identifier: MIT
// Bounded JSON: what was read, printed and read again, is the same.
#include <nlohmann/json.hpp>

#include "alert_bridge/sources/safe_json.hpp"
#include "support.hpp"
#include "targets.hpp"

namespace {

int depth_of(const nlohmann::json& value) {
    int deepest = 0;
    if (value.is_structured()) {
        for (const nlohmann::json& child : value) {
            deepest = std::max(deepest, depth_of(child));
        }
        ++deepest;
    }
    return deepest;
}

}  // namespace

void fuzz::json(std::string_view input) {
    using namespace alert_bridge;
    const auto value = sources::parse_json(input);
    if (!value) {
        require(value.error().kind == ErrorClass::refused, "unreadable JSON is refused");
        require(value.error().code == "json", "the code is stable", value.error().code);
        require(!value.error().message.empty(), "the message says what is wrong");
        return;
    }
    require(depth_of(*value) <= sources::kMaxJsonDepth, "nesting is bounded");
    const std::string printed = value->dump();  // throws on ill-formed UTF-8
    const auto again = sources::parse_json(printed);
    require(again.has_value() && *again == *value, "JSON reads as it was printed", printed);
}
