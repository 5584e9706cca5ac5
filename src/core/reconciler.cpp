// SPDX-License-Identifier: MIT
#include <utility>

#include "alert_bridge/core/delivery.hpp"

namespace alert_bridge::core {

namespace asio = boost::asio;
using domain::Operation;
using domain::OperationKind;
using domain::OperationResult;
using What = OperationResult::What;

namespace {

OperationResult look_up_failed(Error error) {
    OperationResult result;
    result.what = What::failed;
    result.error = std::move(error);
    return result;
}

OperationResult found(std::int64_t id, std::string text) {
    OperationResult result;
    result.what = What::done;
    result.result_id = id;
    result.text = std::move(text);
    return result;
}

OperationResult nothing() {
    OperationResult result;
    result.what = What::not_found;
    return result;
}

}  // namespace

asio::awaitable<OperationResult> Reconciler::look_up(ports::Claimed claimed) {
    Operation operation = std::move(claimed.operation);
    metrics_.count("lookups_total", {{"kind", std::string(to_string(operation.kind))}});
    switch (operation.kind) {
        case OperationKind::open:
            co_return co_await look_for_ticket(std::move(operation));
        case OperationKind::followup:
        case OperationKind::reopen:
        case OperationKind::solve:
            co_return co_await look_on_ticket(std::move(operation), claimed.incident.ticket_id);
        case OperationKind::update:
        case OperationKind::link_ticket:
            break;
    }
    // Writing the same value or link twice changes nothing: no need to look.
    co_return nothing();
}

asio::awaitable<OperationResult> Reconciler::look_for_ticket(Operation operation) {
    auto tickets = co_await desk_.find_tickets(operation.reference, operation.created_at);
    if (!tickets) {
        co_return look_up_failed(tickets.error());
    }
    if (tickets->empty()) {
        co_return nothing();
    }
    if (tickets->size() > 1) {
        metrics_.count("duplicates_found_total", {});
        events_.log(
            ports::Level::error, "duplicate_found",
            "several tickets carry one reference; the oldest is used, please close the others",
            {{"reference", operation.reference},
             {"ticket", std::to_string(tickets->front())},
             {"tickets", std::to_string(tickets->size())}}
        );
    }
    co_return found(tickets->front(), "found after an unclear answer");
}

asio::awaitable<OperationResult> Reconciler::look_on_ticket(
    Operation operation, std::int64_t ticket_id
) {
    // A solution may have been written as a follow-up instead, so both are looked through.
    if (operation.kind == OperationKind::solve) {
        auto solution = co_await desk_.find_solution(ticket_id, operation.reference);
        if (!solution) {
            co_return look_up_failed(solution.error());
        }
        if (*solution != 0) {
            co_return co_await look_at_status(std::move(operation), ticket_id, *solution);
        }
    }
    auto followup = co_await desk_.find_followup(ticket_id, operation.reference);
    if (!followup) {
        co_return look_up_failed(followup.error());
    }
    if (*followup != 0) {
        co_return found(*followup, "found after an unclear answer");
    }
    co_return nothing();
}

// A quiet solution is two writes: the text, then the status. The text alone solves nothing; what is
// left of it is due again, and the repeat finds the text and only sets the status.
asio::awaitable<OperationResult> Reconciler::look_at_status(
    Operation operation, std::int64_t ticket_id, std::int64_t solution
) {
    if (!operation.content.notify) {
        auto ticket = co_await desk_.view(ticket_id, ports::TicketDetail::plain);
        if (!ticket) {
            co_return look_up_failed(ticket.error());
        }
        if (!domain::is_over(*ticket)) {
            co_return nothing();
        }
    }
    OperationResult result = found(solution, "found after an unclear answer");
    result.solved = true;
    co_return result;
}

}  // namespace alert_bridge::core
