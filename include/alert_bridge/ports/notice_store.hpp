// SPDX-License-Identifier: MIT
//
// NoticeStore: what monitoring is owed, and what the bridge believes of monitoring. Consumers:
// core/messenger, core/state_check. Implementation: storage/sqlite_store, the same object as
// ports::Store. Notices are written by Store::decide(), with the decision that they tell of.
//
// Guarantees: due_notices() gives a notice only when no earlier one of the same occurrence waits,
// and changes nothing: what is not settled is given again. settle_notice() is durable when it
// completes. open_problems() comes in pages, ordered by problem key and occurrence.
// Errors: those of ports/store.hpp. Thread rule: call from the I/O thread.
// Tests: tests/contract/store_notice_test.cpp
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "alert_bridge/ports/store.hpp"

namespace alert_bridge::ports {

// An occurrence that is open as far as the bridge has heard.
struct OpenProblem {
    std::string problem_key, episode;
    std::string problem_name;
    domain::AlertOrder order;
    domain::Severity severity = domain::Severity::not_classified;
    WallTime started_at{};
    WallTime heard_at{};  // of the problem: when a decision about it fell last
};

class NoticeStore {
  public:
    virtual ~NoticeStore() = default;

    // Sources for which something is due.
    [[nodiscard]] virtual Awaitable<Result<std::vector<std::string>>> sources_to_tell(WallTime now
    ) = 0;
    [[nodiscard]] virtual Awaitable<Result<std::vector<domain::Notice>>> due_notices(
        std::string source, WallTime now, int limit
    ) = 0;
    // Empty: nothing waits.
    [[nodiscard]] virtual Awaitable<Result<std::optional<WallTime>>> next_notice() = 0;
    // Replaces the row, or deletes it when there is no next state.
    [[nodiscard]] virtual Awaitable<Result<void>> settle_notice(
        std::int64_t id, std::optional<domain::Notice> next
    ) = 0;

    // With an incident, ended or not; those after `after` (its problem key and episode).
    [[nodiscard]] virtual Awaitable<Result<std::vector<OpenProblem>>> open_problems(
        std::string source, OpenProblem after, int limit
    ) = 0;
    // The newest alert of the incident with this occurrence, if it is about the same problem.
    [[nodiscard]] virtual Awaitable<Result<std::optional<domain::Alert>>> last_alert(
        std::string problem_key, std::string episode
    ) = 0;
    // Of these, the ones that the bridge has never heard of and that no waiting alert is about.
    struct Occurrence {
        std::string problem_key;
        std::string id;      // domain::occurrence_id()
        bool whole = false;  // one state per problem: known when any occurrence is open
    };
    [[nodiscard]] virtual Awaitable<Result<std::vector<Occurrence>>> never_heard(
        std::vector<Occurrence> present
    ) = 0;
};

}  // namespace alert_bridge::ports
