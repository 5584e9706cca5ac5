// SPDX-License-Identifier: MIT
// Calls of a store whose thread is held up, and whose work and syncs take the time they are told
// to.
#pragma once

#include <atomic>
#include <future>

#include "faulty_vfs.hpp"
#include "store_bench.hpp"

namespace alert_bridge::test {

// Keeps the store's thread in a decision of its own until `until`.
inline boost::asio::awaitable<int> hold_up(
    SqliteBench& bench, std::shared_future<void> until, std::promise<void>& held
) {
    auto function = [until, &held](const domain::Snapshot&) {
        held.set_value();
        until.wait_for(std::chrono::seconds(60));
        return applied();
    };
    const auto result = co_await bench.store().decide(about_alert(0), function);
    co_return result.has_value() ? 1 : 0;
}

// The store thread is in the first decision, alone: what is queued now comes after it.
inline boost::asio::awaitable<int> wait_until(std::future<void> begun) {
    co_return begun.wait_for(std::chrono::seconds(60)) == std::future_status::ready ? 1 : 0;
}

inline boost::asio::awaitable<int> open(std::promise<void>& gate) {
    gate.set_value();
    co_return 1;
}

// Time as the test has it: a decision and a sync take as long as they are told to.
class SlowWork {
  public:
    SlowWork(FaultyVfs& disk, std::chrono::microseconds decision, std::chrono::microseconds sync)
        : decision_(decision) {
        disk.on_sync = [this, sync] { time_ += sync.count(); };
    }
    [[nodiscard]] SqliteBench::Change options() {
        return [this](storage::SqliteOptions& options) {
            options.database.vfs = FaultyVfs::kName;
            options.thread.now = [this] {
                return std::chrono::steady_clock::time_point(std::chrono::microseconds(time_));
            };
        };
    }
    void decide() { time_ += decision_.count(); }

  private:
    const std::chrono::microseconds decision_;
    std::atomic<std::int64_t> time_ = 3'600'000'000;  // long after any alert
};

inline boost::asio::awaitable<int> append(SqliteBench& bench) {
    auto batch = a_batch(an_alert("a1"));
    const auto result = co_await bench.store().append(std::move(batch));
    co_return result.has_value() ? 1 : 0;
}

}  // namespace alert_bridge::test
