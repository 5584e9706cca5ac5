// SPDX-License-Identifier: MIT
#include "alert_bridge/base/backoff.hpp"

#include <limits>
#include <vector>

#include "catch.hpp"

using namespace alert_bridge;

TEST_CASE("the delay doubles up to the ceiling and stays in its upper half") {
    const Backoff backoff{Duration(1000), Duration(300'000)};
    const std::vector<std::int64_t> full{1000,   2000,    4000,    8000,    16'000, 32'000,
                                         64'000, 128'000, 256'000, 300'000, 300'000};
    for (std::size_t i = 0; i < full.size(); ++i) {
        const int attempt = static_cast<int>(i) + 1;
        CAPTURE(attempt);
        CHECK(backoff.next(attempt, 0).count() == full[i] / 2);
        CHECK(backoff.next(attempt, static_cast<std::uint64_t>(full[i] / 2)).count() == full[i]);
        for (const std::uint64_t random : {1ULL, 77ULL, 123'456'789ULL, ~0ULL}) {
            const std::int64_t delay = backoff.next(attempt, random).count();
            CHECK(delay >= full[i] / 2);
            CHECK(delay <= full[i]);
        }
    }
}

TEST_CASE("a huge or senseless attempt number neither overflows nor goes below the first delay") {
    const Backoff backoff;
    CHECK(backoff.next(std::numeric_limits<int>::max(), 0) == backoff.ceiling / 2);
    CHECK(backoff.next(0, 0) == backoff.first / 2);
    CHECK(backoff.next(-5, 0) == backoff.first / 2);
    const Backoff largest{Duration(1), Duration(std::numeric_limits<std::int64_t>::max())};
    CHECK(largest.next(1'000'000, 3).count() > std::numeric_limits<std::int64_t>::max() / 2);
}

TEST_CASE("a first delay above the ceiling, zero or negative delays are harmless") {
    CHECK(Backoff{Duration(5000), Duration(1000)}.next(3, 0) == Duration(500));
    CHECK(Backoff{Duration(0), Duration(1000)}.next(1000, 5) == Duration(0));
    CHECK(Backoff{Duration(1000), Duration(-1)}.next(2, 5) == Duration(0));
    CHECK(Backoff{Duration(1), Duration(1)}.next(1, 0) == Duration(0));
    CHECK(Backoff{Duration(1), Duration(1)}.next(1, 1) == Duration(1));
}
