// SPDX-License-Identifier: MIT
#include "alert_bridge/base/json_pointer.hpp"

#include "alert_bridge/base/text.hpp"

namespace alert_bridge {
namespace {

std::optional<std::string> unescape(std::string_view token) {
    std::string name;
    for (std::size_t at = 0; at < token.size(); ++at) {
        if (token[at] != '~') {
            name += token[at];
            continue;
        }
        ++at;
        if (at == token.size() || (token[at] != '0' && token[at] != '1')) {
            return std::nullopt;
        }
        name += token[at] == '0' ? '~' : '/';
    }
    return name;
}

}  // namespace

std::optional<JsonPointer> parse_json_pointer(std::string_view text) {
    JsonPointer pointer;
    pointer.text = text;
    if (text.empty()) {
        return pointer;
    }
    if (text.front() != '/') {
        return std::nullopt;
    }
    for (const std::string& token : split(text.substr(1), "/")) {
        auto name = unescape(token);
        if (!name || pointer.tokens.size() == kMaxPointerTokens) {
            return std::nullopt;
        }
        pointer.tokens.push_back(std::move(*name));
    }
    return pointer;
}

}  // namespace alert_bridge
