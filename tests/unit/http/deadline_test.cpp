// SPDX-License-Identifier: MIT
#include "alert_bridge/http/deadline.hpp"

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <optional>

#include "catch.hpp"

using namespace alert_bridge;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

namespace {

constexpr Duration kSoon{30};
constexpr Duration kLong{60'000};

// A deadline, how often it came, and after how long.
struct World {
    boost::asio::io_context io{1};
    int calls = 0;
    Clock::time_point start = Clock::now();
    std::optional<http::Deadline> deadline;

    World() {
        deadline.emplace(io.get_executor(), [this] { ++calls; });
    }
    // Until nothing waits any more.
    milliseconds run() {
        io.run();
        return std::chrono::duration_cast<milliseconds>(Clock::now() - start);
    }
};

TEST_CASE("a deadline comes once, not before its time") {
    World world;
    world.deadline->set(kSoon);
    CHECK(world.run() >= kSoon);
    CHECK(world.calls == 1);
}

TEST_CASE("a deadline that is put off, again and again, comes at the last time") {
    World world;
    for (int times = 1; times <= 5; ++times) {
        world.deadline->set(kSoon * times);
    }
    CHECK(world.run() >= 5 * kSoon);
    CHECK(world.calls == 1);
}

TEST_CASE("a deadline can be brought forward") {
    World world;
    world.deadline->set(kLong);
    world.deadline->set(kSoon);
    CHECK(world.run() < kLong);
    CHECK(world.calls == 1);
}

TEST_CASE("a cleared deadline does not come, and can be set again") {
    World world;
    world.deadline->set(kSoon);
    world.deadline->clear();
    static_cast<void>(world.run());
    CHECK(world.calls == 0);
    world.io.restart();
    world.deadline->set(kSoon);
    static_cast<void>(world.run());
    CHECK(world.calls == 1);
}

TEST_CASE("a deadline may be set anew when it comes") {
    World world;
    world.deadline.emplace(world.io.get_executor(), [&world] {
        if (++world.calls < 3) {
            world.deadline->set(kSoon);
        }
    });
    world.deadline->set(kSoon);
    CHECK(world.run() >= 3 * kSoon);
    CHECK(world.calls == 3);
}

TEST_CASE("a deadline that is gone calls nobody, even when it was due") {
    World world;
    world.deadline->set(kLong);
    world.deadline.reset();
    CHECK(world.run() < kLong);
    world.deadline.emplace(world.io.get_executor(), [&world] { ++world.calls; });
    world.deadline->set(Duration(0));
    world.deadline.reset();
    world.io.restart();
    static_cast<void>(world.run());
    CHECK(world.calls == 0);
}

}  // namespace
