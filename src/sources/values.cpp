// SPDX-License-Identifier: MIT
#include "alert_bridge/sources/values.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <utility>

#include "alert_bridge/base/number.hpp"
#include "alert_bridge/base/secret.hpp"
#include "alert_bridge/base/text.hpp"

namespace alert_bridge::sources {
namespace {

constexpr std::size_t kMaxMacro = 255;
constexpr std::size_t kMaxLinks = 16;

bool is_upper_or_digit(char letter) noexcept {
    return (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') || letter == '_';
}

bool is_name_letter(char letter) noexcept {
    return is_upper_or_digit(letter) || (letter >= 'a' && letter <= 'z');
}

// {HOST.IP} {EVENT.TAGS.any thing} {$USER_MACRO:"context"} {#LLD} and the few without a dot.
bool is_zabbix_macro(std::string_view value) noexcept {
    if (value.size() < 3 || value.size() > kMaxMacro || value.front() != '{' ||
        value.back() != '}') {
        return false;
    }
    std::string_view inside = value.substr(1, value.size() - 2);
    if (inside.find_first_of("{}\n") != std::string_view::npos) {
        return false;
    }
    const bool user_macro = inside.front() == '$' || inside.front() == '#';
    inside.remove_prefix(user_macro ? 1 : 0);
    const auto stop = std::find_if_not(inside.begin(), inside.end(), is_upper_or_digit);
    const auto head = static_cast<std::size_t>(stop - inside.begin());
    if (head == 0) {
        return false;
    }
    if (user_macro) {
        return head == inside.size() || inside[head] == ':' || inside[head] == '.';
    }
    constexpr std::array<std::string_view, 3> kWithoutDot{"DATE", "TIME", "TIMESTAMP"};
    return (head < inside.size() && inside[head] == '.') ||
           std::find(kWithoutDot.begin(), kWithoutDot.end(), inside) != kWithoutDot.end();
}

bool is_nagios_macro(std::string_view value) noexcept {
    if (value == "$") {
        return true;
    }
    if (value.size() < 2 || value.size() > kMaxMacro || value.front() != '$' ||
        value.back() != '$') {
        return false;
    }
    const std::string_view inside = value.substr(1, value.size() - 2);
    return std::all_of(inside.begin(), inside.end(), [](char letter) {
        return is_name_letter(letter) || letter == ':' || letter == '-';
    });
}

}  // namespace

bool is_absent(std::string_view value) noexcept {
    value = trim(value);
    return value.empty() || value == "*UNKNOWN*" || is_zabbix_macro(value) ||
           is_nagios_macro(value);
}

std::string cut_bytes(std::string_view text, std::size_t limit) {
    if (text.size() <= limit) {
        return std::string(text);
    }
    while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0U) == 0x80U) {
        --limit;
    }
    return std::string(text.substr(0, limit));
}

std::string clean_text(std::string text) {
    for (std::size_t at = text.find('\0'); at != std::string::npos; at = text.find('\0', at)) {
        text.replace(at, 1, "\xEF\xBF\xBD");
    }
    return text.size() <= domain::kMaxText ? std::move(text) : cut_bytes(text, domain::kMaxText);
}

std::string_view host_part(std::string_view text) noexcept {
    const std::size_t scheme = text.find("://");
    std::string_view host = text;
    if (scheme != std::string_view::npos) {
        host.remove_prefix(scheme + 3);
        host = host.substr(0, host.find_first_of("/?#"));
        host.remove_prefix(host.rfind('@') == host.npos ? 0 : host.rfind('@') + 1);
    }
    if (const std::size_t bracket = host.find(']'); host.starts_with('[') && bracket != host.npos) {
        return host.substr(1, bracket - 1);
    }
    // Two colons are an IPv6 address without a port.
    const std::size_t colon = host.find(':');
    if (colon != host.npos && colon > 0 && host.rfind(':') == colon &&
        parse_whole_number(host.substr(colon + 1))) {
        host = host.substr(0, colon);
    }
    return host.empty() ? text : host;
}

std::optional<domain::Severity> usual_severity(std::string_view word) {
    using domain::Severity;
    constexpr std::array<std::pair<std::string_view, Severity>, 33> kWords{{
        {"disaster", Severity::disaster},
        {"emergency", Severity::disaster},
        {"fatal", Severity::disaster},
        {"panic", Severity::disaster},
        {"p1", Severity::disaster},
        {"high", Severity::high},
        {"critical", Severity::high},
        {"crit", Severity::high},
        {"page", Severity::high},
        {"alert", Severity::high},
        {"major", Severity::high},
        {"urgent", Severity::high},
        {"p2", Severity::high},
        {"average", Severity::average},
        {"medium", Severity::average},
        {"moderate", Severity::average},
        {"error", Severity::average},
        {"err", Severity::average},
        {"minor", Severity::average},
        {"ticket", Severity::average},
        {"p3", Severity::average},
        {"warning", Severity::warning},
        {"warn", Severity::warning},
        {"p4", Severity::warning},
        {"information", Severity::information},
        {"informational", Severity::information},
        {"info", Severity::information},
        {"notice", Severity::information},
        {"low", Severity::information},
        {"p5", Severity::information},
        {"debug", Severity::not_classified},
        {"none", Severity::not_classified},
        {"not_classified", Severity::not_classified},
    }};
    const auto found = std::find_if(kWords.begin(), kWords.end(), [word](const auto& known) {
        return iequals_ascii(known.first, word);
    });
    return found == kWords.end() ? std::nullopt : std::optional(found->second);
}

