// SPDX-License-Identifier: MIT
#include "alert_bridge/storage/store_thread.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "alert_bridge/base/test_point.hpp"

namespace alert_bridge::storage {

namespace {

Error later(const char* code, std::string message) {
    return Error{ErrorClass::later, code, std::move(message)};
}

}  // namespace

StoreThread::StoreThread(
    boost::asio::any_io_executor executor, Database db, StoreThreadOptions options
)
    : executor_(std::move(executor)),
      options_(std::move(options)),
      db_(std::move(db)),
      others_(options_.now()),
      gathering_(kBatchIntakeShare, options_.slowest_commit),
      thread_([this] { loop(); }) {}

StoreThread::~StoreThread() {
    close();
}

void StoreThread::close() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        if (!refusal_) {
            refusal_ = later("store_closed", "the store is closed");
        }
    }
    wake_.notify_one();
    if (thread_.joinable()) {
        thread_.join();
    }
}

// All at once: each would cost the I/O thread a lock and its selector's attention.
void StoreThread::deliver(Jobs jobs) {
    boost::asio::post(executor_, [jobs = std::move(jobs)]() mutable {
        const Jobs done = std::move(jobs);
        for (const auto& job : done) {
            job->complete();
        }
    });
}

void StoreThread::loop() {
    for (auto batch = take(); !batch.jobs.empty(); batch = take()) {
        const std::size_t alerts = run_batch(std::move(batch));
        std::size_t waiting = 0;
        if (alerts > 0) {
            // Whoever was answered now may send the next at once, however long the commit took.
            const std::lock_guard lock(mutex_);
            last_intake_ = options_.now();
            waiting = lane(Lane::intake).size();
        }
        checkpoint_if_due();
        if (alerts > 0) {
            gathering_.committed(options_.now(), last_commit_, alerts, waiting);
        }
    }
    db_.reset();
}

// Returns how many jobs were intake's.
std::size_t StoreThread::run_batch(Batch batch) {
    const auto started = std::chrono::steady_clock::now();
    last_commit_ = waited_ = {};
    const auto failure = execute(batch);
    BatchReport report;
    report.jobs = batch.jobs.size();
    report.wrote = std::any_of(batch.jobs.begin(), batch.jobs.end(), [](const auto& job) {
        return job->kind.writes;
    });
    report.duration = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - started - waited_
    );
    report.wal_pages = db_->wal_pages();
    if (failure && failure->is_fatal) {
        turn_off(failure->error);  // before the answers: who reads them finds the store off
    }
    if (options_.on_batch) {
        boost::asio::post(executor_, [call = options_.on_batch, report] { call(report); });
    }
    if (failure) {
        for (auto& job : batch.jobs) {
            job->fail(failure->error);
        }
    }
    deliver(std::move(batch.jobs));
    return batch.alerts;
}

std::optional<StoreThread::Failure> StoreThread::execute(Batch& batch) {
    const bool writing = std::any_of(batch.jobs.begin(), batch.jobs.end(), [](const auto& job) {
        return job->kind.writes;
    });
    try {
        if (writing) {
            db_->run("BEGIN IMMEDIATE");
        }
        if (!run_together(batch, writing)) {
            run_jobs(batch, [this](Job& job) { run_job(job); });
        }
        if (writing) {
            test_point("store_before_commit");
            const auto began = options_.now();
            db_->run("COMMIT");
            last_commit_ = options_.now() - began;
            test_point("store_after_commit");
        }
        return std::nullopt;
    } catch (const SqliteError& error) {
        tell_if_full(error);
        if (!db_->in_autocommit()) {
            try {
                db_->run("ROLLBACK");
            } catch (const SqliteError&) {
                // The first error is the one to tell; closing the file rolls back as well.
                return Failure{error.as_error(), true};
            }
        }
        return Failure{error.as_error(), error.is_fatal()};
    }
}

