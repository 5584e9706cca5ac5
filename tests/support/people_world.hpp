// SPDX-License-Identifier: MIT
//
// PeopleWorld: a lifecycle world with GLPI's tickets in it and people who work on them. What is
// owed is delivered as core/delivery does: the ticket is looked at, review() asked, then written.
// Pure and in one thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lifecycle_world.hpp"

namespace test_support {

class PeopleWorld : public World {
  public:
    std::map<std::int64_t, TicketView> tickets;
    std::vector<std::string> writes;  // "followup:repeat", what GLPI was really told

    // GLPI does what is owed; new tickets get the numbers 100, 101 …
    void deliver() {
        while (Operation* const operation = owed()) {
            settle(carry_out(*operation));
        }
    }

    // The watcher looks at the ticket of the newest incident that goes on.
    void look(std::int64_t merged_into = 0) {
        for (const Incident& incident : incidents) {
            if (incident.state == IncidentState::ended || incident.ticket_id == 0) {
                continue;
            }
            TicketEvent event;
            event.ticket = tickets.at(incident.ticket_id);
            event.mark = "seen " + std::to_string(++looks_);
            event.entity_name = "Root entity > Customer B";
            event.merged_into = merged_into;
            hear(incident, event);
            return;
        }
    }
    void hear(const Incident& incident, const TicketEvent& event) {
        const Snapshot known = snapshot_of_incident(incident.id, false);
        apply(decide(context(), known, event, now));
    }

    [[nodiscard]] TicketView& ticket(std::int64_t id = 100) { return tickets.at(id); }
    [[nodiscard]] std::int64_t next_row() { return ++row_; }

    // A person sets the status, as the log of GLPI tells it.
    void set_status(int status, std::int64_t id = 100) {
        TicketView& view = ticket(id);
        view.status = status;
        view.taken_by_person = view.status_set_by_person = true;
        view.status_row = view.newest_row = next_row();
        view.last_person = "Pat";
    }

  private:
    OperationResult carry_out(const Operation& operation) {
        const Incident* incident = nullptr;
        for (const Incident& each : incidents) {
            incident = each.id == operation.incident_id ? &each : incident;
        }
        OperationResult result;
        const std::string name =
            std::string(to_string(operation.kind)) + ":" + operation.content.event;
        if (operation.kind == OperationKind::open) {
            const std::int64_t id = 100 + static_cast<std::int64_t>(tickets.size());
            TicketView view;
            view.id = id;
            view.exists = true;
            view.status = 1;
            view.priority = operation.content.urgency;
            view.entity_id = incident->placement.entity_id;
            tickets[id] = view;
            result.result_id = id;
            writes.push_back(name);
            return result;
        }
        TicketView& view = tickets.at(incident->ticket_id);
        const Review review = ab::domain::review(operation, view);
        using Verdict = Review::Verdict;
        using What = OperationResult::What;
        result.text = review.reason;
        switch (review.verdict) {
            case Verdict::ticket_gone:
                result.what = What::ticket_gone;
                return result;
            case Verdict::ticket_closed:
                result.what = What::ticket_closed;
                return result;
            case Verdict::skip:
                result.what = What::skipped;
                return result;
            case Verdict::already_so:
                return result;
            case Verdict::as_followup:
                writes.push_back("followup:" + operation.content.event);
                return result;
            case Verdict::proceed:
                break;
        }
        writes.push_back(name);
        view.newest_row = next_row();
        if (operation.kind == OperationKind::solve) {
            result.solved = true;
            view.status = 5;
        } else if (operation.kind == OperationKind::reopen) {
            view.status = view.assigned_row > 0 ? 2 : 1;
        } else if (operation.kind == OperationKind::update) {
            view.priority = operation.content.urgency;
        }
        return result;
    }

    std::int64_t row_ = 1000;
    int looks_ = 0;
};

// One problem with its ticket, number 100, opened a minute ago.
inline PeopleWorld with_ticket() {
    PeopleWorld world;
    world.take(world.alert(AlertKind::problem));
    world.deliver();
    world.pass(std::chrono::minutes(1));
    world.writes.clear();
    return world;
}

// ---- What people do ----

inline void takes(PeopleWorld& world) {
    TicketView& ticket = world.ticket();
    ticket.status = 2;
    ticket.taken_by_person = true;
    ticket.assigned_row = ticket.newest_row = world.next_row();
    world.look();
}
inline void solves(PeopleWorld& world) {
    world.set_status(5);
    world.look();
}
inline void closes(PeopleWorld& world) {
    world.set_status(6);
    world.look();
}
// What the bridge had solved.
inline void reopens(PeopleWorld& world) {
    world.take(world.alert(AlertKind::recovery));
    world.pass(std::chrono::minutes(6));
    world.deliver();
    world.look();
    world.set_status(2);
    world.look();
}
inline void deletes(PeopleWorld& world) {
    world.ticket().deleted = true;
    world.look();
}
inline void moves(PeopleWorld& world) {
    world.ticket().entity_id = 7;
    world.look();
}
inline void merges(PeopleWorld& world) {
    TicketView target;
    target.id = 500;
    target.exists = true;
    target.status = 2;
    target.taken_by_person = true;
    world.tickets[500] = target;
    world.ticket().deleted = true;
    world.look(500);
}
inline void reprioritises(PeopleWorld& world) {
    TicketView& ticket = world.ticket();
    ticket.priority = 2;
    ticket.priority_set_by_person = true;
    ticket.priority_row = ticket.newest_row = world.next_row();
    world.look();
}

// ---- What monitoring says then ----

inline void repeats(PeopleWorld& world) {
    world.take(world.alert(AlertKind::problem));
    world.pass(std::chrono::hours(2));
}
inline void gets_worse(PeopleWorld& world) {
    Alert worse = world.alert(AlertKind::problem);
    worse.severity = Severity::disaster;
    world.take(worse);
}
inline void recovers(PeopleWorld& world) {
    world.take(world.alert(AlertKind::recovery));
    world.pass(std::chrono::minutes(6));
}
// A new occurrence, and its end.
inline void comes_anew(PeopleWorld& world) {
    world.take(world.alert(AlertKind::recovery));
    world.pass(std::chrono::minutes(1));
    world.take(world.alert(AlertKind::problem, "2"));
    world.deliver();
    world.pass(std::chrono::minutes(1));
    world.take(world.alert(AlertKind::recovery, "2"));
    world.pass(std::chrono::minutes(6));
}

}  // namespace test_support
