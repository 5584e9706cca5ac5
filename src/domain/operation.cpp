// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/operation.hpp"

#include <algorithm>

#include "alert_bridge/base/backoff.hpp"
#include "alert_bridge/domain/enum_names.hpp"
#include "alert_bridge/domain/known_errors.hpp"

namespace alert_bridge::domain {
namespace {

constexpr EnumNames<OperationKind, 6> kKinds{{
    {OperationKind::open, "open"},
    {OperationKind::followup, "followup"},
    {OperationKind::update, "update"},
    {OperationKind::link_ticket, "link_ticket"},
    {OperationKind::solve, "solve"},
    {OperationKind::reopen, "reopen"},
}};
constexpr EnumNames<OperationState, 6> kStates{{
    {OperationState::due, "due"},
    {OperationState::sending, "sending"},
    {OperationState::done, "done"},
    {OperationState::uncertain, "uncertain"},
    {OperationState::dead, "dead"},
    {OperationState::skipped, "skipped"},
}};

// A link between two tickets is not worth holding back what waits behind it: GLPI answers one to a
// ticket that was purged with nothing that tells why.
constexpr int kLinkAttemptsMax = 3;

// GLPI itself answered with its error array: the request is over, so nothing can still be running
// and the first look-up need not wait out the quarantine. What it does not find may still be there:
// a search may read a replica that lags.
bool answered_by_glpi(const Error& error) {
    return error.code.starts_with("ERROR_");
}

void forget_refusal(Operation& operation) {
    operation.refusal.clear();
    operation.refusals = 0;
}

void wait_for_retry(
    Operation& operation, const RetryPolicy& policy, WallTime now, std::uint64_t random
) {
    const Backoff backoff{policy.first_retry, policy.longest_retry};
    operation.due_at = now + backoff.next(operation.attempts < 1 ? 1 : operation.attempts, random);
}

// Too old to be tried for ever; the row keeps why.
bool give_up(Operation& operation, const RetryPolicy& policy, WallTime now) {
    if (now - operation.retried_at.value_or(operation.created_at) <= policy.give_up_after) {
        return false;
    }
    operation.state = OperationState::dead;
    operation.last_error = "given up after " + format_duration(policy.give_up_after) +
                           ", last: " + operation.last_error;
    return true;
}

// The look-up itself failed: we still do not know, and do not send. Failures are not counted, so
// the pause grows with the time that it has been unclear.
void after_failed_look_up(Operation& operation, const RetryPolicy& policy, WallTime now) {
    // An opening is never given up like this: its retry could be a second ticket.
    if (operation.kind != OperationKind::open && give_up(operation, policy, now)) {
        return;
    }
    const Duration unclear = now - operation.sent_at.value_or(now);
    const Duration longest = std::max(policy.first_retry, policy.longest_retry);
    operation.due_at = now + std::clamp(unclear / 8, policy.first_retry, longest);
}

void after_failure(
    Operation& operation, const Error& error, const RetryPolicy& policy, WallTime now,
    std::uint64_t random
) {
    operation.last_error = describe(error);
    if (operation.state == OperationState::uncertain) {
        after_failed_look_up(operation, policy, now);
        return;
    }
    switch (error.kind) {
        case ErrorClass::refused:
            operation.state = OperationState::dead;
            return;
        case ErrorClass::uncertain: {
            operation.state = OperationState::uncertain;
            operation.lookups_empty = 0;
            if (!answered_by_glpi(error)) {
                forget_refusal(operation);
                operation.due_at = now + policy.quarantine;
                return;
            }
            std::string answer = error.code + " " + error.message;
            const int times = operation.refusal == answer ? operation.refusals + 1 : 1;
            operation.refusals = error.code == kDatabaseBusy ? 0 : times;
            operation.refusal = std::move(answer);
            operation.due_at = now + policy.second_look;
            return;
        }
        case ErrorClass::later:
        case ErrorClass::relogin:
        case ErrorClass::misconfigured:
            operation.state = OperationState::due;
            if (give_up(operation, policy, now)) {
                return;
            }
            wait_for_retry(operation, policy, now, random);
            return;
    }
}

void after_empty_look_up(
    Operation& operation, const RetryPolicy& policy, WallTime now, std::uint64_t random
) {
    ++operation.lookups_empty;
    if (operation.lookups_empty < 2) {
        const bool was_early = !operation.refusal.empty();
        operation.due_at = now + (was_early ? std::max(policy.quarantine, policy.second_look)
                                            : policy.second_look);
        return;
    }
    operation.lookups_empty = 0;
    if (operation.refusals >= 2) {
        operation.state =
            OperationState::dead;  // the same answer twice, twice nothing: it means it
        return;
    }
    const bool not_worth_waiting =
        operation.kind == OperationKind::link_ticket && operation.attempts >= kLinkAttemptsMax;
    if (not_worth_waiting) {
        operation.state = OperationState::dead;
        operation.last_error = "given up after " + std::to_string(operation.attempts) +
                               " attempts, last: " + operation.last_error;
        return;
    }
    if (give_up(operation, policy, now)) {
        return;
    }
    operation.state = OperationState::due;
    operation.due_at = now;  // the quarantine was pause enough, the first time
    if (operation.attempts > 1) {
        wait_for_retry(operation, policy, now, random);
    }
}

}  // namespace

std::string_view to_string(OperationKind kind) noexcept {
    return name_of(kKinds, kind);
}
std::string_view to_string(OperationState state) noexcept {
    return name_of(kStates, state);
}
std::optional<OperationKind> parse_operation_kind(std::string_view text) noexcept {
    return value_of(kKinds, text);
}
std::optional<OperationState> parse_operation_state(std::string_view text) noexcept {
    return value_of(kStates, text);
}

Operation after_attempt(
    Operation operation, const OperationResult& result, const RetryPolicy& policy, WallTime now,
    std::uint64_t random
) {
    using What = OperationResult::What;
    switch (result.what) {
        case What::done:
            operation.state = OperationState::done;
            operation.result_id = result.result_id;
            operation.last_error = result.text;
            break;
        case What::skipped:
        case What::ticket_gone:
        case What::ticket_closed:
            operation.state = OperationState::skipped;
            operation.last_error = result.text;
            break;
        case What::failed:
            after_failure(operation, result.error, policy, now, random);
            break;
        case What::not_found:
            after_empty_look_up(operation, policy, now, random);
            break;
    }
    return operation;
}

bool has_gone_on(const Operation& present, const Operation& claimed) noexcept {
    // Measured from the sending: both times move together when the clock is set meanwhile.
    const auto wait = [](const Operation& row) {
        return row.due_at - row.sent_at.value_or(WallTime{});
    };
    return present.state != claimed.state || present.attempts != claimed.attempts ||
           wait(present) != wait(claimed);
}

std::optional<Operation> settle(
    const Operation& present, const Operation& claimed, const OperationResult& result,
    const RetryPolicy& policy, WallTime now, std::uint64_t random
) {
    const bool found = result.what == OperationResult::What::done;
    if (has_gone_on(present, claimed)) {
        if (!found) {
            return std::nullopt;
        }
        Operation row = present;
        row.result_id = result.result_id;
        const bool is_sent_again = row.state == OperationState::sending;
        return is_sent_again ? row : after_attempt(std::move(row), result, policy, now, random);
    }
    if (present.result_id == 0) {
        return after_attempt(present, result, policy, now, random);
    }
    OperationResult earlier;
    earlier.result_id = present.result_id;
    earlier.text = "found by a late look-up while it was sent again";
    if (found && result.result_id != present.result_id) {
        earlier.text += ", which made " + std::to_string(result.result_id) + " too";
    }
    return after_attempt(present, earlier, policy, now, random);
}

Operation after_crash(Operation operation, const RetryPolicy& policy, WallTime now) {
    operation.state = OperationState::uncertain;
    operation.lookups_empty = 0;
    forget_refusal(operation);
    operation.due_at = now + policy.quarantine;
    operation.last_error = "stopped while sending: nobody knows whether GLPI did it";
    return operation;
}

}  // namespace alert_bridge::domain
