// SPDX-License-Identifier: MIT
#include "alert_bridge/app/system_clock.hpp"

#include <boost/asio/io_context.hpp>

#include "catch.hpp"

using namespace alert_bridge;
using namespace std::chrono_literals;

namespace {

struct World {
    boost::asio::io_context io;
    WallTime wall = from_unix_ms(1'795'466'910'000);
    std::chrono::steady_clock::time_point steady;
    app::SystemClock clock{io.get_executor(), {[this] { return wall; }, [this] { return steady; }}};

    void pass(Duration time) {
        wall += time;
        steady += time;
    }
};

}  // namespace

TEST_CASE("time passes, and small corrections of the clock are followed") {
    World world;
    const WallTime start = world.clock.now();
    world.pass(10min);
    CHECK(world.clock.now() == start + 10min);
    for (int i = 0; i < 100; ++i) {
        world.wall += 900ms;  // a clock that is led
        CHECK(world.clock.jump() == 0ms);
    }
    CHECK(world.clock.now() == start + 10min + 90s);
}

TEST_CASE("a clock that is set shows only once what waits was moved along") {
    World world;
    const WallTime start = world.clock.now();
    for (const Duration jump : {Duration(1h), Duration(-24h)}) {
        const WallTime before = world.clock.now();
        world.wall += jump;
        world.pass(1s);
        CHECK(world.clock.now() == before + 1s);
        CHECK(world.clock.jump() == jump);
        world.pass(1s);
        CHECK(world.clock.jump() == jump);
        world.clock.absorb_jump(jump);
        CHECK(world.clock.jump() == 0ms);
        CHECK(world.clock.now() == world.wall);
    }
    CHECK(world.clock.now() == start + 4s + 1h - 24h);
}

TEST_CASE("two jumps before the first was absorbed add up") {
    World world;
    const WallTime start = world.clock.now();
    world.wall += 1h;
    CHECK(world.clock.jump() == 1h);
    world.wall += 30min;
    CHECK(world.clock.jump() == 90min);
    world.clock.absorb_jump(1h);
    CHECK(world.clock.now() == start + 1h);
    CHECK(world.clock.jump() == 30min);
}
