// SPDX-License-Identifier: MIT
//
// The next delay of a retry: exponential with full upper half jitter, bounded on both sides.
// Pure: the random number is an argument. Tests: tests/unit/base/backoff_test.cpp
#pragma once

#include <cstdint>

#include "alert_bridge/base/time.hpp"

namespace alert_bridge {

struct Backoff {
    Duration first{1000};
    Duration ceiling{5 * 60 * 1000};

    // Delay before attempt number `attempt` + 1 (attempt >= 1): within [d/2, d], d = first *
    // 2^(attempt-1) cut at the ceiling.
    [[nodiscard]] Duration next(int attempt, std::uint64_t random) const noexcept;
};

}  // namespace alert_bridge
