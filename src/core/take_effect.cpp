// SPDX-License-Identifier: MIT
// Explainer: what the store would know after a decision.
#include <algorithm>

#include "alert_bridge/core/explainer.hpp"

namespace alert_bridge::core {

using domain::Decision;
using domain::IncidentState;
using domain::Operation;
using domain::OperationState;
using domain::Snapshot;
using domain::TimerKind;

namespace {

bool is_finished(const Operation& operation) {
    return operation.state == OperationState::done || operation.state == OperationState::skipped;
}

void put_operation(const Operation& operation, Snapshot& known) {
    auto& list = known.operations;
    const auto same = std::find_if(list.begin(), list.end(), [&](const Operation& other) {
        return operation.id != 0 && other.id == operation.id;
    });
    if (same != list.end()) {
        *same = operation;
    } else {
        Operation added = operation;
        std::int64_t lowest = 0;
        for (const Operation& other : list) {
            lowest = std::min(lowest, other.id);
        }
        added.id = lowest - 1;  // below zero: thought of, not stored
        list.push_back(std::move(added));
    }
    std::erase_if(list, is_finished);
}

// Whose the alert's episode is after it; an umbrella's, say, is another one.
bool is_own(const domain::Incident& incident, const Decision& decision) {
    return std::any_of(
        decision.episodes.begin(), decision.episodes.end(),
        [&](const domain::Episode& episode) { return episode.incident_id == incident.id; }
    );
}

void put_incident(const domain::Incident& incident, const Decision& decision, Snapshot& known) {
    const bool is_same = known.incident && known.incident->id == incident.id;
    if (incident.state == IncidentState::ended) {
        if (is_same) {
            known.previous = incident;
            known.incident.reset();
            known.episodes.clear();
            known.operations.clear();
        }
        return;
    }
    if (is_same || is_own(incident, decision)) {
        known.incident = incident;
    }
}

void put_episode(const domain::Episode& episode, Snapshot& known) {
    const auto is_it = [&](const domain::Episode& other) {
        return other.problem_key == episode.problem_key && other.episode == episode.episode;
    };
    if (known.episode && is_it(*known.episode)) {
        known.episode = episode;
    }
    if (!known.incident || episode.incident_id != known.incident->id) {
        return;
    }
    const auto same = std::find_if(known.episodes.begin(), known.episodes.end(), is_it);
    if (same != known.episodes.end()) {
        *same = episode;
    } else {
        known.episodes.push_back(episode);
    }
}

}  // namespace

void take_effect(const Decision& decision, Snapshot& known) {
    if (decision.problem) {
        known.problem = decision.problem;
    }
    for (const domain::Incident& incident : decision.incidents) {
        put_incident(incident, decision, known);
    }
    for (const domain::Episode& episode : decision.episodes) {
        put_episode(episode, known);
    }
    for (const Operation& operation : decision.operations) {
        if (known.incident && operation.incident_id == known.incident->id) {
            put_operation(operation, known);
        }
    }
    for (const domain::Timer& timer : decision.set_timers) {
        if (timer.kind == TimerKind::hold) {
            known.held_until = timer.due_at;
        }
    }
    if (decision.opened) {
        ++known.opened.entity;
        ++known.opened.overall;
        ++known.opened.hour;
    }
}

}  // namespace alert_bridge::core
