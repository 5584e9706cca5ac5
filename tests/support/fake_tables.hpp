// SPDX-License-Identifier: MIT
//
// FakeTables: the rows behind FakeStore, and how a snapshot is read from them and a decision
// written. A test may look at and change every table. Thread rule: one thread.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "alert_bridge/ports/operator_store.hpp"
#include "alert_bridge/ports/watch_store.hpp"

namespace alert_bridge::test {

class FakeTables {
  public:
    std::map<std::string, ports::Standing> standings;  // win over what the tables say
    std::vector<ports::JournalEntry> journal;
    std::vector<ports::QuarantineEntry> quarantine;
    std::vector<domain::Problem> problems;
    std::vector<domain::Episode> episodes;
    std::vector<domain::Incident> incidents_table;
    std::vector<domain::Operation> operations_table;
    std::vector<domain::Timer> timers;
    std::vector<domain::FoldedPair> folded;
    std::vector<ports::UnmatchedHost> unmatched_table;
    std::map<std::string, ports::CachedLookup> cache_table;
    std::map<std::string, std::string> facts;
    std::map<std::int64_t, std::string> decided;  // journal seq -> reason

  protected:
    ports::Receipt append_one(domain::Alert alert) {
        constexpr Duration kKeyLife = std::chrono::hours(7 * 24);
        for (const ports::JournalEntry& entry : journal) {
            if (entry.alert.idempotency_key == alert.idempotency_key &&
                alert.received_at - entry.alert.received_at < kKeyLife) {
                return {entry.alert.id, ports::ReceiptStatus::duplicate, entry.seq};
            }
        }
        const std::int64_t seq = static_cast<std::int64_t>(journal.size()) + 1;
        journal.push_back({seq, std::move(alert)});
        return {journal.back().alert.id, ports::ReceiptStatus::accepted, seq};
    }

    static bool is_unfinished(const domain::Operation& operation) {
        using domain::OperationState;
        const bool holds_the_rest = operation.state == OperationState::dead &&
                                    operation.kind == domain::OperationKind::open;
        return holds_the_rest || operation.state == OperationState::due ||
               operation.state == OperationState::sending ||
               operation.state == OperationState::uncertain;
    }

    static bool is_claimable(const domain::Operation& operation) {
        return operation.state == domain::OperationState::due ||
               operation.state == domain::OperationState::uncertain;
    }

    domain::Incident* find_incident(const std::string& id) {
        for (domain::Incident& incident : incidents_table) {
            if (incident.id == id) {
                return &incident;
            }
        }
        return nullptr;
    }

    std::vector<domain::Episode> episodes_of(const std::string& incident_id) const {
        std::vector<domain::Episode> rows;
        for (const domain::Episode& episode : episodes) {
            if (episode.incident_id == incident_id) {
                rows.push_back(episode);
            }
        }
        return rows;
    }

    std::vector<domain::Operation> operations_of(const std::string& incident_id, bool all) const {
        std::vector<domain::Operation> rows;
        for (const domain::Operation& operation : operations_table) {
            const bool finished = operation.state == domain::OperationState::done ||
                                  operation.state == domain::OperationState::skipped;
            if (operation.incident_id == incident_id && (all || !finished)) {
                rows.push_back(operation);
            }
        }
        return rows;
    }

    ports::IncidentRow with_all_of_it(const domain::Incident& incident) const {
        ports::IncidentRow row;
        row.incident = incident;
        row.episodes = episodes_of(incident.id);
        row.operations = operations_of(incident.id, true);
        return row;
    }

    ports::StormSummary storm(const domain::Incident& umbrella) const {
        ports::StormSummary row;
        row.incident = umbrella;
        for (const domain::Incident& incident : incidents_table) {
            if (incident.parent_id == umbrella.id) {
                ++row.members;
                row.failing += incident.state == domain::IncidentState::sheltered ? 1 : 0;
                row.last_joined = std::max(row.last_joined, incident.sheltered_at);
            }
        }
        return row;
    }

    ports::IncidentSummary summary(const domain::Incident& incident) const {
        ports::IncidentSummary row;
        row.incident = incident;
        for (const domain::Episode& episode : episodes_of(incident.id)) {
            row.open_episodes += episode.state == domain::EpisodeState::open ? 1 : 0;
        }
        row.owed = static_cast<std::int64_t>(operations_of(incident.id, false).size());
        return row;
    }

    ports::OwedWrite owed(const domain::Operation& operation) {
        const domain::Incident* const incident = find_incident(operation.incident_id);
        return {operation, incident == nullptr ? domain::Incident{} : *incident, 0};
    }

    std::vector<ports::WatchedTicket> watched_after(const std::string& after_id) const {
        std::vector<ports::WatchedTicket> rows;
        for (const domain::Incident& row : incidents_table) {
            if (row.state != domain::IncidentState::ended && row.ticket_id != 0 &&
                row.id > after_id) {
                rows.push_back({row.id, row.ticket_id, row.previous_ticket, row.state, row.ticket});
            }
        }
        return rows;
    }

    int erase_quarantined(std::int64_t id) {
        return static_cast<int>(std::erase_if(quarantine, [id](const auto& entry) {
            return entry.id == id;
        }));
    }

