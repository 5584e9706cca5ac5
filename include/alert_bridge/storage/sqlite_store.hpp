// SPDX-License-Identifier: MIT
//
// SqliteStore: ports::Store, OperatorStore, NoticeStore, WatchStore, SnapshotStore and BacklogStore
// on one SQLite file, one connection, one thread.
//
// Guarantees: those of ports/store.hpp and of store_thread.hpp (group commit, intake first, a
// failed sync turns the store off and calls on_fatal). open_sqlite_store() takes the file's lock,
// migrates the schema, and turns what was being sent when the process ended into `uncertain`, all
// before it returns. The destructor finishes what is queued. Errors besides those of the port:
// store_decide (the function given to decide() threw), store_constraint (a decision broke a rule of
// the schema), store_closed; at open those of schema.hpp. append() fails
// with store_reserve while disk_guard.hpp says low. Thread rule: the I/O thread. Lifetime: must be
// destroyed before the executor's context. Tests: tests/contract/store_test.cpp and its neighbours
// store_*_test.cpp
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "alert_bridge/ports/backlog_store.hpp"
#include "alert_bridge/ports/notice_store.hpp"
#include "alert_bridge/ports/operator_store.hpp"
#include "alert_bridge/ports/snapshot_store.hpp"
#include "alert_bridge/ports/watch_store.hpp"
#include "alert_bridge/storage/disk_guard.hpp"
#include "alert_bridge/storage/housekeeping.hpp"
#include "alert_bridge/storage/schema.hpp"
#include "alert_bridge/storage/store_thread.hpp"

namespace alert_bridge::storage {

struct SqliteOptions {
    DatabaseOptions database;   // path, pages_max
    StoreThreadOptions thread;  // jobs_max, on_fatal, on_batch
    Retention retention;
    DiskOptions disk;
    std::int64_t quarantine_rows_max = 1'000;
    std::int64_t unmatched_rows_max = 10'000;
};

class SqliteStore final : public ports::Store,
                          public ports::OperatorStore,
                          public ports::NoticeStore,
                          public ports::WatchStore,
                          public ports::SnapshotStore,
                          public ports::BacklogStore {
  public:
    // Takes over an opened database; open_sqlite_store() is the way to get one.
    SqliteStore(
        boost::asio::any_io_executor executor, Database db, SqliteOptions options, int interrupted,
        std::unique_ptr<DiskGuard> disk
    );

    template <class T>
    using Task = ports::Awaitable<Result<T>>;

    Task<std::vector<ports::Receipt>> append(ports::Batch batch) override;
    Task<std::vector<ports::JournalEntry>> pending(std::int64_t after, int limit) override;
    Task<domain::Decision> decide(ports::Subject subject, ports::DecideFunction function) override;
    Task<std::vector<ports::Claimed>> claim(WallTime now, int limit, Duration lookup_lease)
        override;
    Task<std::vector<domain::Timer>> due_timers(WallTime now, int limit) override;
    Task<std::vector<std::int64_t>> outages_to_report(WallTime away_until, int limit) override;
    Task<std::int64_t> observed_openings(WallTime from, WallTime to) override;
    Task<std::optional<WallTime>> next_timer() override;
    Task<std::optional<WallTime>> next_due() override;
    Task<int> shift_waits(Duration by) override;
    Task<void> note_unmatched(
        std::string source, std::string host, std::string reason, WallTime now
    ) override;
    Task<std::optional<ports::CachedLookup>> cached(std::string key) override;
    Task<void> cache(std::string key, ports::CachedLookup value) override;
    Task<std::optional<std::string>> fact(std::string name) override;
    Task<void> set_fact(std::string name, std::string value) override;
    Task<std::optional<ports::Standing>> standing(std::string key) override;
    Task<ports::StoreFigures> figures() override;
    Task<int> prune(WallTime now, int limit) override;

    Task<std::vector<ports::OwedWrite>> operations(
        std::vector<domain::OperationState> states, ports::OperationCursor after, int limit
    ) override;
    Task<std::optional<ports::OwedWrite>> operation(std::int64_t id) override;
    Task<std::vector<ports::IncidentSummary>> incidents(
        std::string after_id, bool ended_too, int limit
    ) override;
    Task<std::vector<ports::StormSummary>> storms(std::string after_id, bool ended_too, int limit)
        override;
    Task<std::optional<ports::IncidentRow>> incident(std::string key) override;
    Task<std::vector<ports::UnmatchedHost>> unmatched(ports::UnmatchedHost after, int limit)
        override;
    Task<std::vector<ports::QuarantineEntry>> quarantined(std::int64_t after, int limit) override;
    Task<std::optional<ports::QuarantineEntry>> quarantine_entry(std::int64_t id) override;
    Task<std::optional<std::vector<ports::Receipt>>> readmit(
        std::int64_t id, std::vector<domain::Alert> alerts
    ) override;
    Task<int> discard_quarantined(std::int64_t id) override;

    Task<std::vector<std::string>> sources_to_tell(WallTime now) override;
    Task<std::vector<domain::Notice>> due_notices(std::string source, WallTime now, int limit)
        override;
    Task<std::optional<WallTime>> next_notice() override;
    Task<void> settle_notice(std::int64_t id, std::optional<domain::Notice> next) override;
    Task<std::vector<ports::OpenProblem>> open_problems(
        std::string source, ports::OpenProblem after, int limit
    ) override;
    Task<std::optional<domain::Alert>> last_alert(std::string problem_key, std::string episode)
        override;
    Task<std::vector<Occurrence>> never_heard(std::vector<Occurrence> present) override;

    Task<std::vector<ports::WatchedTicket>> watched(std::string after_id, int limit) override;
    Task<std::vector<ports::WatchedTicket>> watched_of(std::vector<std::int64_t> ticket_ids
    ) override;

    Task<std::string> known_of(ports::Subject subject) override;
    Task<std::optional<StoredAlert>> stored_alert(std::string id) override;
    Task<AlertTexts> alert_texts(std::int64_t after, WallTime since, int limit) override;

    Task<std::vector<domain::WaitingOpening>> late_openings(
        domain::WaitLimits limits, WallTime now, int limit
    ) override;
    Task<int> openings_since(WallTime from) override;

    // Operations that were being sent when the process before this one ended.
    [[nodiscard]] int interrupted() const noexcept { return interrupted_; }

    // Finishes what is queued and closes the file; blocks. Later calls fail with store_closed.
    void close() { thread_.close(); }

  private:
    const SqliteOptions options_;
    const int interrupted_;
    const std::unique_ptr<DiskGuard> disk_;  // used by the thread
    StoreThread thread_;
};

// `now` and `retry` say when an interrupted operation is looked up.
[[nodiscard]] Result<std::unique_ptr<SqliteStore>> open_sqlite_store(
    boost::asio::any_io_executor executor, SqliteOptions options, const domain::RetryPolicy& retry,
    WallTime now
);

}  // namespace alert_bridge::storage
