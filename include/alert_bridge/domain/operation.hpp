// SPDX-License-Identifier: MIT
//
// Operation: one GLPI write that the bridge owes, and the states it goes through.
//
//   due ──claim──► sending ──done──────────────► done
//    ▲               │ later / relogin / misconfigured / not sent ──► due (at a later time)
//    │               │ refused ────────────────► dead ──retry by the operator──► due
//    │               └ uncertain ──► uncertain ──found──► done
//    └────────────── not found, twice ──┘        (never from uncertain to sending without a
//    look-up)
//
// Every round that ends where it began has a longer pause and an end: after give_up_after (a link:
// after a few attempts) the operation is dead. Only an opening whose look-up fails stays uncertain.
//
// A crash while sending is found at start and becomes uncertain. The reference is made and
// committed before the first byte leaves, and stays the same for every attempt. Operations of one
// incident run in order of seq, one at a time. A dead `open` holds the rest; any other dead one is
// skipped. Thread rule: values. Tests: tests/unit/domain/operation_test.cpp
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/base/time.hpp"
#include "alert_bridge/domain/placement.hpp"
#include "alert_bridge/domain/plan.hpp"

namespace alert_bridge::domain {

enum class OperationKind { open, followup, update, link_ticket, solve, reopen };
enum class OperationState { due, sending, done, uncertain, dead, skipped };

[[nodiscard]] std::string_view to_string(OperationKind kind) noexcept;
[[nodiscard]] std::string_view to_string(OperationState state) noexcept;
[[nodiscard]] std::optional<OperationKind> parse_operation_kind(std::string_view text) noexcept;
[[nodiscard]] std::optional<OperationState> parse_operation_state(std::string_view text) noexcept;

// Operation::last_error of what `mode: observe` did not write; its state is skipped from the start.
inline constexpr std::string_view kObserved = "observed, not written (mode: observe)";

// What is to be written. Fields that a kind does not use stay empty.
struct OperationContent {
    std::string title;  // open: one line, not yet cut
    std::string html;   // open: body; followup, reopen, solve: text. Without the reference line.
    int urgency = 0, impact = 0, priority = 0;  // open, update
    std::int64_t linked_ticket = 0;             // link_ticket
    bool notify = false;
    bool is_private = true;
    bool take = false;  // followup on acknowledgement: also status "processing"
    OnRecovery on_recovery = OnRecovery::solve_untouched;  // solve
    std::optional<WallTime> date;                          // open: ticket_date started
    // solve, update: what people did up to this row of the ticket's log was known when it was
    // decided; 0: nothing was.
    std::int64_t known_row = 0;
    std::optional<Alert>
        begun_by;       // reopen: what began the episode, in case a new ticket is needed
    std::string event;  // "opened", "update", "recovered" …, for logs and metrics
    bool operator==(const OperationContent&) const = default;
};

struct Operation {
    std::int64_t id = 0;  // 0: not stored yet
    std::string incident_id;
    std::int64_t seq = 0;  // order within the incident; set by the store
    OperationKind kind = OperationKind::open;
    OperationState state = OperationState::due;
    std::string reference;
    OperationContent content;
    int attempts = 0;       // times a request may have left
    int lookups_empty = 0;  // look-ups after an uncertain attempt that found nothing
    std::string refusal;  // GLPI's own answer (ERROR_GLPI_ADD …) to the last attempt, if unclear
    int refusals = 0;     // how often that same answer came in a row; of a busy database: 0
    WallTime created_at{};
    std::optional<WallTime> retried_at;  // by the operator: give_up_after counts anew from here
    WallTime due_at{};
    std::optional<WallTime> sent_at;  // when it was claimed: the request leaves later than that
    std::string last_error;
    std::int64_t result_id = 0;  // ticket, follow-up or solution made (found, while not done yet)
    bool operator==(const Operation&) const = default;
};

// What delivery or the reconciler learned about one attempt.
struct OperationResult {
    enum class What {
        done,         // result_id set when GLPI gave one
        skipped,      // the ticket's present state made it pointless: a person won; reason in text
        ticket_gone,  // deleted, in the trash bin, or never there
        ticket_closed,  // reopen only: too late, a new ticket is needed
        failed,         // error tells the class
        not_found,      // a look-up after an uncertain attempt found nothing
    };
    What what = What::done;
    std::int64_t result_id = 0;
    Error error;
    std::string text;
    bool solved = false;  // solve only: as a solution that ends the ticket, not as a follow-up
};

struct RetryPolicy {
    // From the moment an outcome became unclear (never earlier than the sending) to the last
    // look-up before it is sent again, or longer: a request may still run, a search may lag.
    Duration quarantine{120'000};
    // Between the two look-ups that must find nothing; where GLPI has answered, before the first.
    Duration second_look{5'000};
    Duration first_retry{2'000};
    Duration longest_retry{300'000};
    Duration give_up_after{5LL * 24 * 3600 * 1000};  // then dead, with its reason; never silently
};

// The operation's next state after one attempt. Pure. `random` feeds the back-off jitter.
[[nodiscard]] Operation after_attempt(
    Operation operation, const OperationResult& result, const RetryPolicy& policy, WallTime now,
    std::uint64_t random
);

// A look-up that outlived its lease reports after the row went on without it: the row as it is now
// is no longer the attempt that was claimed.
[[nodiscard]] bool has_gone_on(const Operation& present, const Operation& claimed) noexcept;

// The next state of the row as it is now, after the result of what was claimed; nothing when the
// result came too late to mean anything. What a late look-up found is never lost: it settles a row
// that waits, and is noted (result_id) on one that is being sent again, which it then settles
// whatever that second request brings. Pure.
[[nodiscard]] std::optional<Operation> settle(
    const Operation& present, const Operation& claimed, const OperationResult& result,
    const RetryPolicy& policy, WallTime now, std::uint64_t random
);

// Found in state sending at start: nobody knows whether it was executed.
[[nodiscard]] Operation after_crash(Operation operation, const RetryPolicy& policy, WallTime now);

}  // namespace alert_bridge::domain
