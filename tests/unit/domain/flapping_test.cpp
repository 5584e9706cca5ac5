// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/flapping.hpp"

#include "catch.hpp"

using namespace alert_bridge;
using namespace alert_bridge::domain;
using namespace std::chrono_literals;

namespace {

constexpr WallTime kStart = from_unix_ms(1'795'000'000'000);

// One letter a change, `apart` from each other: b begins, e ends.
RecentChanges changes_of(std::string_view letters, Duration apart, const FlappingPolicy& policy) {
    RecentChanges changes;
    WallTime when = kStart;
    for (const char letter : letters) {
        note_change(changes, letter == 'b' ? Change::begins : Change::ends, when, policy);
        when += apart;
    }
    return changes;
}

}  // namespace

TEST_CASE("changes are counted by pairs of a beginning and an end") {
    struct Row {
        const char* letters;
        int count;
    };
    const Row rows[] = {
        {"", 0},          // nothing was heard
        {"b", 1},         //
        {"be", 2},        //
        {"beb", 3},       //
        {"bebeb", 5},     // the usual order
        {"bbeeb", 5},     // PROBLEM(79) PROBLEM(81) RECOVERY(79) RECOVERY(81) PROBLEM(83)
        {"bbbbb", 1},     // five problems of one trigger that all stay
        {"bbbbbe", 3},    //
        {"e", 0},         // an end of what nobody heard begin
        {"eeeee", 0},     //
        {"ebebe", 4},     // heard from the middle on
        {"bebebebe", 8},  //
    };
    const FlappingPolicy policy{20, 10min, 30min};
    for (const Row& row : rows) {
        INFO(row.letters);
        CHECK(count_changes(changes_of(row.letters, 1s, policy)) == row.count);
    }
}

TEST_CASE("only changes within the policy's time count") {
    const FlappingPolicy policy{5, 10min, 30min};
    CHECK(count_changes(changes_of("bebeb", 150s, policy)) == 5);
    CHECK(count_changes(changes_of("bebeb", 151s, policy)) == 4);
    CHECK(count_changes(changes_of("bebeb", 1h, policy)) == 1);
}

TEST_CASE("what is remembered of a problem that flaps for months is bounded") {
    const FlappingPolicy policy{5, 10min, 30min};
    std::string letters;
    for (int i = 0; i < 500; ++i) {
        letters += "be";
    }
    const RecentChanges changes = changes_of(letters, 1ms, policy);
    CHECK(changes.begins.size() == 5);
    CHECK(changes.ends.size() == 5);
    CHECK(changes.begins.back() == kStart + 998ms);
}

TEST_CASE("a clock that was set back forgets the changes of the future") {
    const FlappingPolicy policy{5, 10min, 30min};
    RecentChanges changes = changes_of("bebe", 1s, policy);
    note_change(changes, Change::begins, kStart - 1h, policy);
    CHECK(count_changes(changes) == 1);
}

TEST_CASE("flapping ends when the last of a ticket's problems was quiet for long enough") {
    const FlappingPolicy policy{5, 10min, 30min};
    FlapList flaps;
    CHECK_FALSE(end_of_flapping(flaps, policy));
    flaps.problems = {
        {"a", kStart, kStart, 5, 5, false}, {"b", kStart, kStart + 1min, 5, 5, false}};
    CHECK(end_of_flapping(flaps, policy) == kStart + 30min);
    CHECK_FALSE(all_quiet(flaps, policy, kStart + 30min));
    CHECK(flaps.find("a") == nullptr);
    REQUIRE(flaps.find("b") != nullptr);
    CHECK(end_of_flapping(flaps, policy) == kStart + 31min);
    CHECK(all_quiet(flaps, policy, kStart + 31min));
    CHECK(flaps.find("b") != nullptr);  // its changes are still to be told
}

TEST_CASE("what a sender calls flapping is not ended by its silence") {
    const FlappingPolicy policy{5, 10min, 30min};
    FlapList flaps;
    flaps.problems = {{"a", kStart, kStart, 1, 1, true}};
    CHECK_FALSE(end_of_flapping(flaps, policy));
    CHECK_FALSE(all_quiet(flaps, policy, kStart + 1000h));
    CHECK(flaps.find("a") != nullptr);
}

TEST_CASE("a clock that was set back does not keep a problem flapping") {
    const FlappingPolicy policy{5, 10min, 30min};
    FlapList flaps;
    flaps.problems = {{"a", kStart, kStart + 5h, 5, 5, false}};
    CHECK_FALSE(all_quiet(flaps, policy, kStart));
    CHECK(end_of_flapping(flaps, policy) == kStart + 30min);
    CHECK(all_quiet(flaps, policy, kStart + 30min));
}

TEST_CASE("changes are told once") {
    FlapList flaps;
    CHECK_FALSE(tell_changes(flaps));
    flaps.problems = {{"a", kStart, kStart, 7, 5, false}, {"b", kStart, kStart, 5, 5, false}};
    CHECK(sum_of_changes(flaps) == 12);
    CHECK(tell_changes(flaps));
    CHECK_FALSE(tell_changes(flaps));
}
