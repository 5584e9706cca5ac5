// SPDX-License-Identifier: MIT
#include "alert_bridge/core/left_behind.hpp"

#include "catch.hpp"

using alert_bridge::core::LeftBehind;

TEST_CASE("a problem's later rows are left behind with its first one") {
    LeftBehind left;
    CHECK(left.empty());
    left.add("a", 10);
    left.add("b", 12);
    left.add("a", 20);
    CHECK(left.rows() == 3);
    CHECK(left.after() == 9);
    CHECK(left.holds("a"));
    CHECK_FALSE(left.holds("a", 9));
    CHECK(left.holds("a", 10));
    CHECK(left.holds("a", 15));
    CHECK_FALSE(left.holds("c", 10));
    left.take("a", 10);
    CHECK_FALSE(left.holds("a", 10));
    CHECK(left.holds("a", 20));
    left.take("a", 20);
    CHECK_FALSE(left.holds("a"));
    left.take("b", 12);
    CHECK(left.empty());
    CHECK(left.rows() == 0);
}

TEST_CASE("an older row put back moves the reading back") {
    LeftBehind left;
    left.add("a", 10);
    left.add("b", 30);
    left.skip_to(10);
    left.take("a", 10);
    CHECK(left.after() == 10);
    left.add("a", 10);
    CHECK(left.after() == 9);
    left.add("c", 40);
    CHECK(left.after() == 9);
}

TEST_CASE("after the last one is taken, reading begins at the next one left behind") {
    LeftBehind left;
    left.add("a", 10);
    left.skip_to(10);
    left.take("a", 10);
    left.add("b", 500);
    CHECK(left.after() == 499);
}
