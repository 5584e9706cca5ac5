// SPDX-License-Identifier: MIT
//
// A small world for lifecycle tests: keeps problems, episodes, incidents, operations and timers in
// maps, builds the snapshot that the store would build, and applies decisions. Pure and in one
// thread.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "alert_bridge/domain/lifecycle.hpp"
#include "plain_texts.hpp"

namespace test_support {

class World {
  public:
    World() {
        rules.plan.policy.resolve_after = std::chrono::minutes(5);
        rules.plan.policy.reopen_within = std::chrono::hours(24);
        rules.plan.policy.open = Severity::average;
        placement.entity_id = 3;
        placement.entity_name = "Root entity > Customer A";
    }

    PlainRules rules;
    PlainTemplates templates;
    std::unique_ptr<ab::SeededIdSource> ids = std::make_unique<ab::SeededIdSource>(42);
    ab::WallTime now = ab::from_unix_ms(1'795'000'000'000);
    Placement placement;

    std::map<std::string, Problem> problems;
    std::vector<Episode> episodes;
    std::vector<Incident> incidents;
    std::vector<Operation> operations;
    std::vector<Timer> timers;
    std::vector<FoldedPair> folded;
    ab::WallTime away_until{};  // GLPI was away until then
    BackPolicies backs;
    bool news_waiting = false;  // later alerts wait in the journal
    std::string last_reason;
    Verdict last_verdict = Verdict::ignored;

    [[nodiscard]] LifecycleContext context() {
        LifecycleContext result;
        result.rules = &rules;
        result.templates = &templates;
        result.ids = ids.get();
        result.public_url = "https://bridge.example.com";
        result.backs = &backs;
        return result;
    }

    // A failing alert of service "web01/HTTP", episode "1".
    [[nodiscard]] Alert alert(AlertKind kind, std::string episode = "1") {
        Alert result;
        result.id = ids->sortable(now);
        result.source = "nagios";
        result.kind = kind;
        const bool ok = kind == AlertKind::recovery || kind == AlertKind::flapping_stop;
        result.state = ok ? ProblemState::ok : ProblemState::failing;
        result.severity = Severity::high;
        result.problem_key = "nagios/service/web01/HTTP";
        result.episode = std::move(episode);
        result.order = {ab::to_unix_ms(now), 0};
        result.host.name = "web01";
        result.service = "HTTP";
        result.problem_name = "HTTP is failing";
        result.text = "connection refused";
        result.received_at = now;
        return result;
    }

    Decision take(const Alert& alert) {
        AlertEvent event;
        event.alert = &alert;
        event.away_until = away_until;
        event.plan = rules.evaluate(alert, now);
        event.placement = placement;
        event.group_key = group_key(event.plan, alert, placement);
        const Snapshot known = snapshot(alert, event.group_key);
        return apply(decide(context(), known, event, now));
    }

    // Lets time pass; every timer that falls due on the way fires, in order.
    void pass(ab::Duration duration) {
        const ab::WallTime until = now + duration;
        for (;;) {
            auto next =
                std::min_element(timers.begin(), timers.end(), [](const Timer& a, const Timer& b) {
                    return a.due_at < b.due_at;
                });
            if (next == timers.end() || next->due_at > until) {
                break;
            }
            const Timer timer = *next;
            timers.erase(next);
            now = std::max(now, timer.due_at);
            TimerEvent event{timer, away_until};
            apply(decide(context(), snapshot_of_incident(timer.incident_id, false), event, now));
        }
        now = until;
    }

    // The report of everything that folded.
    Decision report(std::int64_t entity_id) {
        Snapshot known;
        for (const FoldedPair& pair : folded) {
            if (pair.entity_id != entity_id) {
                continue;
            }
            if (!known.outage) {
                known.outage.emplace();
                known.outage_worst =
                    *std::find_if(incidents.begin(), incidents.end(), [&](const Incident& one) {
                        return one.id == pair.incident_id;
                    });
            }
            known.outage->problems += pair.problems;
        }
        return apply(decide(context(), known, OutageEvent{entity_id}, now));
    }

    // The first unfinished operation, as claimed; null when nothing is owed.
    [[nodiscard]] Operation* owed() {
        for (Operation& operation : operations) {
            if (operation.state == OperationState::due) {
                return &operation;
            }
        }
        return nullptr;
    }

    Decision settle(OperationResult result) {
        Operation* operation = owed();
        operation->state = OperationState::sending;
        operation->attempts += 1;
        operation->sent_at = now;
        return answer(*operation, std::move(result));
    }

    // What became of an operation that was claimed as it is given, perhaps long ago.
    Decision answer(const Operation& claimed, OperationResult result) {
        const ResultEvent event{claimed, std::move(result), 7};
        const Snapshot known = snapshot_of_incident(event.operation.incident_id, true);
        return apply(decide(context(), known, event, now));
    }

    // GLPI does everything that is owed; new tickets get ids from 100 on.
    void deliver_all() {
        while (Operation* operation = owed()) {
            OperationResult result;
            result.result_id = operation->kind == OperationKind::open ? next_ticket_++ : 1;
            written.push_back(
                std::string(to_string(operation->kind)) + ":" + operation->content.event
            );
            settle(result);
        }
    }
    std::vector<std::string> written;

    [[nodiscard]] int count_operations(OperationKind kind) const {
        return static_cast<int>(std::count_if(
            operations.begin(), operations.end(),
            [kind](const Operation& operation) {
                return operation.kind == kind && operation.state != OperationState::skipped;
            }
        ));
    }
    [[nodiscard]] const Incident& incident(std::size_t index = 0) const {
        return incidents.at(index);
    }

