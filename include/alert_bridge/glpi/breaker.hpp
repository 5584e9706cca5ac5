// SPDX-License-Identifier: MIT
//
// Breaker: stops asking a server that is away, and finds out gently when it is back.
//
//   closed ──k outages in a row──► open ──delay over──► probing ──answer──► closed
//                                   ▲                      │ outage, or abandoned
//                                   └──── longer delay ────┘
//
// Guarantees: while open or probing nobody else is let through; the delay grows from `first` to
// `ceiling` with jitter; a clock that jumps back cannot hold it open longer than the ceiling.
//
// Thread rule: the I/O thread; no I/O, no clock of its own.
// Tests: tests/unit/glpi/session_state_test.cpp
#pragma once

#include <cstdint>

#include "alert_bridge/base/backoff.hpp"
#include "alert_bridge/base/time.hpp"

namespace alert_bridge::glpi {

class Breaker {
  public:
    enum class Answer { pass, probe, stop };

    Breaker(int failures, Backoff backoff) noexcept : failures_max_(failures), backoff_(backoff) {}

    // `probe`: the caller alone must find out with a harmless request, then tell success or
    // failure.
    [[nodiscard]] Answer ask(WallTime now) noexcept;
    void success() noexcept;
    void failure(WallTime now, std::uint64_t random) noexcept;
    // Opens at once, for as long as after `rounds` failed probes. Nothing happens while it is open.
    void trip(WallTime now, std::uint64_t random, int rounds) noexcept;

    [[nodiscard]] bool is_open() const noexcept { return state_ != State::closed; }

  private:
    enum class State { closed, open, probing };
    int failures_max_;
    Backoff backoff_;
    State state_ = State::closed;
    int failures_ = 0;
    int rounds_ = 0;
    WallTime until_{};
};

}  // namespace alert_bridge::glpi