    domain::Incident* subject_incident(const ports::Subject& subject) {
        if (subject.timer) {
            return find_incident(subject.timer->incident_id);
        }
        if (!subject.seen_incident.empty()) {
            return find_incident(subject.seen_incident);
        }
        for (const domain::Operation& operation : operations_table) {
            if (subject.operation_id != 0 && operation.id == subject.operation_id) {
                return find_incident(operation.incident_id);
            }
        }
        for (const domain::Episode& episode : episodes) {
            domain::Incident* const owner = find_incident(episode.incident_id);
            if (episode.problem_key == subject.problem_key &&
                episode.state == domain::EpisodeState::open && owner != nullptr &&
                owner->state != domain::IncidentState::ended) {
                return owner;
            }
        }
        for (domain::Incident& incident : incidents_table) {
            if (!subject.group_key.empty() && incident.group_key == subject.group_key &&
                incident.state != domain::IncidentState::ended) {
                return &incident;
            }
        }
        return nullptr;
    }

    static bool concerns(
        const std::string& problem_key, const ports::Subject& subject, const domain::Snapshot& known
    ) {
        if (!subject.timer) {
            return problem_key == subject.problem_key;
        }
        return std::any_of(known.episodes.begin(), known.episodes.end(), [&](const auto& episode) {
            return episode.state == domain::EpisodeState::open &&
                   episode.problem_key == problem_key;
        });
    }

    domain::Snapshot snapshot(const ports::Subject& subject) {
        domain::Snapshot known;
        for (const domain::Problem& problem : problems) {
            if (problem.key == subject.problem_key) {
                known.problem = problem;
            }
        }
        for (const domain::Episode& episode : episodes) {
            if (episode.problem_key == subject.problem_key && episode.episode == subject.episode) {
                known.episode = episode;
            }
            known.other_open = known.other_open || (episode.problem_key == subject.problem_key &&
                                                    episode.episode != subject.episode &&
                                                    episode.state == domain::EpisodeState::open);
        }
        for (const domain::FoldedPair& pair : folded) {
            if (subject.outage_entity == pair.entity_id && !known.outage) {
                known.outage.emplace().problems = pair.problems;
                known.outage_worst = *find_incident(pair.incident_id);
            }
        }
        if (const domain::Incident* const incident = subject_incident(subject)) {
            known.incident = *incident;
            known.episodes = episodes_of(incident->id);
            known.operations = operations_of(incident->id, false);
            for (const domain::Timer& timer : timers) {
                if (timer.incident_id == incident->id && timer.kind == domain::TimerKind::hold) {
                    known.held_until = timer.due_at;
                }
            }
        }
        known.news_waiting = std::any_of(journal.begin(), journal.end(), [&](const auto& entry) {
            return entry.seq > subject.journal_seq && decided.count(entry.seq) == 0 &&
                   concerns(entry.alert.problem_key, subject, known);
        });
        const std::string group = known.incident ? known.incident->group_key : subject.group_key;
        for (const domain::Incident& incident : incidents_table) {
            if (!group.empty() && incident.group_key == group &&
                incident.state == domain::IncidentState::ended) {
                known.previous = incident;
            }
        }
        return known;
    }

    template <class Row, class Same>
    static void upsert(std::vector<Row>& table, const Row& row, Same same) {
        const auto found = std::find_if(table.begin(), table.end(), same);
        if (found == table.end()) {
            table.push_back(row);
        } else {
            *found = row;
        }
    }

    void write(domain::Decision& decision) {
        if (decision.problem) {
            const domain::Problem& row = *decision.problem;
            upsert(problems, row, [&row](const auto& old) { return old.key == row.key; });
        }
        for (const domain::Episode& row : decision.episodes) {
            upsert(episodes, row, [&row](const auto& old) {
                return old.problem_key == row.problem_key && old.episode == row.episode;
            });
        }
        for (const domain::Incident& row : decision.incidents) {
            upsert(incidents_table, row, [&row](const auto& old) { return old.id == row.id; });
        }
        for (domain::Operation& row : decision.operations) {
            if (row.id == 0) {
                row.id = static_cast<std::int64_t>(operations_table.size()) + 1;
                row.seq = row.id;
            }
            upsert(operations_table, row, [&row](const auto& old) { return old.id == row.id; });
        }
        if (decision.folded) {
            folded.push_back(*decision.folded);
        }
        if (decision.reported_entity) {
            std::erase_if(folded, [&decision](const domain::FoldedPair& pair) {
                return pair.entity_id == *decision.reported_entity;
            });
        }
        const auto erase_timer = [this](const domain::Timer& timer) {
            std::erase_if(timers, [&timer](const domain::Timer& old) {
                return old.incident_id == timer.incident_id && old.kind == timer.kind;
            });
        };
        std::for_each(decision.cancel_timers.begin(), decision.cancel_timers.end(), erase_timer);
        for (const domain::Timer& timer : decision.set_timers) {
            erase_timer(timer);
            timers.push_back(timer);
        }
    }

    std::optional<ports::Standing> standing_of(const std::string& key) {
        if (const auto at = standings.find(key); at != standings.end()) {
            return at->second;
        }
        const ports::JournalEntry* newest = nullptr;
        for (const ports::JournalEntry& entry : journal) {
            if (entry.alert.id == key || entry.alert.problem_key == key) {
                newest = &entry;
            }
        }
        if (newest == nullptr) {
            return std::nullopt;
        }
        ports::Standing standing;
        const auto at = decided.find(newest->seq);
        standing.pending = at == decided.end();
        standing.decision = standing.pending ? std::string() : at->second;
        for (const domain::Episode& episode : episodes) {
            const domain::Incident* const incident = find_incident(episode.incident_id);
            if (incident != nullptr && episode.problem_key == newest->alert.problem_key &&
                episode.episode == newest->alert.episode) {
                standing.incident_id = incident->id;
                standing.state = std::string(to_string(incident->state));
                standing.ticket_id = incident->ticket_id;
            }
        }
        return standing;
    }
};

}  // namespace alert_bridge::test
