// SPDX-License-Identifier: MIT
#include "alert_bridge/base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace alert_bridge {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";     // U+2026

unsigned int byte_at(std::string_view text, std::size_t at) noexcept {
    return static_cast<unsigned char>(text[at]);
}

bool is_continuation(char letter) noexcept {
    return (static_cast<unsigned char>(letter) & 0xC0U) == 0x80U;
}

struct Sequence {
    std::size_t length;  // bytes that belong together, at least 1
    bool well_formed;
};

// Unicode's table 3-7. An ill-formed sequence is the longest start of a well-formed one.
Sequence sequence_at(std::string_view text, std::size_t at) noexcept {
    const unsigned int lead = byte_at(text, at);
    if (lead < 0x80) {
        return {1, true};
    }
    if (lead < 0xC2 || lead > 0xF4) {
        return {1, false};
    }
    const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    // The second byte's range excludes overlong forms, surrogates and what is above U+10FFFF.
    const unsigned int low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const unsigned int high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    for (std::size_t i = 1; i < length; ++i) {
        if (at + i >= text.size()) {
            return {i, false};
        }
        const unsigned int next = byte_at(text, at + i);
        if (next < (i == 1 ? low : 0x80U) || next > (i == 1 ? high : 0xBFU)) {
            return {i, false};
        }
    }
    return {length, true};
}

std::uint32_t code_point(std::string_view sequence) noexcept {
    const unsigned int lead = byte_at(sequence, 0);
    if (sequence.size() == 1) {
        return lead;
    }
    std::uint32_t value = lead & (0x7FU >> sequence.size());
    for (std::size_t i = 1; i < sequence.size(); ++i) {
        value = value << 6 | (byte_at(sequence, i) & 0x3FU);
    }
    return value;
}

// Invisible characters that change how other text is shown or hide text. The joiners U+200C and
// U+200D stay: Persian and composed emoji need them.
bool is_unwanted(std::uint32_t point) noexcept {
    constexpr std::array<std::pair<std::uint32_t, std::uint32_t>, 10> kUnwanted{{
        {0x00, 0x08},
        {0x0B, 0x1F},
        {0x7F, 0x9F},
        {0x061C, 0x061C},    // Arabic letter mark
        {0x200B, 0x200B},    // zero-width space
        {0x200E, 0x200F},    // direction marks
        {0x202A, 0x202E},    // direction overrides
        {0x2060, 0x206F},    // word joiner, invisible operators, isolates
        {0xFEFF, 0xFEFF},    // byte order mark
        {0xE0000, 0xE007F},  // tag characters
    }};
    return std::any_of(kUnwanted.begin(), kUnwanted.end(), [point](const auto& range) {
        return point >= range.first && point <= range.second;
    });
}

// Letters, digits and signs of ASCII at the beginning: most of any text, and never unwanted.
std::size_t plain_length(std::string_view text) noexcept {
    const auto end = std::find_if(text.begin(), text.end(), [](char letter) {
        return letter < 0x20 || letter > 0x7E;
    });
    return static_cast<std::size_t>(end - text.begin());
}

// What stands for the letter in HTML; empty: the letter itself.
std::string_view html_of(char letter, std::string_view line_break) noexcept {
    switch (letter) {
        case '&':
            return "&amp;";
        case '<':
            return "&lt;";
        case '>':
            return "&gt;";
        case '"':
            return "&quot;";
        case '\'':
            return "&#39;";
        case '\n':
            return line_break;
        default:
            return {};
    }
}

std::string escaped(std::string_view text, std::string_view line_break) {
    std::string html;
    html.reserve(text.size() + text.size() / 8);
    std::size_t taken = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::string_view instead = html_of(text[at], line_break);
        if (!instead.empty()) {
            html.append(text, taken, at - taken);
            html += instead;
            taken = at + 1;
        }
    }
    html.append(text, taken);
    return html;
}

bool is_digit(char letter) noexcept {
    return letter >= '0' && letter <= '9';
}
bool is_letter(char letter) noexcept {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           static_cast<unsigned char>(letter) >= 0x80;
}
bool is_blank(char letter) noexcept {
    return letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r' || letter == '\v' ||
           letter == '\f';
}
char lower(char letter) noexcept {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

// The number that starts at `at`, with its unit ("95%", "12ms", "3.5GB"): bytes, or 0 when it is
// part of a name ("0x1f", "2of3") or an address of four parts.
std::size_t number_length(std::string_view text, std::size_t at) noexcept {
    std::size_t end = at;
    int dots = 0;
    while (end < text.size() &&
           (is_digit(text[end]) || ((text[end] == '.' || text[end] == ',') &&
                                    end + 1 < text.size() && is_digit(text[end + 1])))) {
        dots += text[end] == '.' ? 1 : 0;
        ++end;
    }
    std::size_t unit = end;
    while (unit < text.size() && unit - end < 4 && (is_letter(text[unit]) || text[unit] == '%')) {
        ++unit;
    }
    const bool name_goes_on = unit < text.size() && (is_letter(text[unit]) || is_digit(text[unit]));
    return dots >= 3 || unit - end > 3 || name_goes_on ? 0 : unit - at;
}

}  // namespace

