// SPDX-License-Identifier: MIT
// decide() for what people did to a ticket.
#include "alert_bridge/domain/lifecycle_ticket.hpp"

#include <algorithm>
#include <utility>

namespace alert_bridge::domain {
namespace {

constexpr int kSolved = static_cast<int>(TicketStatus::solved);
constexpr int kClosed = static_cast<int>(TicketStatus::closed);

std::string by(const TicketView& ticket) {
    return ticket.last_person.empty() ? std::string() : " by " + ticket.last_person;
}

bool is_over(int status) {
    return status == kSolved || status == kClosed;
}

// A person's hand on the status, other than the reopening of what the bridge had solved.
bool is_by_person(const TicketMemory& memory, const TicketView& ticket) {
    return ticket.status_row > memory.reopened_row;
}

// The ticket's status is about to change, or has changed, by our own hand.
bool owes_status(const Snapshot& known) {
    return std::any_of(
        known.operations.begin(), known.operations.end(),
        [](const Operation& operation) {
            const bool sets_it =
                operation.kind == OperationKind::reopen || operation.kind == OperationKind::solve;
            return sets_it && operation.state != OperationState::dead;
        }
    );
}

// `came_back`: the write that found it out was to reopen the ticket.
Decision needs_successor(Draft& draft, std::int64_t except, std::string_view why, bool link) {
    draft.skip_unfinished(except, why);
    draft.succeed(why, link);
    return draft.finish(Verdict::applied, "a new ticket is needed");
}

bool comes_back(const Draft& draft, const Operation* found_by) {
    const bool reopens = found_by != nullptr && found_by->kind == OperationKind::reopen;
    return (reopens && draft.any_open()) || draft.newest_beginning() != nullptr ||
           draft.waits_for_maintenance();
}

// What the look found: one of Decision::heard, and a sentence.
struct Heard {
    std::string_view what;
    std::string text;
};

Decision finish(Draft& draft, Heard heard) {
    const std::string_view what = heard.what;
    Decision decision =
        draft.finish(Verdict::applied, what.empty() ? "looked at" : std::move(heard.text));
    decision.heard = what;
    return decision;
}

// The incident goes on with the ticket that people merged its own into. That one is theirs: the
// bridge tells on it, and neither solves it nor changes its priority.
Decision follow(Draft& draft, std::int64_t target) {
    Incident& incident = draft.incident();
    draft.forget_ended_by_people();
    incident.ticket_id = target;
    incident.ticket = {};
    incident.ticket.followed = true;
    for (Operation operation : draft.known().operations) {
        if (operation.state == OperationState::due && operation.kind == OperationKind::solve &&
            operation.content.on_recovery != OnRecovery::none) {
            operation.content.on_recovery = OnRecovery::followup;
            draft.update_operation(std::move(operation));
        }
    }
    (void)draft.withdraw(OperationKind::update, "the ticket was merged into one of people's");
    if (draft.any_open()) {
        const Alert latest = incident.latest;
        draft.owe_followup("joined", latest);
    }
    return finish(draft, {"merged", "merged into ticket " + std::to_string(target)});
}

Heard hear_place(Draft& draft, const TicketEvent& event) {
    Placement& placement = draft.incident().placement;
    if (event.ticket.entity_id == placement.entity_id) {
        return {};
    }
    placement.entity_id = event.ticket.entity_id;
    placement.entity_name = event.entity_name;
    return {"moved", "moved to entity " + std::to_string(placement.entity_id)};
}

// Its members are still to be told: they leave for tickets of their own.
Heard hear_of_umbrella(Draft& draft, const TicketView& ticket) {
    if (!is_over(ticket.status)) {
        return {};
    }
    draft.end_incident("ended by a person");
    const std::string_view what = ticket.status == kClosed ? "closed" : "solved";
    return {what, std::string(what) + by(ticket) + ", what was told on it gets its own tickets"};
}

// What the status means that it has now. `before`: when the ticket was looked at last.
Heard hear_status(Draft& draft, const TicketView& ticket, int before) {
    Incident& incident = draft.incident();
    const bool over = is_over(ticket);
    if (incident.umbrella) {
        return hear_of_umbrella(draft, ticket);
    }
    if (incident.state == IncidentState::open && over && incident.ticket.ended != ticket.status) {
        const bool is_news = incident.ticket.ended == 0;
        draft.note_ended_by_people(ticket.status);
        if (is_news && ticket.status == kSolved && draft.any_open()) {
            const Alert latest = incident.latest;
            draft.owe_followup("repeat", latest);
        }
        if (is_news) {
            draft.tell_monitoring(TicketNews::over);
        }
        const std::string_view what = ticket.status == kClosed ? "closed" : "solved";
        return {what, std::string(what) + by(ticket) + " while the problem goes on"};
    }
    if (incident.ticket.ended != 0 && !over) {
        draft.forget_ended_by_people();
        return {"reopened", "reopened" + by(ticket)};
    }
    // The bridge's own solution is known without a look: this one is a person's, and so is the
    // reopening that may follow.
    const bool recovered =
        incident.state == IncidentState::quiet || incident.state == IncidentState::solved;
    if (recovered && over && !is_over(before) && is_by_person(incident.ticket, ticket)) {
        incident.ticket.ended = ticket.status;
        const std::string_view what = ticket.status == kClosed ? "closed" : "solved";
        return {what, std::string(what) + by(ticket) + " after the recovery"};
    }
    if (incident.state == IncidentState::solved && is_over(before) && !over) {
        incident.ticket.reopened_row = ticket.newest_row;
        return {"reopened", "reopened" + by(ticket) + " after it was solved"};
    }
    return {};
}

// What stands in its log beside the status, since it was looked at last.
Heard hear_log(TicketMemory& memory, const TicketView& ticket) {
    const bool was_taken = std::exchange(memory.taken, memory.taken || ticket.taken_by_person);
    const std::int64_t last_row = std::exchange(memory.newest_row, ticket.newest_row);
    if (memory.taken && !was_taken) {
        return {"taken", "taken" + by(ticket)};
    }
    if (ticket.priority_row > last_row) {
        return {"priority", "priority set" + by(ticket)};
    }
    return {};
}

}  // namespace

OnRecovery Draft::on_recovery() const {
    const OnRecovery policy = incident_->plan.policy.on_recovery;
    const bool only_tells = incident_->ticket.followed && policy != OnRecovery::none;
    return only_tells ? OnRecovery::followup : policy;
}

OnSeverityChange Draft::on_severity_change() const {
    return incident_->ticket.followed ? OnSeverityChange::none
                                      : incident_->plan.policy.on_severity_change;
}

bool Draft::is_closed_by_people() const noexcept {
    return incident_->ticket.ended == kClosed;
}

void Draft::note_ended_by_people(int status) {
    const bool is_first = incident_->ticket.ended == 0;
    incident_->ticket.ended = status;
    cancel_timer(TimerKind::digest);
    const Duration wait = incident_->plan.policy.recheck_after;
    if (is_first && wait > Duration::zero()) {
        set_timer(TimerKind::recheck, now_ + wait);
    }
}

void Draft::forget_ended_by_people() {
    if (incident_->ticket.ended != 0) {
        incident_->ticket.ended = 0;
        cancel_timer(TimerKind::recheck);
    }
}

Decision ticket_is_gone(Draft& draft, const Operation* found_by) {
    const std::int64_t except = found_by == nullptr ? 0 : found_by->id;
    if (comes_back(draft, found_by)) {
        return needs_successor(draft, except, kTicketDeleted, false);
    }
    draft.skip_unfinished(except, kTicketDeleted);
    draft.end_incident(kTicketDeleted);
    return draft.finish(Verdict::applied, std::string(kTicketDeleted));
}

Decision ticket_is_closed(Draft& draft, const Operation& found_by) {
    constexpr std::string_view kWhy = "ticket closed";
    if (comes_back(draft, &found_by)) {
        return needs_successor(draft, found_by.id, kWhy, true);
    }
    draft.skip_unfinished(found_by.id, kWhy);
    Incident& incident = draft.incident();
    const bool goes_on = incident.state == IncidentState::open && draft.any_open();
    if (goes_on && incident.plan.policy.recheck_after > Duration::zero()) {
        draft.note_ended_by_people(kClosed);
        return draft.finish(Verdict::applied, "closed while the problem goes on");
    }
    draft.end_incident(kWhy);
    return draft.finish(Verdict::applied, std::string(kWhy));
}

Decision recheck_is_due(Draft& draft) {
    const bool goes_on = draft.incident().state == IncidentState::open && draft.any_open();
    if (!goes_on || !draft.is_ended_by_people()) {
        return draft.finish(Verdict::ignored, "nobody's ending to look at again");
    }
    const Alert latest = draft.incident().latest;
    const Plan plan = draft.plan_now(latest);
    const std::optional<Maintenance>& held = draft.incident().plan.maintenance;
    const std::optional<Maintenance>& holds = plan.maintenance ? plan.maintenance : held;
    if (holds && holds->until > draft.now()) {
        draft.set_timer(TimerKind::recheck, holds->until);
        return draft.finish(Verdict::applied, "looked at again after the end of maintenance");
    }
    if (draft.waits_for_maintenance()) {
        return draft.resume();
    }
    draft.forget_ended_by_people();
    draft.owe_reopen("repeat", latest);
    return draft.finish(Verdict::applied, "still failing, reopens what a person ended");
}

Decision decide(
    const LifecycleContext& context, const Snapshot& now_known, const TicketEvent& event,
    WallTime now
) {
    Draft draft(context, now_known, now);
    const TicketView& ticket = event.ticket;
    const bool concerns = draft.has_incident() && draft.incident().state != IncidentState::ended &&
                          draft.incident().ticket_id == ticket.id;
    if (!concerns) {
        return draft.finish(Verdict::ignored, "its incident has gone on without this ticket");
    }
    if (event.merged_into > 0 && event.merged_into != ticket.id) {
        return follow(draft, event.merged_into);
    }
    if (!ticket.exists || ticket.deleted) {
        Decision decision = ticket_is_gone(draft, nullptr);
        decision.heard = "gone";
        return decision;
    }
    // A picture from before the bridge's own last step: the next one tells what people did.
    if (event.asked_at != WallTime{} && draft.incident().updated_at > event.asked_at) {
        return draft.finish(Verdict::ignored, "looked at before the bridge's last step");
    }
    const Heard place = hear_place(draft, event);
    TicketMemory& memory = draft.incident().ticket;
    Heard heard;
    // What a person has made of the status shows once the bridge's own step is settled: until then
    // the ticket needs another look.
    const bool is_owed = owes_status(now_known);
    if (is_owed && is_by_person(memory, ticket)) {
        memory.mark.clear();
    } else {
        memory.mark = event.mark;
        memory.changed = event.changed;
        const int before = std::exchange(memory.status, ticket.status);
        heard = is_owed ? Heard{} : hear_status(draft, ticket, before);
    }
    const Heard log = hear_log(draft.incident().ticket, ticket);
    if (log.what == "taken" && heard.what.empty()) {
        draft.tell_monitoring(TicketNews::taken);
    }
    for (const Heard* other : {&log, &place}) {
        heard = heard.what.empty() ? *other : heard;
    }
    return finish(draft, std::move(heard));
}

}  // namespace alert_bridge::domain
