// SPDX-License-Identifier: MIT
//
// Operator: what a person may do with a dead letter, as a pure function for Store::decide() with
// Subject::operation_id.
//
//   dead ──retry, a request may have left──► uncertain ──look-up──► done, or due
//    │  └──retry, nothing ever left──────────────────────────────────► due
//    └──discard──► skipped; of an opening: its incident ends with all that waits behind it
//
// Guarantees: a retry keeps the reference and never sends what could have happened already: it is
// looked for first, for whatever reason it died. What would leave a ticket that nobody solves, or
// solve one whose problem goes on, is refused with the reason (Verdict::ignored) and changes
// nothing. Not guaranteed: that GLPI takes it now. Thread rule: pure.
// Tests: tests/unit/domain/operator_test.cpp, tests/contract/store_operator_test.cpp
#pragma once

#include <cstdint>
#include <string>

#include "alert_bridge/domain/lifecycle.hpp"

namespace alert_bridge::domain {

enum class OperatorAction { retry, discard };

struct OperatorEvent {
    OperatorAction action = OperatorAction::retry;
    std::int64_t operation_id = 0;
    std::string reason;  // discard: why, in the operator's words; may be empty
};

[[nodiscard]] Decision decide(
    const LifecycleContext& context, const Snapshot& now_known, const OperatorEvent& event,
    WallTime now
);

}  // namespace alert_bridge::domain
