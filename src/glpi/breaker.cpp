// SPDX-License-Identifier: MIT
#include "alert_bridge/glpi/breaker.hpp"

namespace alert_bridge::glpi {

Breaker::Answer Breaker::ask(WallTime now) noexcept {
    if (state_ == State::closed) {
        return Answer::pass;
    }
    const bool clock_jumped_back = until_ - now > backoff_.ceiling;
    if (state_ == State::open && (now >= until_ || clock_jumped_back)) {
        state_ = State::probing;
        return Answer::probe;
    }
    return Answer::stop;
}

void Breaker::success() noexcept {
    // As little do they close it: one of them may have been answered before the trouble began.
    if (state_ == State::open) {
        return;
    }
    state_ = State::closed;
    failures_ = 0;
    rounds_ = 0;
}

void Breaker::failure(WallTime now, std::uint64_t random) noexcept {
    ++failures_;
    // Calls that were under way when it opened do not make it wait longer.
    if (state_ == State::open || (state_ == State::closed && failures_ < failures_max_)) {
        return;
    }
    ++rounds_;
    until_ = now + backoff_.next(rounds_, random);
    state_ = State::open;
}

void Breaker::trip(WallTime now, std::uint64_t random, int rounds) noexcept {
    if (state_ == State::open) {
        return;
    }
    rounds_ = rounds;
    until_ = now + backoff_.next(rounds_, random);
    state_ = State::open;
}

}  // namespace alert_bridge::glpi
