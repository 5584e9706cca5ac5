// SPDX-License-Identifier: MIT
#include "alert_bridge/storage/gathering.hpp"

#include "catch.hpp"

using namespace alert_bridge;
using storage::Gathering;

namespace {

using Time = Gathering::Clock::time_point;
using std::chrono::microseconds;

const Time kEnd{std::chrono::hours(5)};
constexpr microseconds kCommit{16'000};
constexpr microseconds kStep{1'000};
constexpr std::size_t kMost = 192;
constexpr std::chrono::milliseconds kSlowest{160};

Gathering after_commit(std::size_t answered, std::size_t waiting) {
    Gathering gathering(kMost, kSlowest);
    gathering.committed(kEnd, kCommit, 1, 0);
    gathering.committed(kEnd, kCommit, answered, waiting);
    return gathering;
}

// 20 were answered, 10 wait.
Gathering after_commit() {
    return after_commit(20, 10);
}

// How many steps are waited for while `more` come in each.
int steps(Gathering& gathering, std::size_t waiting, std::size_t more) {
    Time now = kEnd;
    int count = 0;
    for (auto until = gathering.look(now, waiting); until && count < 100; ++count) {
        CHECK(*until == now + kStep);
        now = *until;
        waiting += more;
        until = gathering.look(now, waiting);
    }
    CHECK_FALSE(gathering.look(now, waiting));
    CHECK_FALSE(gathering.is_on(now));
    return count;
}

}  // namespace

TEST_CASE("where a commit is fast, or few share two of them, nobody waits") {
    Gathering gathering(kMost, kSlowest);
    const auto waits = [&](microseconds commit, std::size_t answered, std::size_t waiting) {
        gathering.committed(kEnd, commit, answered, waiting);
        return gathering.is_on(kEnd) && gathering.look(kEnd, waiting).has_value();
    };
    CHECK_FALSE(gathering.is_on(kEnd));
    CHECK_FALSE(gathering.look(kEnd, 1));
    CHECK_FALSE(waits(kCommit, 100, 10));  // the one before is not known
    CHECK(waits(kCommit, 8, 0));
    CHECK(waits(kCommit, 1, 7));
    CHECK_FALSE(waits(kCommit, 7, 0));
    CHECK_FALSE(waits(kCommit, 3, 4));
    CHECK_FALSE(waits(microseconds(2'999), 100, 10));
    CHECK_FALSE(waits(kCommit, 100, 10));
    CHECK_FALSE(waits(microseconds(2'999), 100, 10));
    CHECK_FALSE(waits(microseconds(3'000), 100, 10));
    CHECK(waits(microseconds(3'000), 100, 10));
}

TEST_CASE("without a sign of the others the wait depends on how many they are") {
    struct Case {
        std::size_t waiting;
        int steps;
    };
    const auto [waiting, expected] = GENERATE(
        Case{1, 12},  // three quarters of the commit's time at most
        Case{10, 8}, Case{15, 4}, Case{25, 1}, Case{29, 1}, Case{30, 0}
    );
    CAPTURE(waiting);
    Gathering gathering = after_commit();
    REQUIRE(gathering.everybody() == 30);
    CHECK(steps(gathering, waiting, 0) == expected);
}

TEST_CASE("while many come in the wait goes on, until everybody is there or for its longest time") {
    Gathering everybody = after_commit();
    CHECK(steps(everybody, 15, 3) == 5);
    Gathering many = after_commit(150, 30);
    CHECK(steps(many, 40, 9) == 12);
    Gathering few = after_commit(150, 30);
    CHECK(steps(few, 90, 1) == 4);
}

TEST_CASE("a disk that stalls makes nobody wait longer") {
    Gathering gathering(kMost, kSlowest);
    gathering.committed(kEnd, std::chrono::seconds(6), 20, 10);
    gathering.committed(kEnd, std::chrono::seconds(6), 20, 10);
    CHECK(gathering.look(kEnd, 1) == kEnd + kSlowest / 16);
}

TEST_CASE("nobody waits for more than a transaction takes") {
    Gathering gathering = after_commit(150, 150);
    CHECK(gathering.look(kEnd, kMost - 1));
    CHECK_FALSE(gathering.look(kEnd, kMost));
}

TEST_CASE("who comes long after a commit waits for nobody") {
    Gathering gathering = after_commit();
    CHECK(gathering.is_on(kEnd + kCommit));
    CHECK_FALSE(gathering.is_on(kEnd + kCommit + microseconds(1)));
    CHECK_FALSE(gathering.look(kEnd + kCommit + microseconds(1), 1));
    Gathering in_time = after_commit();
    CHECK(in_time.look(kEnd + kCommit, 1));
}

TEST_CASE("a clock that stands still makes nobody wait for ever") {
    Gathering gathering = after_commit();
    int looks = 0;
    while (gathering.look(kEnd, 1) && looks < 100) {
        ++looks;
    }
    CHECK(looks == 12);
}
