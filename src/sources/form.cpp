// SPDX-License-Identifier: MIT
#include "alert_bridge/sources/form.hpp"

#include <utility>

#include "alert_bridge/base/text.hpp"

namespace alert_bridge::sources {
namespace {

int hex_value(char letter) noexcept {
    if (letter >= '0' && letter <= '9') {
        return letter - '0';
    }
    if (letter >= 'a' && letter <= 'f') {
        return letter - 'a' + 10;
    }
    if (letter >= 'A' && letter <= 'F') {
        return letter - 'A' + 10;
    }
    return -1;
}

std::string decode(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '%' && at + 2 < text.size()) {
            const int high = hex_value(text[at + 1]);
            const int low = hex_value(text[at + 2]);
            if (high >= 0 && low >= 0) {
                bytes += static_cast<char>(high * 16 + low);
                at += 2;
                continue;
            }
        }
        bytes += text[at] == '+' ? ' ' : text[at];
    }
    return repair_utf8(bytes);
}

}  // namespace

Result<std::map<std::string, std::string>> parse_form(std::string_view body) {
    std::map<std::string, std::string> fields;
    // A text file sent with --data-binary ends in a newline that is not part of the last value.
    while (body.ends_with('\n') || body.ends_with('\r')) {
        body.remove_suffix(1);
    }
    while (!body.empty()) {
        const std::size_t end = body.find('&');
        const std::string_view pair = body.substr(0, end);
        body.remove_prefix(end == std::string_view::npos ? body.size() : end + 1);
        const std::size_t equals = pair.find('=');
        if (equals == std::string_view::npos || equals == 0) {
            continue;  // "&&", "flag" and "=value" name nothing
        }
        const auto [field, added] =
            fields.emplace(decode(pair.substr(0, equals)), decode(pair.substr(equals + 1)));
        if (!added) {
            const std::string name = cut_code_points(one_line(field->first), 100);
            return Error{ErrorClass::refused, "form", "duplicate field \"" + name + "\""};
        }
    }
    if (fields.empty()) {
        return Error{
            ErrorClass::refused, "form", "neither a JSON object nor a form: no name=value pair"};
    }
    return fields;
}

}  // namespace alert_bridge::sources
