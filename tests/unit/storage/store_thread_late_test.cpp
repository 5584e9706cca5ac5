// SPDX-License-Identifier: MIT
// A transaction that stays open for those who were answered just now (storage/gathering.hpp).
#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include "catch.hpp"
#include "slow_store.hpp"

namespace alert_bridge::test {
namespace {

using Task = boost::asio::awaitable<int>;

Task append_in_turn(SqliteBench& bench, int times) {
    int good = 1;
    for (int i = 0; i < times; ++i) {
        good = std::min(good, co_await append(bench));
    }
    co_return good;
}

// An empty id is none: the row is refused.
Task append_twice(SqliteBench& bench, std::string second) {
    const int first = co_await append(bench);
    const bool is_refused = second.empty();
    auto batch = a_batch(an_alert(second));
    const auto result = co_await bench.store().append(std::move(batch));
    co_return first == 1 && result.has_value() != is_refused ? 1 : 0;
}

Task tell_begun(SqliteBench& bench, std::promise<void>& begun) {
    bool is_told = false;
    auto function = [&begun, &is_told](const domain::Snapshot&) {
        if (!std::exchange(is_told, true)) {
            begun.set_value();
        }
        return applied();
    };
    const auto result = co_await bench.store().decide(about_alert(0), function);
    co_return result.has_value() ? 1 : 0;
}

Task move_waits(SqliteBench& bench) {
    const auto moved = co_await bench.store().shift_waits(Duration(5'000));
    co_return moved.has_value() ? 1 : 0;
}

Task close(SqliteBench& bench) {
    bench.sqlite().close();
    co_return 1;
}

// Syncs take 800 s by the store's clock, so that a wait would be one of 50 s, really.
struct LateWorld {
    FaultyVfs disk;
    SlowWork work{disk, {}, std::chrono::seconds(800)};
    SqliteBench bench{[this](storage::SqliteOptions& options) {
        work.options()(options);
        options.thread.slowest_commit = std::chrono::hours(1);
    }};
    std::promise<void> gate, held, syncing, queued, begun;
    bool is_first = true;

    LateWorld() {
        REQUIRE(bench.run(bench.store().append(a_batch(an_alert("a0")))).has_value());
        bench.batches.clear();
        disk.on_sync = [this, take_time = disk.on_sync] {
            take_time();
            if (std::exchange(is_first, false)) {
                syncing.set_value();
                queued.get_future().wait_for(std::chrono::seconds(60));
            }
        };
    }
    // 20 senders share a transaction; while it is synced another 10 come, and a decision, which
    // tells that theirs has begun.
    std::vector<Task> senders(const std::function<Task(int)>& sender) {
        std::vector<Task> tasks;
        tasks.push_back(hold_up(bench, gate.get_future().share(), held));
        tasks.push_back(wait_until(held.get_future()));
        for (int i = 0; i < 20; ++i) {
            tasks.push_back(sender(i));
        }
        tasks.push_back(open(gate));
        tasks.push_back(wait_until(syncing.get_future()));
        for (int i = 0; i < 10; ++i) {
            tasks.push_back(append(bench));
        }
        tasks.push_back(tell_begun(bench, begun));
        tasks.push_back(open(queued));
        tasks.push_back(wait_until(begun.get_future()));
        return tasks;
    }
    std::vector<Task> senders(int times) {
        return senders([this, times](int) { return append_in_turn(bench, times); });
    }
    // The sizes of the transactions after that which held the store up.
    std::vector<std::size_t> run(std::vector<Task> tasks) {
        for (const int good : bench.run_all(std::move(tasks))) {
            CHECK(good == 1);
        }
        std::vector<std::size_t> sizes;
        for (std::size_t i = 1; i < bench.batches.size(); ++i) {
            sizes.push_back(bench.batches[i].jobs);
        }
        return sizes;
    }
};

TEST_CASE("where a sync takes long, a transaction waits for those who were answered just now") {
    LateWorld world;
    CHECK(world.run(world.senders(2)) == std::vector<std::size_t>{20, 31});
}

TEST_CASE("a late alert that fails undoes only itself, and the others happen once") {
    LateWorld world;
    auto tasks = world.senders([&world](int which) {
        const std::string id = which == 7 ? std::string() : "late" + std::to_string(which);
        return append_twice(world.bench, id);
    });
    CHECK(world.run(std::move(tasks)) == std::vector<std::size_t>{20, 31});
    const auto pending = world.bench.run(world.bench.store().pending(0, 100));
    REQUIRE(pending.has_value());
    CHECK(pending->size() == 2 + 19);
}

TEST_CASE("a transaction does not wait for alerts once waits are to be moved") {
    LateWorld world;
    auto tasks = world.senders(1);
    tasks.push_back(move_waits(world.bench));
    CHECK(world.run(std::move(tasks)) == std::vector<std::size_t>{20, 11, 1});
}

TEST_CASE("closing does not wait for alerts that may come") {
    LateWorld world;
    auto tasks = world.senders(1);
    tasks.push_back(close(world.bench));
    CHECK(world.run(std::move(tasks)) == std::vector<std::size_t>{20, 11});
}

}  // namespace
}  // namespace alert_bridge::test
