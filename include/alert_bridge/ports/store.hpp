// SPDX-License-Identifier: MIT
//
// Store: the durable memory of the bridge. Consumer: core. Implementation: storage/sqlite_store.
// What only people ask it for stands in ports/operator_store.hpp.
//
// Guarantees: append() and decide() complete only after their transaction is committed and synced.
// Calls queued during one commit share the next one (group commit); intake goes first. claim()
// commits the state `sending` before it returns, so that an intention is durable before its bytes
// leave. A deadline or cancelled caller never means "it did not happen".
// Not guaranteed: that two processes may use one file (the SQLite store locks it).
// Errors: ErrorClass::later with code "store_full", "store_reserve" (append() only: too little disk
// is free to take more), "store_busy", "store_io". After store_io the
// store takes nothing more and the process must exit (RELIABILITY: a failed sync is fatal).
// Thread rule: call from the I/O thread; functions given to decide() run on the store thread and
// must be pure.
// Tests: tests/contract/store_test.cpp (one suite for every implementation)
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/domain/incident.hpp"
#include "alert_bridge/domain/lifecycle.hpp"

namespace alert_bridge::ports {

template <class T>
using Awaitable = boost::asio::awaitable<T>;

enum class ReceiptStatus { accepted, duplicate };

struct Receipt {
    std::string alert_id;  // of a duplicate: the id given the first time
    ReceiptStatus status = ReceiptStatus::accepted;
    std::int64_t journal_seq = 0;
};

struct JournalEntry {
    std::int64_t seq = 0;
    domain::Alert alert;
};

struct QuarantineEntry {
    std::int64_t id = 0;
    std::string source;
    std::string reason;
    std::string body;  // cut to 64 KiB
    WallTime received_at{};
};

// One intake request: all of it in one transaction or none.
struct Batch {
    std::vector<domain::Alert> alerts;
    std::vector<QuarantineEntry> unusable;
};

// What a decide() call is about; tells which snapshot to read and what to settle with it.
struct Subject {
    std::int64_t journal_seq = 0;        // alert: its row becomes done unless needs_placement
    std::string problem_key, episode;    // alert
    std::string group_key;               // alert, once known
    domain::BudgetWindow budgets;        // alert, timer
    std::optional<domain::Place> place;  // alert, once known
    std::optional<domain::Timer> timer;  // timer: its row is deleted first; if it is gone or its
                                         // due_at differs, the function is not called (ignored)
    std::optional<std::int64_t> outage_entity;  // report: the snapshot holds what folded in it
    std::string seen_incident;                  // ticket: the incident whose ticket was looked at
    std::int64_t operation_id = 0;  // result: the snapshot holds the row as it is now; if it is
                                    // done or skipped, the function is not called (ignored)
};
// May be called again, when what was written after it had to be undone: the last call counts.
using DecideFunction = std::function<domain::Decision(const domain::Snapshot&)>;

struct OwedWrite {
    domain::Operation operation;
    domain::Incident incident;
    // The operation of the same incident that must be settled before this one moves; 0: none.
    std::int64_t waits_for = 0;
};
using Claimed = OwedWrite;  // state sending; or uncertain and due for its look-up

struct CachedLookup {
    std::string value;  // JSON text, opaque to the store
    WallTime expires_at{};
};

// Where the alert or problem stands, for GET /t/… and Prefer: wait.
struct Standing {
    std::string incident_id;
    std::string state;  // IncidentState, or "" when there is none
    std::int64_t ticket_id = 0;
    bool observed = false;  // mode observe: there will be no ticket
    std::string decision;   // last reason written for the alert
    bool pending = false;   // the alert is not decided yet
};

struct StoreFigures {
    std::int64_t journal_pending = 0;
    std::int64_t due = 0, sending = 0, uncertain = 0, dead = 0;
    std::int64_t open_incidents = 0, quarantined = 0, unmatched = 0;
    std::optional<WallTime> oldest_due;  // since when: due, sending or uncertain; empty: none
    std::int64_t notices_due = 0, notices_dead = 0;  // what monitoring is owed
    std::int64_t storms = 0;                         // umbrellas that are not ended
    std::int64_t sheltered = 0;                      // incidents told of on another's ticket
    std::int64_t wal_bytes = 0, file_bytes = 0;
    // New alerts are refused while less is free than is held back, with a margin at the end.
    bool disk_is_low = false;
    std::int64_t disk_free_bytes = 0, disk_reserve_bytes = 0, ballast_bytes = 0;
};

class Store {
  public:
    virtual ~Store() = default;

