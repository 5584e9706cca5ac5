// SPDX-License-Identifier: MIT
//
// Random: every choice of a simulated run comes from here, so that the seed is the whole run. The
// numbers are our own arithmetic, not <random>'s distributions, which differ between libraries.
// Thread rule: one thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "alert_bridge/base/time.hpp"

namespace alert_bridge::simulation {

class Random {
  public:
    explicit Random(std::uint64_t seed) noexcept : state_(seed) {}

    std::uint64_t next() noexcept {
        state_ += 0x9E3779B97F4A7C15ULL;
        std::uint64_t mixed = state_;
        mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9ULL;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBULL;
        return mixed ^ (mixed >> 31U);
    }
    double fraction() noexcept { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }
    // Draws nothing where there is nothing to decide.
    bool chance(double probability) noexcept { return probability > 0 && fraction() < probability; }
    // Both ends included. Requires: from <= to.
    std::int64_t between(std::int64_t from, std::int64_t to) noexcept {
        const auto width = static_cast<std::uint64_t>(to - from) + 1;
        return from + static_cast<std::int64_t>(next() % width);
    }
    Duration between(Duration from, Duration to) noexcept {
        return Duration(between(from.count(), to.count()));
    }
    std::size_t index(std::size_t size) noexcept { return static_cast<std::size_t>(next() % size); }

  private:
    std::uint64_t state_;
};

}  // namespace alert_bridge::simulation
