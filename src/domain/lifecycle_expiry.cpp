// SPDX-License-Identifier: MIT
// Expiry: what nobody will ever call recovered is given up when nothing more is heard of it.
#include <algorithm>

#include "alert_bridge/domain/lifecycle_draft.hpp"

namespace alert_bridge::domain {

void Draft::watch_expiry(WallTime since) {
    const Duration patience = incident_->plan.policy.expire_after;
    if (patience > Duration::zero()) {
        set_timer(TimerKind::expire, since + patience);
    }
}

Decision Draft::expire() {
    const WallTime heard = std::max(incident_->latest.received_at, incident_->created_at);
    if (incident_->state != IncidentState::open) {
        return finish(Verdict::ignored, "not open");
    }
    if (heard + incident_->plan.policy.expire_after > now_) {
        watch_expiry(heard);
        return finish(Verdict::applied, "heard of meanwhile");
    }
    for (const Episode& known : known_.episodes) {
        if (known.state == EpisodeState::open) {
            end_episode(
                *find_episode(known.problem_key, known.episode), EpisodeState::cancelled, now_
            );
        }
    }
    if (open_is_dead()) {
        bury();
        return finish(Verdict::applied, "no news any more, the ticket could not be opened");
    }
    const Alert latest = incident_->latest;
    if (incident_->plan.policy.on_expire == OnExpire::followup || incident_->ticket.followed) {
        owe_followup("expired", latest);
        end_incident("no news any more");
        return finish(Verdict::applied, "no news any more, left to people");
    }
    owe_solution("expired", latest);
    if (incident_->plan.policy.reopen_within <= Duration::zero()) {
        end_incident("no news any more");
        return finish(Verdict::applied, "no news any more, solved");
    }
    cancel_timer(TimerKind::digest);
    cancel_timer(TimerKind::flapping);
    incident_->flaps.problems.clear();
    incident_->state = IncidentState::solved;
    set_timer(TimerKind::reopen_window, now_ + incident_->plan.policy.reopen_within);
    return finish(Verdict::applied, "no news any more, solved");
}

}  // namespace alert_bridge::domain
