// SPDX-License-Identifier: MIT
#include "alert_bridge/monitoring/numbers.hpp"

#include <limits>

#include "catch.hpp"

using namespace alert_bridge;
using monitoring::from_unix_seconds;
using monitoring::kLargestWhole;
using monitoring::to_whole_number;

TEST_CASE("any double becomes a whole number", "[numbers]") {
    using Limits = std::numeric_limits<double>;
    CHECK(to_whole_number(0) == 0);
    CHECK(to_whole_number(1795466910.25) == 1795466910);
    CHECK(to_whole_number(-2.9) == -2);
    CHECK(to_whole_number(1e300) == kLargestWhole);
    CHECK(to_whole_number(-1e300) == -kLargestWhole);
    CHECK(to_whole_number(Limits::infinity()) == kLargestWhole);
    CHECK(to_whole_number(-Limits::infinity()) == -kLargestWhole);
    CHECK(to_whole_number(Limits::quiet_NaN()) == 0);
}

TEST_CASE("any number of seconds becomes a time that can be shown", "[numbers]") {
    using Limits = std::numeric_limits<std::int64_t>;
    CHECK(format_utc(from_unix_seconds(1'795'466'910)) == "2026-11-23T20:48:30Z");
    CHECK(format_utc(from_unix_seconds(-1)) == "1970-01-01T00:00:00Z");
    CHECK(format_utc(from_unix_seconds(Limits::min())) == "1970-01-01T00:00:00Z");
    CHECK(format_utc(from_unix_seconds(kLargestWhole)) == "9999-12-31T23:59:59Z");
    CHECK(format_utc(from_unix_seconds(Limits::max())) == "9999-12-31T23:59:59Z");
}
