// SPDX-License-Identifier: MIT
// Folding: problems that began and ended while GLPI was away, and the report of an outage.
#include <algorithm>
#include <utility>

#include "alert_bridge/domain/lifecycle_draft.hpp"

namespace alert_bridge::domain {

// Only what was certainly not sent: an opening that was tried once may have made its ticket. What
// monitoring cancelled may go on unseen: people must hear of it.
bool Draft::may_fold(WallTime away_until) const {
    if (!incident_ || incident_->umbrella || incident_->plan.policy.fold == Fold::each ||
        incident_->plan.policy.mode == Mode::observe || any_open() ||
        incident_->opener.received_at > away_until || incident_->latest.received_at > away_until) {
        return false;
    }
    const bool any_cancelled =
        std::any_of(episodes_.begin(), episodes_.end(), [](const Episode& episode) {
            return episode.state == EpisodeState::cancelled;
        });
    if (any_cancelled || incident_->state == IncidentState::holding) {
        return !any_cancelled;
    }
    if (incident_->state == IncidentState::sheltered) {
        return known_.parent && !known_.parent->umbrella && known_.parent->ticket_id == 0;
    }
    return std::any_of(
        known_.operations.begin(), known_.operations.end(),
        [](const Operation& operation) {
            return operation.kind == OperationKind::open &&
                   operation.state == OperationState::due && operation.attempts == 0;
        }
    );
}

Decision Draft::fold() {
    const bool reported = incident_->plan.policy.fold == Fold::report;
    if (reported) {
        FoldedPair pair;
        pair.incident_id = incident_->id;
        pair.entity_id = incident_->placement.entity_id;
        pair.host = incident_->opener.host.name;
        pair.problem_name = incident_->opener.problem_name;
        pair.severity = incident_->severity;
        pair.problems = std::max<std::int64_t>(1, static_cast<std::int64_t>(episodes_.size()));
        pair.started_at = incident_->opener.started_at.value_or(incident_->opener.received_at);
        pair.ended_at = incident_->latest.received_at;
        decision_.folded = std::move(pair);
    }
    if (incident_->state == IncidentState::sheltered) {
        decision_.told_members.push_back(incident_->id);  // its host may get a ticket after all
    }
    skip_unfinished(0, "the problem began and ended while GLPI was away");
    end_incident("began and ended while GLPI was away");
    return finish(
        Verdict::applied, reported ? "recovered while GLPI was away, goes into the outage's report"
                                   : "recovered while GLPI was away, no ticket is wanted for it"
    );
}

// The report is an incident of its own that is over from the start: it owes an opening and the
// solution, and no alert ever finds it.
Decision decide(
    const LifecycleContext& context, const Snapshot& now_known, const OutageEvent& event,
    WallTime now
) {
    Draft draft(context, now_known, now);
    if (!now_known.outage || !now_known.outage_worst) {
        return draft.finish(Verdict::ignored, "nothing to report");
    }
    Incident incident = *now_known.outage_worst;
    incident.id = context.ids->sortable(now);
    incident.group_key = "outage|" + incident.id;
    incident.state = IncidentState::open;
    incident.placement.asset.reset();
    incident.placement.notes.clear();
    incident.previous_ticket = 0;
    incident.parent_id.clear();
    incident.sheltered_at.reset();
    incident.told_at.reset();
    incident.end_reason.clear();
    const Plan plan = incident.plan;
    draft.start_incident(std::move(incident));

    OutageText text = context.templates->outage(plan.templates, *now_known.outage, plan.time_zone);
    OperationContent opening;
    opening.event = kOutageEvent;
    opening.title = std::move(text.title);
    opening.html = std::move(text.html);
    opening.notify = plan.policy.notify.open;
    opening.urgency = plan.priority.urgency;
    opening.impact = plan.priority.impact;
    opening.priority = plan.priority.glpi_priority;
    draft.owe(OperationKind::open, std::move(opening));
    OperationContent solution;
    solution.event = kOutageEvent;
    solution.html = std::move(text.solution);
    solution.notify = plan.policy.notify.solve;
    solution.on_recovery = OnRecovery::solve_untouched;
    draft.owe(OperationKind::solve, std::move(solution));
    draft.end_incident("reported an outage");
    Decision decision = draft.finish(Verdict::applied, "outage reported");
    decision.reported_entity = event.entity_id;
    return decision;
}

}  // namespace alert_bridge::domain
