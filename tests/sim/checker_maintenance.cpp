// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdint>
#include <optional>

#include "alert_bridge/domain/alert_meaning.hpp"
#include "checker_parts.hpp"

namespace alert_bridge::simulation {

using domain::Operation;
using domain::OperationKind;

namespace {

// Received in the window that holds, and owed before its end.
bool came_too_soon(const MaintenanceTime& time, WallTime received, const Operation& operation) {
    return !time.drop && time.holds(received) && time.holds(operation.created_at);
}

// And the bridge knew that the ticket was over.
bool reopened(const FinalState& state, const Operation& operation) {
    constexpr Duration kHeard{60'000};  // a look, its answer, its decision
    return std::any_of(state.tickets.begin(), state.tickets.end(), [&](const auto& one) {
        const auto found = one.second.reopened_by.find(operation.reference);
        return found != one.second.reopened_by.end() &&
               found->second < operation.created_at - kHeard;
    });
}

void check_write(
    const FinalState& state, const ports::IncidentRow& row, const Operation& operation,
    std::vector<std::string>& found
) {
    const std::string name = operation.reference + " of " + row.incident.group_key;
    for (const MaintenanceTime& time : state.maintenance) {
        if (operation.kind == OperationKind::open &&
            came_too_soon(time, row.incident.opener.received_at, operation)) {
            found.push_back("opened during maintenance: " + name);
        }
        const bool again = operation.kind == OperationKind::reopen && operation.content.begun_by &&
                           came_too_soon(time, operation.content.begun_by->received_at, operation);
        if (again && reopened(state, operation)) {
            found.push_back("opened again during maintenance: " + name);
        }
    }
}

}  // namespace

// What is heard of an occurrence after its recovery opens nothing, whenever it comes.
bool was_dropped(const FinalState& state, const Occurrence& occurrence) {
    std::optional<std::int64_t> recovered;
    if (occurrence.over) {
        const std::string& receipt = state.postings[occurrence.recovery_alert].receipt;
        if (const auto row = state.journal.find(receipt); row != state.journal.end()) {
            recovered = row->second.seq;
        }
    }
    const auto is_dropped = [&state](WallTime when) {
        return std::any_of(
            state.maintenance.begin(), state.maintenance.end(),
            [when](const MaintenanceTime& time) { return time.drop && time.holds(when); }
        );
    };
    bool any = false;
    for (const Posting& posting : state.postings) {
        const bool concerns = posting.alert.problem_key == occurrence.problem_key &&
                              posting.alert.episode == occurrence.episode &&
                              posting.alert.severity >= state.policy.open &&
                              domain::may_open(posting.alert);
        const auto row = state.journal.find(posting.receipt);
        if (!concerns || row == state.journal.end() ||
            (recovered && row->second.seq > *recovered)) {
            continue;
        }
        if (!is_dropped(row->second.received_at)) {
            return false;
        }
        any = true;
    }
    return any;
}

void check_maintenance(const FinalState& state, std::vector<std::string>& found) {
    for (const ports::IncidentRow& row : state.incidents) {
        for (const Operation& operation : row.operations) {
            check_write(state, row, operation, found);
        }
    }
}

}  // namespace alert_bridge::simulation
