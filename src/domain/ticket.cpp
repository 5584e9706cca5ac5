// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/ticket.hpp"

namespace alert_bridge::domain {
namespace {

constexpr int kApproval = 10;  // GLPI 11: waits for somebody's approval

bool has_status(const TicketView& ticket, TicketStatus status) noexcept {
    return ticket.status == static_cast<int>(status);
}

std::string by(const TicketView& ticket) {
    return ticket.last_person.empty() ? std::string("a person") : ticket.last_person;
}

// Why an automatic solution would take the ticket out of somebody's hands; empty when it would not.
std::string in_hands_of_a_person(const TicketView& ticket) {
    if (has_status(ticket, TicketStatus::pending)) {
        return "the ticket is pending";
    }
    if (ticket.status == kApproval) {
        return "the ticket waits for approval";
    }
    if (ticket.taken_by_person) {
        return by(ticket) + " took the ticket";
    }
    if (ticket.written_on_by_person) {
        return by(ticket) + " wrote on the ticket";
    }
    if (ticket.status_set_by_person) {
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
            if (operation.content.on_recovery != OnRecovery::solve_untouched) {
                return {};
            }
            std::string reason = in_hands_of_a_person(ticket);
            if (reason.empty()) {
                return {};
            }
            return {Verdict::as_followup, std::move(reason)};
        }
        case OperationKind::update:
            if (ticket.priority_set_by_person) {
                return {Verdict::skip, by(ticket) + " set the priority"};
            }
            return {};
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
