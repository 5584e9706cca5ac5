// SPDX-License-Identifier: MIT
// decide() for alerts: what a notice from monitoring changes.
#include <algorithm>
#include <utility>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/domain/alert_meaning.hpp"
#include "alert_bridge/domain/lifecycle_draft.hpp"

namespace alert_bridge::domain {
namespace {

class AlertDecision {
  public:
    AlertDecision(
        const LifecycleContext& context, const Snapshot& known, const AlertEvent& event,
        WallTime now
    )
        : draft_(context, known, now), event_(event), alert_(*event.alert), known_(known) {}

    Decision run() {
        note_problem();
        if (known_.episode) {
            draft_.put_episode(*known_.episode);
        }
        Episode* episode = draft_.find_episode(alert_.problem_key, alert_.episode);
        if (reports_end(alert_)) {
            return end(episode);
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

  private:
    void note_problem() {
        Problem problem = known_.problem.value_or(Problem{});
        problem.key = alert_.problem_key;
        stale_ = known_.problem.has_value() && alert_.order < problem.newest;
        if (!stale_) {
            problem.newest = alert_.order;
            if (alert_.state != ProblemState::unknown) {
                problem.state = alert_.state;
            }
        }
        problem.updated_at = draft_.now();
        draft_.set_problem(std::move(problem));
    }

    // Nagios numbers its problems from 1 again when it loses its retention file (measured): a
    // problem that is newer than the end of the one with its number is another one.
    [[nodiscard]] bool begins_anew(const Episode& over) const {
        return alert_.kind == AlertKind::problem && alert_.whole_problem && !stale_ &&
               alert_.state == ProblemState::failing && over.order < alert_.order;
    }

    // --- the end of an episode ---------------------------------------------------------------

    Decision end(Episode* own) {
        const bool whole = (alert_.whole_problem || alert_.kind != AlertKind::recovery) && !stale_;
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

    Decision tombstone(const Episode* own) {
        if (own != nullptr || alert_.kind != AlertKind::recovery) {
            return draft_.finish(Verdict::ignored, "nothing open that this could end");
        }
        Episode grave = new_episode(alert_);
        grave.state = EpisodeState::recovered;
        grave.ended_at = alert_.received_at;
        draft_.put_episode(std::move(grave));
        return draft_.finish(Verdict::applied, "recovery of something never seen, remembered");
    }

    Decision after_end(std::string_view how) {
        if (!draft_.has_incident()) {
            return draft_.finish(Verdict::applied, "recovered, no ticket was open");
        }
        Incident& incident = draft_.incident();
        incident.latest = alert_;
        if (draft_.any_open()) {
            if (incident.state == IncidentState::open) {
                draft_.owe_followup(how, alert_);
            }
            return draft_.finish(
                Verdict::applied, "recovered, other problems keep the ticket open"
            );
        }
        if (incident.state == IncidentState::holding) {
            draft_.end_incident("never lasted");
            return draft_.finish(Verdict::applied, "recovered before a ticket was due");
        }
        if (incident.state == IncidentState::open) {
            incident.state = IncidentState::quiet;
            draft_.cancel_timer(TimerKind::digest);
            draft_.set_timer(TimerKind::resolve, draft_.now() + incident.plan.policy.resolve_after);
        }
        return draft_.finish(Verdict::applied, "recovered");
    }

    Decision cancel(Episode* own) {
        if (own == nullptr || own->state != EpisodeState::open) {
            return draft_.finish(Verdict::ignored, "cancelled, nothing was open");
        }
        draft_.end_episode(*own, EpisodeState::cancelled, alert_.received_at);
        if (!draft_.has_incident()) {
            return draft_.finish(Verdict::applied, "cancelled, no ticket was open");
        }
        Incident& incident = draft_.incident();
        incident.latest = alert_;
        if (incident.state == IncidentState::holding && !draft_.any_open()) {
            draft_.end_incident("cancelled");
            return draft_.finish(Verdict::applied, "cancelled before a ticket was due");
        }
        // No recovery will ever come: the ticket is left to people, who are told so.
        if (draft_.open_is_dead() && !draft_.any_open()) {
            draft_.bury();
            return draft_.finish(Verdict::applied, "cancelled, the ticket could not be opened");
        }
        draft_.owe_followup("cancelled", alert_);
        if (!draft_.any_open()) {
            draft_.end_incident("cancelled by monitoring");
        }
        return draft_.finish(Verdict::applied, "cancelled by monitoring");
    }

    // --- the start of an episode --------------------------------------------------------------

    Decision begin() {
        const bool late = stale_ && alert_.whole_problem && !draft_.misses(alert_.problem_key);
        if (late) {
            return draft_.finish(Verdict::ignored, "older than the problem's newest news");
        }
        if (event_.plan.drop) {
            return below("dropped by a rule");
        }
        if (alert_.severity < event_.plan.policy.open) {
            return below("below the severity that opens a ticket");
        }
        return start(new_episode(alert_));
    }

    Decision below(std::string reason) {
        if (draft_.has_incident()) {
            Episode episode = new_episode(alert_);
            episode.incident_id = draft_.incident().id;
            draft_.put_episode(std::move(episode));
            return draft_.finish(
                Verdict::applied, std::move(reason) + ", counted on the open ticket"
            );
        }
        draft_.put_episode(new_episode(alert_));
        return draft_.finish(Verdict::applied, std::move(reason));
    }

    Decision start(Episode episode) {
        if (draft_.has_incident() && !draft_.is_lost_cause()) {
            return join(std::move(episode));
        }
        if (!event_.placement || event_.group_key.empty()) {
            Decision ask;
            ask.verdict = Verdict::needs_placement;
            ask.reason = "waits for its asset and entity";
            return ask;
        }
        Incident incident;
        incident.id = draft_.context().ids->sortable(draft_.now());
        incident.group_key = event_.group_key;
        if (draft_.has_incident()) {
            // Only this group is known to be free: rules may have changed since.
            incident.group_key = draft_.incident().group_key;
            draft_.bury();
        }
        incident.plan = event_.plan;
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
        const bool opens = draft_.open_or_hold(alert_.received_at + open_after(event_.plan));
        return draft_.finish(
            Verdict::applied, opens ? "opens a ticket" : "must last until its ticket opens"
        );
    }

    // A worse problem makes the ticket more urgent; a lesser one does not make it less, the others
    // go on. True: there is a ticket that must be told.
    bool raise() {
        Incident& incident = draft_.incident();
        const bool has_ticket = incident.state != IncidentState::holding;
        incident.severity = std::max(incident.severity, alert_.severity);
        const bool higher = weight(event_.plan.priority) > weight(incident.plan.priority);
        if (!higher ||
            (has_ticket && incident.plan.policy.on_severity_change == OnSeverityChange::none)) {
            return false;
        }
        incident.plan.priority = event_.plan.priority;
        return has_ticket;
    }

    void go_on(std::string_view event, bool raised) {
        draft_.incident().state = IncidentState::open;
        draft_.owe_reopen(event, alert_);
        if (raised) {
            draft_.owe_priority(event_.plan.priority);
        }
    }

    Decision join(Episode episode) {
        Incident& incident = draft_.incident();
        episode.incident_id = incident.id;
        const bool again = episode.problem_key == incident.latest.problem_key;
        draft_.put_episode(std::move(episode));
        incident.latest = alert_;
        const WallTime own_due = alert_.received_at + open_after(event_.plan);
        const bool raised = raise();
        switch (incident.state) {
            case IncidentState::holding: {
                const bool opens =
                    draft_.open_or_hold(std::min(own_due, known_.held_until.value_or(own_due)));
                return draft_.finish(
                    Verdict::applied,
                    opens ? "joins a problem and opens its ticket" : "joins one that waits to open"
                );
            }
            case IncidentState::open:
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

    // Somebody comments on a problem that is over: still worth a follow-up, never a reopening.
    Decision after_the_end() {
        if (alert_.kind == AlertKind::problem || !draft_.has_incident()) {
            return draft_.finish(Verdict::ignored, "this occurrence is over already");
        }
        return tell(news_event(alert_));
    }

    Decision no_episode() {
        if (draft_.has_incident() && alert_.kind != AlertKind::problem) {
            return tell(news_event(alert_));
        }
        return draft_.finish(Verdict::ignored, "nothing open that this is about");
    }

    // --- news about an open episode -----------------------------------------------------------

    Decision news(Episode& episode) {
        const Severity old_severity = episode.severity;
        const bool rated = alert_.state != ProblemState::unknown;
        const bool changed =
            rated && alert_.state == ProblemState::failing && alert_.severity != old_severity;
        if (!(alert_.order < episode.order)) {
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

    // Known, but without a ticket so far: its severity was too low, or a rule dropped it.
    Decision maybe_open_now(const Episode& episode) {
        const bool opens =
            may_open(alert_) && !event_.plan.drop && alert_.severity >= event_.plan.policy.open;
        if (!opens) {
            return draft_.finish(Verdict::applied, "known, opens no ticket");
        }
        return start(Episode(episode));
    }

    Decision tell(std::string_view event) {
        const IncidentState state = draft_.incident().state;
        if (state == IncidentState::holding) {
            return draft_.finish(Verdict::applied, "noted, no ticket yet");
        }
        draft_.owe_followup(event, alert_);
        return draft_.finish(Verdict::applied, "told on the ticket");
    }

    Decision severity_change(Severity old_severity) {
        Incident& incident = draft_.incident();
        const OnSeverityChange policy = incident.plan.policy.on_severity_change;
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
            const WallTime due = incident.opener.received_at + open_after(incident.plan);
            const bool opens = draft_.open_or_hold(due);
            return draft_.finish(
                Verdict::applied,
                opens ? "severity changed, opens a ticket" : "severity changed, no ticket yet"
            );
        }
        draft_.owe_followup("severity", alert_, to_string(old_severity));
        if (follow) {
            draft_.owe_priority(wanted);
        }
        return draft_.finish(Verdict::applied, "severity changed");
    }

    Decision repeat(Episode& episode) {
        ++episode.repeats;
        const Incident& incident = draft_.incident();
        const std::string text = without_numbers(alert_.text);
        const bool has_news = text != episode.text && !text.empty();
        episode.text = text;
        if (incident.state == IncidentState::holding) {
            return draft_.finish(Verdict::applied, "repeat, no ticket yet");
        }
        if (incident.plan.policy.on_repeat == OnRepeat::each || has_news) {
            episode.repeats_told = episode.repeats;
            draft_.owe_followup(has_news ? "update" : "repeat", alert_);
            return draft_.finish(Verdict::applied, "repeat, told on the ticket");
        }
        draft_.set_timer(TimerKind::digest, next_digest(incident.created_at, draft_.now()));
        return draft_.finish(Verdict::applied, "repeat, counted");
    }

    Draft draft_;
    const AlertEvent& event_;
    const Alert& alert_;
    const Snapshot& known_;
    bool stale_ = false;
};

}  // namespace

Decision decide(
    const LifecycleContext& context, const Snapshot& now_known, const AlertEvent& event,
    WallTime now
) {
    return AlertDecision(context, now_known, event, now).run();
}

}  // namespace alert_bridge::domain
