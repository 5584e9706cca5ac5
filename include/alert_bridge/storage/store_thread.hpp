// SPDX-License-Identifier: MIT
//
// StoreThread: owns the database connection and the one thread that may touch it.
//
//   I/O thread: submit() ──queue──► store thread: BEGIN · job · job · … · COMMIT ──post──► I/O
//   thread
//
// Guarantees: whatever is queued (up to kBatchJobs) shares one transaction and one sync; a
// failing job undoes only itself: when one fails, all of them run once more, each with a savepoint.
// No job completes before the commit.
// Intake goes first, and where syncs are slow a transaction waits a little for it (Gathering);
// while alerts come in the others get a part of the time (OthersTime). Jobs that may linger wait
// for a sync that intake causes anyway, at most kLinger after intake's last job or its end, and
// then until there is time; with intake silent they do not wait. A failed read, write or sync fails
// the whole batch with store_io and turns the store off: all later jobs fail at once and on_fatal
// is called, on the I/O thread. A full disk fails the batch with store_full and calls on_full; the
// store goes on. Past jobs_max queued jobs the answer is store_busy. Not guaranteed: that a
// cancelled caller's job does not happen. Thread rule: submit() and close() on the I/O thread. Work
// runs on the store thread, and both it and what it captured are destroyed on the I/O thread.
// Lifetime: must be destroyed before the executor's context. Tests: tests/contract/store_test.cpp,
// tests/unit/storage/store_thread{,_disk,_late}_test.cpp
#pragma once

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/storage/gathering.hpp"
#include "alert_bridge/storage/others_time.hpp"
#include "alert_bridge/storage/statement.hpp"

namespace alert_bridge::storage {

inline constexpr std::size_t kBatchJobs = 256;
inline constexpr std::size_t kBatchIntakeShare = 192;         // while other jobs wait
inline constexpr std::chrono::milliseconds kIntakePause{50};  // after the last one: no more come in
inline constexpr std::chrono::milliseconds kLinger{10};

// in_order: after everything that is queued, of all lanes, and before everything that comes later.
// A read needs no sync, and must not make the writes that may linger cause one.
enum class Lane { intake, claim, read, rest, in_order };
inline constexpr std::size_t kLanes = 5;

struct JobKind {
    Lane lane = Lane::rest;
    bool writes = true;
    bool may_linger = false;
};

// One transaction, for metrics. The time in which it waited for alerts is not in its duration.
struct BatchReport {
    std::size_t jobs = 0;
    bool wrote = false;
    std::chrono::microseconds duration{};
    int wal_pages = 0;
};

struct StoreThreadOptions {
    std::size_t jobs_max = 20'000;
    // The log is copied into the file when nothing waits and it is worth it, or when it grows too
    // long in a burst (16 MiB). Everybody waits for it: 12 ms then, and 30 ms at 64 MiB; measured.
    int checkpoint_idle_pages = 2'000;
    int checkpoint_always_pages = 4'000;
    // By a longer commit no transaction waits longer for alerts: three quarters of this.
    std::chrono::milliseconds slowest_commit{100};
    std::function<void()> on_full;                     // on the store thread: SQLite found no room
    std::function<void(Error)> on_fatal;               // on the I/O thread, at most once
    std::function<void(const BatchReport&)> on_batch;  // on the I/O thread, before the answers
    // Thread-safe: what pauses of intake and the time of the others are measured with.
    std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now;
};

// A queued call. Made by StoreThread::submit().
class Job {
  public:
    explicit Job(JobKind job_kind) noexcept : kind(job_kind) {}
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;
    virtual ~Job() = default;

    virtual void run(Database& db) = 0;         // may throw; may come twice
    virtual void fail(const Error& error) = 0;  // replaces an earlier outcome
    virtual void complete() = 0;                // on the I/O thread, once
    const JobKind kind;
};

template <class T, class Work, class Handler>
class TypedJob final : public Job {
  public:
    TypedJob(
        JobKind job_kind, Work work, Handler handler, const boost::asio::any_io_executor& fallback
    )
        : Job(job_kind),
          work_(std::move(work)),
          handler_(std::move(handler)),
          guard_(boost::asio::get_associated_executor(handler_, fallback)) {}

