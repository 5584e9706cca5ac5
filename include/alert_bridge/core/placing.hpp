// SPDX-License-Identifier: MIT
//
// The steps from an alert to the question that the lifecycle is asked: plan, place, plan with the
// asset. Shared by the correlator, which decides, and the explainer, which only tells.
//
// Thread rule: the I/O thread. Tests: tests/unit/core/{correlator,explainer}_test.cpp
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "alert_bridge/core/policies.hpp"
#include "alert_bridge/domain/placement_trace.hpp"
#include "alert_bridge/domain/planned_change.hpp"
#include "alert_bridge/ports/asset_directory.hpp"
#include "alert_bridge/ports/store.hpp"

namespace alert_bridge::core {

// What is to be found out: the place by the plan, then these details of the asset.
struct PlaceQuestion {
    domain::Plan plan;
    std::vector<std::string> details;
};
[[nodiscard]] PlaceQuestion place_question(
    const domain::Alert& alert, const Policies& policies, WallTime now
);

// As domain::place(). An alert that names no host (a request of a person, say) asks for no asset,
// so that none is missed; nor is it odd that its source's own entity gets the ticket.
[[nodiscard]] domain::Placement place_alert(
    const domain::AssetQuery& asked, const domain::Plan& plan,
    const std::vector<domain::AssetHit>& hits, const domain::EntityTree& tree,
    domain::PlacementTrace* trace = nullptr
);

// Asks the directory, which may ask GLPI. Requires: the arguments outlive the call.
[[nodiscard]] boost::asio::awaitable<Result<domain::Placement>> ask_place(
    ports::AssetDirectory& assets, const domain::Alert& alert, const PlaceQuestion& question,
    domain::PlacementTrace* trace
);

// With what rules say of the asset, once its details are known.
[[nodiscard]] domain::Plan plan_with_details(
    const domain::Alert& alert, const Policies& policies, domain::Plan plan,
    const domain::Placement& placement, WallTime now
);

// What the store is asked about the alert, and what the lifecycle is. event.alert and
// event.away_until are left to the caller.
struct AlertCase {
    ports::Subject subject;
    domain::AlertEvent event;
};
[[nodiscard]] AlertCase case_of(
    const domain::Alert& alert, const Policies& policies, domain::Plan plan,
    std::optional<domain::Placement> placement, WallTime now
);

}  // namespace alert_bridge::core
