// SPDX-License-Identifier: MIT
#include "alert_bridge/observe/repeat_filter.hpp"

#include "catch.hpp"

using namespace alert_bridge;
using namespace std::chrono_literals;
using observe::RepeatFilter;

namespace {
constexpr WallTime kStart = from_unix_ms(1'000'000);
}

TEST_CASE("the first occurrence is shown, repeats within the window are held back") {
    RepeatFilter filter(60s);
    CHECK(filter.see("down", 1, kStart).show);
    CHECK_FALSE(filter.see("down", 1, kStart + 1s).show);
    CHECK_FALSE(filter.see("down", 1, kStart + 59s).show);
    CHECK(filter.see("other", 1, kStart + 1s).show);
}

TEST_CASE("the first occurrence after the window is shown with the count") {
    RepeatFilter filter(60s);
    CHECK(filter.see("down", 1, kStart).held_back == 0);
    for (int i = 0; i < 5; ++i) {
        CHECK_FALSE(filter.see("down", 1, kStart + 1s).show);
    }
    const auto verdict = filter.see("down", 1, kStart + 60s);
    CHECK(verdict.show);
    CHECK(verdict.held_back == 5);
    CHECK_FALSE(filter.see("down", 1, kStart + 61s).show);
}

TEST_CASE("a key may be shown as often as its limit says") {
    RepeatFilter filter(60s);
    CHECK(filter.see("down", 3, kStart).show);
    CHECK(filter.see("down", 3, kStart).show);
    CHECK(filter.see("down", 3, kStart).show);
    CHECK_FALSE(filter.see("down", 3, kStart).show);
    CHECK(filter.see("down", 3, kStart + 60s).held_back == 1);
}

TEST_CASE("a key that stays away is reported once, one that was shown always is just forgotten") {
    RepeatFilter filter(60s);
    static_cast<void>(filter.see("noisy", 1, kStart));
    static_cast<void>(filter.see("noisy", 1, kStart));
    static_cast<void>(filter.see("noisy", 1, kStart));
    static_cast<void>(filter.see("quiet", 1, kStart));
    CHECK(filter.ended(kStart + 59s).empty());
    const auto summaries = filter.ended(kStart + 60s);
    REQUIRE(summaries.size() == 1);
    CHECK(summaries.at(0).key == "noisy");
    CHECK(summaries.at(0).held_back == 2);
    CHECK(filter.ended(kStart + 120s).empty());
}

TEST_CASE("a clock set back does not silence a failure for hours") {
    RepeatFilter filter(60s);
    CHECK(filter.see("down", 1, kStart).show);
    CHECK(filter.see("down", 1, kStart - 3600s).show);
}

TEST_CASE("the number of remembered keys is bounded, and what is not remembered is shown") {
    RepeatFilter filter(60s);
    for (std::size_t i = 0; i < RepeatFilter::kKeysMax; ++i) {
        CHECK(filter.see("key" + std::to_string(i), 1, kStart).show);
    }
    CHECK(filter.see("one more", 1, kStart).show);
    CHECK(filter.see("one more", 1, kStart).show);
    CHECK_FALSE(filter.see("key0", 1, kStart).show);
    CHECK(filter.ended(kStart + 60s).size() == 1);
    CHECK(filter.see("one more", 1, kStart + 60s).show);
    CHECK_FALSE(filter.see("one more", 1, kStart + 60s).show);
}
