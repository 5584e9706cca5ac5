// SPDX-License-Identifier: MIT
#include "alert_bridge/base/number.hpp"

#include "catch.hpp"

using alert_bridge::parse_whole_number;

TEST_CASE("a whole number is digits and nothing else") {
    CHECK(parse_whole_number("0") == 0);
    CHECK(parse_whole_number("007") == 7);
    CHECK(parse_whole_number("9223372036854775807") == 9223372036854775807);
    for (const char* text :
         {"", " 1", "1 ", "+1", "-1", "-0", "1.0", "1e3", "0x1", "9223372036854775808", "one"}) {
        INFO(text);
        CHECK_FALSE(parse_whole_number(text).has_value());
    }
}
