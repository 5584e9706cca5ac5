// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/maintenance.hpp"

#include "catch.hpp"

using namespace alert_bridge;
using namespace alert_bridge::domain;
using namespace std::chrono_literals;

namespace {

const std::string kParis = "Europe/Paris";

// "2026-11-23 21:30" in Paris.
WallTime at(int month, int day, int hour, int minute) {
    CivilTime civil;
    civil.year = 2026;
    civil.month = month;
    civil.day = day;
    civil.hour = hour;
    civil.minute = minute;
    return from_local(civil, kParis).value();
}

TimeWindow weekly(std::uint8_t days, int from_hour, int to_hour) {
    TimeWindow window;
    window.weekdays = days;
    window.from_minute = from_hour * 60;
    window.to_minute = to_hour * 60;
    window.zone = kParis;
    return window;
}

constexpr std::uint8_t kSaturday = 1U << 5, kSunday = 1U << 6, kAll = 0x7f;

MaintenanceWindow patch_night(bool drop = false) {
    MaintenanceWindow window;
    window.name = drop ? "lab" : "patch night";
    window.weekly = {weekly(kAll, 22, 6)};
    window.drop = drop;
    return window;
}

MaintenanceCalendar calendar_of(const std::vector<MaintenanceWindow>& windows) {
    std::vector<std::string> mistakes;
    MaintenanceCalendar calendar = MaintenanceCalendar::compile(windows, mistakes);
    CHECK(mistakes.empty());
    return calendar;
}

std::string only_mistake(const MaintenanceWindow& window) {
    std::vector<std::string> mistakes;
    (void)MaintenanceCalendar::compile({window}, mistakes);
    return mistakes.size() == 1 ? mistakes.front() : std::to_string(mistakes.size()) + " mistakes";
}

}  // namespace

TEST_CASE("a weekly time ends on its day, after midnight, or with the day") {
    struct Row {
        TimeWindow window;
        WallTime now;
        std::optional<WallTime> end;
    };
    const std::optional<WallTime> never;
    // 21 November 2026 is a Saturday.
    const Row rows[] = {
        {weekly(kSaturday, 2, 5), at(11, 21, 2, 0), at(11, 21, 5, 0)},
        {weekly(kSaturday, 2, 5), at(11, 21, 4, 59), at(11, 21, 5, 0)},
        {weekly(kSaturday, 2, 5), at(11, 21, 5, 0), never},
        {weekly(kSaturday, 2, 5), at(11, 21, 1, 59), never},
        {weekly(kSaturday, 2, 5), at(11, 22, 3, 0), never},
        // Over midnight it belongs to the day on which it begins.
        {weekly(kSaturday, 22, 6), at(11, 21, 23, 0), at(11, 22, 6, 0)},
        {weekly(kSaturday, 22, 6), at(11, 22, 3, 0), at(11, 22, 6, 0)},
        {weekly(kSaturday, 22, 6), at(11, 21, 3, 0), never},
        {weekly(kSaturday, 22, 6), at(11, 22, 23, 0), never},
        // All day; the month ends on Monday the 30th.
        {weekly(kSunday, 0, 24), at(11, 22, 12, 0), at(11, 23, 0, 0)},
        {weekly(kAll, 0, 24), at(11, 30, 12, 0), at(12, 1, 0, 0)},
        {weekly(kAll, 22, 6), at(12, 31, 23, 0), at(12, 31, 23, 0) + 7h},
        // Clocks go forward on 29 March: 02:00 is 03:00.
        {weekly(kAll, 1, 3), at(3, 29, 1, 30), at(3, 29, 1, 30) + 30min},
        {weekly(kAll, 22, 6), at(3, 28, 23, 0), at(3, 28, 23, 0) + 6h},
        // And back on 25 October.
        {weekly(kAll, 22, 6), at(10, 24, 23, 0), at(10, 24, 23, 0) + 8h},
    };
    for (const Row& row : rows) {
        INFO(format_local(row.now, kParis));
        CHECK(end_of_time(row.window, row.now) == row.end);
    }
}

TEST_CASE("in the hour that comes twice a time still ends later than now") {
    const TimeWindow window = weekly(kAll, 1, 3);
    TimeWindow half = window;
    half.to_minute = 150;  // 02:30
    const WallTime second_time = at(10, 25, 2, 15) + 1h;
    REQUIRE(local_clock(second_time, kParis).minute_of_day == 135);
    CHECK(end_of_time(half, second_time) == second_time + 1min);
}

