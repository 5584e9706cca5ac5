// SPDX-License-Identifier: MIT
#include "alert_bridge/base/time.hpp"

#include <string>
#include <vector>

#include "catch.hpp"

using namespace alert_bridge;
using std::string;

namespace {

WallTime at(const CivilTime& utc) {
    return from_local(utc, "UTC").value();
}

const WallTime kNoon = at({2026, 11, 23, 20, 33, 53});

}  // namespace

TEST_CASE("durations are an integer and one unit") {
    struct Row {
        string text;
        std::int64_t ms;
    };
    const std::vector<Row> good{
        {"0", 0},
        {"0s", 0},
        {"250ms", 250},
        {"30s", 30'000},
        {"5m", 300'000},
        {"24h", 86'400'000},
        {"7d", 604'800'000},
        {"007s", 7'000},
        {"3653d", 315'619'200'000},
    };
    for (const Row& row : good) {
        CAPTURE(row.text);
        REQUIRE(parse_duration(row.text).has_value());
        CHECK(parse_duration(row.text)->count() == row.ms);
    }
    for (const char* bad :
         {"", "5", "s", "-5s", "+5s", "5 s", " 5s", "5s ", "1.5h", "5S", "5sec", "5m30s", "1w",
          "00", "3654d", "99999999999999999999s", "9223372036854775807ms", "0x5s", "5µs"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_duration(bad).has_value());
    }
}

TEST_CASE("a duration is printed in its largest exact unit and reads back") {
    struct Row {
        std::int64_t ms;
        string text;
    };
    for (const Row& row : std::vector<Row>{
             {0, "0s"},
             {1, "1ms"},
             {1'000, "1s"},
             {90'000, "90s"},
             {300'000, "5m"},
             {86'400'000, "1d"},
             {90'000'000, "25h"},
             {1'500, "1500ms"},
             {-60'000, "-1m"}}) {
        CAPTURE(row.ms);
        CHECK(format_duration(Duration(row.ms)) == row.text);
        if (row.ms >= 0) {
            CHECK(parse_duration(row.text) == Duration(row.ms));
        }
    }
}

TEST_CASE("times are printed in UTC, and locally with the zone's name") {
    CHECK(format_utc(kNoon) == "2026-11-23T20:33:53Z");
    CHECK(format_utc(kNoon + Duration(999)) == "2026-11-23T20:33:53Z");
    CHECK(format_utc(from_unix_ms(0)) == "1970-01-01T00:00:00Z");
    CHECK(format_utc(from_unix_ms(-1)) == "1969-12-31T23:59:59Z");
    CHECK(format_local(kNoon, "Europe/Paris") == "2026-11-23 21:33:53 CET");
    CHECK(format_local_plain(kNoon, "Europe/Paris") == "2026-11-23 21:33:53");
    CHECK(format_local_plain(kNoon, "Asia/Kolkata") == "2026-11-24 02:03:53");
    CHECK(format_local(kNoon, "UTC") == "2026-11-23 20:33:53 UTC");
}

TEST_CASE("an unknown or empty zone falls back to UTC when printing") {
    for (const char* zone : {"", "Mars/Olympus", "../../etc/passwd", "Europe/Paris "}) {
        CAPTURE(zone);
        CHECK(format_local(kNoon, zone) == "2026-11-23 20:33:53 UTC");
        CHECK_FALSE(is_known_time_zone(zone));
        CHECK_FALSE(from_local({2026, 1, 1, 0, 0, 0}, zone).has_value());
    }
    for (const char* zone : {"UTC", "Europe/Paris", "America/Sao_Paulo", "Asia/Kolkata"}) {
        CHECK(is_known_time_zone(zone));
    }
}

TEST_CASE("civil time outside its ranges is refused") {
    for (const CivilTime& civil : std::vector<CivilTime>{
             {0, 1, 1, 0, 0, 0},
             {10000, 1, 1, 0, 0, 0},
             {2026, 0, 1, 0, 0, 0},
             {2026, 13, 1, 0, 0, 0},
             {2026, 1, 0, 0, 0, 0},
             {2026, 1, 32, 0, 0, 0},
             {2026, 2, 29, 0, 0, 0},
             {2026, 4, 31, 0, 0, 0},
             {2026, 1, 1, 24, 0, 0},
             {2026, 1, 1, -1, 0, 0},
             {2026, 1, 1, 0, 60, 0},
             {2026, 1, 1, 0, 0, 60},
             {2100, 2, 29, 0, 0, 0}}) {
        CAPTURE(civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second);
        CHECK_FALSE(from_local(civil, "UTC").has_value());
        CHECK_FALSE(from_local(civil, "Europe/Paris").has_value());
    }
    CHECK(from_local({2028, 2, 29, 0, 0, 0}, "UTC").has_value());
}

TEST_CASE("local time goes to wall time and back, in summer and winter") {
    for (const char* zone : {"Europe/Paris", "America/New_York", "Asia/Kolkata", "UTC"}) {
        for (const CivilTime& civil :
             {CivilTime{2026, 1, 15, 12, 0, 1}, CivilTime{2026, 7, 15, 23, 59, 59}}) {
            const auto time = from_local(civil, zone);
            REQUIRE(time.has_value());
            const string month = civil.month == 1 ? "01-15 12:00:01" : "07-15 23:59:59";
            CHECK(format_local_plain(*time, zone) == "2026-" + month);
            const CivilTime back = to_local(*time, zone);
            CHECK(back.month * 100 + back.day == civil.month * 100 + civil.day);
            CHECK(from_local(back, zone) == time);
        }
    }
}

TEST_CASE("in the hour that clocks skip, the instant of the change is meant") {
    // Paris 2026-03-29 02:00 CET -> 03:00 CEST, at 01:00 UTC.
    for (const int minute : {0, 30, 59}) {
        const auto time = from_local({2026, 3, 29, 2, minute, 0}, "Europe/Paris");
        REQUIRE(time.has_value());
        CHECK(format_utc(*time) == "2026-03-29T01:00:00Z");
    }
    CHECK(
        format_utc(*from_local({2026, 3, 29, 1, 59, 59}, "Europe/Paris")) == "2026-03-29T00:59:59Z"
    );
    CHECK(
        format_utc(*from_local({2026, 3, 29, 3, 0, 0}, "Europe/Paris")) == "2026-03-29T01:00:00Z"
    );
}

TEST_CASE("in the hour that clocks repeat, the earlier instant is meant") {
    // Paris 2026-10-25 03:00 CEST -> 02:00 CET, at 01:00 UTC.
    CHECK(
        format_utc(*from_local({2026, 10, 25, 2, 30, 0}, "Europe/Paris")) == "2026-10-25T00:30:00Z"
    );
    CHECK(
        format_utc(*from_local({2026, 10, 25, 3, 0, 0}, "Europe/Paris")) == "2026-10-25T02:00:00Z"
    );
    CHECK(format_local(at({2026, 10, 25, 0, 30, 0}), "Europe/Paris") == "2026-10-25 02:30:00 CEST");
    CHECK(format_local(at({2026, 10, 25, 1, 30, 0}), "Europe/Paris") == "2026-10-25 02:30:00 CET");
}

TEST_CASE("the local clock knows weekday and minute, also across midnight") {
    const LocalClock utc = local_clock(kNoon, "UTC");  // a Monday
    CHECK(utc.weekday == 0);
    CHECK(utc.minute_of_day == 20 * 60 + 33);
    const LocalClock india = local_clock(kNoon, "Asia/Kolkata");
    CHECK(india.weekday == 1);
    CHECK(india.minute_of_day == 2 * 60 + 3);
    const LocalClock sunday = local_clock(at({2026, 11, 22, 23, 59, 59}), "");
    CHECK(sunday.weekday == 6);
    CHECK(sunday.minute_of_day == 1439);
    CHECK(local_clock(from_unix_ms(-1), "UTC").minute_of_day == 1439);
}

TEST_CASE("extreme instants are printed without harm") {
    CHECK(format_utc(from_unix_ms(253'402'300'799'000)) == "9999-12-31T23:59:59Z");
    CHECK_FALSE(format_local(from_unix_ms(253'402'300'800'000), "Europe/Paris").empty());
    CHECK(to_unix_ms(from_unix_ms(1'795'468'612'345)) == 1'795'468'612'345);
}
