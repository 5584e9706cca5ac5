// SPDX-License-Identifier: MIT
// SimGlpi: its people.
#include <algorithm>
#include <utility>

#include "sim_glpi.hpp"

namespace alert_bridge::simulation {

void SimGlpi::act_as_person() {
    if (tickets.empty()) {
        return;
    }
    auto place = tickets.begin();
    std::advance(place, trouble_.random.index(tickets.size()));
    SimTicket& ticket = place->second;
    if (ticket.deleted || ticket.purged) {
        return;
    }
    change_as_person(ticket);
}

void SimGlpi::change_as_person(SimTicket& ticket) {
    const WallTime now = time_.now();
    std::string what;
    switch (trouble_.random.between(0, people_reopen ? 11 : 8)) {
        case 0:
        case 1:
            what = "takes";
            ticket.taken = now;
            ticket.status = ticket.status == 1 ? 2 : ticket.status;
            ticket.assigned_row = note_change(ticket, true);
            break;
        case 2:
            what = "writes on";
            ticket.written_on = now;
            ticket.written_row = note_change(ticket, true);
            break;
        case 3:
            what = "sets pending";
            set_status_as_person(ticket, 4);
            break;
        case 4:
            what = "solves";
            set_status_as_person(ticket, std::max(ticket.status, 5));
            break;
        case 5:
            what = "closes";
            set_status_as_person(ticket, 6);
            break;
        case 6:
            what = "sets the priority of";
            ticket.priority_set = now;
            ticket.priority_row = note_change(ticket, true);
            if (people_reopen) {
                ticket.priority = static_cast<int>(trouble_.random.between(1, 5));
            }
            break;
        case 7:
            what = "puts into the trash";
            ticket.removed = now;
            ticket.deleted = true;
            note_change(ticket, true);
            break;
        case 8:
            what = "purges";
            ticket.removed = now;
            ticket.purged = true;
            break;
        default:
            what = reopen_as_person(ticket) ? "reopens" : "looks at";
            break;
    }
    trace_.line(now, "a person " + what + " ticket " + std::to_string(ticket.id));
}

void SimGlpi::set_status_as_person(SimTicket& ticket, int status) {
    ticket.status_set = time_.now();
    ticket.end_seen.reset();
    ticket.status = status;
    ticket.solved_by_us = ticket.solved_by_us && status >= 5;
    ticket.status_row = note_change(ticket, true);
}

bool SimGlpi::reopen_as_person(SimTicket& ticket) {
    if (ticket.status != 5) {
        return false;
    }
    if (ticket.solved_by_us) {
        ticket.reopened = time_.now();
    }
    set_status_as_person(ticket, 2);
    return true;
}

}  // namespace alert_bridge::simulation
