// SPDX-License-Identifier: MIT
#include "alert_bridge/storage/gathering.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace alert_bridge::storage {

namespace {
constexpr std::uint8_t kStepsOfCommit = 16;  // narrow: durations and counts take it
constexpr std::size_t kStepsMax = 12;
constexpr std::size_t kOneIn = 4;
}  // namespace

void Gathering::committed(
    Clock::time_point now, Clock::duration commit, std::size_t answered, std::size_t waiting
) noexcept {
    const Clock::duration least = std::min(commit, std::exchange(last_commit_, commit));
    const Clock::duration usual = std::min(least, slowest_);
    const bool pays = usual >= kSlowCommit && answered + waiting >= kCrowd;
    ended_ = now;
    step_ = pays ? usual / int{kStepsOfCommit} : Clock::duration::zero();
    steps_ = 0;
    seen_ = waiting;
    everybody_ = std::min(answered + waiting, most_);
}

bool Gathering::is_on(Clock::time_point now) const noexcept {
    return step_ > Clock::duration::zero() && now - ended_ <= step_ * int{kStepsOfCommit};
}

// Who comes too late waits for a whole commit longer, who is there for the steps.
std::optional<Gathering::Clock::time_point> Gathering::look(
    Clock::time_point now, std::size_t waiting
) noexcept {
    const std::size_t came = waiting > seen_ ? waiting - seen_ : 0;
    const std::size_t missing = everybody_ > waiting ? everybody_ - waiting : 0;
    const bool they_may_come = waiting * steps_ < missing * kStepsOfCommit / kOneIn;
    const bool is_worth_it = they_may_come || came * kStepsOfCommit > waiting;
    const bool is_late = steps_ == 0 && !is_on(now);
    const bool is_over = step_ == Clock::duration::zero() || missing == 0;
    if (is_over || is_late || !is_worth_it || steps_ >= kStepsMax) {
        step_ = Clock::duration::zero();
        return std::nullopt;
    }
    ++steps_;
    seen_ = waiting;
    return now + step_;
}

}  // namespace alert_bridge::storage
