// SPDX-License-Identifier: MIT
#include "alert_bridge/http/message.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <nlohmann/json.hpp>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/net/bridge_mark.hpp"

namespace alert_bridge::http {
namespace {

constexpr int kLongestWaitS = 30;

bool is_unreserved(unsigned char letter) noexcept {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || letter == '-' || letter == '.' || letter == '_' ||
           letter == '~';
}

int hex_value(char letter) noexcept {
    if (letter >= '0' && letter <= '9') {
        return letter - '0';
    }
    if (letter >= 'a' && letter <= 'f') {
        return letter - 'a' + 10;
    }
    return letter >= 'A' && letter <= 'F' ? letter - 'A' + 10 : -1;
}

// Names and values that would end a line early are blanked: no header can be injected.
void append_header(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    out += ": ";
    for (const char letter : value) {
        const auto byte = static_cast<unsigned char>(letter);
        out += byte < 0x20 || byte == 0x7f ? ' ' : letter;
    }
    out += "\r\n";
}

std::string http_date(WallTime now) {
    static constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed",
                                                      "Thu", "Fri", "Sat"};
    static constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t seconds = static_cast<std::time_t>(to_unix_ms(now) / 1000);
    std::tm parts{};
    if (gmtime_r(&seconds, &parts) == nullptr) {
        return "Thu, 01 Jan 1970 00:00:00 GMT";
    }
    std::array<char, 64> text{};
    const int size = std::snprintf(
        text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
        kDays.at(static_cast<std::size_t>(parts.tm_wday)), parts.tm_mday,
        kMonths.at(static_cast<std::size_t>(parts.tm_mon)), parts.tm_year + 1900, parts.tm_hour,
        parts.tm_min, parts.tm_sec
    );
    return std::string(text.data(), static_cast<std::size_t>(std::max(size, 0)));
}

}  // namespace

Response Response::failure(int status, std::string_view message) {
    Response response;
    response.status = status;
    const nlohmann::json body = {{"error", message}};
    response.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    response.close = true;
    return response;
}

std::string encode(const Response& response, const Framing& framing) {
    std::string out;
    out.reserve(256 + response.body.size());
    out += framing.http_1_1 ? "HTTP/1.1 " : "HTTP/1.0 ";
    out += std::to_string(response.status);
    out += ' ';
    out += reason_phrase(response.status);
    out += "\r\n";
    append_header(out, "Date", http_date(framing.now));
    append_header(out, net::kBridgeMark, net::kBridgeMarkValue);
    const std::size_t body_bytes = response.body.size() + response.fixed_body.size();
    if (body_bytes > 0 || response.feed != nullptr) {
        append_header(out, "Content-Type", response.content_type);
    }
    if (response.feed == nullptr) {
        append_header(out, "Content-Length", std::to_string(body_bytes));
    }
    append_header(out, "X-Content-Type-Options", "nosniff");
    append_header(out, "Cache-Control", "no-store");
    for (const auto& [name, value] : response.headers) {
        append_header(out, name, value);
    }
    append_header(out, "Connection", framing.keep_alive ? "keep-alive" : "close");
    out += "\r\n";
    if (!framing.head_only) {
        out += response.body;
    }
    return out;
}

std::string_view reason_phrase(int status) noexcept {
    switch (status) {
        case 200:
            return "OK";
        case 202:
            return "Accepted";
        case 302:
            return "Found";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 411:
            return "Length Required";
        case 413:
            return "Content Too Large";
        case 415:
            return "Unsupported Media Type";
        case 417:
            return "Expectation Failed";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 503:
            return "Service Unavailable";
        case 505:
            return "HTTP Version Not Supported";
        default:
            return "Unknown";
    }
}

std::optional<std::string> percent_decode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        if (i + 2 >= text.size()) {
            return std::nullopt;
        }
        const int high = hex_value(text[i + 1]);
        const int low = hex_value(text[i + 2]);
        if (high < 0 || low < 0 || (high == 0 && low == 0)) {
            return std::nullopt;
        }
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

std::string percent_encode(std::string_view text) {
    static constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        if (is_unreserved(byte)) {
            out += letter;
        } else {
            out += '%';
            out += kHex[byte >> 4U];
            out += kHex[byte & 15U];
        }
    }
    return out;
}

int preferred_wait_s(std::string_view prefer) noexcept {
    while (!prefer.empty()) {
        const std::size_t comma = std::min(prefer.find(','), prefer.size());
        const std::string_view item = trim(prefer.substr(0, std::min(prefer.find(';'), comma)));
        prefer.remove_prefix(std::min(comma + 1, prefer.size()));
        const std::size_t equals = item.find('=');
        if (equals == std::string_view::npos ||
            !iequals_ascii(trim(item.substr(0, equals)), "wait")) {
            continue;
        }
        const std::string_view digits = trim(item.substr(equals + 1));
        int seconds = 0;
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
        if (error == std::errc() && end == digits.data() + digits.size() && seconds > 0) {
            return std::min(seconds, kLongestWaitS);
        }
        return 0;
    }
    return 0;
}

}  // namespace alert_bridge::http