std::string repair_utf8(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size());
    for (std::size_t at = 0; at < bytes.size();) {
        const std::string_view rest = bytes.substr(at);
        const auto stop = std::find_if(rest.begin(), rest.end(), [](char letter) {
            return static_cast<unsigned char>(letter) >= 0x80;
        });
        const auto ascii = static_cast<std::size_t>(stop - rest.begin());
        text += rest.substr(0, ascii);
        at += ascii;
        if (at == bytes.size()) {
            break;
        }
        const Sequence sequence = sequence_at(bytes, at);
        text += sequence.well_formed ? bytes.substr(at, sequence.length) : kReplacement;
        at += sequence.length;
    }
    return text;
}

std::string drop_controls(std::string_view text) {
    std::string clean;
    clean.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t plain = plain_length(text.substr(at));
        if (plain > 0) {
            clean += text.substr(at, plain);
            at += plain;
            continue;
        }
        const std::string_view sequence = text.substr(at, sequence_at(text, at).length);
        const std::uint32_t point = code_point(sequence);
        at += sequence.size();
        if (point == '\r' || point == 0x2028 || point == 0x2029) {  // also U+2028 line separator
            if (point != '\r' || at >= text.size() || text[at] != '\n') {
                clean += '\n';
            }
        } else if (!is_unwanted(point)) {
            clean += sequence;
        }
    }
    return clean;
}

std::string one_line(std::string_view text) {
    const std::string clean = drop_controls(text);
    std::string line;
    line.reserve(clean.size());
    for (std::size_t at = 0; at < clean.size();) {
        const std::size_t end = std::min(clean.find_first_not_of(" \n\t", at), clean.size());
        const std::string_view blanks = std::string_view(clean).substr(at, end - at);
        line += blanks.find_first_of("\n\t") == std::string_view::npos ? blanks : " ";
        const std::size_t next = std::min(clean.find_first_of(" \n\t", end), clean.size());
        line.append(clean, end, next - end);
        at = next;
    }
    return std::string(trim(line));
}

std::size_t count_code_points(std::string_view text) noexcept {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char letter) {
        return !is_continuation(letter);
    }));
}

std::string cut_code_points(std::string_view text, std::size_t limit) {
    if (text.size() <= limit || count_code_points(text) <= limit) {
        return std::string(text);
    }
    if (limit == 0) {
        return {};
    }
    std::size_t at = 0;
    for (std::size_t kept = 0; at < text.size(); ++at) {
        if (!is_continuation(text[at]) && kept++ == limit - 1) {
            break;
        }
    }
    return std::string(text.substr(0, at)) + std::string(kEllipsis);
}

std::string escape_html(std::string_view text) {
    return escaped(text, "\n");
}

std::string text_to_html(std::string_view text) {
    return escaped(text, "<br>");
}

void lower_ascii(std::string& text) noexcept {
    std::transform(text.begin(), text.end(), text.begin(), lower);
}

std::string to_lower_ascii(std::string_view text) {
    std::string result(text);
    lower_ascii(result);
    return result;
}

std::string_view trim(std::string_view text) noexcept {
    while (!text.empty() && is_blank(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && is_blank(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

std::vector<std::string> split(std::string_view text, std::string_view separator) {
    std::vector<std::string> parts;
    while (!separator.empty()) {
        const std::size_t at = text.find(separator);
        if (at == std::string_view::npos) {
            break;
        }
        parts.emplace_back(text.substr(0, at));
        text.remove_prefix(at + separator.size());
    }
    parts.emplace_back(text);
    return parts;
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
    std::string text;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i > 0) {
            text += separator;
        }
        text += parts[i];
    }
    return text;
}

bool iequals_ascii(std::string_view a, std::string_view b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        return lower(x) == lower(y);
    });
}

bool glob_match(std::string_view pattern, std::string_view text) noexcept {
    std::size_t p = 0;
    std::size_t star =
        std::string_view::npos;  // the last star seen; earlier ones never need a retry
    std::size_t resume = 0;
    for (std::size_t t = 0; t < text.size();) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

std::string without_numbers(std::string_view text) {
    std::string result;
    bool after_name = false;  // the byte before belongs to a word: its digits are part of a name
    bool pending_blank = false;
    for (std::size_t at = 0; at < text.size();) {
        if (is_blank(text[at])) {
            pending_blank = true;
            after_name = false;
            ++at;
            continue;
        }
        const std::size_t number = !after_name && is_digit(text[at]) ? number_length(text, at) : 0;
        if (number > 0) {
            // "1h 4m 5s" and "4m 5s" are both one figure.
            if (!result.ends_with('#')) {
                result += pending_blank && !result.empty() ? " #" : "#";
            }
            at += number;
        } else {
            if (pending_blank && !result.empty()) {
                result += ' ';
            }
            result += text[at];
            after_name = is_letter(text[at]) || is_digit(text[at]) || text[at] == '_' ||
                         (after_name && text[at] == '.');
            ++at;
        }
        pending_blank = false;
    }
    return result;
}

}  // namespace alert_bridge
