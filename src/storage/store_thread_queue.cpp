// SPDX-License-Identifier: MIT
// What comes next: the lanes of the store thread, and what of them shares a transaction.
#include <algorithm>
#include <iterator>
#include <utility>

#include "alert_bridge/storage/store_thread.hpp"

namespace alert_bridge::storage {

std::deque<std::unique_ptr<Job>>& StoreThread::lane(Lane which) noexcept {
    return lanes_[static_cast<std::size_t>(which)];
}

void StoreThread::enqueue(std::unique_ptr<Job> job) {
    bool is_awaited = true;
    {
        const std::lock_guard lock(mutex_);
        if (refusal_) {
            job->fail(*refusal_);
        } else if (queued_ >= options_.jobs_max) {
            job->fail({ErrorClass::later, "store_busy", "too many calls wait for the store"});
        } else {
            if (job->kind.lane == Lane::intake) {
                last_intake_ = options_.now();
            }
            if (job->kind.lane == Lane::in_order) {
                line_up();
            }
            urgent_ += job->kind.may_linger ? 0 : 1;
            ++queued_;
            lane(job->kind.lane).push_back(std::move(job));
            is_awaited = lane(Lane::intake).size() >= awaited_ || !lane(Lane::in_order).empty();
        }
    }
    if (job) {
        Jobs refused;
        refused.push_back(std::move(job));
        deliver(std::move(refused));
    } else if (is_awaited) {
        wake_.notify_one();
    }
}

// All that is queued now is worked on before anything that comes later.
void StoreThread::line_up() {
    auto& line = lane(Lane::in_order);
    for (const auto which : {Lane::intake, Lane::claim, Lane::read, Lane::rest}) {
        std::move(lane(which).begin(), lane(which).end(), std::back_inserter(line));
        lane(which).clear();
    }
}

StoreThread::Batch StoreThread::take() {
    std::unique_lock lock(mutex_);
    const auto idle_since = options_.now();
    const bool has_caught_up = lane(Lane::claim).empty() && lane(Lane::rest).empty();
    wake_.wait(lock, [this] { return stopping_ || queued_ > 0; });
    if (has_caught_up) {
        others_.caught_up(options_.now());
    }
    if (urgent_ == 0 && !stopping_) {
        wake_.wait_for(lock, last_intake_ + kLinger - options_.now(), [this] {
            return stopping_ || urgent_ > 0;
        });
    }
    others_.idle(options_.now() - idle_since);
    Batch batch;
    batch.jobs.reserve(std::min(queued_, kBatchJobs));
    move_jobs(Lane::in_order, kBatchJobs, batch.jobs);
    batch.is_in_order = !batch.jobs.empty();
    if (batch.is_in_order) {
        return batch;
    }
    const std::size_t others =
        lane(Lane::claim).size() + lane(Lane::read).size() + lane(Lane::rest).size();
    move_jobs(
        Lane::intake, kBatchJobs - std::min(others, kBatchJobs - kBatchIntakeShare), batch.jobs
    );
    const auto now = options_.now();
    batch.alerts = batch.jobs.size();
    batch.is_in_haste = batch.alerts > 0 || now - last_intake_ < kIntakePause;
    move_jobs(Lane::read, kBatchJobs - batch.jobs.size(), batch.jobs);
    if (batch.alerts > 0 || stopping_ || batch.jobs.empty() || now >= last_intake_ + kLinger) {
        move_jobs(Lane::claim, kBatchJobs - batch.jobs.size(), batch.jobs);
        move_jobs(Lane::rest, kBatchJobs - batch.jobs.size(), batch.jobs);
    }
    return batch;
}

// Where syncs are slow, the alerts that came while the transaction is open, and those for whom it
// waits (Gathering). False: it can end.
bool StoreThread::take_late(Batch& batch) {
    const auto now = options_.now();
    if (batch.is_in_order || !gathering_.is_on(now)) {
        return false;
    }
    const std::size_t before = batch.jobs.size();
    const auto has_line = [this] { return !lane(Lane::in_order).empty(); };
    const auto move_in = [&] {
        const std::size_t count = batch.jobs.size();
        const std::size_t room = kBatchIntakeShare - std::min(batch.alerts, kBatchIntakeShare);
        move_jobs(Lane::intake, has_line() ? 0 : room, batch.jobs);
        batch.alerts += batch.jobs.size() - count;
    };
    std::unique_lock lock(mutex_);
    move_in();
    const bool may_wait = !stopping_ && !has_line();
    const auto until = may_wait ? gathering_.look(now, batch.alerts) : std::nullopt;
    if (until) {
        awaited_ = gathering_.everybody() - batch.alerts;
        wake_.wait_for(lock, *until - now, [&] {
            return stopping_ || has_line() || lane(Lane::intake).size() >= awaited_;
        });
        awaited_ = 0;
        move_in();
        waited_ += options_.now() - now;
    }
    return until || batch.jobs.size() > before;
}

// The others are not run: they are first again in their lanes. What has lined up meanwhile comes
// after them.
void StoreThread::put_back(Jobs& jobs, std::size_t from) {
    const auto first = std::stable_partition(
        jobs.begin() + static_cast<std::ptrdiff_t>(from), jobs.end(),
        [](const auto& job) { return job->kind.lane == Lane::intake; }
    );
    const auto keep = static_cast<std::size_t>(first - jobs.begin());
    const std::lock_guard lock(mutex_);
    while (jobs.size() > keep) {
        std::unique_ptr<Job> job = std::move(jobs.back());
        jobs.pop_back();
        urgent_ += job->kind.may_linger ? 0 : 1;
        ++queued_;
        const Lane which = lane(Lane::in_order).empty() ? job->kind.lane : Lane::in_order;
        lane(which).push_front(std::move(job));
    }
}

void StoreThread::move_jobs(Lane which, std::size_t limit, Jobs& batch) {
    auto& jobs = lane(which);
    for (; limit > 0 && !jobs.empty(); --limit) {
        urgent_ -= jobs.front()->kind.may_linger ? 0 : 1;
        --queued_;
        batch.push_back(std::move(jobs.front()));
        jobs.pop_front();
    }
}

}  // namespace alert_bridge::storage
