// SPDX-License-Identifier: MIT
//
// Explanation: everything that the bridge would think about one alert, as a value. Made by
// core/explainer, shown by app/explain_text and app/explain_json.
// Thread rule: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "alert_bridge/domain/lifecycle.hpp"
#include "alert_bridge/domain/placement_trace.hpp"
#include "alert_bridge/domain/plan_fields.hpp"
#include "alert_bridge/domain/rule_trace.hpp"

namespace alert_bridge::core {

// Stands for the number of a ticket that would be opened. GLPI's own numbers are far below.
inline constexpr std::int64_t kNewTicket = 9'007'199'254'740'991;

struct GlpiRequest {
    std::string method;
    std::string path;
    std::string body;  // JSON
};

// One write to GLPI that would follow.
struct ExplainedWrite {
    std::optional<WallTime> not_before;  // it waits for a timer; nothing may happen before
    std::string waits_for;               // in words: "if it lasts that long"
    domain::OperationKind kind = domain::OperationKind::open;
    std::string event;                  // "opened", "recovered" …
    std::vector<GlpiRequest> requests;  // none: `outcome` says why
    std::string outcome;                // what is to be said of it; may be empty
};

struct Explanation {
    domain::Alert alert;
    std::vector<domain::RuleVerdict> rules;
    domain::Plan plan;
    std::vector<domain::PlanField> fields;

    bool asked_for_place = false;                // else the lifecycle needed none
    std::optional<domain::Placement> placement;  // none: not asked for, or not to be had
    domain::PlacementTrace trace;
    std::string place_problem;  // why GLPI did not tell, or why the alert would wait

    std::string group_key;
    // What the store knows of the problem; none: nobody could be asked.
    std::optional<domain::Snapshot> known;

    domain::Verdict verdict = domain::Verdict::ignored;
    std::string reason;  // the lifecycle's
    // The incident as it would be after it; none: it has no part in one.
    std::optional<domain::Incident> incident;
    std::vector<ExplainedWrite> writes;
    std::vector<domain::Notice> notices;  // what monitoring would be told
    std::vector<std::string> remarks;     // for people
};

}  // namespace alert_bridge::core
