// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/storm.hpp"

namespace alert_bridge::domain {

BudgetWindow budget_window(const StormPolicy& policy, WallTime now) noexcept {
    const bool counts = policy.per_entity > 0 || policy.overall > 0 || policy.fuse > 0;
    return {counts, now - policy.within, now - kFuseWindow};
}

Duration first_report(const StormPolicy& policy) noexcept {
    return policy.within / 5;  // a minute, with the usual five
}

std::string umbrella_group(std::optional<std::int64_t> entity_id) {
    return entity_id ? "storm|entity=" + std::to_string(*entity_id) : std::string("storm|all");
}

}  // namespace alert_bridge::domain
