// SPDX-License-Identifier: MIT
#include "alert_bridge/core/unreadable.hpp"

#include "catch.hpp"

using namespace alert_bridge;
using core::Unreadable;
using Verdict = core::Unreadable::Verdict;

namespace {
const WallTime kNow = from_unix_ms(1'795'466'910'000);
}  // namespace

TEST_CASE("a ticket that fails three times in a row is left alone, and told of once") {
    Unreadable tickets;
    CHECK(tickets.failed(7, false, kNow) == Verdict::outage);
    CHECK(tickets.failed(7, false, kNow) == Verdict::outage);
    CHECK_FALSE(tickets.is_left_alone(7, kNow));
    CHECK(tickets.failed(8, false, kNow) == Verdict::outage);
    CHECK(tickets.failed(7, false, kNow) == Verdict::to_tell);
    CHECK(tickets.is_left_alone(7, kNow + std::chrono::minutes(9)));
    CHECK_FALSE(tickets.is_left_alone(8, kNow));
    const WallTime later = kNow + Unreadable::kPause;
    CHECK_FALSE(tickets.is_left_alone(7, later));
    CHECK(tickets.failed(7, false, later) == Verdict::told);
    CHECK(tickets.is_left_alone(7, later));
}

TEST_CASE("three failures with a success between them are an outage") {
    Unreadable tickets;
    CHECK(tickets.failed(7, false, kNow) == Verdict::outage);
    CHECK(tickets.failed(7, false, kNow) == Verdict::outage);
    tickets.is_well(7);
    CHECK(tickets.failed(7, false, kNow) == Verdict::outage);
}

TEST_CASE("a ticket that is refused is left alone at once, and told of again once it was well") {
    Unreadable tickets;
    CHECK(tickets.failed(7, true, kNow) == Verdict::to_tell);
    CHECK(tickets.is_left_alone(7, kNow));
    CHECK(tickets.failed(7, true, kNow) == Verdict::told);
    tickets.is_well(7);
    CHECK_FALSE(tickets.is_left_alone(7, kNow));
    CHECK(tickets.failed(7, true, kNow) == Verdict::to_tell);
}

TEST_CASE("a pause moves with the clock, and there is an end to what is kept") {
    Unreadable tickets;
    static_cast<void>(tickets.failed(7, true, kNow));
    tickets.clock_was_set(std::chrono::hours(-1));
    CHECK_FALSE(tickets.is_left_alone(7, kNow));
    CHECK(tickets.is_left_alone(7, kNow - std::chrono::hours(1)));
    for (std::size_t id = 100; id < 100 + Unreadable::kMax; ++id) {
        static_cast<void>(tickets.failed(static_cast<std::int64_t>(id), true, kNow));
    }
    CHECK_FALSE(tickets.is_left_alone(7, kNow - std::chrono::hours(1)));
    CHECK(tickets.is_left_alone(100 + static_cast<std::int64_t>(Unreadable::kMax) - 1, kNow));
}
