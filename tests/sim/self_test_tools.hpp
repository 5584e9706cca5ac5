// SPDX-License-Identifier: MIT
//
// What the self tests share: a clean end to be doctored, and what the checker tells of it.
// Thread rule: one thread.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "catch.hpp"
#include "world.hpp"

namespace alert_bridge::simulation {

inline bool tells(const std::vector<std::string>& violations, const std::string& what) {
    return std::any_of(violations.begin(), violations.end(), [&](const std::string& one) {
        return one.find(what) != std::string::npos;
    });
}

using Pick = bool (*)(const ports::IncidentRow&);
inline ports::IncidentRow& pick(FinalState& state, Pick fits) {
    const auto found = std::find_if(state.incidents.begin(), state.incidents.end(), fits);
    REQUIRE(found != state.incidents.end());
    return *found;
}
inline bool goes_on(const ports::IncidentRow& row) {
    return row.incident.state == domain::IncidentState::open && row.incident.ticket_id != 0;
}
inline bool is_solved(const ports::IncidentRow& row) {
    return row.incident.state == domain::IncidentState::solved && row.incident.ticket_id != 0;
}

inline bool serves(const RunResult& result) {
    const FinalState& end = result.end;
    const bool solves = end.policy.on_recovery == domain::OnRecovery::solve_untouched;
    const bool alone = std::none_of(end.tickets.begin(), end.tickets.end(), [](const auto& one) {
        return one.second.is_touched();
    });
    const bool by_problem = end.policy.group_by == std::vector<std::string>{"problem"};
    return solves && alone && by_problem &&
           std::any_of(end.incidents.begin(), end.incidents.end(), goes_on) &&
           std::any_of(end.incidents.begin(), end.incidents.end(), is_solved);
}

// An end with problems that are over and problems that go on, and nothing to excuse.
inline const RunResult& clean_run() {
    static const RunResult result = [] {
        RunOptions options;
        RunResult found;
        for (options.seed = 1; options.seed <= 100 && !serves(found); ++options.seed) {
            found = run(options);
        }
        return found;
    }();
    REQUIRE(serves(result));
    return result;
}

}  // namespace alert_bridge::simulation