    // Journal first. Receipts come in the order of batch.alerts. A repeated idempotency key (7
    // days) is a duplicate: not journalled again, answered with the first id.
    [[nodiscard]] virtual Awaitable<Result<std::vector<Receipt>>> append(Batch batch) = 0;

    // Journal rows not yet decided, seq > after, ascending. `received_at` has moved with the clock
    // since (shift_waits).
    [[nodiscard]] virtual Awaitable<Result<std::vector<JournalEntry>>> pending(
        std::int64_t after, int limit
    ) = 0;

    // Reads the snapshot, calls `function`, writes its decision: one transaction.
    [[nodiscard]] virtual Awaitable<Result<domain::Decision>> decide(
        Subject subject, DecideFunction function
    ) = 0;

    // Marks up to `limit` operations that are due and first in their incident as sending (due ones)
    // or hands out due uncertain ones (state unchanged, due_at moved to now + lease so that nobody
    // else gets them). Never two of one incident.
    [[nodiscard]] virtual Awaitable<Result<std::vector<Claimed>>> claim(
        WallTime now, int limit, Duration lookup_lease
    ) = 0;

    [[nodiscard]] virtual Awaitable<Result<std::vector<domain::Timer>>> due_timers(
        WallTime now, int limit
    ) = 0;
    // Entities with folded pairs that no report has told of; none while an alert received before
    // `away_until` is not decided yet, since it may fold too.
    [[nodiscard]] virtual Awaitable<Result<std::vector<std::int64_t>>> outages_to_report(
        WallTime away_until, int limit
    ) = 0;
    // Tickets that mode observe did not open, of decisions from `from` on and before `to`.
    [[nodiscard]] virtual Awaitable<Result<std::int64_t>> observed_openings(
        WallTime from, WallTime to
    ) = 0;
    // Earliest due_at of the timers; empty: there are none.
    [[nodiscard]] virtual Awaitable<Result<std::optional<WallTime>>> next_timer() = 0;
    // Earliest due_at of the operations that claim() could hand out (due or uncertain, first of
    // their incident); empty: none. Those in work do not count.
    [[nodiscard]] virtual Awaitable<Result<std::optional<WallTime>>> next_due() = 0;

    // The wall clock was set by so much: moves the times of unfinished operations (made, retried,
    // sent, due), of timers, of what has no ticket or is undecided yet with it: each wait lasts as
    // long as it was to last. Done after all calls made before it and before all made later, which
    // must go by the new time. Returns how many operations, timers, holds and notices moved.
    [[nodiscard]] virtual Awaitable<Result<int>> shift_waits(Duration by) = 0;

    [[nodiscard]] virtual Awaitable<Result<void>> note_unmatched(
        std::string source, std::string host, std::string reason, WallTime now
    ) = 0;

    // The resolver's cache on disk.
    [[nodiscard]] virtual Awaitable<Result<std::optional<CachedLookup>>> cached(std::string key
    ) = 0;
    [[nodiscard]] virtual Awaitable<Result<void>> cache(std::string key, CachedLookup value) = 0;

    // Small facts, e.g. "glpi.url".
    [[nodiscard]] virtual Awaitable<Result<std::optional<std::string>>> fact(std::string name) = 0;
    [[nodiscard]] virtual Awaitable<Result<void>> set_fact(std::string name, std::string value) = 0;

    // `key` is an alert id or a problem key.
    [[nodiscard]] virtual Awaitable<Result<std::optional<Standing>>> standing(std::string key) = 0;
    [[nodiscard]] virtual Awaitable<Result<StoreFigures>> figures() = 0;

    // Deletes expired idempotency keys, tombstones, done operations, old alerts and ended
    // incidents, at most `limit` rows; returns how many. Open incidents never.
    [[nodiscard]] virtual Awaitable<Result<int>> prune(WallTime now, int limit) = 0;
};

}  // namespace alert_bridge::ports
