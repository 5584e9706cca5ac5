// SPDX-License-Identifier: MIT
// What SqliteStore promises beyond the port: group commit, who goes first, and bounds. How it
// behaves when the disk fails or is full is in store_thread_disk_test.cpp.
#include <algorithm>
#include <functional>
#include <future>
#include <iterator>

#include "catch.hpp"
#include "slow_store.hpp"

namespace alert_bridge::test {
namespace {

using domain::OperationKind;
using Receipts = Result<std::vector<ports::Receipt>>;

// Runs the calls, which are all queued before the store begins with the first of them.
void run_together(SqliteBench& bench, std::vector<boost::asio::awaitable<int>> calls) {
    std::promise<void> gate, held;
    std::vector<boost::asio::awaitable<int>> tasks;
    tasks.push_back(hold_up(bench, gate.get_future().share(), held));
    tasks.push_back(wait_until(held.get_future()));
    std::move(calls.begin(), calls.end(), std::back_inserter(tasks));
    tasks.push_back(open(gate));
    for (const int good : bench.run_all(std::move(tasks))) {
        CHECK(good == 1);
    }
}

boost::asio::awaitable<int> keep(ports::Awaitable<Receipts> call, std::optional<Receipts>& out) {
    out.emplace(co_await std::move(call));
    co_return 1;
}

std::vector<std::optional<Receipts>> append_together(SqliteBench& bench, int count) {
    auto calls = many_appends(bench, count);
    std::vector<std::optional<Receipts>> slots(calls.size());
    std::vector<boost::asio::awaitable<int>> tasks;
    for (std::size_t i = 0; i < calls.size(); ++i) {
        tasks.push_back(keep(std::move(calls[i]), slots[i]));
    }
    run_together(bench, std::move(tasks));
    return slots;
}

TEST_CASE("alerts queued together share their commits") {
    SqliteBench bench;
    for (const auto& result : append_together(bench, 1000)) {
        REQUIRE(result->has_value());
    }
    CHECK(bench.batches.size() < 250);
    bench.batches.erase(bench.batches.begin());  // that of the decision before them
    std::size_t jobs = 0;
    for (const auto& report : bench.batches) {
        CHECK(report.jobs <= storage::kBatchJobs);
        CHECK(report.wrote);
        CHECK(report.wal_pages > 0);
        jobs += report.jobs;
    }
    CHECK(jobs == 1000);
}

TEST_CASE("every commit is synced and a read needs none") {
    FaultyVfs disk;
    SqliteBench bench(on_vfs(FaultyVfs::kName));
    const int before = disk.syncs();
    REQUIRE(bench.run(bench.store().append(a_batch(an_alert("a1")))).has_value());
    const int after = disk.syncs();
    CHECK(after > before);
    REQUIRE(bench.run(bench.store().pending(0, 10)).has_value());
    REQUIRE(bench.run(bench.store().claim(kNow, 10, Duration(1))).has_value());
    REQUIRE(bench.run(bench.store().standing("a1")).has_value());
    CHECK(disk.syncs() == after);
}

TEST_CASE("decisions get room in a flood of alerts") {
    SqliteBench bench;
    auto calls = many_appends(bench, 600);
    std::size_t decided_after = 0;
    std::size_t appended = 0;
    auto note_append = [](ports::Awaitable<Receipts> call,
                          std::size_t& counter) -> boost::asio::awaitable<int> {
        const auto result = co_await std::move(call);
        ++counter;
        co_return result.has_value() ? 1 : 0;
    };
    auto note_decision = [](SqliteBench& where, std::size_t& appended_now,
                            std::size_t& out) -> boost::asio::awaitable<int> {
        auto function = always(applied());
        const auto result = co_await where.store().decide(about_alert(0), function);
        out = appended_now;
        co_return result.has_value() ? 1 : 0;
    };
    std::vector<boost::asio::awaitable<int>> tasks;
    for (auto& call : calls) {
        tasks.push_back(note_append(std::move(call), appended));
    }
    tasks.push_back(note_decision(bench, appended, decided_after));
    run_together(bench, std::move(tasks));
    CHECK(appended == 600);
    CHECK(decided_after < 600);
}

// Notes when the operation is due, and takes its time.
boost::asio::awaitable<int> look_at(
    SqliteBench& bench, std::int64_t id, std::vector<WallTime>& seen, std::function<void()> work
) {
    auto function = [&seen, work = std::move(work)](const domain::Snapshot& snapshot) {
        seen.push_back(snapshot.operations.front().due_at);
        work();
        return domain::Decision();
    };
    const auto result = co_await bench.store().decide(about_result(id), function);
    co_return result.has_value() ? 1 : 0;
}

boost::asio::awaitable<int> move_waits(SqliteBench& bench, Duration by) {
    const auto moved = co_await bench.store().shift_waits(by);
    co_return moved.has_value() ? *moved : 0;
}

TEST_CASE("waits move after every call that was made before, and before every later one") {
    SqliteBench bench;
    const auto row = seed_incident(bench, "i1", {an_operation("i1", OperationKind::open)}).at(0);
    const Duration jump{5'000};
    std::vector<WallTime> seen_before, seen_after;
    std::vector<boost::asio::awaitable<int>> tasks;
    for (int i = 0; i < 600; ++i) {  // more than one batch
        tasks.push_back(look_at(bench, row.id, seen_before, [] {}));
    }
    tasks.push_back(move_waits(bench, jump));
    for (int i = 0; i < 20; ++i) {
        tasks.push_back(look_at(bench, row.id, seen_after, [] {}));
    }
    for (const int good : bench.run_all(std::move(tasks))) {
        CHECK(good == 1);
    }
    CHECK(seen_before == std::vector<WallTime>(600, row.due_at));
    CHECK(seen_after == std::vector<WallTime>(20, row.due_at + jump));
}

boost::asio::awaitable<int> decide_slowly(
    SqliteBench& bench, SlowWork& work, std::shared_future<void> begin, std::promise<void>* begun
) {
    auto function = [&work, begin, begun](const domain::Snapshot&) {
        if (begun != nullptr) {
            begun->set_value();
        }
        begin.wait_for(std::chrono::seconds(60));
        work.decide();
        return begun != nullptr ? an_opening() : applied();  // the first one has to be synced
    };
    const auto result = co_await bench.store().decide(about_alert(0), function);
    co_return result.has_value() ? 1 : 0;
}

TEST_CASE("while alerts come in the decisions get a part of each transaction") {
    struct Case {
        int decision_us, sync_us;
        std::size_t decisions;  // beside the alert in its transaction
    };
    // A sixteenth of what the first decision and its sync took, and of the time that passes.
    const auto [decision_us, sync_us, decisions] = GENERATE(
        Case{100, 0, 1}, Case{100, 1'500, 2}, Case{100, 7'900, 6}, Case{100, 1'000'000, 22}
        // for 2 ms at most
    );
    CAPTURE(decision_us, sync_us);
    FaultyVfs disk;
    SlowWork work(disk, std::chrono::microseconds(decision_us), std::chrono::microseconds(sync_us));
    SqliteBench bench(work.options());
    std::promise<void> gate, begun;
    const auto begin = gate.get_future().share();
    std::vector<boost::asio::awaitable<int>> tasks;
    tasks.push_back(decide_slowly(bench, work, begin, &begun));
    tasks.push_back(wait_until(begun.get_future()));
    for (int i = 0; i < 100; ++i) {
        tasks.push_back(decide_slowly(bench, work, begin, nullptr));
    }
    tasks.push_back(append(bench));
    tasks.push_back(open(gate));
    for (const int good : bench.run_all(std::move(tasks))) {
        CHECK(good == 1);
    }
    REQUIRE(bench.batches.size() > 2);
    CHECK(bench.batches[0].jobs == 1);
    CHECK(bench.batches[1].jobs == 1 + decisions);
}

boost::asio::awaitable<int> look(SqliteBench& bench) {
    const auto rows = co_await bench.store().pending(0, 10);
    co_return rows.has_value() ? 1 : 0;
}

TEST_CASE("waits move after the calls that gave way to alerts, too") {
    FaultyVfs disk;
    SlowWork work(disk, std::chrono::microseconds(100), {});
    SqliteBench bench(work.options());
    const auto row = seed_incident(bench, "i1", {an_operation("i1", OperationKind::open)}).at(0);
    const Duration jump{5'000};
    std::vector<WallTime> seen;
    std::promise<void> gate, begun, second_gate, second_begun;
    const auto first = [&] {
        second_begun.set_value();
        second_gate.get_future().wait_for(std::chrono::seconds(60));
        work.decide();
    };
    std::vector<boost::asio::awaitable<int>> tasks;
    tasks.push_back(decide_slowly(bench, work, gate.get_future().share(), &begun));
    tasks.push_back(wait_until(begun.get_future()));
    tasks.push_back(append(bench));
    tasks.push_back(look_at(bench, row.id, seen, first));
    for (int i = 0; i < 10; ++i) {
        tasks.push_back(look_at(bench, row.id, seen, [&work] { work.decide(); }));
    }
    tasks.push_back(open(gate));
    tasks.push_back(wait_until(second_begun.get_future()));
    tasks.push_back(move_waits(bench, jump));
    tasks.push_back(open(second_gate));
    for (const int good : bench.run_all(std::move(tasks))) {
        CHECK(good == 1);
    }
    CHECK(bench.batches.at(bench.batches.size() - 2).jobs == 2);
    CHECK(seen == std::vector<WallTime>(11, row.due_at));
}

TEST_CASE("while alerts come in, a read causes no sync for what rides along with theirs") {
    FaultyVfs disk;
    SlowWork work(disk, {}, {});  // time stands still: alerts have just come in
    SqliteBench bench(work.options());
    std::promise<void> gate, begun;
    const auto begin = gate.get_future().share();
    std::vector<boost::asio::awaitable<int>> tasks;
    tasks.push_back(append(bench));
    tasks.push_back(decide_slowly(bench, work, begin, &begun));
    tasks.push_back(wait_until(begun.get_future()));
    tasks.push_back(decide_slowly(bench, work, begin, nullptr));
    tasks.push_back(look(bench));
    tasks.push_back(open(gate));
    for (const int good : bench.run_all(std::move(tasks))) {
        CHECK(good == 1);
    }
    REQUIRE(bench.batches.size() >= 3);
    const auto& read = bench.batches[bench.batches.size() - 2];
    CHECK(read.jobs == 1);
    CHECK_FALSE(read.wrote);
    CHECK(bench.batches.back().wrote);
}

TEST_CASE("past the bound of the queue the store says busy at once") {
    SqliteBench bench([](auto& options) { options.thread.jobs_max = 10; });
    int taken = 0;
    int busy = 0;
    for (const auto& result : append_together(bench, 2000)) {
        if (result->has_value()) {
            ++taken;
        } else {
            CHECK(result->error().code == "store_busy");
            CHECK(result->error().kind == ErrorClass::later);
            ++busy;
        }
    }
    CHECK(taken == 10);
    CHECK(busy == 1990);
    CHECK(bench.run(bench.store().figures())->journal_pending == taken);
    CHECK(bench.run(bench.store().append(a_batch(an_alert("later")))).has_value());
}

TEST_CASE("closing finishes what is queued and refuses the rest") {
    SqliteBench bench;
    boost::asio::io_context& io = bench.io();
    std::vector<std::optional<Receipts>> slots(50);
    auto calls = many_appends(bench, 50);
    for (std::size_t i = 0; i < slots.size(); ++i) {
        boost::asio::co_spawn(io, put_into(std::move(calls[i]), slots[i]), boost::asio::detached);
    }
    while (io.poll_one() > 0 && bench.batches.empty()) {
    }
    bench.sqlite().close();
    bench.sqlite().close();
    bench.run_posted();
    int taken = 0;
    for (const auto& slot : slots) {
        REQUIRE(slot.has_value());
        if (slot->has_value()) {
            ++taken;
        } else {
            CHECK(slot->error().code == "store_closed");
        }
    }
    CHECK(taken > 0);
    const auto late = bench.run(bench.store().append(a_batch(an_alert("late"))));
    REQUIRE(late.has_error());
    CHECK(late.error().code == "store_closed");
    bench.restart();
    CHECK(bench.run(bench.store().figures())->journal_pending == taken);
}

}  // namespace
}  // namespace alert_bridge::test
