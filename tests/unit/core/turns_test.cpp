// SPDX-License-Identifier: MIT
#include "alert_bridge/core/turns.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <vector>

#include "catch.hpp"
#include "held_clock.hpp"

using namespace alert_bridge;
using namespace std::chrono_literals;
using core::Crowd;
using core::Turns;
using test::HeldClock;
namespace asio = boost::asio;

namespace {

struct Seen {
    std::vector<int> order;
    std::vector<Turns::Turn> turns;
    int empty_handed = 0;
};

asio::awaitable<void> queue_up(Turns& turns, int number, Duration longest, Seen& seen) {
    Turns::Turn turn = co_await turns.take(longest);
    if (turn) {
        seen.order.push_back(number);
        seen.turns.push_back(std::move(turn));
    } else {
        ++seen.empty_handed;
    }
}

asio::awaitable<void> listen(Crowd& crowd, int& woken) {
    co_await crowd.wait(1h);
    ++woken;
}

void settle(asio::io_context& io) {
    io.restart();
    while (io.poll() > 0) {
    }
}

}  // namespace

TEST_CASE("places are few and given in order of arrival") {
    asio::io_context io{1};
    HeldClock clock;
    Turns turns(clock, 2);
    Seen seen;
    for (int number = 0; number < 5; ++number) {
        asio::co_spawn(io, queue_up(turns, number, 1h, seen), asio::detached);
    }
    settle(io);
    CHECK(seen.order == std::vector<int>{0, 1});
    seen.turns.clear();
    settle(io);
    CHECK(seen.order == std::vector<int>{0, 1, 2, 3});
    seen.turns.clear();
    settle(io);
    CHECK(seen.order == std::vector<int>{0, 1, 2, 3, 4});
}

TEST_CASE("who waits too long, or is sent away, goes with empty hands and blocks nobody") {
    asio::io_context io{1};
    HeldClock clock;
    Turns turns(clock, 1);
    Seen seen;
    asio::co_spawn(io, queue_up(turns, 0, 1h, seen), asio::detached);
    asio::co_spawn(io, queue_up(turns, 1, 1ms, seen), asio::detached);
    asio::co_spawn(io, queue_up(turns, 2, 1h, seen), asio::detached);
    while (seen.empty_handed == 0 && io.run_one() > 0) {
    }
    turns.dismiss();
    settle(io);
    CHECK(seen.empty_handed == 2);
    seen.turns.clear();
    asio::co_spawn(io, queue_up(turns, 3, 1h, seen), asio::detached);
    settle(io);
    CHECK(seen.order == std::vector<int>{0, 3});
}

TEST_CASE("a place granted to a coroutine that is destroyed does no harm") {
    std::optional<Seen> seen(std::in_place);
    HeldClock clock;
    std::optional<Turns> turns;
    {
        asio::io_context io{1};
        turns.emplace(clock, 1);
        asio::co_spawn(io, queue_up(*turns, 0, 1h, *seen), asio::detached);
        asio::co_spawn(io, queue_up(*turns, 1, 1h, *seen), asio::detached);
        asio::co_spawn(io, queue_up(*turns, 2, 1h, *seen), asio::detached);
        settle(io);
        seen->turns.clear();  // granted to the second, which never goes on
        turns.reset();
    }
    CHECK(seen->order == std::vector<int>{0});
}

TEST_CASE("a ring wakes the whole crowd, once") {
    asio::io_context io{1};
    HeldClock clock;
    Crowd crowd(clock);
    int woken = 0;
    for (int i = 0; i < 3; ++i) {
        asio::co_spawn(io, listen(crowd, woken), asio::detached);
    }
    settle(io);
    CHECK(crowd.waiting() == 3);
    crowd.ring();
    settle(io);
    CHECK(woken == 3);
    CHECK(crowd.waiting() == 0);
    asio::co_spawn(io, listen(crowd, woken), asio::detached);
    settle(io);
    CHECK(woken == 3);
    crowd.ring();
    settle(io);
    CHECK(woken == 4);
}
