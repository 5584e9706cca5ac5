// SPDX-License-Identifier: MIT
#include "alert_bridge/storage/others_time.hpp"

#include <algorithm>

namespace alert_bridge::storage {

bool OthersTime::may_start(Clock::time_point now) noexcept {
    const bool is_burst = now - caught_up_at_ < kBurst;
    save((now - refilled_at_) / (is_burst ? kOthersShare : kOthersShareLater));
    refilled_at_ = now;
    return credit_ > Clock::duration::zero();
}

// A job that took long is not held against the others for ever.
void OthersTime::spend(Clock::duration time) noexcept {
    credit_ = std::max<Clock::duration>(credit_ - time, -kOthersAtOnce);
}

void OthersTime::idle(Clock::duration time) noexcept {
    if (time >= kIdleAtLeast) {
        save(time);
    }
}

void OthersTime::save(Clock::duration time) noexcept {
    credit_ = std::min<Clock::duration>(credit_ + time, kOthersAtOnce);
}

}  // namespace alert_bridge::storage
