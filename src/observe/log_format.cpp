// SPDX-License-Identifier: MIT
#include "alert_bridge/observe/log_format.hpp"

#include "alert_bridge/base/text.hpp"

namespace alert_bridge::observe {
namespace {

// Longer input is cut in bytes before anything is computed on it.
constexpr std::size_t kInputMax = 8 * kValueMax;

std::string scrub(std::string_view text) {
    return cut_code_points(one_line(repair_utf8(text.substr(0, kInputMax))), kValueMax);
}

// Quoted when a blank, a quote, a backslash or '=' could be taken for the end of the value.
std::string quoted_if_needed(const std::string& value) {
    if (!value.empty() && value.find_first_of(" \"\\=") == std::string::npos) {
        return value;
    }
    std::string out = "\"";
    for (const char letter : value) {
        if (letter == '"' || letter == '\\') {
            out += '\\';
        }
        out += letter;
    }
    return out + '"';
}

// Requires: valid UTF-8 without control characters.
std::string json_string(const std::string& text) {
    std::string out = "\"";
    for (const char letter : text) {
        if (letter == '"' || letter == '\\') {
            out += '\\';
        }
        out += letter;
    }
    return out + '"';
}

std::string utc_with_milliseconds(WallTime time) {
    std::string text = format_utc(time);
    const auto fraction = ((to_unix_ms(time) % 1000) + 1000) % 1000;
    const std::string digits = std::to_string(1000 + fraction).substr(1);
    text.insert(text.size() - 1, "." + digits);  // before the Z
    return text;
}

std::string as_text(const LogLine& line) {
    std::string out = scrub(line.event_id) + ": " + scrub(line.message);
    for (const ports::Field& field : line.fields) {
        out += ' ';
        out += scrub(field.key);
        out += '=';
        out += quoted_if_needed(scrub(field.value));
    }
    return out;
}

std::string as_json(const LogLine& line) {
    std::string out = "{\"time\":" + json_string(utc_with_milliseconds(line.time));
    out += ",\"level\":" + json_string(std::string(to_string(line.level)));
    out += ",\"event\":" + json_string(scrub(line.event_id));
    out += ",\"message\":" + json_string(scrub(line.message));
    if (!line.fields.empty()) {
        out += ",\"fields\":{";
        std::string_view separator;
        for (const ports::Field& field : line.fields) {
            out += separator;
            out += json_string(scrub(field.key)) + ":" + json_string(scrub(field.value));
            separator = ",";
        }
        out += '}';
    }
    return out + '}';
}

// syslog's priorities
std::string_view priority(ports::Level level) noexcept {
    switch (level) {
        case ports::Level::debug:
            return "<7>";
        case ports::Level::info:
            return "<6>";
        case ports::Level::warning:
            return "<4>";
        case ports::Level::error:
            return "<3>";
    }
    return "<6>";
}

std::string_view colour(ports::Level level) noexcept {
    switch (level) {
        case ports::Level::debug:
            return "\x1b[2m";
        case ports::Level::info:
            return "";
        case ports::Level::warning:
            return "\x1b[33m";
        case ports::Level::error:
            return "\x1b[31m";
    }
    return "";
}

std::string as_console(const LogLook& look, const LogLine& line) {
    std::string level(to_string(line.level));
    level.resize(7, ' ');
    const std::string_view paint = look.colours ? colour(line.level) : std::string_view();
    std::string out = format_local(line.time, look.time_zone) + "  ";
    out += paint;
    out += level;
    out += paint.empty() ? "" : "\x1b[0m";
    out += "  " + as_text(line);
    return out;
}

}  // namespace

std::string format_line(const LogLook& look, const LogLine& line) {
    switch (look.style) {
        case LogStyle::json:
            return as_json(line);
        case LogStyle::journal:
            return std::string(priority(line.level)) + as_text(line);
        case LogStyle::console:
            break;
    }
    return as_console(look, line);
}

std::string_view to_string(ports::Level level) noexcept {
    switch (level) {
        case ports::Level::debug:
            return "debug";
        case ports::Level::info:
            return "info";
        case ports::Level::warning:
            return "warning";
        case ports::Level::error:
            return "error";
    }
    return "unknown";
}

std::optional<ports::Level> parse_level(std::string_view text) noexcept {
    for (const ports::Level level :
         {ports::Level::debug, ports::Level::info, ports::Level::warning, ports::Level::error}) {
        if (text == to_string(level)) {
            return level;
        }
    }
    return std::nullopt;
}

}  // namespace alert_bridge::observe
