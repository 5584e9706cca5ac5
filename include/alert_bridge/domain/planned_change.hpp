// SPDX-License-Identifier: MIT
//
// A change of GLPI that is approved and planned, and what it means for a ticket about one of its
// assets: a note in the ticket, and by policy the ticket waits for the change's end.
// Thread rule: values and pure functions. Tests: tests/unit/domain/planned_change_test.cpp
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "alert_bridge/domain/placement.hpp"

namespace alert_bridge::domain {

// One span of planned hours of one change: a change with several of them comes several times.
struct PlannedChange {
    struct Item {
        std::string item_type;  // "Computer"
        std::int64_t id = 0;

        bool operator==(const Item&) const = default;
    };

    std::int64_t id = 0;
    std::string title;  // one line of plain text (escape it for HTML)
    WallTime begin{};
    WallTime end{};           // later than begin
    std::vector<Item> items;  // may be empty: the change names no asset
};

// By the plan's policy `changes`; with `none` nothing happens. A window of the configuration that
// drops, or holds for longer, stays.
void apply_change(const PlannedChange& change, Plan& plan, Placement& placement);

}  // namespace alert_bridge::domain
