// SPDX-License-Identifier: MIT
#include "alert_bridge/net/url.hpp"

#include <charconv>

#include "alert_bridge/base/text.hpp"

namespace alert_bridge::net {
namespace {

constexpr std::size_t kMaxUrl = 2048;
constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

Error bad(std::string message) {
    return Error{ErrorClass::misconfigured, "url", std::move(message)};
}

bool is_host_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
}

bool is_ipv6_character(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' ||
           c == '.';
}

template <class Predicate>
bool all_of(std::string_view text, Predicate predicate) {
    for (const char c : text) {
        if (!predicate(c)) {
            return false;
        }
    }
    return true;
}

// Splits "host:port" or "[v6]:port"; fills url.host and leaves the port text.
Result<std::string_view> take_host(std::string_view authority, Url& url) {
    if (!authority.empty() && authority.front() == '[') {
        const auto end = authority.find(']');
        if (end == std::string_view::npos) {
            return bad("an IPv6 host needs a closing bracket");
        }
        url.host = authority.substr(1, end - 1);
        if (url.host.find(':') == std::string::npos || !all_of(url.host, is_ipv6_character)) {
            return bad("'" + url.host + "' is not an IPv6 address");
        }
        return authority.substr(end + 1);
    }
    const auto colon = authority.find(':');
    url.host = authority.substr(0, colon);
    if (url.host.empty() || url.host.size() > 253 || !all_of(url.host, is_host_character)) {
        return bad("'" + one_line(url.host) + "' is not a host name");
    }
    return colon == std::string_view::npos ? std::string_view() : authority.substr(colon);
}

bool take_port(std::string_view text, Url& url) {
    if (text.empty()) {
        url.port = url.tls ? kHttpsPort : kHttpPort;
        return true;
    }
    if (text.size() < 2 || text.front() != ':') {
        return false;
    }
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + 1, end, url.port);
    return error == std::errc() && stop == end && url.port != 0;
}

}  // namespace

std::string Url::authority() const {
    std::string out = host.find(':') == std::string::npos ? host : "[" + host + "]";
    if (port != (tls ? kHttpsPort : kHttpPort)) {
        out += ":" + std::to_string(port);
    }
    return out;
}

std::string Url::text() const {
    return std::string(tls ? "https://" : "http://") + authority() + path;
}

Result<Url> parse_url(std::string_view text) {
    Url url;
    if (text.size() > kMaxUrl) {
        return bad("the address is too long");
    }
    for (const char c : text) {
        if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f) {
            return bad("the address holds a blank, a control character or one outside ASCII");
        }
    }
    std::string_view rest;
    if (text.starts_with("https://")) {
        url.tls = true;
        rest = text.substr(8);
    } else if (text.starts_with("http://")) {
        rest = text.substr(7);
    } else {
        return bad("the address must begin with http:// or https://");
    }
    if (rest.find_first_of("?#") != std::string_view::npos) {
        return bad("the address must not have a query or a fragment");
    }
    const auto slash = rest.find('/');
    const std::string_view authority = rest.substr(0, slash);
    if (authority.find('@') != std::string_view::npos) {
        return bad("the address must not hold a user name or password");
    }
    const auto port = take_host(authority, url);
    if (!port) {
        return port.error();
    }
    if (!take_port(*port, url)) {
        return bad("the port must be a number from 1 to 65535");
    }
    if (slash != std::string_view::npos) {
        url.path = rest.substr(slash);
    }
    while (!url.path.empty() && url.path.back() == '/') {
        url.path.pop_back();
    }
    return url;
}

std::string percent_encode(std::string_view text) {
    static constexpr char kHex[] = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
        if (plain) {
            out += c;
        } else {
            out += '%';
            out += kHex[byte >> 4];
            out += kHex[byte & 15];
        }
    }
    return out;
}

}  // namespace alert_bridge::net
