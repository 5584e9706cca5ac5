// SPDX-License-Identifier: MIT
//
// OperatorStore: what a person sees and settles of the store. Consumer: core/operator_desk.
// Implementation: storage/sqlite_store, the same object as ports::Store.
//
// Guarantees: listings come in pages, so that none holds up alerts for long; a row that changes
// between two pages may be missed or come twice. What changes something is one transaction, durable
// when it completes. Retry and discard of a write are decisions: Store::decide() with
// domain/operator.hpp.
// Errors: those of ports/store.hpp. Thread rule: call from the I/O thread.
// Tests: tests/contract/store_listing_test.cpp
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "alert_bridge/ports/store.hpp"

namespace alert_bridge::ports {

struct UnmatchedHost {
    std::string source, host, reason;
    std::int64_t count = 0;
    WallTime first_seen{}, last_seen{};
};

struct IncidentSummary {
    domain::Incident incident;
    std::int64_t open_episodes = 0;
    std::int64_t owed = 0;  // unfinished operations, dead ones too
};

struct StormSummary {
    domain::Incident incident;  // the umbrella
    std::int64_t members = 0;   // that ever were, and did not leave for a ticket of their own
    std::int64_t failing = 0;   // of them, those that still are under it
    std::optional<WallTime> last_joined;
};

struct IncidentRow {
    domain::Incident incident;
    std::vector<domain::Episode> episodes;
    std::vector<domain::Operation> operations;  // finished too
};

// Where a page of operations begins: behind the row with these.
struct OperationCursor {
    WallTime due_at = WallTime::min();
    std::int64_t id = 0;
};

class OperatorStore {
  public:
    static constexpr std::size_t kExcerptBytes = 256;
    static constexpr int kPartsMax = 1'000;  // episodes, and operations, of one incident

    virtual ~OperatorStore() = default;

    // Unfinished operations in one of the states (neither done nor skipped), earliest due first.
    [[nodiscard]] virtual Awaitable<Result<std::vector<OwedWrite>>> operations(
        std::vector<domain::OperationState> states, OperationCursor after, int limit
    ) = 0;
    // A finished one too.
    [[nodiscard]] virtual Awaitable<Result<std::optional<OwedWrite>>> operation(std::int64_t id
    ) = 0;

    // In the order in which they were made.
    [[nodiscard]] virtual Awaitable<Result<std::vector<IncidentSummary>>> incidents(
        std::string after_id, bool ended_too, int limit
    ) = 0;
    // Umbrellas, in the order in which they were made.
    [[nodiscard]] virtual Awaitable<Result<std::vector<StormSummary>>> storms(
        std::string after_id, bool ended_too, int limit
    ) = 0;
    // `key` is the id of an incident or of an alert that led to one, or the number of a ticket
    // (then the newest incident with it). The newest kPartsMax of its parts.
    [[nodiscard]] virtual Awaitable<Result<std::optional<IncidentRow>>> incident(std::string key
    ) = 0;

    // By source and host, those after `after` (its source and host).
    [[nodiscard]] virtual Awaitable<Result<std::vector<UnmatchedHost>>> unmatched(
        UnmatchedHost after, int limit
    ) = 0;

    // Bodies are cut to kExcerptBytes.
    [[nodiscard]] virtual Awaitable<Result<std::vector<QuarantineEntry>>> quarantined(
        std::int64_t after, int limit
    ) = 0;
    [[nodiscard]] virtual Awaitable<Result<std::optional<QuarantineEntry>>> quarantine_entry(
        std::int64_t id
    ) = 0;
    // Journals the alerts and deletes the entry. Empty: it is gone, and nothing was journalled.
    [[nodiscard]] virtual Awaitable<Result<std::optional<std::vector<Receipt>>>> readmit(
        std::int64_t id, std::vector<domain::Alert> alerts
    ) = 0;
    // How many were deleted: 0 when it is gone already.
    [[nodiscard]] virtual Awaitable<Result<int>> discard_quarantined(std::int64_t id) = 0;
};

}  // namespace alert_bridge::ports
