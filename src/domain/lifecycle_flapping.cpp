// SPDX-License-Identifier: MIT
// decide() for alerts: a problem that goes back and forth, by our own count or by its sender's
// word.
#include <algorithm>

#include "alert_bridge/domain/alert_meaning.hpp"
#include "alert_bridge/domain/lifecycle_alert.hpp"

namespace alert_bridge::domain {

Flap* AlertDecision::flap() {
    return draft_.has_incident() ? draft_.incident().flaps.find(alert_.problem_key) : nullptr;
}

AlertDecision::Flaps AlertDecision::count_change(Change change) {
    // The ticket's policy is frozen; without one the rules say.
    const FlappingPolicy& policy = draft_.has_incident() ? draft_.incident().plan.policy.flapping
                                                         : event_.plan.policy.flapping;
    if (policy.changes <= 0) {
        return Flaps::no;
    }
    RecentChanges& changes = draft_.problem().changes;
    note_change(changes, change, alert_.received_at, policy);
    if (Flap* const present = flap()) {
        ++present->changes;
        present->last_change = std::max(present->last_change, alert_.received_at);
        // It notifies again: the notice that it stopped was lost.
        if (present->by_sender && !stale_ && alert_.kind != AlertKind::flapping_start) {
            present->by_sender = false;
            draft_.watch_flaps();
        }
        return Flaps::goes_on;
    }
    const bool says_so = alert_.kind == AlertKind::flapping_start;
    return says_so || count_changes(changes) >= policy.changes ? Flaps::begins : Flaps::no;
}

void AlertDecision::begin_flapping() {
    Flap begun;
    begun.problem_key = alert_.problem_key;
    begun.since = alert_.received_at;
    begun.last_change = alert_.received_at;
    begun.changes = count_changes(draft_.problem().changes);
    begun.told = begun.changes;
    begun.by_sender = alert_.kind == AlertKind::flapping_start;
    draft_.incident().flaps.problems.push_back(std::move(begun));
    draft_.watch_flaps();
}

Decision AlertDecision::flap_on() {
    if (flaps_ == Flaps::begins) {
        begin_flapping();
        draft_.owe_followup("flapping", alert_);
        return draft_.finish(Verdict::applied, "changes too often, flapping");
    }
    const Incident& incident = draft_.incident();
    draft_.set_timer(TimerKind::digest, next_digest(incident.created_at, draft_.now()));
    return draft_.finish(Verdict::applied, "flapping, counted");
}

// Without a ticket there is nothing to keep open; a lost cause has none either.
bool AlertDecision::sender_may_start() {
    return !stale_ && draft_.has_incident() && !draft_.is_lost_cause() &&
           draft_.incident().state != IncidentState::ended &&
           draft_.incident().state != IncidentState::sheltered &&
           draft_.incident().plan.policy.flapping.changes > 0;
}

Decision AlertDecision::sender_starts() {
    Incident& incident = draft_.incident();
    incident.latest = alert_;
    if (Flap* const present = flap()) {
        present->by_sender = true;
        draft_.watch_flaps();
        return draft_.finish(Verdict::applied, "flapping, and its sender says so");
    }
    const IncidentState before = incident.state;
    const bool over = before == IncidentState::quiet || before == IncidentState::solved;
    if (over && maintenance_) {
        return wait_for_maintenance();
    }
    if (before == IncidentState::holding) {
        if (maintenance_) {
            incident.plan.maintenance = maintenance_;
        }
        const Draft::Opening opening =
            draft_.open_or_hold(maintenance_ ? maintenance_->until : draft_.now());
        if (opening != Draft::Opening::opened) {
            return draft_.finish_opening(opening, {}, "flapping, its ticket does not open yet");
        }
    }
    if (before == IncidentState::holding || before == IncidentState::open) {
        begin_flapping();
        if (!draft_.is_ended_by_people()) {
            draft_.owe_followup("flapping", alert_);
        }
    } else {
        draft_.cancel_timer(TimerKind::resolve);
        draft_.cancel_timer(TimerKind::reopen_window);
        draft_.withdraw(OperationKind::solve, "the problem flaps");
        flaps_ = Flaps::begins;
        go_on("flapping", false);
    }
    return draft_.finish(Verdict::applied, "flapping, says its sender");
}

// The sender has waited before it said so; the ticket waits for its own quiet time all the same,
// since senders start and stop again. What still fails is told at once.
Decision AlertDecision::sender_stops() {
    Incident& incident = draft_.incident();
    incident.latest = alert_;
    if (alert_.state == ProblemState::ok) {
        if (draft_.end_all_of(alert_.problem_key, alert_.received_at)) {
            note_change(
                draft_.problem().changes, Change::ends, alert_.received_at,
                incident.plan.policy.flapping
            );
            ++flap()->changes;
        }
        flap()->by_sender = false;
        flap()->last_change = alert_.received_at;
        draft_.watch_flaps();
        return draft_.finish(Verdict::applied, "no longer flapping, solved after the quiet time");
    }
    const Episode* const own = draft_.find_episode(alert_.problem_key, alert_.episode);
    if (own == nullptr || own->state != EpisodeState::open) {
        bind(new_episode(alert_));
    }
    if (!draft_.is_ended_by_people()) {
        draft_.owe_reopen("flapping_ended", alert_);
    }
    std::erase_if(incident.flaps.problems, [&](const Flap& one) {
        return one.problem_key == alert_.problem_key;
    });
    draft_.watch_flaps();
    return draft_.finish(Verdict::applied, "no longer flapping, still failing");
}

}  // namespace alert_bridge::domain
