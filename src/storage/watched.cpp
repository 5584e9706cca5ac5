// SPDX-License-Identifier: MIT
#include "alert_bridge/storage/watched.hpp"

#include <sqlite3.h>

#include "alert_bridge/storage/alert_json.hpp"

namespace alert_bridge::storage {
namespace {

void read_rows(Statement rows, std::vector<ports::WatchedTicket>& out) {
    while (rows.next()) {
        ports::WatchedTicket& ticket = out.emplace_back();
        ticket.incident_id = rows.text();
        ticket.ticket_id = rows.integer();
        ticket.previous_ticket = rows.integer();
        ticket.state = domain::parse_incident_state(rows.text()).value_or(ticket.state);
        if (!decode(rows.text(), ticket.memory)) {
            throw SqliteError(SQLITE_CORRUPT, "a row holds text that is not a JSON object");
        }
    }
}

}  // namespace

std::vector<ports::WatchedTicket> watched(Database& db, const std::string& after_id, int limit) {
    std::vector<ports::WatchedTicket> out;
    read_rows(
        db.query(
            "SELECT id, ticket_id, previous_ticket, state, ticket FROM incidents"
            " WHERE state <> 'ended' AND ticket_id <> 0 AND id > ?1 ORDER BY id LIMIT ?2",
            after_id, limit
        ),
        out
    );
    return out;
}

std::vector<ports::WatchedTicket> watched_of(
    Database& db, const std::vector<std::int64_t>& ticket_ids
) {
    std::vector<ports::WatchedTicket> out;
    for (const std::int64_t id : ticket_ids) {
        read_rows(
            db.query(
                "SELECT id, ticket_id, previous_ticket, state, ticket FROM incidents"
                " WHERE ticket_id = ?1 AND ticket_id <> 0 AND state <> 'ended' ORDER BY id",
                id
            ),
            out
        );
    }
    return out;
}

}  // namespace alert_bridge::storage
