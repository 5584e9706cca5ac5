// SPDX-License-Identifier: MIT
//
// Checker: what must be true when a run has come to rest: nothing goes wrong any more, GLPI is
// well, and there was time for all that was owed.
//
// Pure: a final state in, sentences out, one per violation. What is excused is excused for the one
// incident concerned: a person touched its ticket, or an owed write is dead with its reason.
// Thread rule: pure functions. Tests: tests/sim/self_test.cpp
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "alert_bridge/ports/operator_store.hpp"
#include "maintenance.hpp"
#include "monitoring.hpp"
#include "sim_back.hpp"
#include "sim_glpi.hpp"

namespace alert_bridge::simulation {

struct JournalRow {
    std::int64_t seq = 0;
    bool is_pending = false;
    WallTime received_at{};
};

struct FinalState {
    std::vector<Occurrence> occurrences;
    std::vector<Posting> postings;
    std::map<std::string, JournalRow> journal;  // by alert id
    std::vector<ports::IncidentRow> incidents;
    std::map<std::int64_t, SimTicket> tickets;
    std::int64_t folded_untold = 0;  // pairs that wait for an outage's report
    domain::Policy policy;
    std::vector<MaintenanceTime> maintenance;
    bool is_watched = false;
    std::set<std::string> told_sources;   // that can be told
    std::vector<Told> told;               // what monitoring has heard, in order
    std::vector<domain::Notice> notices;  // that are left
    WallTime now{};
};

[[nodiscard]] std::vector<std::string> check(const FinalState& state);

}  // namespace alert_bridge::simulation
