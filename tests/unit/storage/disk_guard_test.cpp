// SPDX-License-Identifier: MIT
// A disk of chosen size: when alerts are refused, when the ballast goes and comes back.
#include "alert_bridge/storage/disk_guard.hpp"

#include <sys/stat.h>

#include "catch.hpp"
#include "faulty_vfs.hpp"
#include "store_bench.hpp"

namespace alert_bridge::test {
namespace {

using storage::DiskGuard;
using storage::DiskOptions;
using storage::DiskSpace;

constexpr std::int64_t kMiB = 1024 * 1024;

// What others leave free; the ballast that the guard makes takes its part of it.
struct Disk {
    TemporaryDirectory directory;
    std::int64_t total = 1000 * kMiB;
    std::int64_t left_by_others = 100 * kMiB;

    [[nodiscard]] std::string database() const { return (directory.path() / "db").string(); }
    [[nodiscard]] std::string ballast() const { return database() + "-ballast"; }
    [[nodiscard]] std::int64_t ballast_bytes() const {
        struct stat about {};
        return ::stat(ballast().c_str(), &about) == 0 ? about.st_blocks * 512 : 0;
    }
    [[nodiscard]] DiskOptions options(std::optional<std::int64_t> reserve) {
        DiskOptions result;
        result.reserve_bytes = reserve;
        result.look_every = std::chrono::milliseconds(0);
        result.probe = [this](const std::string&) {
            return DiskSpace{total, std::max<std::int64_t>(left_by_others - ballast_bytes(), 0)};
        };
        return result;
    }
};

TEST_CASE("without a word the reserve is 64 MiB or a twentieth of the disk") {
    const auto [total, reserve] = GENERATE(
        std::pair{100'000 * kMiB, 64 * kMiB}, std::pair{1'280 * kMiB, 64 * kMiB},
        std::pair{400 * kMiB, 20 * kMiB}
    );
    Disk disk;
    disk.total = total;
    disk.left_by_others = 0;
    CHECK(DiskGuard(disk.database(), disk.options(std::nullopt)).reserve_bytes() == reserve);
    CHECK(DiskGuard(disk.database(), disk.options(7 * kMiB)).reserve_bytes() == 7 * kMiB);
}

TEST_CASE("alerts are refused below the reserve and taken again with a margin") {
    Disk disk;
    DiskGuard guard(disk.database(), disk.options(8 * kMiB));
    CHECK_FALSE(guard.is_low());
    CHECK(disk.ballast_bytes() >= 8 * kMiB);  // real blocks
    struct Step {
        std::int64_t free;
        bool is_low;
    };
    for (const auto& [free, is_low] : std::vector<Step>{
             {9 * kMiB, false},
             {8 * kMiB, false},
             {8 * kMiB - 1, true},
             {8 * kMiB, true},  // at the border nothing flaps
             {9 * kMiB - 1, true},
             {9 * kMiB, false},
             {8 * kMiB, false}}) {
        CAPTURE(free);
        disk.left_by_others = free + disk.ballast_bytes();
        CHECK(guard.is_low() == is_low);
        CHECK(guard.state().free_bytes == free);
    }
}

TEST_CASE("the ballast is given up once and made again when there is room for all") {
    Disk disk;
    DiskGuard guard(disk.database(), disk.options(8 * kMiB));
    const auto made = disk.ballast_bytes();
    disk.left_by_others = made;
    CHECK(guard.give_up_ballast());
    CHECK(disk.ballast_bytes() == 0);
    CHECK_FALSE(guard.give_up_ballast());
    CHECK(guard.is_low());
    CHECK(guard.state().ballast_bytes == 0);
    disk.left_by_others = 9 * kMiB - 1;
    CHECK(guard.is_low());
    disk.left_by_others = 17 * kMiB - 1;
    CHECK_FALSE(guard.is_low());
    CHECK(disk.ballast_bytes() == 0);
    disk.left_by_others = 17 * kMiB;
    CHECK_FALSE(guard.is_low());
    CHECK(disk.ballast_bytes() == made);
    CHECK(guard.state().free_bytes == 17 * kMiB - made);
}

TEST_CASE("a first start takes alerts above the reserve, though there is no room for a ballast") {
    Disk disk;
    disk.left_by_others = 8 * kMiB;
    DiskGuard guard(disk.database(), disk.options(8 * kMiB));
    CHECK_FALSE(guard.is_low());
    CHECK(guard.state().ballast_bytes == 0);
    disk.left_by_others = 17 * kMiB;
    CHECK_FALSE(guard.is_low());
    CHECK(guard.state().ballast_bytes == 8 * kMiB);
}

TEST_CASE("the margin of a large reserve is 64 MiB") {
    Disk disk;
    disk.total = disk.left_by_others = 10'000 * kMiB;
    DiskGuard guard(disk.database(), disk.options(8'000 * kMiB));
    disk.left_by_others = 8'000 * kMiB - 1 + disk.ballast_bytes();
    CHECK(guard.is_low());
    disk.left_by_others = 8'064 * kMiB + disk.ballast_bytes();
    CHECK_FALSE(guard.is_low());
}

TEST_CASE("a ballast of an earlier run is taken over, a larger one made anew") {
    Disk disk;
    { const DiskGuard earlier(disk.database(), disk.options(16 * kMiB)); }
    CHECK(std::filesystem::file_size(disk.ballast()) == 16 * kMiB);
    disk.left_by_others = 26 * kMiB;  // 10 free
    DiskGuard same(disk.database(), disk.options(16 * kMiB));
    CHECK(same.is_low());
    CHECK(same.state().ballast_bytes == 16 * kMiB);
    DiskGuard smaller(disk.database(), disk.options(8 * kMiB));
    CHECK_FALSE(smaller.is_low());
    CHECK(std::filesystem::file_size(disk.ballast()) == 8 * kMiB);
}

TEST_CASE("where no ballast can be made the reserve alone counts") {
    Disk disk;
    auto options = disk.options(8 * kMiB);
    std::filesystem::create_directory(disk.ballast());  // nothing can be written there
    DiskGuard guard(disk.database(), options);
    CHECK_FALSE(guard.is_low());
    disk.left_by_others = 8 * kMiB - 1;
    CHECK(guard.is_low());
    disk.left_by_others = 9 * kMiB;
    CHECK_FALSE(guard.is_low());
}

TEST_CASE("a ballast that could not be made is tried again later") {
    Disk disk;
    auto options = disk.options(8 * kMiB);
    options.ballast_again = std::chrono::milliseconds(0);
    std::filesystem::create_directories(disk.ballast() + "/full");
    DiskGuard guard(disk.database(), options);
    CHECK(std::filesystem::is_directory(disk.ballast()));
    std::filesystem::remove_all(disk.ballast());
    CHECK_FALSE(guard.is_low());
    CHECK(guard.state().ballast_bytes == 8 * kMiB);
}

TEST_CASE("a disk that cannot be asked is taken for roomy") {
    Disk disk;
    auto options = disk.options(8 * kMiB);
    options.probe = [](const std::string&) { return std::nullopt; };
    DiskGuard guard(disk.database(), options);
    CHECK_FALSE(guard.is_low());
    CHECK(storage::disk_space(disk.directory.path().string())->total_bytes > 0);
    CHECK_FALSE(storage::disk_space("/nowhere/at/all").has_value());
}

TEST_CASE("below the reserve the store refuses alerts and goes on with the rest") {
    Disk disk;
    SqliteBench bench([&disk](storage::SqliteOptions& options) {
        options.disk = disk.options(8 * kMiB);
    });
    const auto seq = append_one(bench, "a1");
    disk.left_by_others = 0;
    const auto refused = bench.run(bench.store().append(a_batch(an_alert("a2"))));
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == "store_reserve");
    CHECK(refused.error().kind == ErrorClass::later);
    CHECK(bench.run(bench.store().figures())->disk_is_low);
    CHECK(bench.run(bench.store().figures())->disk_reserve_bytes == 8 * kMiB);
    CHECK(bench.run(bench.store().decide(about_alert(seq), always(an_opening()))).has_value());
    disk.left_by_others = 100 * kMiB;
    CHECK(bench.run(bench.store().append(a_batch(an_alert("a2")))).has_value());
    CHECK_FALSE(bench.run(bench.store().figures())->disk_is_low);
    CHECK(bench.run(bench.store().figures())->journal_pending == 1);
}

TEST_CASE("a full disk costs the ballast, and what waits goes on with its room") {
    FaultyVfs faulty;
    Disk disk;
    SqliteBench bench([&disk](storage::SqliteOptions& options) {
        options.database.vfs = FaultyVfs::kName;
        options.disk = disk.options(8 * kMiB);
    });
    const auto seq = append_one(bench, "a1");
    CHECK(bench.run(bench.store().figures())->ballast_bytes == 8 * kMiB);
    disk.left_by_others = 8 * kMiB;
    faulty.fill_disk(true);
    const auto full = bench.run(bench.store().decide(about_alert(seq), always(an_opening())));
    REQUIRE(full.has_error());
    CHECK(full.error().code == "store_full");
    const auto given_up = *bench.run(bench.store().figures());
    CHECK(given_up.ballast_bytes == 0);
    CHECK(given_up.disk_is_low);
    faulty.fill_disk(false);  // as the system does once the ballast is gone
    CHECK(bench.run(bench.store().decide(about_alert(seq), always(an_opening()))).has_value());
    CHECK(bench.run(bench.store().append(a_batch(an_alert("a2")))).has_error());
    disk.left_by_others = 100 * kMiB;
    CHECK(bench.run(bench.store().append(a_batch(an_alert("a2")))).has_value());
    CHECK(bench.run(bench.store().figures())->ballast_bytes == 8 * kMiB);
    CHECK(bench.fatal.empty());
}

}  // namespace
}  // namespace alert_bridge::test
