// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/operator.hpp"

#include <algorithm>

#include "alert_bridge/domain/lifecycle_draft.hpp"

namespace alert_bridge::domain {
namespace {

const Operation* find_operation(const Snapshot& known, std::int64_t id) {
    const auto found = std::find_if(
        known.operations.begin(), known.operations.end(),
        [id](const Operation& operation) { return operation.id == id; }
    );
    return found == known.operations.end() ? nullptr : &*found;
}

// A value or a link that is written twice changes nothing; any other write carries its reference.
bool must_look_first(const Operation& operation) {
    const bool repeatable =
        operation.kind == OperationKind::update || operation.kind == OperationKind::link_ticket;
    return operation.attempts > 0 && !repeatable;
}

// Empty: it may be tried again.
std::string_view objection(const Draft& draft, const Operation& operation) {
    const bool solves_itself = operation.content.event == kOutageEvent;
    switch (operation.kind) {
        case OperationKind::open:
        case OperationKind::reopen:
            if (!draft.any_open() && !solves_itself) {
                return "the problem is over: nothing would solve the ticket; discard it";
            }
            break;
        case OperationKind::solve:
            if (draft.any_open()) {
                return "the problem goes on: its ticket must not be solved; discard it";
            }
            break;
        case OperationKind::followup:
        case OperationKind::update:
        case OperationKind::link_ticket:
            break;
    }
    return {};
}

Decision retry(Draft& draft, Operation operation) {
    if (const std::string_view reason = objection(draft, operation); !reason.empty()) {
        return draft.finish(Verdict::ignored, std::string(reason));
    }
    operation.state = OperationState::due;
    operation.due_at = draft.now();
    operation.retried_at = draft.now();
    operation.lookups_empty = 0;
    operation.refusals = 0;
    operation.refusal.clear();
    if (must_look_first(operation)) {
        operation.state = OperationState::uncertain;
    }
    const bool looks = operation.state == OperationState::uncertain;
    draft.update_operation(std::move(operation));
    return draft.finish(
        Verdict::applied, looks ? "looked for in GLPI, then tried again" : "tried again"
    );
}

Decision discard(Draft& draft, Operation operation, const std::string& reason) {
    const bool was_opening = operation.kind == OperationKind::open;
    operation.state = OperationState::skipped;
    operation.last_error = "discarded by the operator" + (reason.empty() ? "" : ": " + reason) +
                           ", last: " + operation.last_error;
    draft.update_operation(std::move(operation));
    if (!was_opening) {
        return draft.finish(Verdict::applied, "discarded");
    }
    draft.skip_unfinished(0, "the operator discarded the opening of its ticket");
    if (draft.incident().state != IncidentState::ended) {
        draft.end_incident("opening discarded by the operator");
    }
    return draft.finish(Verdict::applied, "discarded, and its incident ended");
}

}  // namespace

Decision decide(
    const LifecycleContext& context, const Snapshot& now_known, const OperatorEvent& event,
    WallTime now
) {
    Draft draft(context, now_known, now);
    const Operation* const operation = find_operation(now_known, event.operation_id);
    if (operation == nullptr || !draft.has_incident()) {
        return draft.finish(Verdict::ignored, "there is no such unfinished write");
    }
    if (operation->state != OperationState::dead) {
        return draft.finish(
            Verdict::ignored, "it is not dead but " + std::string(to_string(operation->state))
        );
    }
    return event.action == OperatorAction::retry ? retry(draft, *operation)
                                                 : discard(draft, *operation, event.reason);
}

}  // namespace alert_bridge::domain
