// SPDX-License-Identifier: MIT
// Maintenance: openings that wait, and tickets that are to be opened again and wait.
#include "alert_bridge/domain/lifecycle_alert.hpp"

namespace alert_bridge::domain {
namespace {

// Its end may be lost like any notice; then the problem opens its ticket all the same.
constexpr Duration kLongestDowntime{24LL * 3600 * 1000};

}  // namespace

std::optional<Maintenance> AlertDecision::maintenance() {
    const OnDowntime policy = draft_.has_incident() ? draft_.incident().plan.policy.downtime
                                                    : event_.plan.policy.downtime;
    const std::optional<WallTime> since = draft_.problem().downtime_since;
    std::optional<Maintenance> result = event_.plan.maintenance;
    // A change is found by the asset, with the place; what joins a ticket on hold may have none.
    if (draft_.has_incident()) {
        const std::optional<Maintenance>& held = draft_.incident().plan.maintenance;
        const bool goes_on = held && held->is_change && held->until > draft_.now();
        if (goes_on && (!result || (!result->drop && result->until < held->until))) {
            result = held;
        }
    }
    const bool in_downtime = since && alert_.received_at < *since + kLongestDowntime;
    if (!in_downtime || policy == OnDowntime::none || (result && result->drop)) {
        return result;
    }
    const Maintenance downtime{{}, policy == OnDowntime::drop, *since + kLongestDowntime};
    return result && !downtime.drop && result->until > downtime.until ? result : downtime;
}

std::string AlertDecision::dropped() const {
    return maintenance_->name.empty() ? "dropped, in a downtime"
                                      : "dropped by maintenance " + maintenance_->name;
}

WallTime AlertDecision::own_due() const {
    // What comes back again and again lasts.
    const WallTime lasted = flaps_ == Flaps::no
                                ? alert_.received_at + waits_before_opening(event_.plan, alert_)
                                : draft_.now();
    return maintenance_ ? std::max(lasted, maintenance_->until) : lasted;
}

Decision AlertDecision::wait_for_maintenance(bool raised) {
    std::optional<Maintenance>& held = draft_.incident().plan.maintenance;
    const bool was_raised = held && held->raised;
    held = maintenance_;
    held->raised = raised || was_raised;
    draft_.set_timer(TimerKind::hold, maintenance_->until);
    return draft_.finish(Verdict::applied, "waits for the end of maintenance");
}

bool AlertDecision::is_alone() const {
    for (const Episode& episode : draft_.episodes()) {
        if (episode.state == EpisodeState::open && episode.problem_key != alert_.problem_key) {
            return false;
        }
    }
    return true;
}

// A downtime that begins while the ticket is on hold.
Decision AlertDecision::downtime_begins() {
    draft_.incident().latest = alert_;
    if (maintenance_->drop) {
        draft_.release_episodes();
        draft_.end_incident(dropped());
        return draft_.finish(Verdict::applied, dropped());
    }
    return wait_for_maintenance();
}

Decision AlertDecision::downtime_ends() {
    Incident& incident = draft_.incident();
    incident.latest = alert_;
    if (incident.state != IncidentState::holding) {
        return maintenance_ && !maintenance_->drop && draft_.any_open() ? wait_for_maintenance()
                                                                        : draft_.resume();
    }
    incident.plan.maintenance = maintenance_;
    return draft_.finish_opening(
        draft_.open_or_hold(draft_.opening_due()), "the downtime is over, opens a ticket",
        "the downtime is over, must last until its ticket opens"
    );
}

WallTime Draft::opening_due() const {
    const WallTime lasted =
        incident_->opener.received_at + waits_before_opening(incident_->plan, incident_->opener);
    const std::optional<Maintenance>& maintenance = incident_->plan.maintenance;
    return maintenance ? std::max(lasted, maintenance->until) : lasted;
}

void Draft::stop_waiting_for_maintenance() {
    if (incident_->plan.maintenance) {
        incident_->plan.maintenance.reset();
        cancel_timer(TimerKind::hold);
    }
}

bool Draft::waits_for_maintenance() const {
    const bool over = incident_->state == IncidentState::quiet ||
                      incident_->state == IncidentState::solved || is_ended_by_people();
    return over && incident_->plan.maintenance && any_open();
}

Decision Draft::resume() {
    const IncidentState before = incident_->state;
    const bool raised = incident_->plan.maintenance && incident_->plan.maintenance->raised;
    incident_->plan.maintenance.reset();
    cancel_timer(TimerKind::hold);
    const bool ended = before == IncidentState::open && is_ended_by_people();
    const bool over = before == IncidentState::quiet || before == IncidentState::solved || ended;
    if (!over || !any_open()) {
        return finish(Verdict::applied, "maintenance is over, nothing waits");
    }
    cancel_timer(TimerKind::resolve);
    cancel_timer(TimerKind::reopen_window);
    withdraw(OperationKind::solve, "the problem came back before it was sent");
    incident_->state = IncidentState::open;
    forget_ended_by_people();
    const Alert latest = incident_->latest;
    owe_reopen(before == IncidentState::quiet ? "returned" : "reopened", latest);
    if (raised) {
        owe_priority(incident_->plan.priority);
    }
    watch_expiry(now_);
    return finish(Verdict::applied, "maintenance is over, goes on with the same ticket");
}

}  // namespace alert_bridge::domain
