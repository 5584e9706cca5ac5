// SPDX-License-Identifier: MIT
//
// Ticket: what we ask GLPI to store, what it says a ticket is like now, and review(): whether an
// owed write still makes sense, given what people did in the meantime.
//
// A person is a row of the ticket's log (GET /Ticket/ID/Log) whose user is not ours; that a value
// differs from what we sent proves nothing, since GLPI's own rules change tickets too.
// Thread rule: values and pure functions. Tests: tests/unit/domain/ticket_test.cpp
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "alert_bridge/domain/operation.hpp"

namespace alert_bridge::domain {

// GLPI's numbers (10.0.19 and 11.0.6): 1 new, 2 assigned, 3 planned, 4 pending, 5 solved, 6 closed,
// 10 approval (11 only).
enum class TicketStatus {
    new_ = 1,
    assigned = 2,
    planned = 3,
    pending = 4,
    solved = 5,
    closed = 6
};

struct TicketView {
    std::int64_t id = 0;
    bool exists = false;   // false: 404, purged
    bool deleted = false;  // trash bin
    int status = 0;
    int priority = 0, urgency = 0, impact = 0;
    std::int64_t entity_id = 0;
    // Filled only when asked for (TicketDetail::people):
    bool taken_by_person = false;         // assigned, or status set, by a person
    bool written_on_by_person = false;    // follow-up, task, solution, document or validation
    bool priority_set_by_person = false;  // urgency, impact or priority
    bool status_set_by_person = false;
    bool linked_by_person = false;  // with another ticket
    std::string last_person;        // name for texts
    // Numbers of rows of its log, which grow with time: the newest one at all, and the newest of
    // what a person did; 0: none. A log that may not be read has kUnreadRow.
    std::int64_t newest_row = 0;
    std::int64_t assigned_row = 0, status_row = 0, written_row = 0, priority_row = 0;
};
inline constexpr std::int64_t kUnreadRow = std::numeric_limits<std::int64_t>::max();

// Solved or closed.
[[nodiscard]] bool is_over(const TicketView& ticket) noexcept;

// Everything POST /Ticket gets, ids resolved.
struct NewTicket {
    std::string title;
    std::string html;
    std::string reference;
    std::int64_t entity_id = 0;
    int urgency = 3, impact = 3, priority = 0;
    TicketType type = TicketType::incident;
    std::optional<AssetHit> asset;
    std::int64_t category_id = 0, assign_group_id = 0, assign_user_id = 0, requester_id = 0;
    std::int64_t location_id = 0, sla_id = 0, request_source_id = 0;
    std::vector<std::int64_t> observer_ids;
    std::optional<WallTime> date;
    bool notify = true;
};

struct Review {
    enum class Verdict {
        proceed,
        as_followup,  // solve: a person has it; write the text as a follow-up instead
        already_so,   // the goal is reached: done without a write
        skip,         // a person won
        ticket_gone,
        ticket_closed,
    };
    Verdict verdict = Verdict::proceed;
    std::string reason;
};

// Whether `operation` should still be written to the ticket as it is now.
[[nodiscard]] Review review(const Operation& operation, const TicketView& ticket);

// Whether review() needs the log (costs a second request): solve with solve_untouched, update.
[[nodiscard]] bool needs_people(const Operation& operation) noexcept;

}  // namespace alert_bridge::domain
