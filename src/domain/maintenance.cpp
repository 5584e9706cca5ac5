// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/maintenance.hpp"

#include <algorithm>
#include <chrono>

#include "alert_bridge/domain/pattern.hpp"

namespace alert_bridge::domain {
namespace {

constexpr int kMinutesOfDay = 24 * 60;
// Where clocks are set back, a time of the day comes twice.
constexpr Duration kShortest{60'000};
// Rules are not asked twice about alerts that are decided at once.
constexpr Duration kWaited{1'000};

CivilTime at_minute(const CivilTime& day, int minute) {
    using namespace std::chrono;
    const sys_days start = year(day.year) / month(static_cast<unsigned>(day.month)) /
                           std::chrono::day(static_cast<unsigned>(day.day));
    const year_month_day date(start + days(minute / kMinutesOfDay));
    CivilTime result;
    result.year = static_cast<int>(date.year());
    result.month = static_cast<int>(static_cast<unsigned>(date.month()));
    result.day = static_cast<int>(static_cast<unsigned>(date.day()));
    result.hour = minute % kMinutesOfDay / 60;
    result.minute = minute % 60;
    return result;
}

// When the window ends, if it holds now.
std::optional<WallTime> end_of(const MaintenanceWindow& window, WallTime now) {
    if ((window.from && now < *window.from) || (window.to && now >= *window.to)) {
        return std::nullopt;
    }
    std::optional<WallTime> end;
    for (const TimeWindow& time : window.weekly) {
        const std::optional<WallTime> ends = end_of_time(time, now);
        end = std::max(end, ends);  // one that does not hold is before all others
    }
    if (!window.weekly.empty() && !end) {
        return std::nullopt;
    }
    if (window.to && (!end || *window.to < *end)) {
        end = window.to;
    }
    return end;
}

}  // namespace

std::optional<WallTime> end_of_time(const TimeWindow& window, WallTime now) {
    if (!is_inside(window, now)) {
        return std::nullopt;
    }
    const std::string zone = window.zone.empty() ? "UTC" : window.zone;
    const CivilTime local = to_local(now, zone);
    const bool passes_midnight = window.to_minute < window.from_minute &&
                                 local.hour * 60 + local.minute >= window.from_minute;
    const int minute = window.to_minute + (passes_midnight ? kMinutesOfDay : 0);
    const std::optional<WallTime> end = from_local(at_minute(local, minute), zone);
    return std::max(end.value_or(now), now + kShortest);
}

MaintenanceCalendar MaintenanceCalendar::compile(
    const std::vector<MaintenanceWindow>& windows, std::vector<std::string>& mistakes
) {
    MaintenanceCalendar calendar;
    for (const MaintenanceWindow& window : windows) {
        std::vector<std::string> found;
        Entry entry{window, CompiledCondition::compile(window.when, found)};
        for (const TimeWindow& time : window.weekly) {
            Condition condition;
            condition.what = Condition::Kind::time;
            condition.time = time;
            (void)CompiledCondition::compile(condition, found);
        }
        if (window.weekly.empty() && !window.to) {
            found.emplace_back("it would never end: weekly times or a last date are needed");
        }
        if (window.from && window.to && *window.to <= *window.from) {
            found.emplace_back("it ends before it begins");
        }
        for (const std::string& mistake : found) {
            mistakes.push_back("maintenance '" + window.name + "': " + mistake);
        }
        calendar.entries_.push_back(std::move(entry));
    }
    return calendar;
}

void MaintenanceCalendar::add_asset_details(std::vector<std::string>& names) const {
    for (const Entry& entry : entries_) {
        entry.when.add_asset_details(names);
    }
}

MaintenanceFound MaintenanceCalendar::find(const Question& question) const {
    MaintenanceFound out;
    std::optional<Maintenance>& result = out.holds;
    for (const Entry& entry : entries_) {
        const std::optional<WallTime> until = end_of(entry.window, question.now);
        Captures unused;
        const Truth answer = until ? entry.when.test(question, unused) : Truth::no;
        if (answer != Truth::yes) {
            out.asks_asset = out.asks_asset || answer == Truth::unknown;
            continue;
        }
        const Maintenance found{entry.window.name, entry.window.drop, *until};
        const bool comes_first = !result || (found.drop && !result->drop) ||
                                 (found.drop == result->drop && found.until > result->until);
        if (comes_first) {
            result = found;
        }
    }
    return out;
}

Plan plan_of_waiting(
    const RuleEngine& rules, const Alert& alert, WallTime now, const AssetDetails* asset
) {
    Plan plan = rules.evaluate(alert, now, asset);
    const auto drops = [](const std::optional<Maintenance>& one) { return one && one->drop; };
    const WallTime came = std::min(alert.received_at, now);
    if (!drops(plan.maintenance) && now - came < kWaited) {
        return plan;
    }
    std::optional<Maintenance> before = rules.evaluate(alert, came, asset).maintenance;
    if (before && !before->drop && before->until <= now) {
        before.reset();
    }
    if (drops(before) || drops(plan.maintenance)) {
        plan.maintenance = std::move(before);
    }
    return plan;
}

}  // namespace alert_bridge::domain
