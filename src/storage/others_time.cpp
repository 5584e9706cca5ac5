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

void OthersTime::save(Clock::duration time) noexcept {
    credit_ = std::min<Clock::duration>(credit_ + time, kOthersAtOnce);
}

}  // namespace alert_bridge::storage
