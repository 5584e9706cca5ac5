// SPDX-License-Identifier: MIT
//
// Parts of the checker that stand on their own; check() calls them. Each adds one sentence per
// violation to `found`. Thread rule: pure functions. Tests: tests/sim/self_test.cpp
#pragma once

#include <string>
#include <vector>

#include "checker.hpp"

namespace alert_bridge::simulation {

// Everything that could have opened a ticket for it was received while a window dropped.
[[nodiscard]] bool was_dropped(const FinalState& state, const Occurrence& occurrence);

// What began while a window held is neither opened nor opened again before its end.
void check_maintenance(const FinalState& state, std::vector<std::string>& found);

// Whoever watches has heard what people did to the tickets of what has not ended.
void check_people(const FinalState& state, std::vector<std::string>& found);

// Monitoring knows of the tickets, and was told of each thing under one notice.
void check_notices(const FinalState& state, std::vector<std::string>& found);

}  // namespace alert_bridge::simulation