  protected:
    [[nodiscard]] const Incident* active_incident(
        const std::string& problem_key, const std::string& group
    ) const {
        const auto active = [this](const std::string& id) -> const Incident* {
            for (const Incident& incident : incidents) {
                if (incident.id == id && incident.state != IncidentState::ended) {
                    return &incident;
                }
            }
            return nullptr;
        };
        for (const bool only_open : {true, false}) {
            for (const Episode& episode : episodes) {
                const bool fits = episode.problem_key == problem_key &&
                                  (!only_open || episode.state == EpisodeState::open);
                if (const Incident* found = fits ? active(episode.incident_id) : nullptr) {
                    return found;
                }
            }
        }
        for (const Incident& incident : incidents) {
            if (incident.group_key == group && incident.state != IncidentState::ended) {
                return &incident;
            }
        }
        return nullptr;
    }

    [[nodiscard]] Snapshot snapshot(const Alert& alert, const std::string& group) const {
        Snapshot result;
        result.news_waiting = news_waiting;
        const Incident* found = active_incident(alert.problem_key, group);
        if (found != nullptr) {
            result = snapshot_of_incident(found->id, false);
        }
        if (const auto problem = problems.find(alert.problem_key); problem != problems.end()) {
            result.problem = problem->second;
        }
        for (const Episode& episode : episodes) {
            if (episode.problem_key == alert.problem_key && episode.episode == alert.episode) {
                result.episode = episode;
            }
            result.other_open = result.other_open || (episode.problem_key == alert.problem_key &&
                                                      episode.episode != alert.episode &&
                                                      episode.state == EpisodeState::open);
        }
        for (const Incident& incident : incidents) {
            if (incident.group_key == group && incident.state == IncidentState::ended) {
                result.previous = incident;
            }
        }
        return result;
    }

    [[nodiscard]] Snapshot snapshot_of_incident(const std::string& id, bool ended_too) const {
        Snapshot result;
        result.news_waiting = news_waiting;
        for (const Incident& incident : incidents) {
            if (incident.id == id && (ended_too || incident.state != IncidentState::ended)) {
                result.incident = incident;
            }
        }
        for (const Episode& episode : episodes) {
            if (episode.incident_id == id) {
                result.episodes.push_back(episode);
            }
        }
        for (const Operation& operation : operations) {
            const bool finished = operation.state == OperationState::done ||
                                  operation.state == OperationState::skipped;
            if (operation.incident_id == id && !finished) {
                result.operations.push_back(operation);
            }
        }
        for (const Timer& timer : timers) {
            if (timer.incident_id == id && timer.kind == TimerKind::hold) {
                result.held_until = timer.due_at;
            }
        }
        return result;
    }

    Decision apply(Decision decision) {
        last_reason = decision.reason;
        last_verdict = decision.verdict;
        if (decision.problem) {
            problems[decision.problem->key] = *decision.problem;
        }
        for (const Episode& changed : decision.episodes) {
            upsert(episodes, changed, [&](const Episode& present) {
                return present.problem_key == changed.problem_key &&
                       present.episode == changed.episode;
            });
        }
        for (const Incident& changed : decision.incidents) {
            upsert(incidents, changed, [&](const Incident& present) {
                return present.id == changed.id;
            });
        }
        for (const Operation& changed : decision.operations) {
            if (changed.id == 0) {
                operations.push_back(changed);
                operations.back().id = static_cast<std::int64_t>(operations.size());
            } else {
                operations[static_cast<std::size_t>(changed.id - 1)] = changed;
            }
        }
        if (decision.folded) {
            folded.push_back(*decision.folded);
        }
        if (decision.reported_entity) {
            std::erase_if(folded, [&](const FoldedPair& pair) {
                return pair.entity_id == *decision.reported_entity;
            });
        }
        const auto drop = [this](const Timer& gone) {
            std::erase_if(timers, [&](const Timer& timer) {
                return timer.incident_id == gone.incident_id && timer.kind == gone.kind;
            });
        };
        std::for_each(decision.cancel_timers.begin(), decision.cancel_timers.end(), drop);
        for (const Timer& timer : decision.set_timers) {
            drop(timer);
            timers.push_back(timer);
        }
        return decision;
    }

    template <class T, class Same>
    static void upsert(std::vector<T>& rows, const T& row, Same same) {
        const auto place = std::find_if(rows.begin(), rows.end(), same);
        if (place == rows.end()) {
            rows.push_back(row);
        } else {
            *place = row;
        }
    }

    std::int64_t next_ticket_ = 100;
};

// One problem, its ticket opened, a minute ago.
inline World with_open_ticket() {
    World world;
    world.take(world.alert(AlertKind::problem));
    world.deliver_all();
    world.pass(std::chrono::minutes(1));
    return world;
}

// A notice that tells the state of the whole problem, as Nagios sends it.
inline Alert notice(World& world, AlertKind kind, ProblemState state, std::string episode = "1") {
    Alert alert = world.alert(kind, std::move(episode));
    alert.whole_problem = true;
    alert.state = state;
    return alert;
}

inline void take_and_write(World& world, const Alert& alert) {
    world.take(alert);
    world.deliver_all();
}

// with_open_ticket(), recovered and solved.
inline World with_solved_ticket() {
    World world = with_open_ticket();
    world.take(world.alert(AlertKind::recovery));
    world.pass(std::chrono::minutes(6));
    world.deliver_all();
    return world;
}

// GLPI refuses the write for good.
inline OperationResult refusal() {
    OperationResult result;
    result.what = OperationResult::What::failed;
    result.error = {ab::ErrorClass::refused, "ERROR_BAD_ARRAY", "no"};
    return result;
}

inline OperationResult outcome(OperationResult::What what) {
    OperationResult result;
    result.what = what;
    return result;
}

}  // namespace test_support
