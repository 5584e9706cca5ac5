// SPDX-License-Identifier: MIT
//
// OthersTime: how long the store thread may work, while alerts come in, on what no sender waits
// for: as long as it was idle, and a share of all time, whatever a transaction takes. Less than
// kIdleAtLeast is not idle: the alert that ends it would wait for them, and in a burst the I/O
// thread, which has to answer a whole transaction before it brings the next alerts, takes part in
// their work. Nor is the time for which a transaction stays open for more alerts.
//
// Guarantees: the share is never zero, so that nothing stands still; a burst is taken in first, and
// what lasts longer cannot fill the journal up while half of the time would empty it. One job may
// take longer than there was: the next ones pay for it, kOthersAtOnce at most.
// Thread rule: the store thread. Tests: tests/unit/storage/others_time_test.cpp
#pragma once

#include <chrono>

namespace alert_bridge::storage {

// Of all time, in a burst and after it; saved up to a few decisions.
inline constexpr int kOthersShare = 16;
inline constexpr int kOthersShareLater = 2;
inline constexpr std::chrono::seconds kBurst{5};
inline constexpr std::chrono::milliseconds kOthersAtOnce{2};
inline constexpr std::chrono::milliseconds kIdleAtLeast{3};

class OthersTime {
  public:
    using Clock = std::chrono::steady_clock;

    explicit OthersTime(Clock::time_point now) noexcept : refilled_at_(now), caught_up_at_(now) {}

    [[nodiscard]] bool may_start(Clock::time_point now) noexcept;
    void spend(Clock::duration time) noexcept;
    void idle(Clock::duration time) noexcept;  // the thread was, at a stretch
    void caught_up(Clock::time_point now) noexcept { caught_up_at_ = now; }  // none waits

  private:
    void save(Clock::duration time) noexcept;

    Clock::time_point refilled_at_;
    Clock::time_point caught_up_at_;
    Clock::duration credit_{};  // below zero: a job took longer than there was
};

}  // namespace alert_bridge::storage
