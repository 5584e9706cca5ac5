// SPDX-License-Identifier: MIT
#include "alert_bridge/storage/decisions.hpp"

#include <algorithm>
#include <set>

#include "alert_bridge/storage/journal.hpp"
#include "alert_bridge/storage/notices.hpp"
#include "alert_bridge/storage/outages.hpp"
#include "alert_bridge/storage/records.hpp"
#include "alert_bridge/storage/shelters.hpp"

namespace alert_bridge::storage {

namespace {

using domain::Decision;
using domain::Snapshot;

domain::Decision ignored(std::string reason) {
    Decision decision;
    decision.reason = std::move(reason);
    return decision;
}

// ---- Reading ------------------------------------------------------------------------------------

std::string first_text(Statement row) {
    return row.next() ? row.text() : std::string();
}

// The newest incident that the problem had a part in. Most alerts are of a problem that had none:
// this one look spares them the questions below.
std::string last_incident_of_problem(Database& db, const std::string& problem_key) {
    return first_text(db.query(
        "SELECT incident_id FROM episodes WHERE problem_key = ?1 AND incident_id IS NOT NULL"
        " ORDER BY num DESC LIMIT 1",
        problem_key
    ));
}

// The incident that the problem's next alert belongs to. A problem's last occurrences tell; sixteen
// bound the work for a problem that flaps for months.
std::string live_incident_of_problem(Database& db, const std::string& problem_key) {
    auto id = first_text(db.query(
        "SELECT e.incident_id FROM episodes e JOIN incidents i ON i.id = e.incident_id"
        " WHERE e.problem_key = ?1 AND e.state = 'open' AND e.incident_id IS NOT NULL"
        " AND i.state <> 'ended' ORDER BY e.num DESC LIMIT 1",
        problem_key
    ));
    if (id.empty()) {
        id = first_text(db.query(
            "SELECT i.id FROM (SELECT incident_id, num FROM episodes WHERE problem_key = ?1"
            " AND incident_id IS NOT NULL ORDER BY num DESC LIMIT 16) e"
            " JOIN incidents i ON i.id = e.incident_id"
            " WHERE i.state <> 'ended' ORDER BY e.num DESC LIMIT 1",
            problem_key
        ));
    }
    return id;
}

std::string ended_incident_of_group(
    Database& db, const std::string& group_key, const std::string& except_id
) {
    return first_text(db.query(
        "SELECT id FROM incidents WHERE group_key = ?1 AND state = 'ended' AND id <> ?2"
        " ORDER BY num DESC LIMIT 1",
        group_key, except_id
    ));
}

void add_incident(Database& db, Snapshot& snapshot, const std::string& id) {
    if (id.empty()) {
        return;
    }
    snapshot.incident = find_incident(db, id);
    if (snapshot.incident) {
        snapshot.episodes = episodes_of(db, id);
        snapshot.operations = unfinished_operations_of(db, id);
    }
    if (snapshot.incident && snapshot.incident->state == domain::IncidentState::holding) {
        auto row = db.query(
            "SELECT due_at FROM timers WHERE incident_id = ?1 AND kind = ?2", id,
            to_string(domain::TimerKind::hold)
        );
        snapshot.held_until = row.next() ? row.maybe_time() : std::nullopt;
    }
}

// `last_id`: the newest incident that the alert's problem had a part in, if any.
void add_previous(
    Database& db, Snapshot& snapshot, std::string group_key, const std::string& last_id
) {
    std::string own_id;
    if (snapshot.incident) {
        group_key = snapshot.incident->group_key;
        own_id = snapshot.incident->id;
    }
    std::string id;
    if (!group_key.empty()) {
        id = ended_incident_of_group(db, group_key, own_id);
    }
    if (id.empty() && !snapshot.incident) {
        id = last_id;  // it has ended: else it would be the snapshot's own
    }
    if (!id.empty()) {
        snapshot.previous = find_incident(db, id);
    }
}

// An alert may start another incident in its place: nothing was written for it, or nothing could.
bool may_be_replaced(const Snapshot& snapshot) {
    return snapshot.incident->plan.policy.mode == domain::Mode::observe ||
           std::any_of(
               snapshot.operations.begin(), snapshot.operations.end(),
               [](const domain::Operation& operation) {
                   return operation.kind == domain::OperationKind::open &&
                          operation.state == domain::OperationState::dead;
               }
           );
}

// Asked only where it can matter: it is one more look into the journal for every alert.
bool could_open(const Snapshot& snapshot) {
    return !snapshot.incident || snapshot.incident->state == domain::IncidentState::holding ||
           snapshot.incident->state == domain::IncidentState::sheltered ||
           may_be_replaced(snapshot);
}

void add_budgets_of(Database& db, Snapshot& snapshot, const ports::Subject& subject) {
    std::optional<domain::Place> place = subject.place;
    if (snapshot.incident && (!place || !may_be_replaced(snapshot))) {
        place = domain::place_of(snapshot.incident->opener, snapshot.incident->placement);
    }
    if (place) {
        add_budgets(db, snapshot, subject.budgets, *place);
    }
}

bool has_later_news(Database& db, const ports::Subject& subject) {
    return db
        .query(
            "SELECT 1 FROM journal WHERE problem_key = ?1 AND state = 'pending' AND seq > ?2"
            " LIMIT 1",
            subject.problem_key, subject.journal_seq
        )
        .next();
}

bool has_other_open(Database& db, const ports::Subject& subject) {
    return db
        .query(
            "SELECT 1 FROM episodes INDEXED BY episodes_open WHERE problem_key = ?1"
            " AND episode <> ?2 AND state = 'open' LIMIT 1",
            subject.problem_key, subject.episode
        )
        .next();
}

bool has_news(Database& db, const std::string& incident_id) {
    return db
        .query(
            "SELECT 1 FROM episodes e JOIN journal j ON j.problem_key = e.problem_key"
            " WHERE e.incident_id = ?1 AND e.state = 'open' AND j.state = 'pending' LIMIT 1",
            incident_id
        )
        .next();
}

Snapshot alert_snapshot(Database& db, const ports::Subject& subject) {
    Snapshot snapshot;
    snapshot.problem = find_problem(db, subject.problem_key);
    snapshot.episode = find_episode(db, subject.problem_key, subject.episode);
    const auto last_id = last_incident_of_problem(db, subject.problem_key);
    std::string id;
    if (!last_id.empty()) {
        id = live_incident_of_problem(db, subject.problem_key);
    }
    if (id.empty() && !subject.group_key.empty()) {
        id = live_incident_of_group(db, subject.group_key);
    }
    add_incident(db, snapshot, id);
    add_previous(db, snapshot, subject.group_key, last_id);
    snapshot.other_open = snapshot.problem && has_other_open(db, subject);
    if (snapshot.incident && snapshot.incident->state == domain::IncidentState::sheltered) {
        snapshot.parent = find_incident(db, snapshot.incident->parent_id);
    }
    if (could_open(snapshot)) {
        add_budgets_of(db, snapshot, subject);
        snapshot.news_waiting = subject.journal_seq != 0 && has_later_news(db, subject);
    }
    return snapshot;
}

// Of a timer, a ticket or a result. A result may come after its incident ended: the ticket it made
// is noted.
Snapshot incident_snapshot(Database& db, const std::string& incident_id) {
    Snapshot snapshot;
    add_incident(db, snapshot, incident_id);
    add_previous(db, snapshot, "", "");
    return snapshot;
}

// ---- Writing ------------------------------------------------------------------------------------

// Parents before children, and an incident that ends before the one that takes its group key.
void write(Database& db, Decision& decision) {
    if (decision.problem) {
        save_problem(db, *decision.problem, decision.reason);
    }
    for (const auto& incident : decision.incidents) {
        save_incident(db, incident);
    }
    for (const auto& episode : decision.episodes) {
        save_episode(db, episode);
    }
    std::set<std::string> moved, begun;  // begun: they have their head
    for (auto& operation : decision.operations) {
        if (operation.id != 0) {
            update_operation(db, operation);
        } else if (insert_operation(db, operation)) {
            begun.insert(operation.incident_id);
        }
        if (begun.count(operation.incident_id) == 0) {
            moved.insert(operation.incident_id);
        }
    }
    for (const auto& incident_id : moved) {
        mark_head(db, incident_id);
    }
    for (const auto& notice : decision.notices) {
        insert_notice(db, notice);
    }
    if (decision.folded) {
        save_folded(db, *decision.folded);
    }
    if (decision.reported_entity) {
        forget_folded(db, *decision.reported_entity);
    }
    if (decision.opened) {
        save_opening(db, *decision.opened);
    }
    if (decision.adopted) {
        adopt(db, *decision.adopted);
    }
    mark_told(db, decision);
    for (const auto& timer : decision.cancel_timers) {
        delete_timer(db, timer.incident_id, timer.kind);
    }
    for (const auto& timer : decision.start_timers) {
        start_timer(db, timer);
    }
    for (const auto& timer : decision.set_timers) {
        save_timer(db, timer);
    }
}

// The incident to show for the alert.
std::string incident_of_alert(
    const ports::Subject& subject, const Snapshot& snapshot, const Decision& decision
) {
    for (const auto& episode : decision.episodes) {
        if (episode.problem_key == subject.problem_key && episode.episode == subject.episode) {
            return episode.incident_id;
        }
    }
    if (!decision.incidents.empty()) {
        return decision.incidents.back().id;
    }
    return snapshot.episode ? snapshot.episode->incident_id : std::string();
}

Decision ask(const ports::DecideFunction& function, const Snapshot& snapshot) {
    try {
        return function(snapshot);
    } catch (const std::exception& error) {
        throw JobError(Error{
            ErrorClass::later, "store_decide", std::string("the decision failed: ") + error.what()}
        );
    } catch (...) {
        throw JobError(Error{ErrorClass::later, "store_decide", "the decision failed"});
    }
}

Decision decide_alert(
    Database& db, const ports::Subject& subject, const ports::DecideFunction& function
) {
    if (subject.journal_seq != 0) {
        auto row = db.query(
            "SELECT 1 FROM journal WHERE seq = ?1 AND state = 'pending'", subject.journal_seq
        );
        if (!row.next()) {
            return ignored("decided already");
        }
    }
    const Snapshot snapshot = alert_snapshot(db, subject);
    Decision decision = ask(function, snapshot);
    if (decision.verdict == domain::Verdict::needs_placement) {
        return decision;
    }
    write(db, decision);
    if (subject.journal_seq != 0) {
        mark_decided(
            db, subject.journal_seq, decision.reason, incident_of_alert(subject, snapshot, decision)
        );
    }
    if (!decision.problem) {
        db.run(
            "UPDATE problems SET last_reason = ?2 WHERE key = ?1", subject.problem_key,
            decision.reason
        );
    }
    return decision;
}

// Only these ask for an incident's members.
bool has_family(const Snapshot& snapshot, const domain::Timer& timer) {
    return snapshot.incident &&
           (snapshot.incident->umbrella || timer.kind == domain::TimerKind::members ||
            timer.kind == domain::TimerKind::shelter);
}

Decision decide_timer(
    Database& db, const ports::Subject& subject, const ports::DecideFunction& function
) {
    const domain::Timer& timer = *subject.timer;
    const int deleted = db.run(
        "DELETE FROM timers WHERE incident_id = ?1 AND kind = ?2 AND due_at = ?3",
        timer.incident_id, to_string(timer.kind), timer.due_at
    );
    if (deleted == 0) {
        return ignored("the timer is gone");
    }
    Snapshot snapshot = incident_snapshot(db, timer.incident_id);
    if (could_open(snapshot)) {
        add_budgets_of(db, snapshot, subject);
    }
    if (has_family(snapshot, timer)) {
        add_family(db, snapshot, timer.kind);
    }
    snapshot.news_waiting =
        timer.kind == domain::TimerKind::hold && has_news(db, timer.incident_id);
    Decision decision = ask(function, snapshot);
    write(db, decision);
    return decision;
}

Decision decide_outage(
    Database& db, std::int64_t entity_id, const ports::DecideFunction& function
) {
    Snapshot snapshot;
    add_outage(db, snapshot, entity_id);
    Decision decision = ask(function, snapshot);
    write(db, decision);
    return decision;
}

Decision decide_result(
    Database& db, std::int64_t operation_id, const ports::DecideFunction& function
) {
    const auto operation = find_operation(db, operation_id);
    // A late result may be about an attempt that the row has left behind: the function compares
    // them. About a finished row there is nothing to ask.
    if (!operation) {
        return ignored("there is no such write");
    }
    const bool is_finished = operation->state == domain::OperationState::done ||
                             operation->state == domain::OperationState::skipped;
    if (is_finished) {
        return ignored("the operation is finished");
    }
    Decision decision = ask(function, incident_snapshot(db, operation->incident_id));
    write(db, decision);
    return decision;
}

}  // namespace

Decision decide(
    Database& db, const ports::Subject& subject, const ports::DecideFunction& function
) {
    if (subject.timer) {
        return decide_timer(db, subject, function);
    }
    if (subject.outage_entity) {
        return decide_outage(db, *subject.outage_entity, function);
    }
    if (!subject.seen_incident.empty()) {
        Decision decision = ask(function, incident_snapshot(db, subject.seen_incident));
        write(db, decision);
        return decision;
    }
    if (subject.operation_id != 0) {
        return decide_result(db, subject.operation_id, function);
    }
    return decide_alert(db, subject, function);
}

}  // namespace alert_bridge::storage
