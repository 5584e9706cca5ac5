// SPDX-License-Identifier: MIT
#include "alert_bridge/storage/json_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "alert_bridge/base/text.hpp"

namespace alert_bridge::storage {

namespace {

// What may not stand in a JSON string as it is.
constexpr auto kSpecial = [] {
    std::array<bool, 256> special{};
    std::fill_n(special.begin(), 0x20, true);
    special['"'] = special['\\'] = true;
    return special;
}();

// Eight letters at a time: for a text that has something special, that is found one by one.
constexpr std::uint64_t kEach = 0x0101010101010101U;
constexpr std::uint64_t kHighBits = 0x80U * kEach;
constexpr std::uint64_t kQuotes = std::uint64_t{'"'} * kEach;
constexpr std::uint64_t kBackslashes = std::uint64_t{'\\'} * kEach;

std::uint64_t eight(const char* at) noexcept {
    std::uint64_t letters = 0;
    std::memcpy(&letters, at, sizeof letters);
    return letters;
}

// The high bit of each byte that is zero, and perhaps of those after it.
std::uint64_t zeros(std::uint64_t bytes) noexcept {
    return (bytes - kEach) & ~bytes & kHighBits;
}

bool is_ascii(std::string_view text) noexcept {
    std::uint64_t seen = 0;
    const char* at = text.data();
    const char* const end = at + text.size();
    for (; end - at >= 8; at += 8) {
        seen |= eight(at);
    }
    for (; at != end; ++at) {
        seen |= static_cast<unsigned char>(*at);
    }
    return (seen & kHighBits) == 0;
}

const char* find_special(const char* at, const char* end) noexcept {
    for (; end - at >= 8; at += 8) {
        const std::uint64_t letters = eight(at);
        const std::uint64_t controls = (letters - 0x20U * kEach) & ~letters & kHighBits;
        if ((controls | zeros(letters ^ kQuotes) | zeros(letters ^ kBackslashes)) != 0) {
            break;
        }
    }
    return std::find_if(at, end, [](char letter) {
        return kSpecial[static_cast<unsigned char>(letter)];
    });
}

bool is_digit(char letter) noexcept {
    return letter >= '0' && letter <= '9';
}

void append_escaped(std::string& out, char letter) {
    constexpr std::string_view kHex = "0123456789abcdef";
    const auto code = static_cast<unsigned char>(letter);
    if (code >= 0x20) {
        out += {'\\', letter};
    } else if (letter == '\n') {
        out += "\\n";
    } else {
        out += "\\u00";
        out += {kHex[code >> 4U], kHex[code & 0xFU]};
    }
}

void append_utf8(std::string& out, std::uint32_t point) {
    const auto add = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
    const auto add_rest = [&](std::uint32_t shift) { add(0x80U | (point >> shift & 0x3FU)); };
    if (point < 0x80) {
        add(point);
    } else if (point < 0x800) {
        add(0xC0U | point >> 6U);
        add_rest(0);
    } else if (point < 0x10000) {
        add(0xE0U | point >> 12U);
        add_rest(6);
        add_rest(0);
    } else {
        add(0xF0U | point >> 18U);
        add_rest(12);
        add_rest(6);
        add_rest(0);
    }
}

}  // namespace

void write_text(std::string& out, std::string_view text) {
    std::string repaired;
    if (!is_ascii(text)) {
        repaired = repair_utf8(text);
        text = repaired;
    }
    out += '"';
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at != end) {
        const char* const stop = find_special(at, end);
        out.append(at, static_cast<std::size_t>(stop - at));
        at = stop;
        if (at != end) {
            append_escaped(out, *at++);
        }
    }
    out += '"';
}

JsonCursor::JsonCursor(std::string_view text) : at_(text.data()), end_(at_ + text.size()) {
    if (!is_ascii(text) && repair_utf8(text) != text) {
        fail();
    }
}

void JsonCursor::fail() noexcept {
    has_failed_ = true;
    at_ = end_;
}

