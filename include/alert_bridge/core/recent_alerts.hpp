// SPDX-License-Identifier: MIT
//
// RecentAlerts: which alerts became durable just now, so that senders who repeat themselves, or try
// again, are answered without the store.
//
// Guarantees: knows only what it was told, and only for kLife; the store, which keeps the same for
// days, agrees with every answer. Bounded: kSlots alerts, each with a key of kKeyBytesMax at most.
// Not guaranteed: that it remembers. A newer alert may have the place of an older one.
// Thread rule: the I/O thread. Tests: tests/unit/core/recent_alerts_test.cpp
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "alert_bridge/base/time.hpp"

namespace alert_bridge::core {

class RecentAlerts {
  public:
    static constexpr std::size_t kSlots = 1024;
    static constexpr std::size_t kKeyBytesMax = 512;
    static constexpr Duration kLife{10LL * 60 * 1000};

    // The id that the alert got; nullptr: unknown. Valid until the next call of remember().
    [[nodiscard]] const std::string* find(const std::string& idempotency_key, WallTime now) const;
    // The alert is durable, and its key was new.
    void remember(std::string idempotency_key, std::string alert_id, WallTime accepted_at);

  private:
    struct Slot {
        std::string key;  // empty: free
        std::string alert_id;
        WallTime accepted_at{};
    };
    [[nodiscard]] static std::size_t place_of(const std::string& key) noexcept;

    std::vector<Slot> slots_;  // made when there is something to remember
};

}  // namespace alert_bridge::core