// A savepoint costs as much as an alert, since each page that is changed in it is copied first; so
// jobs, which hardly ever fail, do without. False: one did, and nothing of them has happened.
bool StoreThread::run_together(Batch& batch, bool writing) {
    try {
        run_jobs(batch, [this](Job& job) { job.run(*db_); });
        std::size_t done = batch.jobs.size();
        while (writing && take_late(batch)) {
            for (; done < batch.jobs.size(); ++done) {
                batch.jobs[done]->run(*db_);
            }
        }
        return true;
    } catch (const SqliteError& error) {
        // SQLite may answer some errors by rolling back everything.
        if (error.is_fatal() || (writing && db_->in_autocommit())) {
            throw;
        }
        tell_if_full(error);
    } catch (const std::exception&) {
        // It comes again, and is told then.
    }
    if (writing) {
        db_->run("ROLLBACK");
        db_->run("BEGIN IMMEDIATE");
    }
    return false;
}

// In haste, what there is no time for goes back. Beside alerts the others have what they have
// saved; alone they have some time in any case, since the sync is paid for.
template <class Run>
void StoreThread::run_jobs(Batch& batch, const Run& run) {
    const auto began = options_.now();
    for (std::size_t i = 0; i < batch.jobs.size(); ++i) {
        if (!batch.is_in_haste || batch.jobs[i]->kind.lane == Lane::intake) {
            run(*batch.jobs[i]);
            continue;
        }
        const auto now = options_.now();
        const bool has_time =
            batch.alerts > 0 ? others_.may_start(now) : now - began < kOthersAtOnce;
        if (!has_time && i > 0) {
            put_back(batch.jobs, i--);  // alerts that came late are in its place, or nothing
            continue;
        }
        run(*batch.jobs[i]);
        if (batch.alerts > 0) {
            others_.spend(options_.now() - now);
        }
    }
}

// With a savepoint; throws only what concerns the whole batch.
void StoreThread::run_job(Job& job) {
    const bool in_transaction = !db_->in_autocommit();
    try {
        if (job.kind.writes) {
            db_->run("SAVEPOINT job");
        }
        job.run(*db_);
        if (job.kind.writes) {
            db_->run("RELEASE job");
        }
        return;
    } catch (const SqliteError& error) {
        // SQLite may answer some errors by rolling back everything; then the others are lost too.
        if (error.is_fatal() || (in_transaction && db_->in_autocommit())) {
            throw;
        }
        tell_if_full(error);
        job.fail(error.as_error());
    } catch (const JobError& error) {
        job.fail(error.error());
    } catch (const std::exception& error) {
        job.fail(later("store_error", error.what()));
    }
    if (job.kind.writes) {
        db_->run("ROLLBACK TO job");
        db_->run("RELEASE job");
    }
}

void StoreThread::checkpoint_if_due() {
    const int pages = db_->wal_pages();
    if (pages < options_.checkpoint_idle_pages) {
        return;
    }
    {
        const std::lock_guard lock(mutex_);
        if (refusal_ || (queued_ > 0 && pages < options_.checkpoint_always_pages)) {
            return;
        }
    }
    try {
        db_->checkpoint();
    } catch (const SqliteError& error) {
        // A full disk stops the checkpoint, not the store: the log still takes what fits.
        tell_if_full(error);
        if (error.is_fatal()) {
            turn_off(error.as_error());
        }
    }
}

void StoreThread::tell_if_full(const SqliteError& error) const {
    if (error.primary() == SQLITE_FULL && options_.on_full) {
        options_.on_full();
    }
}

void StoreThread::turn_off(const Error& error) {
    Jobs waiting;
    {
        const std::lock_guard lock(mutex_);
        refusal_ = error;
        for (const auto which :
             {Lane::in_order, Lane::intake, Lane::claim, Lane::read, Lane::rest}) {
            move_jobs(which, queued_, waiting);
        }
    }
    if (options_.on_fatal) {
        boost::asio::post(executor_, [call = options_.on_fatal, error] { call(error); });
    }
    for (auto& job : waiting) {
        job->fail(error);
    }
    deliver(std::move(waiting));
}

}  // namespace alert_bridge::storage