char JsonCursor::next() noexcept {
    at_ = std::find_if(at_, end_, [](char letter) {
        return letter != ' ' && letter != '\t' && letter != '\n' && letter != '\r';
    });
    if (at_ != end_ && *at_ == '\0') {
        fail();
    }
    return at_ == end_ ? '\0' : *at_;
}

bool JsonCursor::take(char letter) noexcept {
    if (next() != letter || at_ == end_) {
        return false;
    }
    ++at_;
    return true;
}

void JsonCursor::expect(char letter) noexcept {
    if (!take(letter)) {
        fail();
    }
}

void JsonCursor::expect_word(std::string_view word) noexcept {
    if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(word)) {
        return fail();
    }
    at_ += word.size();
}

std::string JsonCursor::text() {
    std::string text;
    expect('"');
    while (!has_failed_) {
        const char* const stop = find_special(at_, end_);
        text.append(at_, static_cast<std::size_t>(stop - at_));
        at_ = stop;
        if (at_ == end_ || static_cast<unsigned char>(*at_) < 0x20) {
            fail();
        } else if (*at_++ == '"') {
            break;
        } else {
            take_escape(text);
        }
    }
    return text;
}

void JsonCursor::take_escape(std::string& text) {
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const char letter = at_ == end_ ? '\0' : *at_++;
    if (const auto known = kNames.find(letter); known != kNames.npos) {
        text += kMeanings[known];
        return;
    }
    if (letter != 'u') {
        return fail();
    }
    std::uint32_t point = take_code_unit();
    if (point >= 0xD800 && point < 0xDC00) {  // the first half of a pair
        expect_word("\\u");
        const std::uint32_t second = take_code_unit();
        if (second < 0xDC00 || second > 0xDFFF) {
            return fail();
        }
        point = 0x10000 + ((point - 0xD800) << 10U) + (second - 0xDC00);
    } else if (point >= 0xDC00 && point <= 0xDFFF) {
        return fail();
    }
    append_utf8(text, point);
}

std::uint32_t JsonCursor::take_code_unit() noexcept {
    constexpr std::ptrdiff_t kDigits = 4;
    std::uint32_t unit = 0;
    const char* const end = at_ + std::min(kDigits, end_ - at_);
    const auto read = std::from_chars(at_, end, unit, 16);
    if (read.ptr != at_ + kDigits) {
        fail();
        return 0;
    }
    at_ += kDigits;
    return unit;
}

bool JsonCursor::flag() {
    const bool value = next() == 't';
    expect_word(value ? "true" : "false");
    return value && !has_failed_;
}

bool JsonCursor::take_digits() noexcept {
    const char* const start = at_;
    at_ = std::find_if_not(at_, end_, is_digit);
    return at_ != start;
}

std::optional<std::int64_t> JsonCursor::integer() {
    (void)next();
    const char* const start = at_;
    const auto at_one_of = [this](std::string_view letters) {
        return at_ != end_ && letters.find(*at_) != letters.npos;
    };
    at_ += at_one_of("-") ? 1 : 0;
    const bool begins_with_zero = at_one_of("0");
    const char* const digits = at_;
    bool is_number = take_digits() && (!begins_with_zero || at_ == digits + 1);
    bool is_integer = true;
    if (is_number && at_one_of(".")) {
        ++at_;
        is_integer = false;
        is_number = take_digits();
    }
    if (is_number && at_one_of("eE")) {
        ++at_;
        at_ += at_one_of("+-") ? 1 : 0;
        is_integer = false;
        is_number = take_digits();
    }
    if (!is_number) {
        fail();
        return std::nullopt;
    }
    std::int64_t value = 0;
    const bool fits = std::from_chars(start, at_, value).ec == std::errc();
    return is_integer && fits ? std::optional(value) : std::nullopt;
}

void JsonCursor::skip() {
    switch (next()) {
        case '{':
            return members([this](const std::string&) { skip(); });
        case '[':
            return elements([this] { skip(); });
        case '"':
            (void)text();
            return;
        case 't':
        case 'f':
            (void)flag();
            return;
        case 'n':
            return expect_word("null");
        default:
            (void)integer();
            return;
    }
}

}  // namespace alert_bridge::storage
