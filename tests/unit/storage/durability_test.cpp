// SPDX-License-Identifier: MIT
// What was acknowledged is there afterwards: whichever write or sync fails, wherever the log is
// torn.
#include <fstream>

#include "catch.hpp"
#include "faulty_vfs.hpp"
#include "store_bench.hpp"

namespace alert_bridge::test {
namespace {

constexpr std::uintmax_t kLogHeader = 32;
constexpr std::uintmax_t kFrameHeader = 24;
constexpr std::uintmax_t kFrame = kFrameHeader + 4096;

std::vector<std::string> pending_ids(SqliteBench& bench) {
    std::vector<std::string> ids;
    for (const auto& entry : *bench.run(bench.store().pending(0, 1000))) {
        ids.push_back(entry.alert.id);
    }
    return ids;
}

domain::Alert numbered(int number) {
    auto alert = an_alert("a" + std::to_string(number), "zabbix/" + std::to_string(number));
    alert.text =
        std::string(static_cast<std::size_t>(number) * 700, 'x');  // some span several pages
    return alert;
}

// Appends, with a checkpoint now and then; returns what was acknowledged.
std::vector<std::string> append_until_refused(SqliteBench& bench, int count) {
    std::vector<std::string> acknowledged;
    for (int i = 0; i < count; ++i) {
        if (bench.run(bench.store().append(a_batch(numbered(i)))).has_error()) {
            break;
        }
        acknowledged.push_back("a" + std::to_string(i));
    }
    return acknowledged;
}

// Every n-th write or sync fails in a run of its own, until a run is over before its fault comes.
int runs_until_one_passes(void (FaultyVfs::*fail)(int), int appends) {
    for (int nth = 1; nth < 1000; ++nth) {
        CAPTURE(nth);
        FaultyVfs disk;
        SqliteBench bench([](storage::SqliteOptions& options) {
            options.database.vfs = FaultyVfs::kName;
            // With or without a job that waits, so that each run has its checkpoints.
            options.thread.checkpoint_idle_pages = 30;
            options.thread.checkpoint_always_pages = 30;
        });
        (disk.*fail)(nth);
        const auto acknowledged = append_until_refused(bench, appends);
        const bool answers = bench.run(bench.store().figures()).has_value();
        if (!answers) {
            CHECK(bench.run(bench.store().append(a_batch(an_alert("later")))).has_error());
        }
        // It may fail at any time, the last answer behind it, and tells so on the executor.
        bench.sqlite().close();
        bench.run_posted();
        const bool is_well = bench.fatal.empty();
        CHECK(bench.fatal.size() <= 1);
        CHECK((answers || !is_well));
        (disk.*fail)(0);
        if (is_well) {
            CHECK(acknowledged.size() == static_cast<std::size_t>(appends));
            return nth;
        }
        bench.restart();
        auto kept = pending_ids(bench);
        // One more than was acknowledged may be there: it was written, its sync failed.
        REQUIRE(kept.size() >= acknowledged.size());
        CHECK(kept.size() <= acknowledged.size() + 1);
        kept.resize(acknowledged.size());
        CHECK(kept == acknowledged);
    }
    return 0;
}

TEST_CASE("whichever sync fails, nothing that is not there was acknowledged") {
    // At least one sync for each append, and those of the checkpoints.
    CHECK(runs_until_one_passes(&FaultyVfs::fail_sync, 12) > 14);
}

TEST_CASE("whichever write fails, nothing that is not there was acknowledged") {
    CHECK(runs_until_one_passes(&FaultyVfs::fail_write, 4) > 20);
}

TEST_CASE("an alert that the file has lost half of turns the store off") {
    SqliteBench bench;
    REQUIRE(bench.run(bench.store().append(a_batch(numbered(1)))).has_value());
    bench.sqlite().close();
    {
        storage::Database db = *storage::open_database({bench.path(), 0, {}});
        db.run("UPDATE journal SET alert = substr(alert, 1, length(alert) / 2)");
    }
    bench.restart();
    const auto rows = bench.run(bench.store().pending(0, 1000));
    REQUIRE(rows.has_error());
    CHECK(rows.error().code == "store_io");
    bench.run_posted();
    CHECK(bench.fatal.size() == 1);
    CHECK(bench.run(bench.store().append(a_batch(an_alert("later")))).has_error());
}

struct Written {
    std::vector<std::string> ids;
    std::vector<std::uintmax_t> log_bytes;  // when the alert of that place was acknowledged
};

// A log of which nothing is copied into the file yet.
Written write_log(SqliteBench& bench) {
    Written written;
    for (int i = 0; i < 6; ++i) {
        REQUIRE(bench.run(bench.store().append(a_batch(numbered(i)))).has_value());
        written.ids.push_back("a" + std::to_string(i));
        written.log_bytes.push_back(std::filesystem::file_size(bench.path() + "-wal"));
    }
    return written;
}

// Those that were acknowledged when the log was no longer than that.
std::vector<std::string> ids_within(const Written& written, std::uintmax_t bytes) {
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < written.ids.size() && written.log_bytes[i] <= bytes; ++i) {
        ids.push_back(written.ids[i]);
    }
    return ids;
}

TEST_CASE("a log that is cut anywhere opens with every alert acknowledged before the cut") {
    SqliteBench bench;
    const auto written = write_log(bench);
    const auto frames = (written.log_bytes.back() - kLogHeader) / kFrame;
    REQUIRE(frames > 40);
    std::size_t seen_all = 0;
    for (std::uintmax_t frame = 0; frame <= frames; ++frame) {
        const auto boundary = kLogHeader + frame * kFrame;
        // Between two frames, in a frame's header, in its page: one of the latter two each time.
        for (const auto more :
             {std::uintmax_t{0}, frame % 2 == 0 ? kFrameHeader / 2 : kFrame / 2}) {
            const auto bytes = std::min(boundary + more, written.log_bytes.back());
            CAPTURE(bytes);
            const auto copy = bench.crash_copy([bytes](const auto&, const std::string& log) {
                std::filesystem::resize_file(log, bytes);
            });
            const auto kept = pending_ids(*copy);
            CHECK(kept == ids_within(written, bytes));
            seen_all += kept.size() == written.ids.size() ? 1 : 0;
            CHECK(copy->run(copy->store().append(a_batch(an_alert("new")))).has_value());
        }
    }
    CHECK(seen_all > 0);
}

TEST_CASE("a log that is cut within its first header opens as if it were not there") {
    SqliteBench bench;
    write_log(bench);
    for (const auto bytes : {std::uintmax_t{0}, std::uintmax_t{1}, std::uintmax_t{31}}) {
        const auto copy = bench.crash_copy([bytes](const auto&, const std::string& log) {
            std::filesystem::resize_file(log, bytes);
        });
        CHECK(pending_ids(*copy).empty());
    }
}

TEST_CASE("a damaged or zeroed frame ends the log before it") {
    SqliteBench bench;
    const auto written = write_log(bench);
    const bool zeroed = GENERATE(false, true);
    for (std::size_t victim = 1; victim < written.ids.size(); ++victim) {
        CAPTURE(zeroed, victim);
        // The first frame of the victim's commit, and with zeroes all that follows.
        const auto at = written.log_bytes[victim - 1];
        const auto size = zeroed ? written.log_bytes.back() - at : std::uintmax_t{1};
        const auto copy = bench.crash_copy([at, size](const auto&, const std::string& log) {
            std::fstream file(log, std::ios::in | std::ios::out | std::ios::binary);
            file.seekp(static_cast<std::streamoff>(at + (size == 1 ? kFrameHeader + 100 : 0)));
            file << std::string(size, size == 1 ? '\x5a' : '\0');
        });
        CHECK(pending_ids(*copy) == ids_within(written, at));
    }
}

TEST_CASE("the log stays short under a load that never ends") {
    constexpr int kPagesMax = 100;
    SqliteBench bench([](storage::SqliteOptions& options) {
        options.thread.checkpoint_idle_pages = kPagesMax;
        options.thread.checkpoint_always_pages = kPagesMax;
    });
    std::int64_t largest = 0;
    std::int64_t pages_written = 0;
    int pages_before = 0;
    for (int round = 0; round < 60; ++round) {
        std::vector<ports::Awaitable<Result<std::vector<ports::Receipt>>>> calls;
        for (int i = 0; i < 20; ++i) {
            const auto id = std::to_string(round) + "-" + std::to_string(i);
            calls.push_back(bench.store().append(a_batch(an_alert(id, "zabbix/" + id))));
        }
        for (const auto& result : bench.run_all(std::move(calls))) {
            REQUIRE(result.has_value());
        }
        largest = std::max(largest, bench.run(bench.store().figures())->wal_bytes);
    }
    for (const auto& batch : bench.batches) {
        pages_written += std::max(batch.wal_pages - pages_before, 0);
        pages_before = batch.wal_pages;
    }
    // The bound and one batch of 20 alerts with at most eight pages each.
    CHECK(largest <= static_cast<std::int64_t>((kPagesMax + 160) * kFrame + kLogHeader));
    CHECK(pages_written > 4 * kPagesMax);
}

}  // namespace
}  // namespace alert_bridge::test
