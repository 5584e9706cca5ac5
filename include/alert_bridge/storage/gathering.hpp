// SPDX-License-Identifier: MIT
//
// Gathering: how long a transaction stays open for more alerts before it is committed.
//
// Senders that wait for their answers fall into two groups: while one's alerts are synced, the
// other has been answered, and its next ones wait; so each waits for two syncs. Where a commit
// takes long it pays to wait for those who were answered just now: all share each sync, and wait
// for one.
//
// Guarantees: nobody waits where one of the last two commits was fast (kSlowCommit) or few alerts
// share two (kCrowd), nor long after the last one; in any case for three quarters of the last
// commit's time at most. It goes on only while those who are there lose less by it than those who
// are missing would lose by waiting for the next commit: at first one in four of them is expected,
// then as many as come. Thread rule: one thread. Tests: tests/unit/storage/gathering_test.cpp
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

namespace alert_bridge::storage {

inline constexpr std::chrono::milliseconds kSlowCommit{3};
inline constexpr std::size_t kCrowd = 8;

class Gathering {
  public:
    using Clock = std::chrono::steady_clock;

    // A transaction takes `most` alerts. A commit that took longer than `slowest` is taken for
    // that.
    Gathering(std::size_t most, Clock::duration slowest) noexcept
        : most_(most), slowest_(slowest) {}

    // A transaction with `answered` alerts is over, its commit took that long, and meanwhile
    // `waiting` came in.
    void committed(
        Clock::time_point now, Clock::duration commit, std::size_t answered, std::size_t waiting
    ) noexcept;

    // `waiting` alerts are there: when to ask again. Empty: commit now.
    [[nodiscard]] std::optional<Clock::time_point> look(
        Clock::time_point now, std::size_t waiting
    ) noexcept;

    // Whether it is worth to open a transaction for those who may come.
    [[nodiscard]] bool is_on(Clock::time_point now) const noexcept;

    // With so many nobody is missing, or there is no room for more.
    [[nodiscard]] std::size_t everybody() const noexcept { return everybody_; }

  private:
    const std::size_t most_;
    const Clock::duration slowest_;
    Clock::time_point ended_{};
    Clock::duration last_commit_{};
    Clock::duration step_{};  // zero: nobody waits, until the next commit
    std::size_t steps_ = 0;
    std::size_t seen_ = 0;
    std::size_t everybody_ = 0;
};

}  // namespace alert_bridge::storage
