// SPDX-License-Identifier: MIT
// decide() for alerts: news about an episode that goes on, or that is over.
#include <algorithm>
#include <utility>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/domain/alert_meaning.hpp"
#include "alert_bridge/domain/lifecycle_alert.hpp"

namespace alert_bridge::domain {

Decision AlertDecision::after_the_end() {
    if (alert_.kind == AlertKind::problem || !draft_.has_incident()) {
        return draft_.finish(Verdict::ignored, "this occurrence is over already");
    }
    return tell(news_event(alert_));
}

Decision AlertDecision::no_episode() {
    if (draft_.has_incident() && alert_.kind != AlertKind::problem) {
        return tell(news_event(alert_));
    }
    return draft_.finish(Verdict::ignored, "nothing open that this is about");
}

Decision AlertDecision::news(Episode& episode) {
    const Severity old_severity = episode.severity;
    const bool rated = alert_.state != ProblemState::unknown;
    const bool changed =
        rated && alert_.state == ProblemState::failing && alert_.severity != old_severity;
    const bool newer = !(alert_.order < episode.order);
    if (newer) {
        episode.order = alert_.order;
        if (changed) {
            episode.severity = alert_.severity;
        }
    }
    if (episode.incident_id.empty()) {
        return maybe_open_now(episode);
    }
    if (!draft_.has_incident()) {
        return draft_.finish(Verdict::applied, "its ticket is in the hands of people");
    }
    if (leaves_observation() && may_open(alert_) && opens_a_ticket()) {
        return start(Episode(episode));
    }
    // It did not count when the ticket was solved, or was about to be: too mild, or dropped then. A
    // notice that it has begun counts although milder news have overtaken it.
    const bool counts = newer || alert_.kind == AlertKind::problem;
    const bool over = draft_.incident().state == IncidentState::quiet ||
                      draft_.incident().state == IncidentState::solved;
    if (counts && over && may_open(alert_) && opens_a_ticket()) {
        return join(Episode(episode));
    }
    draft_.incident().latest = alert_;
    if (changed) {
        return severity_change(old_severity);
    }
    if (alert_.kind == AlertKind::problem) {
        return repeat(episode);
    }
    if (alert_.kind == AlertKind::acknowledgement) {
        episode.acknowledged = true;
        if (draft_.incident().plan.policy.on_acknowledge == OnAcknowledge::none) {
            return draft_.finish(Verdict::applied, "acknowledged");
        }
    }
    return tell(news_event(alert_));
}

Decision AlertDecision::maybe_open_now(const Episode& episode) {
    if (!may_open(alert_) || !opens_a_ticket()) {
        return draft_.finish(Verdict::applied, "known, opens no ticket");
    }
    return start(Episode(episode));
}

bool AlertDecision::opens_a_ticket() const {
    const bool dropped = event_.plan.drop || (maintenance_ && maintenance_->drop);
    return !dropped && alert_.severity >= event_.plan.policy.open;
}

Decision AlertDecision::tell(std::string_view event) {
    const IncidentState state = draft_.incident().state;
    if (state == IncidentState::holding || state == IncidentState::sheltered) {
        return draft_.finish(Verdict::applied, "noted, no ticket of its own yet");
    }
    if (draft_.is_closed_by_people()) {
        return draft_.finish(Verdict::applied, "noted, a person closed the ticket");
    }
    draft_.owe_followup(event, alert_);
    return draft_.finish(Verdict::applied, "told on the ticket");
}

Decision AlertDecision::severity_change(Severity old_severity) {
    Incident& incident = draft_.incident();
    const OnSeverityChange policy = draft_.on_severity_change();
    const Priority& wanted = event_.plan.priority;
    const bool higher = weight(wanted) > weight(incident.plan.priority);
    const bool differs = weight(wanted) != weight(incident.plan.priority);
    const bool follow = (policy == OnSeverityChange::raise && higher) ||
                        (policy == OnSeverityChange::follow && differs);
    incident.severity = std::max(incident.severity, alert_.severity);
    if (follow) {
        incident.plan.priority = wanted;
    }
    if (incident.state == IncidentState::holding) {
        // Another priority, or another state of the sender's, may open sooner or later.
        incident.plan.policy.open_after = event_.plan.policy.open_after;
        if (maintenance_) {
            incident.plan.maintenance = maintenance_;
        }
        return draft_.finish_opening(
            draft_.open_or_hold(draft_.opening_due()), "severity changed, opens a ticket",
            "severity changed, no ticket yet"
        );
    }
    if (incident.state == IncidentState::sheltered) {
        return draft_.finish_opening(
            draft_.reconsider_shelter(),
            "too urgent now for another problem's ticket, opens its own", {}
        );
    }
    if (incident.state == IncidentState::open && draft_.is_ended_by_people()) {
        if (alert_.severity < old_severity) {
            return draft_.finish(Verdict::applied, "milder, a person ended the ticket");
        }
        if (maintenance_ && maintenance_->drop) {
            return draft_.finish(Verdict::applied, "worse, but " + dropped());
        }
        if (!opens_a_ticket()) {
            return draft_.finish(Verdict::applied, "worse, but no reason for a ticket");
        }
        if (maintenance_) {
            return wait_for_maintenance(follow);
        }
        go_on("severity", follow);
        return draft_.finish(Verdict::applied, "worse, reopens what a person ended");
    }
    // While it flaps its own notices are only counted; what a person says is told.
    if (flap() == nullptr || alert_.kind != AlertKind::problem) {
        draft_.owe_followup("severity", alert_, to_string(old_severity));
    }
    if (follow) {
        draft_.owe_priority(wanted);
    }
    return draft_.finish(Verdict::applied, "severity changed");
}

Decision AlertDecision::repeat(Episode& episode) {
    ++episode.repeats;
    const Incident& incident = draft_.incident();
    const std::string text = without_numbers(alert_.text);
    const bool has_news = text != episode.text && !text.empty();
    episode.text = text;
    if (incident.state == IncidentState::holding || incident.state == IncidentState::sheltered) {
        return draft_.finish(Verdict::applied, "repeat, no ticket of its own yet");
    }
    if (draft_.is_ended_by_people()) {
        return draft_.finish(Verdict::applied, "repeat, counted; a person ended the ticket");
    }
    const bool tells = incident.plan.policy.on_repeat == OnRepeat::each || has_news;
    if (tells && flap() == nullptr) {
        episode.repeats_told = episode.repeats;
        draft_.owe_followup(has_news ? "update" : "repeat", alert_);
        return draft_.finish(Verdict::applied, "repeat, told on the ticket");
    }
    // A problem too mild to go on with a quiet ticket repeats there too: nobody is told of that.
    if (incident.state == IncidentState::open) {
        draft_.set_timer(TimerKind::digest, next_digest(incident.created_at, draft_.now()));
    }
    return draft_.finish(Verdict::applied, "repeat, counted");
}

}  // namespace alert_bridge::domain
