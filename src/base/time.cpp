// SPDX-License-Identifier: MIT
#include "alert_bridge/base/time.hpp"

#include <date/tz.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>

namespace alert_bridge {
namespace {

struct Unit {
    std::string_view name;
    std::int64_t ms;
};
constexpr std::array<Unit, 5> kUnits{{
    {"d", 24LL * 60 * 60 * 1000},
    {"h", 60LL * 60 * 1000},
    {"m", 60LL * 1000},
    {"s", 1000},
    {"ms", 1},
}};
constexpr std::int64_t kTenYearsMs = 3653LL * 24 * 60 * 60 * 1000;

// Null when unknown. The library throws for an unknown name and for a missing database.
const date::time_zone* find_zone(const std::string& name) noexcept {
    try {
        return name.empty() ? nullptr : date::locate_zone(name);
    } catch (const std::exception&) {
        return nullptr;
    }
}

struct Offset {
    std::chrono::seconds seconds{0};
    std::string name = "UTC";
};

Offset offset_at(WallTime time, const std::string& zone) {
    if (const date::time_zone* found = find_zone(zone)) {
        try {
            const auto info = found->get_info(std::chrono::floor<std::chrono::seconds>(time));
            return {info.offset, info.abbrev};
        } catch (const std::exception&) {  // a damaged zone file
            return {};
        }
    }
    return {};
}

// 64 bytes hold every year that a 64-bit count of milliseconds can reach.
std::string format_civil(WallTime time, char between) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const auto day = std::chrono::floor<std::chrono::days>(seconds);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(seconds - day);
    std::array<char, 64> text{};
    std::snprintf(
        text.data(), text.size(), "%04d-%02u-%02u%c%02d:%02d:%02d", static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), between,
        static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
        static_cast<int>(clock.seconds().count())
    );
    return text.data();
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
    if (text == "0") {
        return Duration(0);
    }
    std::int64_t value = 0;
    std::size_t digits = 0;
    while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
        value = value * 10 + (text[digits] - '0');
        if (value > kTenYearsMs) {
            return std::nullopt;
        }
        ++digits;
    }
    const std::string_view suffix = text.substr(digits);
    const auto unit = std::find_if(kUnits.begin(), kUnits.end(), [suffix](const Unit& known) {
        return known.name == suffix;
    });
    if (digits == 0 || unit == kUnits.end() || value > kTenYearsMs / unit->ms) {
        return std::nullopt;
    }
    return Duration(value * unit->ms);
}

std::string format_duration(Duration value) {
    if (value.count() == 0) {
        return "0s";
    }
    for (const Unit& unit : kUnits) {
        if (value.count() % unit.ms == 0) {
            return std::to_string(value.count() / unit.ms) + std::string(unit.name);
        }
    }
    return {};  // unreachable: everything is a multiple of one millisecond
}

std::string format_utc(WallTime time) {
    return format_civil(time, 'T') + "Z";
}

std::string format_local(WallTime time, const std::string& zone) {
    const Offset offset = offset_at(time, zone);
    return format_civil(time + offset.seconds, ' ') + " " + offset.name;
}

std::string format_local_plain(WallTime time, const std::string& zone) {
    return format_civil(time + offset_at(time, zone).seconds, ' ');
}

bool is_known_time_zone(const std::string& zone) {
    return zone == "UTC" || find_zone(zone) != nullptr;
}

std::optional<WallTime> from_local(const CivilTime& civil, const std::string& zone) {
    using std::chrono::seconds;
    if (civil.year < 1 || civil.year > 9999 || civil.hour < 0 || civil.hour > 23 ||
        civil.minute < 0 || civil.minute > 59 || civil.second < 0 || civil.second > 59 ||
        civil.month < 1 || civil.month > 12 || civil.day < 1 || civil.day > 31) {
        return std::nullopt;
    }
    const date::year_month_day day = date::year(civil.year) / static_cast<unsigned>(civil.month) /
                                     static_cast<unsigned>(civil.day);
    if (!day.ok()) {
        return std::nullopt;
    }
    const date::local_seconds local = date::local_days(day) + std::chrono::hours(civil.hour) +
                                      std::chrono::minutes(civil.minute) + seconds(civil.second);
    if (zone == "UTC") {
        return WallTime(local.time_since_epoch());
    }
    const date::time_zone* found = find_zone(zone);
    if (found == nullptr) {
        return std::nullopt;
    }
    try {
        const date::local_info info = found->get_info(local);
        if (info.result == date::local_info::nonexistent) {
            return WallTime(info.first.end.time_since_epoch());
        }
        return WallTime(local.time_since_epoch() - info.first.offset);
    } catch (const std::exception&) {  // a damaged zone file
        return std::nullopt;
    }
}

CivilTime to_local(WallTime time, const std::string& zone) {
    const WallTime local = time + offset_at(time, zone).seconds;
    const auto day = std::chrono::floor<std::chrono::days>(local);
    const std::chrono::year_month_day date(std::chrono::sys_days(day.time_since_epoch()));
    const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(local - day));
    CivilTime civil;
    civil.year = static_cast<int>(date.year());
    civil.month = static_cast<int>(static_cast<unsigned>(date.month()));
    civil.day = static_cast<int>(static_cast<unsigned>(date.day()));
    civil.hour = static_cast<int>(clock.hours().count());
    civil.minute = static_cast<int>(clock.minutes().count());
    civil.second = static_cast<int>(clock.seconds().count());
    return civil;
}

LocalClock local_clock(WallTime time, const std::string& zone) {
    const WallTime local = time + offset_at(time, zone).seconds;
    const auto day = std::chrono::floor<std::chrono::days>(local);
    const std::chrono::weekday weekday(std::chrono::sys_days(day.time_since_epoch()));
    const auto minute = std::chrono::floor<std::chrono::minutes>(local - day);
    return {static_cast<int>(weekday.iso_encoding()) - 1, static_cast<int>(minute.count())};
}

}  // namespace alert_bridge
