// SPDX-License-Identifier: MIT
#include "alert_bridge/base/time_text.hpp"

#include <array>
#include <cstdio>

namespace alert_bridge {
namespace {

// Takes `count` digits from the front.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (i >= text.size() || text[i] < '0' || text[i] > '9') {
            return std::nullopt;
        }
        value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(count);
    return value;
}

// Takes `count` digits that follow one of the letters.
std::optional<int> take_after(std::string_view& text, std::string_view letters, std::size_t count) {
    if (text.empty() || letters.find(text.front()) == letters.npos) {
        return std::nullopt;
    }
    text.remove_prefix(1);
    return take_digits(text, count);
}

// ".640578" is 640 ms; nothing is none. Empty: a dot without digits.
std::optional<Duration> take_fraction(std::string_view& text) {
    if (!text.starts_with('.') && !text.starts_with(',')) {
        return Duration(0);
    }
    text.remove_prefix(1);
    int milliseconds = 0, digits = 0;
    for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1)) {
        if (digits < 3) {
            milliseconds = milliseconds * 10 + (text.front() - '0');
        }
        ++digits;
    }
    for (int i = digits; i < 3; ++i) {
        milliseconds *= 10;
    }
    return digits == 0 ? std::nullopt : std::optional<Duration>(milliseconds);
}

// "Z", "+01:00", "-0330".
std::optional<Duration> take_offset(std::string_view& text) {
    if (text == "Z" || text == "z") {
        text = {};
        return Duration(0);
    }
    const int sign = text.starts_with('-') ? -1 : 1;
    const auto hours = take_after(text, "+-", 2);
    const auto minutes = text.starts_with(':') ? take_after(text, ":", 2) : take_digits(text, 2);
    if (!hours || !minutes || *hours > 23 || *minutes > 59) {
        return std::nullopt;
    }
    return sign * (std::chrono::hours(*hours) + std::chrono::minutes(*minutes));
}

}  // namespace

std::string format_utc_ms(WallTime time) {
    const auto ms = time - std::chrono::floor<std::chrono::seconds>(time);
    std::array<char, 8> fraction{};
    std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>(ms.count()));
    std::string text = format_utc(time);
    text.pop_back();  // the Z
    return text + fraction.data();
}

std::optional<WallTime> parse_time(std::string_view text, const std::string& zone) {
    const auto year = take_digits(text, 4);
    const auto month = take_after(text, "-", 2), day = take_after(text, "-", 2);
    const auto hour = take_after(text, "Tt ", 2), minute = take_after(text, ":", 2);
    const auto second = take_after(text, ":", 2);
    const auto fraction = take_fraction(text);
    if (!year || !month || !day || !hour || !minute || !second || !fraction) {
        return std::nullopt;
    }
    const CivilTime civil{*year, *month, *day, *hour, *minute, *second};
    if (text.empty()) {
        const auto local = from_local(civil, zone);
        return local ? std::optional<WallTime>(*local + *fraction) : std::nullopt;
    }
    const auto offset = take_offset(text);
    const auto utc = from_local(civil, "UTC");
    if (!offset || !utc || !text.empty()) {
        return std::nullopt;
    }
    return *utc + *fraction - *offset;
}

}  // namespace alert_bridge
