// SPDX-License-Identifier: MIT
// decide() for timers and for the results of owed writes, and the group key.
#include <algorithm>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/domain/lifecycle_draft.hpp"
#include "alert_bridge/domain/lifecycle_ticket.hpp"

namespace alert_bridge::domain {
namespace {

const Operation* find_operation(const Snapshot& known, std::int64_t id) {
    for (const Operation& operation : known.operations) {
        if (operation.id == id) {
            return &operation;
        }
    }
    return nullptr;
}

// A window that follows at once, or was made longer by a reload.
bool maintenance_goes_on(Draft& draft) {
    Incident& incident = draft.incident();
    std::optional<Maintenance>& held = incident.plan.maintenance;
    const bool holds = incident.state == IncidentState::holding;
    if (!held && !holds) {
        return false;
    }
    std::optional<Maintenance> next =
        draft.plan_now(holds ? incident.opener : incident.latest).maintenance;
    if (!next) {
        return false;
    }
    next->drop = false;
    next->raised = held && held->raised;
    held = std::move(next);
    draft.set_timer(TimerKind::hold, held->until);
    return true;
}

Decision hold_is_over(Draft& draft, const Timer& timer) {
    if (maintenance_goes_on(draft)) {
        return draft.finish(Verdict::applied, "maintenance goes on");
    }
    const IncidentState state = draft.incident().state;
    const bool ended = state == IncidentState::open && draft.incident().plan.maintenance;
    if (state == IncidentState::quiet || state == IncidentState::solved || ended) {
        return draft.resume();
    }
    if (state != IncidentState::holding) {
        return draft.finish(Verdict::ignored, "no longer on hold");
    }
    draft.incident().plan.maintenance.reset();
    return draft.finish_opening(
        draft.open_or_hold(timer.due_at), "lasted long enough, opens a ticket",
        "held for a while longer"
    );
}

// A new problem waits for the end of maintenance: until then the ticket is neither solved nor given
// up. Requires: waits_for_maintenance().
Decision wait_on(Draft& draft, TimerKind kind) {
    const WallTime until = draft.incident().plan.maintenance->until;
    if (until <= draft.now()) {
        return draft.resume();
    }
    draft.set_timer(kind, until + Duration(1000));
    return draft.finish(Verdict::applied, "a problem waits for the end of maintenance");
}

// What still goes on did not count, too mild or dropped: no person decided on it, so that its next
// notice may open a ticket.
void end_as_recovered(Draft& draft) {
    draft.release_episodes();
    draft.end_incident("recovered");
}

Decision quiet_is_over(Draft& draft, WallTime away_until) {
    Incident& incident = draft.incident();
    if (incident.state != IncidentState::quiet) {
        return draft.finish(Verdict::ignored, "no longer quiet");
    }
    if (draft.waits_for_maintenance()) {
        return wait_on(draft, TimerKind::resolve);
    }
    if (draft.open_is_dead()) {
        draft.bury();
        return draft.finish(Verdict::applied, "recovered, the ticket could not be opened");
    }
    if (draft.may_fold(away_until)) {
        return draft.fold();
    }
    if (incident.umbrella) {
        return draft.solve_umbrella();
    }
    const Alert latest = incident.latest;
    switch (draft.on_recovery()) {
        case OnRecovery::solve:
        case OnRecovery::solve_untouched:
            draft.owe_solution("recovered", latest);
            break;
        case OnRecovery::followup:
            draft.owe_followup("recovered", latest);
            break;
        case OnRecovery::none:
            break;
    }
    incident.flaps.problems.clear();
    if (incident.plan.policy.reopen_within <= Duration::zero()) {
        end_as_recovered(draft);
        return draft.finish(Verdict::applied, "recovered");
    }
    incident.state = IncidentState::solved;
    draft.set_timer(TimerKind::reopen_window, draft.now() + incident.plan.policy.reopen_within);
    return draft.finish(Verdict::applied, "quiet long enough");
}

Decision digest_is_due(Draft& draft) {
    if (draft.incident().state != IncidentState::open || draft.is_ended_by_people()) {
        return draft.finish(Verdict::ignored, "not open");
    }
    bool untold = false;
    for (const Episode& known : draft.known().episodes) {
        if (known.state == EpisodeState::open && known.repeats > known.repeats_told) {
            Episode* episode = draft.find_episode(known.problem_key, known.episode);
            episode->repeats_told = episode->repeats;
            untold = true;
        }
    }
    const bool flapped = tell_changes(draft.incident().flaps);
    if (!untold && !flapped) {
        return draft.finish(Verdict::ignored, "no repeats to tell");
    }
    const Alert latest = draft.incident().latest;
    draft.owe_followup(flapped ? "flapping" : "repeat", latest);
    return draft.finish(Verdict::applied, flapped ? "changes told" : "repeats told");
}

// One ticket stayed open all the time; now it is solved, or told that the problem goes on.
Decision flapping_is_over(Draft& draft, WallTime away_until) {
    Incident& incident = draft.incident();
    if (incident.state != IncidentState::open || incident.flaps.empty()) {
        return draft.finish(Verdict::ignored, "no longer flapping");
    }
    if (!all_quiet(incident.flaps, incident.plan.policy.flapping, draft.now())) {
        draft.watch_flaps();
        return draft.finish(Verdict::applied, "flapping goes on");
    }
    draft.cancel_timer(TimerKind::digest);
    if (!draft.any_open()) {
        incident.state = IncidentState::quiet;
        return quiet_is_over(draft, away_until);
    }
    const Alert latest = incident.latest;
    if (!draft.is_ended_by_people()) {
        draft.owe_reopen("flapping_ended", latest);
    }
    incident.flaps.problems.clear();
    return draft.finish(Verdict::applied, "no longer flapping, still failing");
}

// An opening that GLPI refused for good in its entity goes to the default entity, with a note.
bool retry_in_default_entity(Draft& draft, Operation& operation) {
    Placement& placement = draft.incident().placement;
    const bool elsewhere = placement.default_entity_id != placement.entity_id &&
                           !placement.default_entity_name.empty();
    if (operation.kind != OperationKind::open || operation.state != OperationState::dead ||
        !elsewhere || !operation.last_error.starts_with("[uncertain] ERROR_GLPI_ADD")) {
        return false;
    }
    PlacementNote refused;
    refused.code = NoteCode::refused_elsewhere;
    refused.name = placement.entity_name;
    placement.notes = {refused};
    const std::string note =
        draft.context().templates->note(draft.incident().plan.templates, placement.notes);
    operation.content.html += "<p>" + escape_html(note) + "</p>";
    placement.entity_id = placement.default_entity_id;
    placement.entity_name = placement.default_entity_name;
    placement.asset.reset();
    operation.state = OperationState::due;
    operation.due_at = draft.now();
    operation.refusals = 0;
    operation.refusal.clear();
    return true;
}

// What the bridge made of the ticket's status is known without a look at it: a person may undo it
// before the next one, and then the ticket looks as it did before.
void note_own_status(Incident& incident, const Operation& settled, const OperationResult& result) {
    const bool reopened =
        settled.kind == OperationKind::reopen && settled.state == OperationState::done;
    if (result.solved || reopened) {
        const TicketStatus status = result.solved ? TicketStatus::solved : TicketStatus::assigned;
        incident.ticket.status = static_cast<int>(status);
        incident.ticket.mark.clear();
    }
}

}  // namespace

Decision decide(
    const LifecycleContext& context, const Snapshot& now_known, const TimerEvent& event,
    WallTime now
) {
    Draft draft(context, now_known, now);
    if (!draft.has_incident()) {
        return draft.finish(Verdict::ignored, "the incident has ended");
    }
    switch (event.timer.kind) {
        case TimerKind::hold:
            return hold_is_over(draft, event.timer);
        case TimerKind::resolve:
            return quiet_is_over(draft, event.away_until);
        case TimerKind::reopen_window:
            if (draft.incident().state != IncidentState::solved) {
                return draft.finish(Verdict::ignored, "reopened meanwhile");
            }
            if (draft.waits_for_maintenance()) {
                return wait_on(draft, TimerKind::reopen_window);
            }
            end_as_recovered(draft);
            return draft.finish(Verdict::applied, "the time to reopen is over");
        case TimerKind::digest:
            return digest_is_due(draft);
        case TimerKind::flapping:
            return flapping_is_over(draft, event.away_until);
        case TimerKind::expire:
            return draft.expire();
        case TimerKind::recheck:
            return recheck_is_due(draft);
        case TimerKind::members:
            return draft.tell_of_members();
        case TimerKind::shelter:
            return draft.leave_or_stay();
    }
    return draft.finish(Verdict::ignored, "unknown timer");
}

Decision decide(
    const LifecycleContext& context, const Snapshot& now_known, const ResultEvent& event,
    WallTime now
) {
    Draft draft(context, now_known, now);
    const Operation* const present = find_operation(now_known, event.operation.id);
    std::optional<Operation> next;
    if (present != nullptr) {
        next = settle(*present, event.operation, event.result, context.retry, now, event.random);
    }
    if (!next) {
        return draft.finish(Verdict::ignored, "came too late: the write was settled without it");
    }
    Operation operation = *std::move(next);
    if (!draft.has_incident()) {
        draft.update_operation(std::move(operation));
        return draft.finish(Verdict::applied, "result noted");
    }
    retry_in_default_entity(draft, operation);
    Incident& incident = draft.incident();
    const bool opened =
        operation.kind == OperationKind::open && operation.state == OperationState::done;
    if (opened) {
        incident.ticket_id = operation.result_id;
        draft.tell_monitoring(TicketNews::opened);
    }
    const Operation settled = operation;
    if (settled.state == OperationState::sending) {
        draft.update_operation(std::move(operation));
        return draft.finish(Verdict::applied, "found while it is sent again, noted");
    }
    draft.update_operation(std::move(operation));
    if (event.result.solved) {
        draft.forget_ended_by_people();  // how they had left it is over
    }
    note_own_status(incident, settled, event.result);
    const bool active = incident.state != IncidentState::ended;
    const bool died = settled.kind == OperationKind::open && settled.state == OperationState::dead;
    // The report of an outage is the only place that tells of what folded: it can be retried.
    if (died && !draft.any_open() && settled.content.event != kOutageEvent) {
        draft.bury();
        return draft.finish(Verdict::applied, "recovered, the ticket could not be opened");
    }
    if (event.result.what == OperationResult::What::ticket_gone && active) {
        return ticket_is_gone(draft, &settled);
    }
    if (event.result.what == OperationResult::What::ticket_closed && active) {
        return ticket_is_closed(draft, settled);
    }
    return draft.finish(Verdict::applied, opened ? "ticket opened" : "result noted");
}

std::string group_key(const Plan& plan, const Alert& alert, const Placement& placement) {
    std::string key;
    const auto add = [&key](std::string_view name, std::string_view value) {
        key += key.empty() ? "" : "|";
        key += name;
        key += '=';
        key += value;
    };
    const std::string own_group = "problem=" + alert.problem_key;
    bool spans_problems = false;
    for (const std::string& element : plan.policy.group_by) {
        std::string value;
        if (element == "problem") {
            value = alert.problem_key;
        } else if (element == "host") {
            value = alert.host.name;
        } else if (element == "service") {
            value = alert.service;
        } else if (element == "asset") {
            value = placement.asset
                        ? placement.asset->item_type + "#" + std::to_string(placement.asset->id)
                        : "";
        } else if (element == "entity") {
            value = std::to_string(placement.entity_id);
        } else if (element.starts_with("tag:")) {
            value = tag_value(alert, std::string_view(element).substr(4));
        }
        if (value.empty()) {
            return own_group;
        }
        spans_problems = spans_problems || element != "problem";
        add(element, value);
    }
    // A ticket lies in one entity: hosts of one name in two of them are two customers' hosts.
    const auto& elements = plan.policy.group_by;
    const bool names_entity =
        std::find(elements.begin(), elements.end(), "entity") != elements.end();
    if (spans_problems && !names_entity) {
        add("entity", std::to_string(placement.entity_id));
    }
    return key.empty() ? own_group : key;
}

}  // namespace alert_bridge::domain
