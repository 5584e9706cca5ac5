// SPDX-License-Identifier: MIT
//
// Outage: what began and ended while GLPI was away, and the one report that tells of it.
//
// A pair (problem and recovery) folds when its opening was never attempted: there is no ticket to
// solve, and a ticket that is opened and solved in one breath helps nobody. What folds is kept as a
// row until the report of its entity is decided; so a crash forgets none and reports none twice.
//
// Guarantees: the report lists at most kOutageLines lines, the worst first, and says how many it
// leaves out; its texts are cleaned and escaped as those of Templates are.
// Thread rule: values and pure functions. Tests: tests/unit/domain/lifecycle_outage_test.cpp
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "alert_bridge/domain/alert.hpp"

namespace alert_bridge::domain {

inline constexpr int kOutageLines = 200;

// One incident that ended without a ticket.
struct FoldedPair {
    std::string incident_id;
    std::int64_t entity_id = 0;
    std::string host;
    std::string problem_name;
    Severity severity = Severity::not_classified;
    std::int64_t problems = 1;  // episodes that shared the incident
    WallTime started_at{};
    WallTime ended_at{};
    bool operator==(const FoldedPair&) const = default;
};

// All folded pairs of one host and problem name.
struct OutageLine {
    std::string host;
    std::string problem_name;
    Severity severity = Severity::not_classified;  // the worst of them
    std::int64_t problems = 0;
    WallTime first_start{};
    WallTime last_end{};
    bool operator==(const OutageLine&) const = default;
};

// All folded pairs of one entity.
struct OutageReport {
    std::vector<OutageLine> lines;
    std::int64_t lines_left_out = 0;
    std::int64_t problems = 0;
    WallTime first_start{};
    WallTime last_end{};
};

// In the ticket's language; title is plain text of one line, the others are HTML.
struct OutageText {
    std::string title;
    std::string html;
    std::string solution;
};

}  // namespace alert_bridge::domain
