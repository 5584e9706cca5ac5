// SPDX-License-Identifier: MIT
//
// SqlWorld: the lifecycle on the real tables in memory, in virtual time and one thread: alerts,
// timers and a GLPI that does all that is owed. For what only the store's snapshot can show.
//
// Thread rule: one thread.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "alert_bridge/base/id.hpp"
#include "alert_bridge/storage/decisions.hpp"
#include "alert_bridge/storage/outbox.hpp"
#include "alert_bridge/storage/records.hpp"
#include "alert_bridge/storage/schema.hpp"
#include "lifecycle_world.hpp"

namespace test_support {

class SqlWorld {
  public:
    SqlWorld() { rules.plan.policy.open = Severity::average; }

    PlainRules rules;
    PlainTemplates templates;
    StormPolicy storm;
    ab::WallTime now = ab::from_unix_ms(1'795'000'000'000);
    std::string last_reason;
    // Every write that GLPI did: kind, event, ticket.
    std::vector<Operation> written;
    bool glpi_is_away = false;  // nothing is delivered
    ab::WallTime away_until{};  // GLPI was away until then

    // A service's problem on the host, in the entity.
    [[nodiscard]] Alert problem(const std::string& host, const std::string& service = "HTTP") {
        Alert alert;
        alert.id = ids_->sortable(now);
        alert.source = "nagios";
        alert.kind = AlertKind::problem;
        alert.state = ProblemState::failing;
        alert.severity = Severity::high;
        alert.problem_key = "nagios/" + host + "/" + service;
        alert.episode = "1";
        alert.whole_problem = true;
        alert.order = {ab::to_unix_ms(now), 0};
        alert.host.name = host;
        alert.service = service;
        alert.problem_name = service + " is failing";
        alert.received_at = now;
        return alert;
    }
    [[nodiscard]] Alert host_problem(const std::string& host) {
        Alert alert = problem(host, "");
        alert.host_problem = true;
        alert.problem_name = "host down";
        return alert;
    }
    [[nodiscard]] Alert recovery_of(Alert alert) {
        alert.id = ids_->sortable(now);
        alert.kind = AlertKind::recovery;
        alert.state = ProblemState::ok;
        alert.order = {ab::to_unix_ms(now), 0};
        alert.received_at = now;
        return alert;
    }

    std::string take(const Alert& alert, std::int64_t entity_id = 3) {
        Placement placement;
        placement.entity_id = entity_id;
        placement.entity_name = "Entity " + std::to_string(entity_id);
        placement.storm_entity_id = 1;
        placement.storm_entity_name = "Staff";
        if (assets.contains(alert.host.name)) {
            placement.asset = AssetHit{"Computer", assets[alert.host.name], alert.host.name,
                                       entity_id,  Evidence::name,          false};
        }
        AlertEvent event;
        event.alert = &alert;
        event.away_until = away_until;
        event.plan = rules.evaluate(alert, now);
        event.placement = placement;
        event.group_key = group_key(event.plan, alert, placement);
        ab::ports::Subject subject;
        subject.problem_key = alert.problem_key;
        subject.episode = alert.episode;
        subject.group_key = event.group_key;
        subject.budgets = budget_window(storm, now);
        subject.place = place_of(alert, placement);
        return decided(subject, event);
    }
    std::map<std::string, std::int64_t> assets;  // host -> id of its asset

    // Lets time pass; every timer that falls due on the way fires, and GLPI does what is owed.
    void pass(ab::Duration duration) {
        const ab::WallTime until = now + duration;
        deliver();
        for (;;) {
            const auto timers = ab::storage::due_timers(db_, until, 1);
            if (timers.empty()) {
                break;
            }
            now = std::max(now, timers.front().due_at);
            ab::ports::Subject subject;
            subject.timer = timers.front();
            subject.budgets = budget_window(storm, now);
            decided(subject, TimerEvent{timers.front(), away_until});
            deliver();
        }
        now = until;
    }

    std::optional<OperationResult> next_result;  // of the next write, instead of success

