// SPDX-License-Identifier: MIT
//
// A change of GLPI that is approved and planned for now, and what it means for a ticket about one
// of its assets: a note in the ticket, and by policy the ticket waits for the change's end. Thread
// rule: values and pure functions. Tests: tests/unit/domain/planned_change_test.cpp
#pragma once

#include <cstdint>
#include <string>

#include "alert_bridge/domain/placement.hpp"

namespace alert_bridge::domain {

struct PlannedChange {
    std::int64_t id = 0;
    std::string title;  // plain text
    WallTime begin{}, end{};
};

// By the plan's policy `changes`; with `none` nothing happens. A window of the configuration that
// drops, or holds for longer, stays.
void apply_change(const PlannedChange& change, Plan& plan, Placement& placement);

}  // namespace alert_bridge::domain
