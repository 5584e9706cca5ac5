// SPDX-License-Identifier: MIT
#include "alert_bridge/core/recent_alerts.hpp"

#include <functional>
#include <utility>

namespace alert_bridge::core {

std::size_t RecentAlerts::place_of(const std::string& key) noexcept {
    return std::hash<std::string>()(key) % kSlots;
}

const std::string* RecentAlerts::find(const std::string& idempotency_key, WallTime now) const {
    if (slots_.empty() || idempotency_key.empty()) {
        return nullptr;
    }
    const Slot& slot = slots_[place_of(idempotency_key)];
    // A clock that was set back, or far ahead, makes the store's memory the better one.
    const bool is_recent = now >= slot.accepted_at && now - slot.accepted_at < kLife;
    return is_recent && slot.key == idempotency_key ? &slot.alert_id : nullptr;
}

void RecentAlerts::remember(
    std::string idempotency_key, std::string alert_id, WallTime accepted_at
) {
    if (idempotency_key.empty() || idempotency_key.size() > kKeyBytesMax) {
        return;
    }
    if (slots_.empty()) {
        slots_.resize(kSlots);
    }
    Slot& slot = slots_[place_of(idempotency_key)];
    slot.key = std::move(idempotency_key);
    slot.alert_id = std::move(alert_id);
    slot.accepted_at = accepted_at;
}

}  // namespace alert_bridge::core
