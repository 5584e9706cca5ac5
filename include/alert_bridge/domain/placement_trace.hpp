// SPDX-License-Identifier: MIT
//
// Why place() chose what it chose: for `explain`. Written down by place() itself.
//
// Guarantees: every hit is there once, in the order in which GLPI's answers came; one at most is
// chosen. Thread rule: values. Tests: tests/unit/domain/placement_trace_test.cpp
#pragma once

#include <string>
#include <vector>

#include "alert_bridge/domain/placement.hpp"

namespace alert_bridge::domain {

struct PlacementTrace {
    struct Candidate {
        AssetHit hit;
        std::string entity_name;
        bool chosen = false;
        std::string why;  // it is, or is not
        bool operator==(const Candidate&) const = default;
    };
    std::vector<Candidate> candidates;
    std::string entity_why;
};

// How strong the evidence is: 7 for GLPI's own id … 1 for an address.
[[nodiscard]] int score(Evidence evidence) noexcept;

[[nodiscard]] Placement place(
    const Plan& plan, const std::vector<AssetHit>& hits, const EntityTree& tree,
    PlacementTrace& trace
);

}  // namespace alert_bridge::domain
