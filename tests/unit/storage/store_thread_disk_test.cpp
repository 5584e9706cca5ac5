// SPDX-License-Identifier: MIT
// How SqliteStore behaves when the disk fails or is full, or a call does.
#include <set>
#include <stdexcept>

#include "catch.hpp"
#include "faulty_vfs.hpp"
#include "store_bench.hpp"

namespace alert_bridge::test {
namespace {

using Receipts = Result<std::vector<ports::Receipt>>;

TEST_CASE("a full file refuses what does not fit and goes on") {
    std::int64_t pages_max = 120;
    SqliteBench bench([&pages_max](auto& options) { options.database.pages_max = pages_max; });
    auto big = an_alert("a0");
    big.text = std::string(20'000, 'x');
    int taken = 0;
    Receipts last = bench.run(bench.store().append(a_batch(big)));
    while (last.has_value()) {
        ++taken;
        big.id = "a" + std::to_string(taken);
        big.idempotency_key = big.id;
        last = bench.run(bench.store().append(a_batch(big)));
    }
    CHECK(taken > 3);
    CHECK(last.error().code == "store_full");
    CHECK(last.error().kind == ErrorClass::later);
    CHECK(bench.fatal.empty());
    CHECK(bench.run(bench.store().pending(0, 100))->size() == static_cast<std::size_t>(taken));
    // A small write may still fit; none that does not fit leaves a trace. With more room all go on.
    CHECK(bench.run(bench.store().append(a_batch(big))).error().code == "store_full");
    CHECK(bench.run(bench.store().claim(kNow, 10, Duration(1))).has_value());
    pages_max = 0;
    bench.restart();
    CHECK(bench.run(bench.store().append(a_batch(big))).has_value());
    CHECK(bench.run(bench.store().pending(0, 100))->size() == static_cast<std::size_t>(taken) + 1);
}

TEST_CASE("a full disk fails the batch and the store stays usable") {
    FaultyVfs disk;
    SqliteBench bench(on_vfs(FaultyVfs::kName));
    REQUIRE(bench.run(bench.store().append(a_batch(an_alert("before")))).has_value());
    disk.fill_disk(true);
    for (const auto& result : bench.run_all(many_appends(bench, 20))) {
        REQUIRE(result.has_error());
        CHECK(result.error().code == "store_full");
    }
    CHECK(bench.run(bench.store().pending(0, 100))->size() == 1);
    disk.fill_disk(false);
    for (const auto& result : bench.run_all(many_appends(bench, 20))) {
        CHECK(result.has_value());
    }
    CHECK(bench.run(bench.store().pending(0, 100))->size() == 21);
    CHECK(bench.fatal.empty());
}

TEST_CASE("after a failed sync nothing is acknowledged and the store is off") {
    FaultyVfs disk;
    SqliteBench bench(on_vfs(FaultyVfs::kName));
    REQUIRE(bench.run(bench.store().append(a_batch(an_alert("before")))).has_value());
    disk.fail_sync(1);
    for (const auto& result : bench.run_all(many_appends(bench, 5))) {
        REQUIRE(result.has_error());
        CHECK(result.error().code == "store_io");
        CHECK(result.error().kind == ErrorClass::later);
    }
    REQUIRE(bench.fatal.size() == 1);
    CHECK(bench.fatal[0].code == "store_io");
    disk.fail_sync(0);  // the disk claims to be well again: that must not be believed
    const auto later = bench.run(bench.store().append(a_batch(an_alert("later"))));
    REQUIRE(later.has_error());
    CHECK(later.error().code == "store_io");
    CHECK(bench.run(bench.store().pending(0, 10)).error().code == "store_io");
    CHECK(bench.fatal.size() == 1);

    bench.restart();
    const auto kept = bench.run(bench.store().pending(0, 10));
    REQUIRE(kept->size() == 1);
    CHECK(kept->front().alert.id == "before");
}

boost::asio::awaitable<int> keep(ports::Awaitable<Receipts> call, std::optional<Receipts>& out) {
    out.emplace(co_await std::move(call));
    co_return 1;
}

boost::asio::awaitable<int> note_failure(SqliteBench& bench, ports::DecideFunction function) {
    const auto result = co_await bench.store().decide(about_alert(0), std::move(function));
    co_return result.has_error() && result.error().code == "store_decide" ? 1 : 0;
}

TEST_CASE("a call that fails undoes only itself, and the others of its transaction happen once") {
    SqliteBench bench;
    int decisions = 0;
    const auto fails = [&decisions](const domain::Snapshot&) -> domain::Decision {
        ++decisions;
        throw std::runtime_error("no decision");
    };
    auto calls = many_appends(bench, 20);
    std::vector<std::optional<Receipts>> receipts(calls.size());
    std::vector<boost::asio::awaitable<int>> tasks;
    for (std::size_t i = 0; i < calls.size(); ++i) {
        tasks.push_back(keep(std::move(calls[i]), receipts[i]));
    }
    tasks.push_back(note_failure(bench, fails));
    for (const int good : bench.run_all(std::move(tasks))) {
        CHECK(good == 1);
    }
    CHECK(decisions == 2);  // the second time in a savepoint of its own
    std::set<std::int64_t> rows;
    for (const auto& receipt : receipts) {
        REQUIRE(receipt->has_value());
        rows.insert((*receipt)->front().journal_seq);
    }
    CHECK(rows.size() == 20);
    const auto pending = bench.run(bench.store().pending(0, 100));
    REQUIRE(pending->size() == 20);
    for (const auto& entry : *pending) {
        CHECK(rows.count(entry.seq) == 1);
    }
}

TEST_CASE("a long log is copied into the file on the way") {
    SqliteBench bench;
    auto big = an_alert("a0");
    big.text = std::string(64'000, 'x');
    int largest = 0;
    int count = 0;
    // Early in a moment of rest; without one, when the log may not get longer.
    for (bool is_copied = false; !is_copied && count < 1'000; ++count) {
        big.id = "a" + std::to_string(count);
        big.idempotency_key = big.id;
        REQUIRE(bench.run(bench.store().append(a_batch(big))).has_value());
        is_copied = bench.batches.back().wal_pages < largest;
        largest = std::max(largest, bench.batches.back().wal_pages);
    }
    CHECK(largest >= 1'500);
    CHECK(bench.batches.back().wal_pages < largest);
    CHECK(bench.run(bench.store().figures())->file_bytes > (count - 1) * 64'000);
}

}  // namespace
}  // namespace alert_bridge::test
