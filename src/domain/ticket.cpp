// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/ticket.hpp"

#include <algorithm>
#include <array>

namespace alert_bridge::domain {
namespace {

constexpr int kApproval = 10;  // GLPI 11: waits for somebody's approval

bool has_status(const TicketView& ticket, TicketStatus status) noexcept {
    return ticket.status == static_cast<int>(status);
}

std::string by(const TicketView& ticket) {
    return ticket.last_person.empty() ? std::string("a person") : ticket.last_person;
}

// What was done up to `known` does not count, but a person who took the ticket has it.
bool is_taken(const TicketView& ticket, std::int64_t known) {
    return known == 0 ? ticket.taken_by_person : ticket.assigned_row > 0;
}

bool counts(bool done, std::int64_t row, std::int64_t known) {
    return done && (known == 0 || row > known);
}

// GLPI's own table as it is delivered: urgency and impact to priority.
int priority_of(int urgency, int impact) {
    constexpr std::array<std::array<int, 5>, 5> kMatrix{
        {{1, 1, 2, 2, 2}, {1, 2, 2, 3, 3}, {2, 2, 3, 4, 4}, {2, 3, 4, 4, 5}, {2, 3, 4, 5, 5}}};
    const auto row = static_cast<std::size_t>(std::clamp(urgency, 1, 5) - 1);
    const auto column = static_cast<std::size_t>(std::clamp(impact, 1, 5) - 1);
    return kMatrix.at(row).at(column);
}

bool is_above(const OperationContent& wanted, const TicketView& ticket) {
    const int priority =
        wanted.priority > 0 ? wanted.priority : priority_of(wanted.urgency, wanted.impact);
    return priority > ticket.priority;
}

// Why an automatic solution would take the ticket out of somebody's hands; empty when it would not.
std::string in_hands_of_a_person(const TicketView& ticket, std::int64_t known) {
    if (has_status(ticket, TicketStatus::pending)) {
        return "the ticket is pending";
    }
    if (ticket.status == kApproval) {
        return "the ticket waits for approval";
    }
    if (is_taken(ticket, known)) {
        return by(ticket) + " took the ticket";
    }
    if (counts(ticket.written_on_by_person, ticket.written_row, known)) {
        return by(ticket) + " wrote on the ticket";
    }
    if (counts(ticket.status_set_by_person, ticket.status_row, known)) {
        return by(ticket) + " set its status";
    }
    return {};
}

Review review_open_ticket(const Operation& operation, const TicketView& ticket) {
    using Verdict = Review::Verdict;
    switch (operation.kind) {
        case OperationKind::reopen:
            return {Verdict::as_followup, "the ticket is open already"};
        case OperationKind::solve: {
            if (operation.content.on_recovery == OnRecovery::followup) {
                return {Verdict::as_followup, "the ticket was merged into one of people's"};
            }
            if (operation.content.on_recovery != OnRecovery::solve_untouched) {
                return {};
            }
            std::string reason = in_hands_of_a_person(ticket, operation.content.known_row);
            if (reason.empty()) {
                return {};
            }
            return {Verdict::as_followup, std::move(reason)};
        }
        case OperationKind::update: {
            // A worse problem may raise what a person had set before, never lower it.
            const bool was_known =
                ticket.priority_row > 0 && ticket.priority_row <= operation.content.known_row;
            const bool raises = was_known && is_above(operation.content, ticket);
            if (ticket.priority_set_by_person && !raises) {
                return {Verdict::skip, by(ticket) + " set the priority"};
            }
            return {};
        }
        case OperationKind::open:
        case OperationKind::followup:
        case OperationKind::link_ticket:
            return {};
    }
    return {};
}

}  // namespace

bool is_over(const TicketView& ticket) noexcept {
    return has_status(ticket, TicketStatus::solved) || has_status(ticket, TicketStatus::closed);
}

Review review(const Operation& operation, const TicketView& ticket) {
    using Verdict = Review::Verdict;
    if (!ticket.exists) {
        return {Verdict::ticket_gone, "the ticket does not exist any more"};
    }
    if (ticket.deleted) {
        return {Verdict::ticket_gone, "the ticket is in the trash bin"};
    }
    if (!is_over(ticket)) {
        return review_open_ticket(operation, ticket);
    }
    const bool closed = has_status(ticket, TicketStatus::closed);
    switch (operation.kind) {
        case OperationKind::solve:
            return {Verdict::already_so, closed ? "closed already" : "solved already"};
        case OperationKind::update:
            return {Verdict::skip, closed ? "the ticket is closed" : "the ticket is solved"};
        case OperationKind::link_ticket:
            return {};
        case OperationKind::open:
        case OperationKind::followup:
        case OperationKind::reopen:
            if (closed) {
                return {Verdict::ticket_closed, "the ticket is closed"};
            }
            return {};
    }
    return {};
}

bool needs_people(const Operation& operation) noexcept {
    return operation.kind == OperationKind::update ||
           (operation.kind == OperationKind::solve &&
            operation.content.on_recovery == OnRecovery::solve_untouched);
}

}  // namespace alert_bridge::domain
