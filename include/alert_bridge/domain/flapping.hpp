// SPDX-License-Identifier: MIT
//
// What is remembered of a problem that goes back and forth: its last changes, whatever became of
// their tickets, and on the open ticket whether it flaps.
//
// A change is that an episode begins or ends. Problems of one key that are there at the same time
// (a Zabbix trigger with several events, whose notices may come in the wrong order) begin and end
// too; only pairs of both count, so that five that begin and stay are one change and not five.
// Guarantees: bounded by the policy's number of changes, also for a problem that flaps for months.
// A clock that was set back makes changes of the future: they are forgotten, the last one of a
// problem that flaps counts as made when it is looked at.
// Thread rule: values and pure functions. Tests: tests/unit/domain/flapping_test.cpp
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/base/time.hpp"
#include "alert_bridge/domain/plan.hpp"

namespace alert_bridge::domain {

enum class Change { begins, ends };

// Ascending, of the time that FlappingPolicy::within names.
struct RecentChanges {
    std::vector<WallTime> begins;
    std::vector<WallTime> ends;
    [[nodiscard]] bool empty() const noexcept { return begins.empty() && ends.empty(); }
    bool operator==(const RecentChanges&) const = default;
};

void note_change(
    RecentChanges& changes, Change change, WallTime when, const FlappingPolicy& policy
);
[[nodiscard]] int count_changes(const RecentChanges& changes) noexcept;

// One problem of an open ticket, for as long as it flaps.
struct Flap {
    std::string problem_key;
    WallTime since{};
    WallTime last_change{};
    std::int64_t changes = 0;  // with those that showed it
    std::int64_t told = 0;     // of them, on the ticket
    bool by_sender = false;    // the sender says so, is silent until it stops, and says that too
    bool operator==(const Flap&) const = default;
};

struct FlapList {
    std::vector<Flap> problems;
    [[nodiscard]] bool empty() const noexcept { return problems.empty(); }
    [[nodiscard]] Flap* find(std::string_view problem_key) noexcept;
    bool operator==(const FlapList&) const = default;
};

// When the first of them will have been quiet for long enough; empty: their senders will tell.
[[nodiscard]] std::optional<WallTime> end_of_flapping(
    const FlapList& flaps, const FlappingPolicy& policy
);
// Forgets those that were quiet for long enough, unless they all were; true: they all were.
[[nodiscard]] bool all_quiet(FlapList& flaps, const FlappingPolicy& policy, WallTime now);

// Takes note of what is told now; true: there is something.
[[nodiscard]] bool tell_changes(FlapList& flaps) noexcept;
[[nodiscard]] std::int64_t sum_of_changes(const FlapList& flaps) noexcept;

}  // namespace alert_bridge::domain
