// SPDX-License-Identifier: MIT
#include "alert_bridge/base/time_text.hpp"

#include <string>
#include <vector>

#include "catch.hpp"

using namespace alert_bridge;
using std::string;

namespace {

const WallTime kNoon = from_local({2026, 11, 23, 20, 33, 53}, "UTC").value();

}  // namespace

TEST_CASE("a time with milliseconds reads back") {
    CHECK(format_utc_ms(kNoon + Duration(40)) == "2026-11-23T20:33:53.040Z");
    for (const std::int64_t ms : {-1LL, 0LL, 999LL, 1'795'467'752'640LL}) {
        CHECK(parse_time(format_utc_ms(from_unix_ms(ms))) == from_unix_ms(ms));
    }
}

TEST_CASE("times are read with fraction and offset, and without one in the zone that is named") {
    const std::int64_t noon = to_unix_ms(kNoon);
    struct Row {
        string text, zone;
        std::int64_t ms;
    };
    for (const Row& row : std::vector<Row>{
             {"2026-11-23T20:33:53Z", "", noon},
             {"2026-11-23t20:33:53z", "", noon},
             {"2026-11-23 20:33:53Z", "Europe/Paris", noon},
             {"2026-11-23T20:33:53.640578Z", "", noon + 640},
             {"2026-11-23T20:33:53,6Z", "", noon + 600},
             {"2026-11-23T20:33:53.04+00:00", "", noon + 40},
             {"2026-11-23T21:33:53+01:00", "", noon},
             {"2026-11-23T17:03:53.999999999-03:30", "", noon + 999},
             {"2026-11-23T22:33:53+0200", "", noon},
             {"2026-11-23 21:33:53", "Europe/Paris", noon},
             {"2026-11-23T20:33:53.5", "UTC", noon + 500},
             {"0001-01-01T00:00:00Z", "", -62'135'596'800'000},
         }) {
        CAPTURE(row.text);
        REQUIRE(parse_time(row.text, row.zone).has_value());
        CHECK(to_unix_ms(*parse_time(row.text, row.zone)) == row.ms);
    }
    for (const char* bad :
         {"", "2026-11-23", "2026-11-23T20:33", "2026-11-23T20:33:53", "2026-11-23T20:33:53Zx",
          "2026-13-23T20:33:53Z", "2026-11-31T20:33:53Z", "2026-11-23T24:00:00Z",
          "2026-11-23T20:33:53.Z", "2026-11-23T20:33:53+1:00", "2026-11-23T20:33:53+24:00",
          "2026-11-23T20:33:53+01:60", "2026-11-23T20:33:53+01:00Z", " 2026-11-23T20:33:53Z",
          "2026/11/23 20:33:53Z", "1795467650", "2026-11-23T20:33:53+",
          "2026-11-23T20:33:53-01:"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_time(bad).has_value());
    }
    CHECK_FALSE(parse_time("2026-11-23 20:33:53", "Mars/Olympus").has_value());
}