bool is_ip_address(const std::string& text) noexcept {
    std::array<unsigned char, sizeof(in6_addr)> address{};
    return text.find('\0') == std::string::npos &&
           (::inet_pton(AF_INET, text.c_str(), address.data()) == 1 ||
            ::inet_pton(AF_INET6, text.c_str(), address.data()) == 1);
}

bool is_link(std::string_view text) noexcept {
    constexpr std::size_t kLongest = 2048;
    const std::size_t colon = text.find("://");
    if (text.size() > kLongest || colon == std::string_view::npos || colon + 3 == text.size()) {
        return false;
    }
    const std::string_view scheme = text.substr(0, colon);
    return (iequals_ascii(scheme, "http") || iequals_ascii(scheme, "https")) &&
           std::none_of(text.begin(), text.end(), [](char letter) {
               const auto byte = static_cast<unsigned char>(letter);
               return byte <= 0x20 || byte == 0x7F || letter == '"' || letter == '\'' ||
                      letter == '<' || letter == '>' || letter == '`';
           });
}

std::string key_part(std::string_view text) {
    constexpr std::size_t kLongest = 300;
    constexpr std::string_view kHex = "0123456789ABCDEF";
    const std::string kept = text.size() <= kLongest
                                 ? std::string(text)
                                 : cut_bytes(text, 200) + "~" + fingerprint(text);
    std::string part;
    for (std::size_t at = 0; at < kept.size(); ++at) {
        const auto byte = static_cast<unsigned char>(kept[at]);
        const bool edge_blank = byte == ' ' && (at == 0 || at + 1 == kept.size());
        if (byte < 0x20 || byte == 0x7F || byte == '/' || byte == '%' || edge_blank) {
            part += '%';
            part += kHex[byte >> 4];
            part += kHex[byte & 15];
        } else {
            part += kept[at];
        }
    }
    return part;
}

std::string fingerprint(std::string_view text) {
    return sha256_hex(text).substr(0, 16);
}

std::string item_type_name(std::string_view text) {
    constexpr std::array<std::string_view, 11> kKnown{
        "Computer", "NetworkEquipment", "Printer", "Peripheral", "Phone",    "Appliance",
        "Cluster",  "Enclosure",        "Monitor", "Rack",       "Unmanaged"};
    constexpr std::size_t kLongest = 64;
    text = trim(text);
    for (const std::string_view known : kKnown) {
        if (iequals_ascii(known, text)) {
            return std::string(known);
        }
    }
    const bool identifier = !text.empty() && text.size() <= kLongest &&
                            std::all_of(text.begin(), text.end(), is_name_letter);
    return identifier ? std::string(text) : std::string();
}

void take_glpi_field(domain::Alert& alert, std::string_view name, std::string_view value) {
    if (is_absent(value)) {
        return;
    }
    domain::Host& host = alert.host;
    std::string text = cut_bytes(trim(value), domain::kMaxLabel);
    if (name == "glpi_id") {
        host.glpi_id = parse_whole_number(text).value_or(0);
    } else if (name == "glpi_type") {
        host.glpi_type = item_type_name(text);
    } else if (name == "glpi_uuid") {
        host.uuid = std::move(text);
    } else if (name == "glpi_serial") {
        host.serial = std::move(text);
    } else if (name == "glpi_inventory_number") {
        host.inventory_number = std::move(text);
    } else {
        add_tag(alert, name, text);
    }
}

bool take_glpi_mark(domain::Host& host, std::string_view text) {
    const std::vector<std::string> parts = split(trim(text), ":");
    if (parts.size() != 3 || !iequals_ascii(parts[0], "glpi")) {
        return false;
    }
    const std::string type = item_type_name(parts[1]);
    const std::int64_t id = parse_whole_number(parts[2]).value_or(0);
    if (type.empty() || id == 0) {
        return false;
    }
    host.glpi_type = type;
    host.glpi_id = id;
    return true;
}

void settle_glpi_evidence(domain::Host& host) {
    if (host.glpi_id == 0) {
        host.glpi_type.clear();
    } else if (host.glpi_type.empty()) {
        host.glpi_type = "Computer";
    }
}

void add_tag(domain::Alert& alert, std::string_view name, std::string_view value) {
    domain::Tag tag{cut_bytes(name, domain::kMaxLabel), cut_bytes(value, domain::kMaxLabel)};
    const bool known = std::find(alert.tags.begin(), alert.tags.end(), tag) != alert.tags.end();
    if (!known && !tag.name.empty() && alert.tags.size() < domain::kMaxTags) {
        alert.tags.push_back(std::move(tag));
    }
}

void add_link(domain::Alert& alert, std::string_view url) {
    url = trim(url);
    const bool known = std::find(alert.links.begin(), alert.links.end(), url) != alert.links.end();
    if (!known && is_link(url) && alert.links.size() < kMaxLinks) {
        alert.links.emplace_back(url);
    }
}

}  // namespace alert_bridge::sources
