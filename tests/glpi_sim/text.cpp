// SPDX-License-Identifier: MIT
#include "text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

namespace glpi_sim {

namespace {

// True when an HTML entity (`&lt;`, `&#60;`) starts at `at`.
bool entity_at(std::string_view text, std::size_t at) {
    std::size_t i = at + 1;
    if (i < text.size() && text[i] == '#')
        ++i;
    const std::size_t first = i;
    while (i < text.size() && std::isalnum(static_cast<unsigned char>(text[i])) != 0)
        ++i;
    return i > first && i < text.size() && text[i] == ';';
}

bool looks_encoded(std::string_view text) {
    if (text.find_first_of("<>") != std::string_view::npos)
        return false;
    for (std::size_t at = text.find('&'); at != std::string_view::npos;
         at = text.find('&', at + 1)) {
        if (!entity_at(text, at))
            return false;
    }
    static constexpr std::array<std::string_view, 6> kMarks = {"&lt;",  "&gt;",  "&amp;",
                                                               "&#60;", "&#62;", "&#38;"};
    return std::any_of(kMarks.begin(), kMarks.end(), [&](std::string_view mark) {
        return text.find(mark) != std::string_view::npos;
    });
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
        text.replace(at, from.size(), to);
}

std::tm broken_down(std::int64_t seconds) {
    const std::time_t when = seconds;
    std::tm out{};
    gmtime_r(&when, &out);
    return out;
}

}  // namespace

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c + ('a' - 'A'));
    }
    return out;
}

bool is_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string trim(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos)
        return {};
    return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

std::size_t code_points(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

std::string cut(std::string_view text, std::size_t count) {
    std::size_t seen = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U && seen++ == count)
            return std::string(text.substr(0, i));
    }
    return std::string(text);
}

std::string encode_10(std::string_view text) {
    if (looks_encoded(text))
        return std::string(text);
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (c == '<')
            out += "&#60;";
        else if (c == '>')
            out += "&#62;";
        else if (c == '&')
            out += "&#38;";
        else
            out += c;
    }
    return out;
}

std::string decode_10(std::string_view text) {
    std::string out(text);
    replace_all(out, "&#60;", "<");
    replace_all(out, "&#62;", ">");
    replace_all(out, "&#38;", "&");
    return out;
}

std::string escape_html(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#039;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::string sanitize_html(std::string_view html) {
    static constexpr std::array<std::string_view, 20> kTags = {
        "p",   "br",   "b",     "i",     "u",  "em", "strong", "ul", "ol", "li",
        "pre", "code", "table", "tbody", "tr", "td", "th",     "h2", "h3", "hr"};
    std::string out;
    for (std::size_t i = 0; i < html.size(); ++i) {
        if (html[i] != '<') {
            out += html[i] == '>' ? std::string("&gt;") : std::string(1, html[i]);
            continue;
        }
        std::size_t at = i + 1;
        const bool closing = at < html.size() && html[at] == '/';
        at += closing ? 1 : 0;
        const std::size_t name_end = html.find_first_of(" \t\r\n/>", at);
        const std::size_t end = html.find('>', at);
        const std::string name =
            lower(html.substr(at, name_end == std::string_view::npos ? 0 : name_end - at));
        if (end == std::string_view::npos ||
            std::find(kTags.begin(), kTags.end(), name) == kTags.end()) {
            out += "&lt;";
            continue;
        }
        out += (closing ? "</" : "<") + name + ">";
        i = end;
    }
    return out;
}

std::string stored_text(int major, const Json& value) {
    if (value.is_array() || value.is_object())
        throw PhpFatal{};
    std::string text;
    if (value.is_string())
        text = value.get<std::string>();
    else if (value.is_boolean())
        text = value.get<bool>() ? "1" : "";
    else if (!value.is_null())
        text = value.dump();
    std::erase(text, '\0');
    replace_all(text, "\r\n", "\n");
    text.erase(0, std::min(text.find_first_not_of(" \t\n\r"), text.size()));
    return major == 10 ? encode_10(text) : text;
}

Id to_int(const Json& value) {
    if (value.is_number_float())
        return static_cast<Id>(value.get<double>());
    if (value.is_number())
        return value.get<Id>();
    if (value.is_boolean())
        return value.get<bool>() ? 1 : 0;
    if (!value.is_string())
        return 0;
    const std::string text = trim(value.get_ref<const std::string&>());
    Id out = 0;
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}

bool truthy(const Json& value) {
    if (value.is_string()) {
        const auto& text = value.get_ref<const std::string&>();
        return !text.empty() && text != "0";
    }
    if (value.is_array() || value.is_object())
        return !value.empty();
    return to_int(value) != 0;
}

std::string sql_time(std::int64_t seconds) {
    const std::tm t = broken_down(seconds);
    std::array<char, 32> out{};
    const std::size_t size = std::strftime(out.data(), out.size(), "%Y-%m-%d %H:%M:%S", &t);
    return {out.data(), size};
}

std::int64_t parse_time(std::string_view text) {
    std::tm t{};
    const std::string copy(text);
    const int fields = std::sscanf(  // NOLINT(cert-err34-c): the count of fields is checked
        copy.c_str(), "%d-%d-%d %d:%d:%d", &t.tm_year, &t.tm_mon, &t.tm_mday, &t.tm_hour, &t.tm_min,
        &t.tm_sec
    );
    if (fields < 3)
        return -1;
    t.tm_year -= 1900;
    t.tm_mon -= 1;
    return timegm(&t);
}

std::string http_time(std::int64_t seconds) {
    const std::tm t = broken_down(seconds);
    std::array<char, 40> out{};
    const std::size_t size = std::strftime(out.data(), out.size(), "%a, %d %b %Y %H:%M:%S GMT", &t);
    return {out.data(), size};
}

}  // namespace glpi_sim
