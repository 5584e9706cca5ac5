// SPDX-License-Identifier: MIT
#include "alert_bridge/core/earlier.hpp"

#include <algorithm>

namespace alert_bridge::core {

using domain::Episode;
using domain::EpisodeState;
using domain::Incident;
using domain::IncidentState;
using domain::Snapshot;

void Earlier::remember(const domain::Decision& decision, const Snapshot& after) {
    if (decision.problem) {
        problems_[decision.problem->key] = *decision.problem;
    }
    for (const Episode& episode : decision.episodes) {
        put(episode);
    }
    for (const Incident& incident : decision.incidents) {
        put(incident, std::nullopt);
    }
    for (const Episode& episode : after.episodes) {
        put(episode);
    }
    if (after.previous && find(after.previous->id) != nullptr) {
        put(*after.previous, std::nullopt);
    }
    if (after.incident) {
        put(*after.incident, after.held_until);
    }
}

void Earlier::lay_over(const ports::Subject& subject, Snapshot& known) const {
    if (const auto problem = problems_.find(subject.problem_key); problem != problems_.end()) {
        known.problem = problem->second;
    }
    lay_episodes(subject, known);
    lay_incident(subject, known);
}

void Earlier::put(const Incident& incident, std::optional<WallTime> held_until) {
    std::erase_if(incidents_, [&incident](const Held& held) {
        return held.incident.id == incident.id;
    });
    incidents_.push_back({incident, held_until});
}

void Earlier::put(const Episode& episode) {
    episodes_[{episode.problem_key, episode.episode}] = episode;
}

const Earlier::Held* Earlier::find(const std::string& id) const {
    const auto found = std::find_if(incidents_.begin(), incidents_.end(), [&id](const Held& held) {
        return held.incident.id == id;
    });
    return found == incidents_.end() ? nullptr : &*found;
}

const Earlier::Held* Earlier::live_of_problem(const std::string& key) const {
    const Held* best = nullptr;
    for (const auto& [identity, episode] : episodes_) {
        const Held* const held = identity.first == key ? find(episode.incident_id) : nullptr;
        const bool is_live = held != nullptr && held->incident.state != IncidentState::ended;
        if (is_live && (best == nullptr || episode.state == EpisodeState::open)) {
            best = held;
        }
    }
    return best;
}

const Earlier::Held* Earlier::of_group(const std::string& group_key, bool ended) const {
    const auto found = std::find_if(incidents_.rbegin(), incidents_.rend(), [&](const Held& held) {
        return held.incident.group_key == group_key &&
               (held.incident.state == IncidentState::ended) == ended;
    });
    return found == incidents_.rend() || group_key.empty() ? nullptr : &*found;
}

void Earlier::lay_episodes(const ports::Subject& subject, Snapshot& known) const {
    bool other_goes_on = false;
    bool other_ended = false;
    for (const auto& [identity, episode] : episodes_) {
        if (identity.first != subject.problem_key) {
            continue;
        }
        const bool is_open = episode.state == EpisodeState::open;
        if (identity.second == subject.episode) {
            known.episode = episode;
        } else {
            other_goes_on = other_goes_on || is_open;
            other_ended = other_ended || !is_open;
        }
    }
    // The store counts none of them: the one that it knows to be open may be the one that ended.
    known.other_open = other_goes_on || (known.other_open && !other_ended);
}

void Earlier::lay_incident(const ports::Subject& subject, Snapshot& known) const {
    const Held* held = live_of_problem(subject.problem_key);
    if (held == nullptr && known.incident) {
        held = find(known.incident->id);
    }
    if (held != nullptr && held->incident.state == IncidentState::ended) {
        known.previous = held->incident;
        known.incident.reset();
        known.episodes.clear();
        known.operations.clear();
        held = nullptr;
    }
    if (held == nullptr && !known.incident) {
        held = of_group(subject.group_key, false);
    }
    if (held != nullptr) {
        if (!known.incident || known.incident->id != held->incident.id) {
            known.episodes.clear();
            known.operations.clear();
        }
        known.incident = held->incident;
        known.held_until = held->held_until;
        if (const Held* const parent = find(held->incident.parent_id)) {
            known.parent = parent->incident;
        }
    }
    if (!known.incident) {
        if (const Held* const ended = of_group(subject.group_key, true)) {
            known.previous = ended->incident;
        }
        return;
    }
    for (const auto& [identity, episode] : episodes_) {
        std::erase_if(known.episodes, [&identity = identity](const Episode& other) {
            return other.problem_key == identity.first && other.episode == identity.second;
        });
        if (episode.incident_id == known.incident->id) {
            known.episodes.push_back(episode);
        }
    }
}

}  // namespace alert_bridge::core
