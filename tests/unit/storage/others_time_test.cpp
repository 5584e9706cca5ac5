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

TEST_CASE("the others get what intake leaves idle") {
    using std::chrono::microseconds;
    storage::OthersTime::Clock::time_point now{};
    storage::OthersTime others(now);
    int started = 0;
    for (int step = 0; step < 1'000; ++step) {
        now += microseconds(500);  // of intake
        others.save(microseconds(400));
        for (now += microseconds(400); others.may_start(now); now += microseconds(100)) {
            ++started;
            others.spend(microseconds(100));
        }
    }
    CHECK(started >= 4'000);
    CHECK(started < 5'000);
    others.save(std::chrono::hours(1));
    others.spend(storage::kOthersAtOnce);
    CHECK_FALSE(others.may_start(now));  // more is not saved
}
