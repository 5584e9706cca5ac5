// SPDX-License-Identifier: MIT
// decide() for alerts: what a notice from monitoring changes.
#include <algorithm>
#include <utility>

#include "alert_bridge/domain/alert_meaning.hpp"
#include "alert_bridge/domain/lifecycle_alert.hpp"

namespace alert_bridge::domain {

Decision AlertDecision::run() {
    note_problem();
    maintenance_ = maintenance();
    if (known_.episode) {
        draft_.put_episode(*known_.episode);
    }
    if (is_own_word(alert_)) {
        return draft_.finish(Verdict::ignored, "our own word, come back");
    }
    Episode* episode = draft_.find_episode(alert_.problem_key, alert_.episode);
    if (alert_.kind == AlertKind::flapping_start && sender_may_start()) {
        return sender_starts();
    }
    if (alert_.kind == AlertKind::flapping_stop && !stale_ && flap() != nullptr) {
        return sender_stops();
    }
    const bool holds = draft_.has_incident() && draft_.incident().state == IncidentState::holding;
    if (alert_.kind == AlertKind::downtime_start && holds && maintenance_ && is_alone()) {
        return downtime_begins();
    }
    if (reports_end(alert_)) {
        return end(episode);
    }
    if (alert_.kind == AlertKind::downtime_end && draft_.has_incident()) {
        const std::optional<Maintenance>& held = draft_.incident().plan.maintenance;
        if (held && held->name.empty()) {
            return downtime_ends();
        }
    }
    if (alert_.kind == AlertKind::cancelled) {
        return cancel(episode);
    }
    if (episode != nullptr && episode->state != EpisodeState::open) {
        return begins_anew(*episode) ? begin() : after_the_end();
    }
    if (episode == nullptr) {
        return may_open(alert_) ? begin() : no_episode();
    }
    return news(*episode);
}

void AlertDecision::note_problem() {
    Problem problem = known_.problem.value_or(Problem{});
    problem.key = alert_.problem_key;
    stale_ = known_.problem.has_value() && alert_.order < problem.newest;
    if (!stale_) {
        problem.newest = alert_.order;
        if (alert_.state != ProblemState::unknown) {
            problem.state = alert_.state;
        }
        if (alert_.kind == AlertKind::downtime_start) {
            problem.downtime_since = alert_.received_at;
        } else if (alert_.kind == AlertKind::downtime_end) {
            problem.downtime_since.reset();
        }
    }
    problem.updated_at = draft_.now();
    draft_.set_problem(std::move(problem));
}

bool AlertDecision::begins_anew(const Episode& over) const {
    return alert_.kind == AlertKind::problem && alert_.whole_problem && !stale_ &&
           alert_.state == ProblemState::failing && over.order < alert_.order;
}

// ---- The end of an episode ----

Decision AlertDecision::end(Episode* own) {
    const bool whole = (alert_.whole_problem || alert_.kind != AlertKind::recovery) && !stale_;
    // Icinga numbers no occurrence: a recovery that was overtaken by the news that the problem is
    // there again must not end it.
    const bool overtaken = own != nullptr && stale_ && alert_.whole_problem &&
                           known_.problem->state == ProblemState::failing &&
                           alert_.order < own->order;
    if (overtaken) {
        return draft_.finish(Verdict::ignored, "older than the news that it goes on");
    }
    bool ended_any = false;
    if (own != nullptr && own->state == EpisodeState::open) {
        draft_.end_episode(*own, EpisodeState::recovered, alert_.received_at);
        own->order = std::max(own->order, alert_.order);
        ended_any = true;
    }
    if (whole) {
        ended_any = draft_.end_all_of(alert_.problem_key, alert_.received_at) || ended_any;
    }
    if (!ended_any) {
        return tombstone(own);
    }
    return after_end("recovered");
}

Decision AlertDecision::tombstone(const Episode* own) {
    if (own != nullptr || alert_.kind != AlertKind::recovery) {
        return draft_.finish(Verdict::ignored, "nothing open that this could end");
    }
    Episode grave = new_episode(alert_);
    grave.state = EpisodeState::recovered;
    grave.ended_at = alert_.received_at;
    draft_.put_episode(std::move(grave));
    return draft_.finish(Verdict::applied, "recovery of something never seen, remembered");
}

Decision AlertDecision::after_end(std::string_view how) {
    flaps_ = count_change(Change::ends);
    if (!draft_.has_incident()) {
        return draft_.finish(Verdict::applied, "recovered, no ticket was open");
    }
    Incident& incident = draft_.incident();
    incident.latest = alert_;
    const bool by_people = draft_.is_ended_by_people();
    const bool flaps = flaps_ == Flaps::goes_on || (flaps_ == Flaps::begins && !by_people);
    if (flaps && incident.state == IncidentState::open) {
        return flap_on();
    }
    if (draft_.any_open() || !incident.flaps.empty()) {
        if (incident.state == IncidentState::open && !draft_.is_closed_by_people()) {
            draft_.owe_followup(how, alert_);
        }
        return draft_.finish(Verdict::applied, "recovered, other problems keep the ticket open");
    }
    // Decided late, after an outage or a stop, it may have lasted all the same.
    if (incident.state == IncidentState::sheltered) {
        if (draft_.may_fold(event_.away_until)) {
            return draft_.fold();
        }
        draft_.end_incident("recovered, told on another problem's ticket");
        return draft_.finish(Verdict::applied, "recovered, told on another problem's ticket");
    }
    if (incident.state == IncidentState::holding && alert_.received_at < draft_.opening_due()) {
        draft_.end_incident("never lasted");
        return draft_.finish(Verdict::applied, "recovered before a ticket was due");
    }
    if (draft_.may_fold(event_.away_until)) {
        return draft_.fold();
    }
    if (incident.state == IncidentState::holding) {
        draft_.cancel_timer(TimerKind::hold);
        if (draft_.open_or_shelter() == Draft::Opening::sheltered) {
            draft_.end_incident("recovered, told on another problem's ticket");
            return draft_.finish(Verdict::applied, "recovered, told on another problem's ticket");
        }
    }
    if (incident.state == IncidentState::open) {
        incident.state = IncidentState::quiet;
        draft_.stop_waiting_for_maintenance();
        draft_.cancel_timer(TimerKind::digest);
        draft_.cancel_timer(TimerKind::recheck);
        draft_.set_timer(TimerKind::resolve, draft_.now() + incident.plan.policy.resolve_after);
    } else if (incident.plan.maintenance) {
        // Nothing waits for its end any more: what it may have put off (wait_on) counts from now.
        draft_.stop_waiting_for_maintenance();
        const Policy& policy = incident.plan.policy;
        if (incident.state == IncidentState::quiet) {
            draft_.set_timer(TimerKind::resolve, draft_.now() + policy.resolve_after);
        } else if (incident.state == IncidentState::solved) {
            draft_.set_timer(TimerKind::reopen_window, draft_.now() + policy.reopen_within);
        }
    }
    return draft_.finish(Verdict::applied, "recovered");
}

Decision AlertDecision::cancel(Episode* own) {
    if (own == nullptr || own->state != EpisodeState::open) {
        return draft_.finish(Verdict::ignored, "cancelled, nothing was open");
    }
    draft_.end_episode(*own, EpisodeState::cancelled, alert_.received_at);
    if (!draft_.has_incident()) {
        return draft_.finish(Verdict::applied, "cancelled, no ticket was open");
    }
    Incident& incident = draft_.incident();
    incident.latest = alert_;
    const bool no_ticket =
        incident.state == IncidentState::holding || incident.state == IncidentState::sheltered;
    if (no_ticket && !draft_.any_open()) {
        draft_.end_incident("cancelled");
        return draft_.finish(Verdict::applied, "cancelled before a ticket was due");
    }
    // No recovery will ever come: the ticket is left to people, who are told so.
    if (draft_.open_is_dead() && !draft_.any_open()) {
        draft_.bury();
        return draft_.finish(Verdict::applied, "cancelled, the ticket could not be opened");
    }
    if (no_ticket) {
        return draft_.finish(Verdict::applied, "cancelled by monitoring, no ticket of its own yet");
    }
    draft_.owe_followup("cancelled", alert_);
    if (!draft_.any_open()) {
        draft_.end_incident("cancelled by monitoring");
    }
    return draft_.finish(Verdict::applied, "cancelled by monitoring");
}

// ---- The start of an episode ----

Decision AlertDecision::begin() {
    const bool late = stale_ && alert_.whole_problem && !draft_.misses_problem();
    if (late) {
        return draft_.finish(Verdict::ignored, "older than the problem's newest news");
    }
    if (event_.plan.asks_asset && !draft_.has_incident() && !event_.placement) {
        return ask_for_place();
    }
    if (event_.plan.drop) {
        return below("dropped by a rule");
    }
    if (alert_.severity < event_.plan.policy.open) {
        return below("below the severity that opens a ticket");
    }
    if (maintenance_ && maintenance_->drop) {
        return below(dropped());
    }
    flaps_ = count_change(Change::begins);
    return start(new_episode(alert_));
}

Decision AlertDecision::below(std::string reason) {
    if (draft_.has_incident()) {
        bind(new_episode(alert_));
        return draft_.finish(Verdict::applied, std::move(reason) + ", counted on the open ticket");
    }
    draft_.put_episode(new_episode(alert_));
    return draft_.finish(Verdict::applied, std::move(reason));
}

bool AlertDecision::leaves_observation() {
    return draft_.has_incident() && draft_.incident().plan.policy.mode == Mode::observe &&
           event_.plan.policy.mode == Mode::act;
}

Decision AlertDecision::ask_for_place() {
    Decision ask;
    ask.verdict = Verdict::needs_placement;
    ask.reason = "waits for its asset and entity";
    return ask;
}

Decision AlertDecision::start(Episode episode) {
    if (draft_.has_incident() && !draft_.is_lost_cause() && !leaves_observation()) {
        return join(std::move(episode));
    }
    if (!event_.placement || event_.group_key.empty()) {
        return ask_for_place();
    }
    Incident incident;
    incident.id = draft_.context().ids->sortable(draft_.now());
    incident.group_key = event_.group_key;
    if (draft_.has_incident()) {
        // Only this group is known to be free: rules may have changed since.
        incident.group_key = draft_.incident().group_key;
        if (leaves_observation()) {
            draft_.end_incident("only observed");
        } else {
            draft_.bury();
        }
    }
    incident.plan = event_.plan;
    incident.plan.maintenance = maintenance_;
    incident.placement = *event_.placement;
    incident.opener = alert_;
    incident.latest = alert_;
    incident.severity = alert_.severity;
    if (known_.previous && known_.previous->end_reason != kTicketDeleted) {
        incident.previous_ticket = known_.previous->ticket_id;
    }
    draft_.start_incident(std::move(incident));
    episode.incident_id = draft_.incident().id;
    draft_.put_episode(std::move(episode));
    const Draft::Opening opening = draft_.open_or_hold(own_due());
    if (opening == Draft::Opening::opened && flaps_ != Flaps::no) {
        return flap_on();
    }
    return draft_.finish_opening(opening, "opens a ticket", "must last until its ticket opens");
}

bool AlertDecision::raise() {
    Incident& incident = draft_.incident();
    const bool has_ticket =
        incident.state != IncidentState::holding && incident.state != IncidentState::sheltered;
    incident.severity = std::max(incident.severity, alert_.severity);
    const bool higher = weight(event_.plan.priority) > weight(incident.plan.priority);
    if (!higher || (has_ticket && draft_.on_severity_change() == OnSeverityChange::none)) {
        return false;
    }
    incident.plan.priority = event_.plan.priority;
    return has_ticket;
}

void AlertDecision::go_on(std::string_view event, bool raised) {
    draft_.incident().state = IncidentState::open;
    draft_.stop_waiting_for_maintenance();
    draft_.forget_ended_by_people();
    if (flaps_ == Flaps::begins) {
        begin_flapping();
        event = "flapping";
    }
    draft_.owe_reopen(event, alert_);
    draft_.watch_expiry(draft_.now());
    if (raised) {
        draft_.owe_priority(event_.plan.priority);
    }
}

void AlertDecision::bind(Episode episode) {
    const std::string& id = draft_.incident().id;
    const bool is_bound = known_.episode && known_.episode->incident_id == id &&
                          (known_.episode->state == EpisodeState::open || flaps_ == Flaps::goes_on);
    episode.incident_id = id;
    const Episode& bound = draft_.put_episode(std::move(episode));
    if (!is_bound) {
        draft_.tell_monitoring(TicketNews::opened, bound);
    }
}

Decision AlertDecision::join(Episode episode) {
    Incident& incident = draft_.incident();
    const bool again = episode.problem_key == incident.latest.problem_key;
    bind(std::move(episode));
    incident.latest = alert_;
    const bool over = incident.state == IncidentState::quiet ||
                      incident.state == IncidentState::solved || draft_.is_ended_by_people();
    const bool raised = raise();
    if (over && maintenance_) {
        return wait_for_maintenance(raised);
    }
    switch (incident.state) {
        case IncidentState::holding: {
            const WallTime due = own_due();
            if (!maintenance_) {
                incident.plan.maintenance.reset();
            }
            const Draft::Opening opening =
                draft_.open_or_hold(std::min(due, known_.held_until.value_or(due)));
            if (opening == Draft::Opening::opened && flaps_ != Flaps::no) {
                return flap_on();
            }
            return draft_.finish_opening(
                opening, "joins a problem and opens its ticket", "joins one that waits to open"
            );
        }
        case IncidentState::sheltered:
            return draft_.finish_opening(
                draft_.reconsider_shelter(),
                "joins a problem that is too urgent now for another's ticket, opens its own", {}
            );
        case IncidentState::open:
            if (flaps_ == Flaps::goes_on && !draft_.is_ended_by_people()) {
                if (raised) {
                    draft_.owe_priority(event_.plan.priority);
                }
                return flap_on();
            }
            go_on(again ? "returned" : "joined", raised);
            return draft_.finish(Verdict::applied, "joins the open ticket");
        case IncidentState::quiet:
            draft_.cancel_timer(TimerKind::resolve);
            go_on("returned", raised);
            return draft_.finish(Verdict::applied, "goes on with the same ticket");
        case IncidentState::solved:
            draft_.cancel_timer(TimerKind::reopen_window);
            draft_.withdraw(OperationKind::solve, "the problem came back before it was sent");
            go_on("reopened", raised);
            return draft_.finish(Verdict::applied, "reopens the ticket");
        case IncidentState::ended:
            break;
    }
    return draft_.finish(Verdict::ignored, "the incident has ended");
}

Decision decide(
    const LifecycleContext& context, const Snapshot& now_known, const AlertEvent& event,
    WallTime now
) {
    // What joins a ticket of its host needs no place of its own: the asset is the ticket's.
    const bool asks = event.plan.asks_asset && now_known.incident;
    const AssetDetails* asset = asks ? details_for(*now_known.incident, *event.alert) : nullptr;
    if (asset == nullptr) {
        return AlertDecision(context, now_known, event, now).run();
    }
    AlertEvent known_event = event;
    known_event.plan = with_asset(*context.rules, event.plan, *event.alert, *asset, now);
    return AlertDecision(context, now_known, known_event, now).run();
}

}  // namespace alert_bridge::domain
