// SPDX-License-Identifier: MIT
// How SqliteStore behaves when the disk fails or is full.
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

}  // namespace
}  // namespace alert_bridge::test