    // A person sets the status of the incident's ticket, and the watcher sees it.
    void person_sets(const Incident& incident, int status) {
        TicketEvent event;
        event.ticket.id = incident.ticket_id;
        event.ticket.exists = true;
        event.ticket.status = status;
        event.ticket.entity_id = incident.placement.entity_id;
        event.ticket.last_person = "Pat";
        event.mark = "seen";
        ab::ports::Subject subject;
        subject.seen_incident = incident.id;
        decided(subject, event);
    }
    // What folded in the entity is reported.
    void report(std::int64_t entity_id) {
        ab::ports::Subject subject;
        subject.outage_entity = entity_id;
        decided(subject, OutageEvent{entity_id});
    }
    // The wall clock is set while the bridge runs.
    void set_clock(ab::Duration by) {
        ab::storage::shift_waits(db_, by);
        now += by;
    }

    // How often GLPI was written to; `event` empty: whatever the reason.
    [[nodiscard]] int writes(OperationKind kind, const std::string& event = {}) const {
        return static_cast<int>(std::count_if(
            written.begin(), written.end(),
            [&](const Operation& one) {
                return one.kind == kind && (event.empty() || one.content.event == event);
            }
        ));
    }
    [[nodiscard]] int incidents(IncidentState state) {
        auto row = db_.query("SELECT count(*) FROM incidents WHERE state = ?1", to_string(state));
        return row.next() ? row.small() : 0;
    }
    // Problems that are, or were, under another incident and that no ticket has told of.
    [[nodiscard]] int untold() {
        return count("SELECT count(*) FROM incidents WHERE parent_id <> '' AND told = 0");
    }
    [[nodiscard]] int folded() { return count("SELECT count(*) FROM folded"); }
    [[nodiscard]] Incident incident_of(const Alert& alert) {
        const auto episode = ab::storage::find_episode(db_, alert.problem_key, alert.episode);
        return *ab::storage::find_incident(db_, episode.value().incident_id);
    }
    [[nodiscard]] Incident umbrella(const std::string& end_reason = {}) {
        std::string id;
        {
            auto row = db_.query(
                "SELECT id FROM incidents WHERE umbrella = 1 AND end_reason = ?1 ORDER BY num DESC",
                end_reason
            );
            id = row.next() ? row.text() : std::string();
        }
        return ab::storage::find_incident(db_, id).value();
    }

    // GLPI does everything that is owed; new tickets get ids from 100 on.
    void deliver() {
        while (!glpi_is_away) {
            auto claimed = ab::storage::claim(db_, now, 1, ab::Duration{60'000});
            if (claimed.empty()) {
                return;
            }
            Operation operation = claimed.front().operation;
            written.push_back(operation);
            OperationResult result;
            result.result_id = operation.kind == OperationKind::open ? next_ticket_++ : 1;
            if (next_result) {
                result = *std::exchange(next_result, std::nullopt);
            }
            settle(operation, result);
        }
    }
    void settle(const Operation& operation, const OperationResult& result) {
        ab::ports::Subject subject;
        subject.operation_id = operation.id;
        decided(subject, ResultEvent{operation, result, 7});
    }

  private:
    [[nodiscard]] int count(const char* sql) {
        auto row = db_.query(sql);
        return row.next() ? row.small() : 0;
    }
    template <class Event>
    std::string decided(const ab::ports::Subject& subject, const Event& event) {
        LifecycleContext context;
        context.rules = &rules;
        context.templates = &templates;
        context.ids = ids_.get();
        context.storm = storm;
        db_.script("BEGIN");
        const Decision decision = ab::storage::decide(db_, subject, [&](const Snapshot& known) {
            return decide(context, known, event, now);
        });
        db_.script("COMMIT");
        last_reason = decision.reason;
        return decision.reason;
    }

    std::unique_ptr<ab::SeededIdSource> ids_ = std::make_unique<ab::SeededIdSource>(42);
    ab::storage::Database db_ = std::move(*ab::storage::open_memory_database());
    std::int64_t next_ticket_ = 100;
};

}  // namespace test_support
