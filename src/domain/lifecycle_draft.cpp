// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/lifecycle_draft.hpp"

#include <algorithm>
#include <utility>

#include "alert_bridge/base/invariant.hpp"

namespace alert_bridge::domain {
namespace {

// News that wait in the journal are decided within milliseconds, after a long outage of GLPI within
// a minute. A problem that sends without a pause must not put its own ticket off for ever.
constexpr Duration kNewsWait{1000};
constexpr Duration kLongestNewsWait{120'000};

}  // namespace

Draft::Draft(const LifecycleContext& context, const Snapshot& known, WallTime now)
    : context_(context),
      known_(known),
      now_(now),
      incident_(known.incident),
      episodes_(known.episodes),
      touched_(known.episodes.size(), false) {}

void Draft::start_incident(Incident incident) {
    incident.created_at = now_;
    if (incident_) {
        BRIDGE_INVARIANT(incident_->state == IncidentState::ended);
        decision_.incidents.push_back(*std::move(incident_));
        take_over_episodes(incident.id);
    } else {
        episodes_.clear();
        touched_.clear();
    }
    incident_ = std::move(incident);
}

void Draft::release_episodes() {
    take_over_episodes({});
}

void Draft::take_over_episodes(const std::string& incident_id) {
    for (std::size_t i = 0; i < episodes_.size(); ++i) {
        if (episodes_[i].state == EpisodeState::open) {
            episodes_[i].incident_id = incident_id;
            touched_[i] = true;
        }
    }
}

const Alert* Draft::newest_beginning() const {
    const Alert* newest = nullptr;
    for (const Operation& operation : known_.operations) {
        const std::optional<Alert>& begun_by = operation.content.begun_by;
        const bool goes_on =
            begun_by && std::any_of(episodes_.begin(), episodes_.end(), [&](const Episode& one) {
                return one.state == EpisodeState::open &&
                       one.problem_key == begun_by->problem_key && one.episode == begun_by->episode;
            });
        if (goes_on) {
            newest = &*begun_by;
        }
    }
    return newest;
}

const AssetDetails* details_for(const Incident& incident, const Alert& alert) {
    return alert.host.name == incident.opener.host.name ? incident.placement.asset_details()
                                                        : nullptr;
}

Plan Draft::plan_now(const Alert& alert) const {
    return context_.rules->evaluate(alert, now_, details_for(*incident_, alert));
}

void Draft::begin_with(Incident& next, const Alert& alert) const {
    const Plan plan = plan_now(alert);
    if (alert.host.name != next.opener.host.name) {
        next.placement.asset.reset();  // it is the other host's
        next.placement.details.reset();
    }
    next.opener = alert;
    next.severity = alert.severity;
    for (const Episode& episode : episodes_) {
        if (episode.state == EpisodeState::open) {
            next.severity = std::max(next.severity, episode.severity);
        }
    }
    // Something worse that goes on as well keeps the priority it had.
    if (next.severity == alert.severity) {
        next.plan.priority = plan.priority;
    }
    // What began in a window waits for its end, whatever became of the ticket that it joined.
    if (plan.maintenance && !plan.maintenance->drop) {
        next.plan.maintenance = plan.maintenance;
    }
}

void Draft::succeed(std::string_view end_reason, bool link) {
    BRIDGE_INVARIANT(incident_.has_value());
    Incident next = *incident_;
    end_incident(end_reason);
    decision_.incidents.push_back(*incident_);
    next.id = context_.ids->sortable(now_);
    next.state = IncidentState::open;
    next.previous_ticket = link ? incident_->ticket_id : 0;
    next.ticket_id = 0;
    next.ticket = {};
    next.end_reason.clear();
    next.created_at = now_;
    if (const Alert* alert = newest_beginning()) {
        begin_with(next, *alert);
    }
    incident_ = std::move(next);
    take_over_episodes(incident_->id);
    if (!incident_->flaps.empty()) {
        watch_flaps();
    }
    if (const auto& held = incident_->plan.maintenance; held && held->until > now_) {
        incident_->state = IncidentState::holding;
        set_timer(TimerKind::hold, held->until);
        return;
    }
    watch_expiry(now_);
    owe_open();
}

Episode* Draft::find_episode(std::string_view problem_key, std::string_view episode) {
    for (std::size_t i = 0; i < episodes_.size(); ++i) {
        if (episodes_[i].problem_key == problem_key && episodes_[i].episode == episode) {
            touched_[i] = true;
            return &episodes_[i];
        }
    }
    return nullptr;
}

Episode& Draft::put_episode(Episode episode) {
    if (Episode* present = find_episode(episode.problem_key, episode.episode)) {
        *present = std::move(episode);
        return *present;
    }
    episodes_.push_back(std::move(episode));
    touched_.push_back(true);
    return episodes_.back();
}

void Draft::end_episode(Episode& episode, EpisodeState how, WallTime when) {
    episode.state = how;
    episode.ended_at = when;
    (void)find_episode(episode.problem_key, episode.episode);
}

bool Draft::end_all_of(std::string_view problem_key, WallTime when) {
    bool any = false;
    for (const Episode& known : known_.episodes) {
        Episode* episode = known.problem_key == problem_key
                               ? find_episode(known.problem_key, known.episode)
                               : nullptr;
        if (episode != nullptr && episode->state == EpisodeState::open) {
            end_episode(*episode, EpisodeState::recovered, when);
            any = true;
        }
    }
    return any;
}

std::vector<std::string> Draft::open_problem_names() const {
    std::vector<std::string> names;
    for (const Episode& episode : episodes_) {
        if (episode.state == EpisodeState::open) {
            names.push_back(episode.problem_name);
        }
    }
    return names;
}

bool Draft::misses_problem() const {
    const bool goes_on = known_.problem && known_.problem->state == ProblemState::failing;
    return goes_on && !known_.other_open;
}

// The alert's own episode may be none of the incident's: too mild for it, or another's.
bool Draft::any_open() const {
    return std::any_of(episodes_.begin(), episodes_.end(), [this](const Episode& episode) {
        return episode.state == EpisodeState::open && episode.incident_id == incident_->id;
    });
}

Draft::Opening Draft::open_or_hold(WallTime due) {
    const Duration wait = waits_before_opening(incident_->plan, incident_->opener);
    const WallTime lasted = std::max(incident_->opener.received_at + wait, incident_->created_at);
    const bool hears_first =
        wait > Duration::zero() && known_.news_waiting && now_ < lasted + kLongestNewsWait;
    if (due <= now_ && hears_first) {
        due = now_ + kNewsWait;
    }
    if (due > now_) {
        incident_->state = IncidentState::holding;
        set_timer(TimerKind::hold, due);
        return Opening::held;
    }
    cancel_timer(TimerKind::hold);
    return open_or_shelter();
}

bool Draft::withdraw(OperationKind kind, std::string_view reason) {
    bool any = false;
    for (const Operation& operation : known_.operations) {
        const bool untouched = operation.state == OperationState::due && operation.attempts == 0;
        if (operation.kind == kind && untouched) {
            Operation withdrawn = operation;
            withdrawn.state = OperationState::skipped;
            withdrawn.last_error = reason;
            decision_.operations.push_back(std::move(withdrawn));
            any = true;
        }
    }
    return any;
}

void Draft::skip_unfinished(std::int64_t except_id, std::string_view reason) {
    for (const Operation& operation : known_.operations) {
        const bool waiting = operation.state == OperationState::due;
        if (operation.id == except_id || !waiting) {
            continue;
        }
        Operation skipped = operation;
        skipped.state = OperationState::skipped;
        skipped.last_error = reason;
        decision_.operations.push_back(std::move(skipped));
    }
}

bool Draft::open_is_dead() const noexcept {
    return std::any_of(
        known_.operations.begin(), known_.operations.end(),
        [](const Operation& operation) {
            return operation.kind == OperationKind::open && operation.state == OperationState::dead;
        }
    );
}

bool Draft::is_lost_cause() const noexcept {
    const bool over = incident_ && (incident_->state == IncidentState::quiet ||
                                    incident_->state == IncidentState::solved);
    return over && open_is_dead();
}

void Draft::bury() {
    skip_unfinished(0, "its ticket could not be opened and the problem is over");
    if (incident_->state != IncidentState::ended) {
        end_incident("recovered, the ticket could not be opened");
    }
}

void Draft::update_operation(Operation operation) {
    decision_.operations.push_back(std::move(operation));
}

void Draft::set_timer(TimerKind kind, WallTime due_at) {
    decision_.set_timers.push_back({incident_->id, kind, due_at});
}

void Draft::cancel_timer(TimerKind kind) {
    decision_.cancel_timers.push_back({incident_->id, kind, {}});
}

void Draft::end_incident(std::string_view reason) {
    incident_->state = IncidentState::ended;
    incident_->end_reason = reason;
    incident_->updated_at = now_;
    incident_->flaps.problems.clear();
    for (const TimerKind kind :
         {TimerKind::hold, TimerKind::resolve, TimerKind::reopen_window, TimerKind::digest,
          TimerKind::flapping, TimerKind::expire, TimerKind::members, TimerKind::shelter,
          TimerKind::recheck}) {
        cancel_timer(kind);
    }
}

void Draft::watch_flaps() {
    if (const auto end = end_of_flapping(incident_->flaps, incident_->plan.policy.flapping)) {
        set_timer(TimerKind::flapping, *end);
    } else {
        cancel_timer(TimerKind::flapping);
    }
}

void Draft::set_problem(Problem problem) {
    decision_.problem = std::move(problem);
}

Decision Draft::finish(Verdict verdict, std::string reason) {
    if (incident_ && verdict == Verdict::applied) {
        incident_->updated_at = now_;
        decision_.incidents.push_back(*std::move(incident_));
    }
    for (std::size_t i = 0; i < episodes_.size(); ++i) {
        if (touched_[i]) {
            decision_.episodes.push_back(std::move(episodes_[i]));
        }
    }
    decision_.verdict = verdict;
    decision_.reason = std::move(reason);
    return std::move(decision_);
}

}  // namespace alert_bridge::domain
