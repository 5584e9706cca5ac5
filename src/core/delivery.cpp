// SPDX-License-Identifier: MIT
#include "alert_bridge/core/delivery.hpp"

#include <utility>

#include "alert_bridge/base/text.hpp"

namespace alert_bridge::core {

namespace asio = boost::asio;
using domain::Operation;
using domain::OperationKind;
using domain::OperationResult;
using What = OperationResult::What;

namespace {

// Longer than the watcher needs, at the pace of retries (seconds).
constexpr int kTrashTries = 3;

OperationResult failed(Error error) {
    OperationResult result;
    result.what = What::failed;
    result.error = std::move(error);
    return result;
}

// A read before the write failed: nothing was written, so nothing is uncertain.
OperationResult not_sent(Error error) {
    if (error.kind == ErrorClass::uncertain) {
        error.kind = ErrorClass::later;
    }
    return failed(std::move(error));
}

OperationResult settled(What what, std::string text, std::int64_t id = 0) {
    OperationResult result;
    result.what = what;
    result.text = std::move(text);
    result.result_id = id;
    return result;
}

ports::TimelineEntry timeline_entry(const ports::Claimed& claimed) {
    ports::TimelineEntry entry;
    entry.ticket_id = claimed.incident.ticket_id;
    entry.html = claimed.operation.content.html;
    entry.reference = claimed.operation.reference;
    entry.is_private = claimed.operation.content.is_private;
    entry.notify = claimed.operation.content.notify;
    return entry;
}

domain::NewTicket new_ticket(const ports::Claimed& claimed, const ports::ResolvedNames& names) {
    const Operation& operation = claimed.operation;
    const domain::Incident& incident = claimed.incident;
    domain::NewTicket ticket;
    ticket.title = operation.content.title;
    ticket.html = operation.content.html;
    ticket.reference = operation.reference;
    ticket.entity_id = incident.placement.entity_id;
    ticket.urgency = operation.content.urgency;
    ticket.impact = operation.content.impact;
    ticket.priority = operation.content.priority;
    ticket.type = incident.plan.type;
    ticket.asset = incident.placement.asset;
    ticket.category_id = names.category_id;
    ticket.assign_group_id = names.assign_group_id;
    ticket.assign_user_id = names.assign_user_id;
    ticket.requester_id = names.requester_id;
    ticket.location_id = names.location_id;
    ticket.sla_id = names.sla_id;
    ticket.request_source_id = names.request_source_id;
    ticket.observer_ids = names.observer_ids;
    ticket.date = operation.content.date;
    ticket.notify = operation.content.notify;
    return ticket;
}

// An acknowledgement in monitoring makes a new ticket processing; any other status is what a
// person, or a rule of GLPI, has made of it.
bool may_be_taken(const domain::TicketView& ticket) {
    return ticket.status == static_cast<int>(domain::TicketStatus::new_);
}

bool names_anything(const ports::Names& names) {
    return !(
        names.category.empty() && names.assign_group.empty() && names.assign_user.empty() &&
        names.requester.empty() && names.location.empty() && names.sla.empty() &&
        names.request_source.empty() && names.solution_type.empty() && names.observers.empty()
    );
}

}  // namespace

asio::awaitable<OperationResult> Delivery::carry_out(ports::Claimed claimed) {
    if (claimed.operation.kind == OperationKind::open) {
        co_return co_await open(std::move(claimed));
    }
    if (claimed.incident.ticket_id == 0) {
        co_return settled(What::skipped, "there is no ticket to write to");
    }
    co_return co_await write_later(std::move(claimed));
}

asio::awaitable<Result<ports::ResolvedNames>> Delivery::resolve(ports::Claimed claimed) {
    const domain::Plan& plan = claimed.incident.plan;
    ports::Names names;
    names.entity_id = claimed.incident.placement.entity_id;
    if (claimed.operation.kind == OperationKind::open) {
        names.category = plan.category;
        names.assign_group = plan.assign_group;
        names.assign_user = plan.assign_user;
        names.requester = plan.requester;
        names.location = plan.location;
        names.sla = plan.sla;
        names.request_source = plan.request_source;
        names.observers = plan.observers;
    } else {
        names.solution_type = plan.solution_type;
    }
    if (!names_anything(names)) {
        co_return ports::ResolvedNames{};
    }
    auto resolved = co_await assets_.resolve(std::move(names));
    if (resolved && !resolved->missing.empty()) {
        metrics_.count("names_missing_total", {});
        events_.log(
            ports::Level::warning, "name_not_in_glpi",
            "a name of the configuration does not exist as seen from the ticket's entity; written "
            "without it",
            {{"incident", claimed.incident.id},
             {"entity", claimed.incident.placement.entity_name},
             {"missing", join(resolved->missing, ", ")}}
        );
    }
    co_return resolved;
}

asio::awaitable<OperationResult> Delivery::open(ports::Claimed claimed) {
    auto names = co_await resolve(claimed);
    if (!names) {
        co_return not_sent(names.error());
    }
    domain::NewTicket ticket = new_ticket(claimed, *names);
    auto id = co_await desk_.open(std::move(ticket));
    if (!id) {
        co_return failed(id.error());
    }
    co_return settled(What::done, {}, *id);
}

asio::awaitable<OperationResult> Delivery::write_later(ports::Claimed claimed) {
    const auto detail = domain::needs_people(claimed.operation) ? ports::TicketDetail::people
                                                                : ports::TicketDetail::plain;
    auto ticket = co_await desk_.view(claimed.incident.ticket_id, detail);
    if (!ticket) {
        co_return not_sent(ticket.error());
    }
    domain::Review review = domain::review(claimed.operation, *ticket);
    switch (review.verdict) {
        case domain::Review::Verdict::ticket_gone:
            if (ticket->deleted && on_ticket_in_trash &&
                claimed.operation.attempts <= kTrashTries) {
                on_ticket_in_trash(claimed.incident.ticket_id);
                co_return failed(Error{ErrorClass::later, "ticket_in_trash", review.reason});
            }
            co_return settled(What::ticket_gone, review.reason);
        case domain::Review::Verdict::ticket_closed:
            co_return settled(What::ticket_closed, review.reason);
        case domain::Review::Verdict::skip:
            co_return settled(What::skipped, review.reason);
        case domain::Review::Verdict::already_so:
            co_return settled(What::done, review.reason);
        case domain::Review::Verdict::proceed:
        case domain::Review::Verdict::as_followup:
            break;
    }
    if (!may_be_taken(*ticket)) {
        claimed.operation.content.take = false;
    }
    co_return co_await write(std::move(claimed), std::move(review));
}

asio::awaitable<OperationResult> Delivery::write(ports::Claimed claimed, domain::Review review) {
    const domain::OperationContent& content = claimed.operation.content;
    if (review.verdict == domain::Review::Verdict::as_followup) {
        // An earlier attempt may have left the text as a solution, without the status.
        if (claimed.operation.kind == OperationKind::solve && claimed.operation.attempts > 1) {
            std::string reference = claimed.operation.reference;
            auto left =
                co_await desk_.find_solution(claimed.incident.ticket_id, std::move(reference));
            if (!left) {
                co_return not_sent(left.error());
            }
            if (*left != 0) {
                co_return settled(What::done, std::move(review.reason), *left);
            }
        }
        co_return co_await write_followup(std::move(claimed), false, std::move(review.reason));
    }
    switch (claimed.operation.kind) {
        case OperationKind::followup:
            co_return co_await write_followup(std::move(claimed), false, {});
        case OperationKind::reopen:
            co_return co_await write_followup(std::move(claimed), true, {});
        case OperationKind::solve:
            co_return co_await write_solution(std::move(claimed));
        case OperationKind::update: {
            ports::TicketChange change;
            change.ticket_id = claimed.incident.ticket_id;
            change.urgency = content.urgency;
            change.impact = content.impact;
            change.priority = content.priority;
            auto changed = co_await desk_.change(change);
            if (!changed) {
                co_return failed(changed.error());
            }
            co_return settled(What::done, {});
        }
        case OperationKind::link_ticket: {
            auto linked = co_await desk_.link(claimed.incident.ticket_id, content.linked_ticket);
            if (!linked) {
                co_return failed(linked.error());
            }
            co_return settled(What::done, {});
        }
        case OperationKind::open:
            break;
    }
    co_return settled(What::skipped, "not a later write");
}

asio::awaitable<OperationResult> Delivery::write_followup(
    ports::Claimed claimed, bool reopen, std::string note
) {
    ports::TimelineEntry entry = timeline_entry(claimed);
    entry.reopen = reopen;
    if (claimed.operation.kind != OperationKind::followup && !reopen) {
        entry.notify = claimed.incident.plan.policy.notify.followup;
    }
    auto id = co_await desk_.add_followup(std::move(entry));
    if (!id) {
        co_return failed(id.error());
    }
    if (claimed.operation.content.take) {
        // Not worth a second try: a failure is told. But GLPI may still be at an unclear one, which
        // must not undo what comes next on this ticket, a solution perhaps: that waits.
        ports::TicketChange change;
        change.ticket_id = claimed.incident.ticket_id;
        change.status = static_cast<int>(domain::TicketStatus::assigned);
        auto taken = co_await desk_.change(change);
        if (!taken && taken.error().kind == ErrorClass::uncertain) {
            co_return failed(taken.error());
        }
        if (!taken) {
            note = "status not set: " + describe(taken.error());
        }
    }
    co_return settled(What::done, std::move(note), *id);
}

asio::awaitable<OperationResult> Delivery::write_solution(ports::Claimed claimed) {
    auto names = co_await resolve(claimed);
    if (!names) {
        co_return not_sent(names.error());
    }
    ports::TimelineEntry entry = timeline_entry(claimed);
    entry.solution_type_id = names->solution_type_id;
    auto id = co_await desk_.add_solution(std::move(entry));
    if (!id) {
        co_return failed(id.error());
    }
    OperationResult result = settled(What::done, {}, *id);
    result.solved = true;
    co_return result;
}

}  // namespace alert_bridge::core
