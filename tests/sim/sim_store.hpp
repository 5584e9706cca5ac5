// SPDX-License-Identifier: MIT
//
// SimStore: ports::Store with the real SQL on a database in memory, without a thread.
//
// Like StoreThread it gathers what is asked for during one commit into the next transaction (intake
// first, claims, then the rest), with a savepoint per call; commits take virtual time. A full disk,
// a full queue and a crash before or after the commit happen as the seed wants. The database
// belongs to the world and outlives a crash; what was not committed is gone.
// Thread rule: one thread.
#pragma once

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "alert_bridge/ports/notice_store.hpp"
#include "alert_bridge/ports/store.hpp"
#include "alert_bridge/ports/watch_store.hpp"
#include "alert_bridge/storage/store_thread.hpp"
#include "trouble.hpp"

namespace alert_bridge::simulation {

class SimStore final : public ports::Store, public ports::WatchStore, public ports::NoticeStore {
  public:
    SimStore(
        boost::asio::any_io_executor executor, storage::Database& db, VirtualTime& time,
        Trouble& trouble, Trace& trace
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
    Task<std::vector<ports::WatchedTicket>> watched(std::string after_id, int limit) override;
    Task<std::vector<ports::WatchedTicket>> watched_of(std::vector<std::int64_t> ticket_ids
    ) override;
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

    // A notice is about to be settled; done: as told.
    std::function<void(std::int64_t notice, bool done)> on_settling;

    // No call waits for its transaction.
    [[nodiscard]] bool is_idle() const noexcept;

  private:
    template <class T, class Work>
    [[nodiscard]] boost::asio::awaitable<Result<T>> submit(storage::JobKind kind, Work work) {
        return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(Result<T>)>(
            [this, kind](auto handler, Work moved_work) {
                using Typed = storage::TypedJob<T, Work, decltype(handler)>;
                enqueue(std::make_unique<Typed>(
                    kind, std::move(moved_work), std::move(handler), executor_
                ));
            },
            boost::asio::use_awaitable, std::move(work)
        );
    }
    using Jobs = std::vector<std::unique_ptr<storage::Job>>;

    void enqueue(std::unique_ptr<storage::Job> job);
    void schedule();
    void run_batch();
    void run_job(storage::Job& job);

    boost::asio::any_io_executor executor_;
    storage::Database& db_;
    VirtualTime& time_;
    Trouble& trouble_;
    Trace& trace_;
    std::array<std::deque<std::unique_ptr<storage::Job>>, storage::kLanes> lanes_;
    bool scheduled_ = false;
    std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // of events that outlive this object
};

}  // namespace alert_bridge::simulation
