// SPDX-License-Identifier: MIT
//
// What people do to a ticket, and what the lifecycle makes of it. Internal to
// src/domain/lifecycle*. Thread rule: locals of one decide() call. Tests:
// tests/unit/domain/lifecycle_people_test.cpp
#pragma once

#include "alert_bridge/domain/lifecycle_draft.hpp"

namespace alert_bridge::domain {

// In the trash or purged. `found_by`: the write that found it out; null: it was seen. A problem
// that came back needs a ticket all the same.
[[nodiscard]] Decision ticket_is_gone(Draft& draft, const Operation* found_by);
// Found out by a write that a closed ticket does not take.
[[nodiscard]] Decision ticket_is_closed(Draft& draft, const Operation& found_by);
// recheck_after is over: what a person ended goes on if its problem does.
[[nodiscard]] Decision recheck_is_due(Draft& draft);

}  // namespace alert_bridge::domain
