// SPDX-License-Identifier: MIT
#include "alert_bridge/storage/others_time.hpp"

#include "catch.hpp"

using namespace alert_bridge;

TEST_CASE("the others never stand still, and get more when they wait for longer than a burst") {
    using std::chrono::microseconds;
    storage::OthersTime::Clock::time_point now{};
    storage::OthersTime others(now);
    CHECK_FALSE(others.may_start(now));
    const auto share = [&](std::chrono::seconds length) {
        const auto from = now;
        microseconds spent{};
        while (now < from + length) {
            now += microseconds(100);  // of intake
            if (others.may_start(now)) {
                spent += microseconds(400);
                others.spend(microseconds(400));
                now += microseconds(400);
            }
        }
        return std::chrono::duration<double>(spent) / std::chrono::duration<double>(now - from);
    };
    const double in_a_burst = share(storage::kBurst);
    CHECK(in_a_burst > 0.0615);
    CHECK(in_a_burst < 0.0635);
    const double later = share(std::chrono::seconds(10));
    CHECK(later > 0.49);
    CHECK(later < 0.51);
    others.caught_up(now);
    CHECK(share(storage::kBurst) < 0.0635);
}

// How many pieces of work, of 100 us each, are started in a second of intake with such pauses.
int started_between(std::chrono::microseconds pause) {
    using std::chrono::microseconds;
    storage::OthersTime::Clock::time_point now{};
    storage::OthersTime others(now);
    int started = 0;
    while (now < storage::OthersTime::Clock::time_point{} + std::chrono::seconds(1)) {
        now += microseconds(500);  // of intake
        others.idle(pause);
        for (now += pause; others.may_start(now); now += microseconds(100)) {
            ++started;
            others.spend(microseconds(100));
        }
    }
    return started;
}

TEST_CASE("the others get what intake leaves idle, but for moments") {
    const int in_long_pauses = started_between(storage::kIdleAtLeast);
    CHECK(in_long_pauses > 3'000);  // 20 in each of 180
    CHECK(in_long_pauses < 4'000);
    CHECK(started_between(storage::kIdleAtLeast - std::chrono::microseconds(1)) < 700);
}

TEST_CASE("the others neither save up much nor owe much") {
    using std::chrono::microseconds;
    const storage::OthersTime::Clock::time_point now{};
    storage::OthersTime others(now);
    others.idle(std::chrono::hours(1));
    others.spend(storage::kOthersAtOnce);
    CHECK_FALSE(others.may_start(now));
    others.spend(std::chrono::hours(1));
    others.idle(storage::kIdleAtLeast);
    CHECK(others.may_start(now));
}
