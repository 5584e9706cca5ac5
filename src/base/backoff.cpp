// SPDX-License-Identifier: MIT
#include "alert_bridge/base/backoff.hpp"

#include <algorithm>

namespace alert_bridge {

Duration Backoff::next(int attempt, std::uint64_t random) const noexcept {
    const std::int64_t top = std::max<std::int64_t>(ceiling.count(), 0);
    std::int64_t delay = std::clamp<std::int64_t>(first.count(), 0, top);
    // Doubling stops at the ceiling, so a huge attempt number neither overflows nor loops long.
    for (int i = 1; i < attempt && delay > 0 && delay < top; ++i) {
        delay = delay > top / 2 ? top : delay * 2;
    }
    const std::int64_t low = delay / 2;
    const auto span = static_cast<std::uint64_t>(delay - low) + 1;
    return Duration(low + static_cast<std::int64_t>(random % span));
}

}  // namespace alert_bridge
