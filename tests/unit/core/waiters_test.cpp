// SPDX-License-Identifier: MIT
#include "alert_bridge/core/waiters.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>

#include "catch.hpp"
#include "fake_store.hpp"
#include "fakes.hpp"

using namespace alert_bridge;
using namespace std::chrono_literals;

namespace {

ports::Standing standing(std::string state, std::int64_t ticket_id, bool pending) {
    ports::Standing out;
    out.incident_id = state.empty() ? "" : "I1";
    out.state = std::move(state);
    out.ticket_id = ticket_id;
    out.pending = pending;
    return out;
}

struct World {
    boost::asio::io_context io;
    test::FakeStore store;
    test::JumpingClock clock;
    core::Waiters waiters{store, clock};
    const WallTime start = clock.time;

    std::optional<Result<ports::Standing>> answer;

    void begin(Duration timeout) {
        auto on_end = [this](const std::exception_ptr& failure, Result<ports::Standing> result) {
            CHECK_FALSE(failure);
            answer.emplace(std::move(result));
        };
        boost::asio::co_spawn(io, waiters.until_settled("A1", timeout), std::move(on_end));
    }
    Result<ports::Standing> wait(Duration timeout) {
        begin(timeout);
        io.run();
        io.restart();
        REQUIRE(answer.has_value());
        return *answer;
    }
    Duration waited() const { return clock.time - start; }
};

}  // namespace

TEST_CASE("an alert whose ticket is known is answered without waiting") {
    World world;
    world.store.standings["A1"] = standing("open", 4711, false);
    const auto result = world.wait(30s);
    REQUIRE(result.has_value());
    CHECK(result->ticket_id == 4711);
    CHECK(world.clock.sleeps.empty());
}

TEST_CASE("nothing is waited for when no ticket will be opened now") {
    const std::string state =
        GENERATE(std::string(""), std::string("holding"), std::string("ended"));
    World world;
    world.store.standings["A1"] = standing(state, 0, false);
    const auto result = world.wait(30s);
    REQUIRE(result.has_value());
    CHECK(result->ticket_id == 0);
    CHECK(result->state == state);
    CHECK(world.clock.sleeps.empty());
}

TEST_CASE("an alert that is not decided, or whose ticket is owed, is waited for") {
    const bool pending = GENERATE(true, false);
    const std::string state =
        GENERATE(std::string("open"), std::string("quiet"), std::string("solved"));
    World world;
    world.store.standings["A1"] = standing(state, 0, pending);
    world.clock.on_sleep = [&world] {
        if (world.clock.sleeps.size() == 3) {
            world.store.standings["A1"] = standing("open", 12, false);
        }
    };
    const auto result = world.wait(30s);
    REQUIRE(result.has_value());
    CHECK(result->ticket_id == 12);
    CHECK(world.clock.sleeps.size() == 3);
}

TEST_CASE("a wait ends at its timeout exactly, with what is known then") {
    World world;
    world.store.standings["A1"] = standing("open", 0, false);
    const auto result = world.wait(2s);
    REQUIRE(result.has_value());
    CHECK(result->ticket_id == 0);
    CHECK(result->state == "open");
    CHECK(world.waited() == 2s);
}

TEST_CASE("the pauses grow, so that a long wait does not ask the store all the time") {
    World world;
    world.store.standings["A1"] = standing("open", 0, false);
    REQUIRE(world.wait(30s).has_value());
    CHECK(world.clock.sleeps.front() == 20ms);
    CHECK(world.clock.sleeps.at(1) == 40ms);
    CHECK(*std::max_element(world.clock.sleeps.begin(), world.clock.sleeps.end()) == 500ms);
    CHECK(world.clock.sleeps.size() < 70);
}

TEST_CASE("a timeout of nothing asks once") {
    World world;
    world.store.standings["A1"] = standing("open", 0, true);
    const auto result = world.wait(0s);
    REQUIRE(result.has_value());
    CHECK(result->pending);
    CHECK(world.clock.sleeps.empty());
}

TEST_CASE("a wait ends as soon as waiting is pointless") {
    World world;
    world.store.standings["A1"] = standing("open", 0, false);
    int asked = 0;
    world.waiters.hopeless = [&asked] { return ++asked > 2; };
    REQUIRE(world.wait(30s).has_value());
    CHECK(world.clock.sleeps.size() == 2);
}

TEST_CASE("an alert that nobody knows and a store that fails are errors") {
    World world;
    SECTION("unknown alert") {
        const auto result = world.wait(30s);
        REQUIRE_FALSE(result.has_value());
        CHECK(result.error().code == "unknown_alert");
    }
    SECTION("store") {
        world.store.standing_error = Error{ErrorClass::later, "store_busy", ""};
        const auto result = world.wait(30s);
        REQUIRE_FALSE(result.has_value());
        CHECK(result.error().code == "store_busy");
    }
}

TEST_CASE("past the bound of waiters nobody waits, and seats are given back") {
    World world;
    world.store.standings["A1"] = standing("open", 0, false);
    std::vector<int> finished;
    // Everybody asks the store once before the clock moves: the late one must end right there.
    for (int i = 0; i <= core::Waiters::kWaitersMax; ++i) {
        auto on_end = [&finished,
                       i](const std::exception_ptr&, const Result<ports::Standing>& result) {
            CHECK(result.has_value());
            finished.push_back(i);
        };
        boost::asio::co_spawn(world.io, world.waiters.until_settled("A1", 30s), std::move(on_end));
    }
    world.io.run();
    world.io.restart();
    REQUIRE(finished.size() == core::Waiters::kWaitersMax + 1);
    CHECK(finished.front() == core::Waiters::kWaitersMax);

    world.clock.sleeps.clear();
    REQUIRE(world.wait(1s).has_value());
    CHECK_FALSE(world.clock.sleeps.empty());
}