TEST_CASE("a window holds between its dates, in its weekly times, for its alerts") {
    MaintenanceWindow window = patch_night();
    window.from = at(11, 21, 0, 0);
    window.to = at(11, 22, 2, 0);
    window.when.what = Condition::Kind::host;
    window.when.patterns = {TextPattern::of("win-*")};
    const MaintenanceCalendar calendar = calendar_of({window});
    Alert alert;
    alert.host.name = "win-7";
    CHECK_FALSE(calendar.find({alert, at(11, 20, 23, 0)}).holds);
    CHECK_FALSE(calendar.find({alert, at(11, 21, 12, 0)}).holds);
    REQUIRE(calendar.find({alert, at(11, 21, 5, 0)}).holds);
    CHECK(calendar.find({alert, at(11, 21, 5, 0)}).holds->until == at(11, 21, 6, 0));
    CHECK(calendar.find({alert, at(11, 21, 23, 0)}).holds->until == at(11, 22, 2, 0));
    CHECK(calendar.find({alert, at(11, 21, 23, 0)}).holds->name == "patch night");
    CHECK_FALSE(calendar.find({alert, at(11, 22, 2, 0)}).holds);
    alert.host.name = "lnx-7";
    CHECK_FALSE(calendar.find({alert, at(11, 21, 23, 0)}).holds);
}

TEST_CASE("of several windows one that drops comes first, then the last to end") {
    MaintenanceWindow dated;
    dated.name = "move of the data centre";
    dated.to = at(11, 23, 12, 0);
    const WallTime now = at(11, 21, 23, 0);
    CHECK(calendar_of({patch_night(), dated}).find({Alert(), now}).holds->name == dated.name);
    CHECK(calendar_of({dated, patch_night()}).find({Alert(), now}).holds->name == dated.name);
    CHECK(calendar_of({dated, patch_night(true)}).find({Alert(), now}).holds->drop);
    CHECK(calendar_of({patch_night(true), dated}).find({Alert(), now}).holds->drop);
    CHECK_FALSE(calendar_of({}).find({Alert(), now}).holds);
}

TEST_CASE("windows that cannot be meant are mistakes, with their name") {
    MaintenanceWindow window = patch_night();
    window.weekly.clear();
    CHECK(
        only_mistake(window) ==
        "maintenance 'patch night': it would never end: weekly times or a last date are needed"
    );
    window.from = at(11, 22, 0, 0);
    window.to = at(11, 21, 0, 0);
    CHECK(only_mistake(window) == "maintenance 'patch night': it ends before it begins");
    window = patch_night();
    window.weekly.front().zone = "Mars/North";
    CHECK(
        only_mistake(window) ==
        "maintenance 'patch night': time: the time zone 'Mars/North' is unknown"
    );
    window = patch_night();
    window.when.what = Condition::Kind::host;
    CHECK(only_mistake(window) == "maintenance 'patch night': host: at least one value is needed");
}

TEST_CASE("what waited is dropped when a window dropped as it came, and held by one that holds now"
) {
    RuleBook book;
    MaintenanceWindow drops = patch_night(true);
    drops.weekly.clear();
    drops.from = at(11, 21, 2, 0);
    drops.to = at(11, 21, 3, 0);
    MaintenanceWindow holds = patch_night();
    holds.weekly.clear();
    holds.from = at(11, 21, 5, 0);
    holds.to = at(11, 21, 6, 0);
    book.maintenance = {drops, holds};
    const auto rules = RuleEngine::compile(book);
    REQUIRE(rules.has_value());
    const auto found = [&](WallTime came, WallTime now) -> std::string {
        Alert alert;
        alert.received_at = came;
        const auto maintenance = plan_of_waiting(**rules, alert, now, nullptr).maintenance;
        return maintenance ? maintenance->name : "none";
    };
    CHECK(found(at(11, 21, 2, 30), at(11, 21, 2, 30)) == "lab");
    CHECK(found(at(11, 21, 1, 59), at(11, 21, 2, 30)) == "none");
    CHECK(found(at(11, 21, 2, 30), at(11, 21, 4, 0)) == "lab");
    CHECK(found(at(11, 21, 4, 0), at(11, 21, 5, 30)) == "patch night");
    CHECK(found(at(11, 21, 5, 30), at(11, 21, 7, 0)) == "none");
    // A clock that was set back makes it come later than now.
    CHECK(found(at(11, 21, 3, 30), at(11, 21, 2, 30)) == "lab");
}