    void run(Database& db) override {
        if constexpr (std::is_void_v<T>) {
            work_(db);
            result_.emplace();
        } else {
            result_.emplace(work_(db));
        }
    }
    void fail(const Error& error) override { result_.emplace(error); }
    void complete() override {
        auto executor = guard_.get_executor();
        auto resume = [handler = std::move(handler_), result = std::move(*result_)]() mutable {
            std::move(handler)(std::move(result));
        };
        boost::asio::dispatch(executor, std::move(resume));
    }

  private:
    Work work_;
    Handler handler_;
    boost::asio::executor_work_guard<boost::asio::any_io_executor> guard_;
    std::optional<Result<T>> result_;
};

class StoreThread {
  public:
    StoreThread(boost::asio::any_io_executor executor, Database db, StoreThreadOptions options);
    ~StoreThread();
    StoreThread(const StoreThread&) = delete;
    StoreThread& operator=(const StoreThread&) = delete;

    // Runs `work(Database&)`, which returns T or throws, on the store thread when awaited; once
    // more from the beginning when it or another one has failed.
    template <class T, class Work>
    requires std::is_invocable_v<const Work&, Database&>
    [[nodiscard]] boost::asio::awaitable<Result<T>> submit(JobKind kind, Work work) {
        return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(Result<T>)>(
            [this, kind](auto handler, Work moved_work) {
                using Typed = TypedJob<T, Work, decltype(handler)>;
                enqueue(std::make_unique<Typed>(
                    kind, std::move(moved_work), std::move(handler), executor_
                ));
            },
            boost::asio::use_awaitable, std::move(work)
        );
    }

    // Finishes what is queued, then stops the thread and closes the file; later jobs fail with
    // store_closed. Blocks. Completions are posted, not run.
    void close();

  private:
    using Jobs = std::vector<std::unique_ptr<Job>>;
    struct Failure {
        Error error;
        bool is_fatal = false;
    };

    struct Batch {
        Jobs jobs;                 // those of intake first, and the late ones of it last
        std::size_t alerts = 0;    // jobs of intake
        bool is_in_haste = false;  // alerts come in
        bool is_in_order = false;
    };

    void enqueue(std::unique_ptr<Job> job);
    void deliver(Jobs jobs);
    void loop();
    [[nodiscard]] Batch take();
    [[nodiscard]] bool take_late(Batch& batch);
    void line_up();
    void move_jobs(Lane lane, std::size_t limit, Jobs& batch);
    std::size_t run_batch(Batch batch);
    [[nodiscard]] std::optional<Failure> execute(Batch& batch);
    [[nodiscard]] bool run_together(Batch& batch, bool writing);
    template <class Run>
    void run_jobs(Batch& batch, const Run& run);
    void put_back(Jobs& jobs, std::size_t from);
    void run_job(Job& job);
    void checkpoint_if_due();
    void turn_off(const Error& error);
    void tell_if_full(const SqliteError& error) const;
    [[nodiscard]] std::deque<std::unique_ptr<Job>>& lane(Lane which) noexcept;

    const boost::asio::any_io_executor executor_;
    const StoreThreadOptions options_;
    std::optional<Database> db_;                         // store thread; closed by it
    OthersTime others_;                                  // store thread
    std::chrono::steady_clock::duration last_commit_{};  // store thread; zero: it failed
    std::chrono::steady_clock::duration waited_{};       // store thread; in this transaction
    Gathering gathering_;                                // store thread

    std::mutex mutex_;  // guards what follows
    std::condition_variable wake_;
    std::array<std::deque<std::unique_ptr<Job>>, kLanes> lanes_;
    std::size_t queued_ = 0;
    std::size_t urgent_ = 0;   // queued jobs that must not linger
    std::size_t awaited_ = 0;  // the thread waits for so many of intake: no word before
    std::chrono::steady_clock::time_point last_intake_{};
    std::optional<Error> refusal_;  // set: nothing is taken any more
    bool stopping_ = false;

    std::thread thread_;  // last: uses all of the above
};

}  // namespace alert_bridge::storage
