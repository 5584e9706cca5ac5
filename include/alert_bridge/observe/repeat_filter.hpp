// SPDX-License-Identifier: MIT
//
// RepeatFilter: the same failure again and again is told once, then counted.
//
// see() says whether an occurrence is to be shown: up to `limit` of one key within a window,
// further ones are held back and counted. The first one after the window is shown with the count; a
// key that stays away is reported by ended(). Guarantee: at most kKeysMax keys are remembered; past
// that, occurrences are shown rather than lost. Thread rule: one owner, or a lock around it. Tests:
// tests/unit/observe/repeat_filter_test.cpp
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "alert_bridge/base/time.hpp"

namespace alert_bridge::observe {

class RepeatFilter {
  public:
    static constexpr std::size_t kKeysMax = 256;

    explicit RepeatFilter(Duration window) noexcept : window_(window) {}

    struct Verdict {
        bool show = true;
        std::int64_t held_back = 0;  // occurrences since the last one shown, this one not counted
    };
    [[nodiscard]] Verdict see(const std::string& key, std::int64_t limit, WallTime now);

    struct Summary {
        std::string key;
        std::int64_t held_back = 0;
    };
    // Forgets the keys whose window is over and returns those of which something was held back.
    [[nodiscard]] std::vector<Summary> ended(WallTime now);

  private:
    struct Entry {
        WallTime start{};
        std::int64_t seen = 0;
        std::int64_t limit = 1;
    };
    Duration window_;
    std::map<std::string, Entry> entries_;
};

}  // namespace alert_bridge::observe
