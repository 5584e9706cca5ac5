// SPDX-License-Identifier: MIT
// Watcher: which tickets are worth a look.
#include "alert_bridge/core/watcher.hpp"
#include "catch.hpp"

using namespace alert_bridge;
using core::needs_look;
using domain::IncidentState;

namespace {

ports::WatchedTicket watched(IncidentState state, const std::string& mark = "") {
    ports::WatchedTicket ticket;
    ticket.ticket_id = 1;
    ticket.state = state;
    ticket.memory.mark = mark;
    ticket.memory.changed = mark.empty() ? "" : "then";
    return ticket;
}

ports::TicketState seen(int status, bool by_us, const std::string& mark = "m") {
    ports::TicketState state;
    state.id = 1;
    state.status = status;
    state.mark = mark;
    state.changed = "then";
    state.changed_by_us = by_us;
    return state;
}

}  // namespace

TEST_CASE("a ticket that was never looked at is, whoever changed it last") {
    const auto fresh = watched(IncidentState::open);
    CHECK(needs_look(fresh, seen(1, true)));
    CHECK(needs_look(fresh, seen(2, true)));
    CHECK(needs_look(fresh, seen(2, false)));
    CHECK(needs_look(fresh, seen(5, true)));
    CHECK(needs_look(watched(IncidentState::solved), seen(5, true)));
    CHECK(needs_look(fresh, std::nullopt));
}

TEST_CASE("a ticket that was looked at is looked at again when others changed it") {
    const auto known = watched(IncidentState::open, "m");
    CHECK_FALSE(needs_look(known, seen(1, true)));
    CHECK_FALSE(needs_look(known, seen(1, false)));
    ports::TicketState later = seen(1, false);
    later.changed = "later";
    CHECK(needs_look(known, later));
    later.changed_by_us = true;
    CHECK_FALSE(needs_look(known, later));
    CHECK(needs_look(known, seen(5, true, "n")));
}
