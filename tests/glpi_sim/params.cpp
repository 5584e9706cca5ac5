// SPDX-License-Identifier: MIT
#include "params.hpp"

#include <algorithm>

#include "text.hpp"

namespace glpi_sim {

namespace {

constexpr int kMaxDepth = 512;

int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    const char l = static_cast<char>(c | 0x20);
    return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

bool escape_at(std::string_view text, std::size_t at) {
    return text[at] == '%' && at + 2 < text.size() && hex_digit(text[at + 1]) >= 0 &&
           hex_digit(text[at + 2]) >= 0;
}

// "a[0][b]" -> {"a", "0", "b"}; "a[]" -> {"a", ""}.
std::vector<std::string> key_path(const std::string& key) {
    std::vector<std::string> out;
    std::size_t bracket = key.find('[');
    out.push_back(key.substr(0, bracket));
    while (bracket != std::string::npos) {
        const std::size_t close = key.find(']', bracket);
        if (close == std::string::npos)
            break;
        out.push_back(key.substr(bracket + 1, close - bracket - 1));
        bracket = key.find('[', close);
    }
    return out;
}

bool too_deep(std::string_view text) {
    int depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > kMaxDepth)
                return true;
        } else if (c == ']' || c == '}') {
            --depth;
        }
    }
    return false;
}

}  // namespace

std::string url_decode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+') {
            out += ' ';
        } else if (escape_at(text, i)) {
            out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

Json parse_query(std::string_view query) {
    Json out = Json::object();
    while (!query.empty()) {
        const std::size_t amp = query.find('&');
        const std::string_view pair = query.substr(0, amp);
        query = amp == std::string_view::npos ? std::string_view{} : query.substr(amp + 1);
        if (pair.empty())
            continue;
        const std::size_t equals = pair.find('=');
        const std::vector<std::string> path = key_path(url_decode(pair.substr(0, equals)));
        Json* node = &out;
        for (const std::string& step : path) {
            if (!node->is_object())
                *node = Json::object();
            node = &(*node)[step.empty() ? std::to_string(node->size()) : step];
        }
        const std::string value =
            equals == std::string_view::npos ? "" : url_decode(pair.substr(equals + 1));
        if (value == "true" || value == "false")
            *node = value == "true";
        else
            *node = value;
    }
    return out;
}

std::string_view query_of(std::string_view target) {
    const std::size_t mark = target.find('?');
    return mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
}

std::vector<std::string> path_segments(std::string_view target) {
    target = target.substr(0, target.find('?'));
    std::vector<std::string> out;
    while (!target.empty()) {
        const std::size_t slash = target.find('/');
        if (slash != 0)
            out.push_back(url_decode(target.substr(0, slash)));
        target = slash == std::string_view::npos ? std::string_view{} : target.substr(slash + 1);
    }
    return out;
}

std::vector<Json> elements(const Json& value) {
    std::vector<Json> out;
    if (value.is_array() || value.is_object()) {
        for (const Json& member : value)
            out.push_back(member);
    }
    return out;
}

bool parse_json_body(std::string_view body, Json& out) {
    if (body.substr(0, 3) == "\xEF\xBB\xBF" || body.find('\0') != std::string_view::npos ||
        too_deep(body))
        return false;
    out = Json::parse(body, nullptr, false);
    return !out.is_discarded();
}

std::string scalar_text(const Json& value) {
    if (value.is_string())
        return value.get<std::string>();
    if (value.is_boolean())
        return value.get<bool>() ? "1" : "";
    return value.is_primitive() && !value.is_null() ? value.dump() : std::string{};
}

const Json& at_or_null(const Json& object, std::string_view key) {
    static const Json null_value;
    if (!object.is_object())
        return null_value;
    // Rows are searched column by column a lot: no copy of the key.
    for (const auto& member : object.get_ref<const Json::object_t&>()) {
        if (member.first == key)
            return member.second;
    }
    return null_value;
}

}  // namespace glpi_sim
