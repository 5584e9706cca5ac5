// SPDX-License-Identifier: MIT
#include "sim_store.hpp"

#include <algorithm>

#include "alert_bridge/storage/decisions.hpp"
#include "alert_bridge/storage/housekeeping.hpp"
#include "alert_bridge/storage/journal.hpp"
#include "alert_bridge/storage/outages.hpp"
#include "alert_bridge/storage/outbox.hpp"

namespace alert_bridge::simulation {

using storage::Database;
using storage::JobKind;
using storage::Lane;

namespace {

constexpr JobKind kIntake{Lane::intake, true, false};
constexpr JobKind kClaim{Lane::claim, true, true};
constexpr JobKind kRead{Lane::read, false, false};
constexpr JobKind kWrite{Lane::rest, true, true};
constexpr std::int64_t kRowsMax = 1'000;

}  // namespace

SimStore::SimStore(
    boost::asio::any_io_executor executor, Database& db, VirtualTime& time, Trouble& trouble,
    Trace& trace
)
    : executor_(std::move(executor)), db_(db), time_(time), trouble_(trouble), trace_(trace) {}

bool SimStore::is_idle() const noexcept {
    return std::all_of(lanes_.begin(), lanes_.end(), [](const auto& lane) { return lane.empty(); });
}

void SimStore::enqueue(std::unique_ptr<storage::Job> job) {
    if (trouble_.random.chance(trouble_.rates.store_busy)) {
        trace_.line(time_.now(), "store: busy");
        job->fail(Error{ErrorClass::later, "store_busy", "too many calls wait for the store"});
        job->complete();
        return;
    }
    lanes_[static_cast<std::size_t>(job->kind.lane)].push_back(std::move(job));
    schedule();
}

void SimStore::schedule() {
    if (scheduled_) {
        return;
    }
    scheduled_ = true;
    const Duration takes = trouble_.random.between(Duration(0), Duration(12));
    time_.after(takes, [this, alive = std::weak_ptr<int>(alive_)] {
        if (!alive.expired()) {
            scheduled_ = false;
            run_batch();
        }
    });
}

void SimStore::run_batch() {
    Jobs batch;
    for (auto& lane : lanes_) {
        std::move(lane.begin(), lane.end(), std::back_inserter(batch));
        lane.clear();
    }
    const bool writes =
        std::any_of(batch.begin(), batch.end(), [](const auto& job) { return job->kind.writes; });
    if (writes) {
        db_.run("BEGIN IMMEDIATE");
    }
    for (auto& job : batch) {
        run_job(*job);
    }
    if (writes && trouble_.crash_here("before a commit")) {
        db_.run("ROLLBACK");
        return;
    }
    if (writes && trouble_.random.chance(trouble_.rates.store_full)) {
        trace_.line(time_.now(), "store: disk full");
        db_.run("ROLLBACK");
        for (auto& job : batch) {
            job->fail(Error{ErrorClass::later, "store_full", "the disk is full"});
        }
    } else if (writes) {
        db_.run("COMMIT");
        if (trouble_.crash_here("after a commit")) {
            return;
        }
    }
    for (auto& job : batch) {
        job->complete();
    }
}

void SimStore::run_job(storage::Job& job) {
    try {
        if (job.kind.writes) {
            db_.run("SAVEPOINT job");
        }
        job.run(db_);
        if (job.kind.writes) {
            db_.run("RELEASE job");
        }
        return;
    } catch (const storage::SqliteError& error) {
        trace_.violation(time_.now(), std::string("the database says: ") + error.what());
        job.fail(error.as_error());
    } catch (const storage::JobError& error) {
        trace_.violation(time_.now(), std::string("a call to the store failed: ") + error.what());
        job.fail(error.error());
    }
    if (job.kind.writes) {
        db_.run("ROLLBACK TO job");
        db_.run("RELEASE job");
    }
}

SimStore::Task<std::vector<ports::Receipt>> SimStore::append(ports::Batch batch) {
    auto work = [batch = std::move(batch)](Database& db) {
        return storage::append(db, batch, kRowsMax);
    };
    return submit<std::vector<ports::Receipt>>(kIntake, std::move(work));
}

SimStore::Task<std::vector<ports::JournalEntry>> SimStore::pending(std::int64_t after, int limit) {
    auto work = [after, limit](Database& db) {
        return storage::decoded(storage::pending(db, after, limit));
    };
    return submit<std::vector<ports::JournalEntry>>(kRead, std::move(work));
}

SimStore::Task<domain::Decision> SimStore::decide(
    ports::Subject subject, ports::DecideFunction function
) {
    auto work = [subject = std::move(subject), function = std::move(function)](Database& db) {
        return storage::decide(db, subject, function);
    };
    return submit<domain::Decision>(kWrite, std::move(work));
}

SimStore::Task<std::vector<ports::Claimed>> SimStore::claim(
    WallTime now, int limit, Duration lookup_lease
) {
    auto work = [=](Database& db) { return storage::claim(db, now, limit, lookup_lease); };
    return submit<std::vector<ports::Claimed>>(kClaim, std::move(work));
}

SimStore::Task<std::vector<domain::Timer>> SimStore::due_timers(WallTime now, int limit) {
    auto work = [now, limit](Database& db) { return storage::due_timers(db, now, limit); };
    return submit<std::vector<domain::Timer>>(kRead, std::move(work));
}

SimStore::Task<std::vector<std::int64_t>> SimStore::outages_to_report(
    WallTime away_until, int limit
) {
    auto work = [away_until, limit](Database& db) {
        return storage::outages_to_report(db, away_until, limit);
    };
    return submit<std::vector<std::int64_t>>(kRead, std::move(work));
}

SimStore::Task<std::int64_t> SimStore::observed_openings(WallTime from, WallTime to) {
    auto work = [from, to](Database& db) { return storage::observed_openings(db, from, to); };
    return submit<std::int64_t>(kRead, std::move(work));
}

SimStore::Task<std::optional<WallTime>> SimStore::next_timer() {
    auto work = [](Database& db) { return storage::next_timer(db); };
    return submit<std::optional<WallTime>>(kRead, std::move(work));
}

SimStore::Task<std::optional<WallTime>> SimStore::next_due() {
    auto work = [](Database& db) { return storage::next_due(db); };
    return submit<std::optional<WallTime>>(kRead, std::move(work));
}

SimStore::Task<int> SimStore::shift_waits(Duration by) {
    auto work = [by](Database& db) { return storage::shift_waits(db, by); };
    return submit<int>(kWrite, std::move(work));
}

SimStore::Task<void> SimStore::note_unmatched(
    std::string source, std::string host, std::string reason, WallTime now
) {
    ports::UnmatchedHost seen;
    seen.source = std::move(source);
    seen.host = std::move(host);
    seen.reason = std::move(reason);
    seen.last_seen = now;
    auto work = [seen = std::move(seen)](Database& db) {
        storage::note_unmatched(db, seen, kRowsMax);
    };
    return submit<void>(kWrite, std::move(work));
}

SimStore::Task<std::optional<ports::CachedLookup>> SimStore::cached(std::string key) {
    auto work = [key = std::move(key)](Database& db) { return storage::cached(db, key); };
    return submit<std::optional<ports::CachedLookup>>(kRead, std::move(work));
}

SimStore::Task<void> SimStore::cache(std::string key, ports::CachedLookup value) {
    auto work = [key = std::move(key), value = std::move(value)](Database& db) {
        storage::cache(db, key, value);
    };
    return submit<void>(kWrite, std::move(work));
}

SimStore::Task<std::optional<std::string>> SimStore::fact(std::string name) {
    auto work = [name = std::move(name)](Database& db) { return storage::fact(db, name); };
    return submit<std::optional<std::string>>(kRead, std::move(work));
}

SimStore::Task<void> SimStore::set_fact(std::string name, std::string value) {
    auto work = [name = std::move(name), value = std::move(value)](Database& db) {
        storage::set_fact(db, name, value);
    };
    return submit<void>(kWrite, std::move(work));
}

SimStore::Task<std::optional<ports::Standing>> SimStore::standing(std::string key) {
    auto work = [key = std::move(key)](Database& db) { return storage::standing(db, key); };
    return submit<std::optional<ports::Standing>>(kRead, std::move(work));
}

SimStore::Task<ports::StoreFigures> SimStore::figures() {
    auto work = [](Database& db) { return storage::figures(db); };
    return submit<ports::StoreFigures>(kRead, std::move(work));
}

SimStore::Task<int> SimStore::prune(WallTime now, int limit) {
    auto work = [now, limit](Database& db) {
        return storage::prune(db, now, limit, storage::Retention());
    };
    return submit<int>(kWrite, std::move(work));
}

}  // namespace alert_bridge::simulation
