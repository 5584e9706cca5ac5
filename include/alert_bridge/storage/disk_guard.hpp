// SPDX-License-Identifier: MIT
//
// DiskGuard: keeps room on the disk for what was accepted, and says when nothing more may be.
//
// On a full disk SQLite can neither delete nor copy its log into the file: the queue could not
// empty itself. So two amounts are kept. The reserve is free space that new alerts leave alone:
// is_low() once less is free. The ballast is a file beside the database (PATH-ballast) of the same
// size, at most kBallastMax, for when others fill the disk: it is given up when SQLite says full,
// so that owed writes go on. Both come back without a restart: alerts with a margin, so that a disk
// at the border does not flap, the ballast when there is room for it beside that. Without a given
// reserve it is 64 MiB or 5 % of the disk, whichever is smaller. Guarantees: is_low() looks at the
// disk at most once per look_every (one system call). Not guaranteed: that a ballast can be made (a
// quota, a file system that cannot); then there is none until a later try, and the reserve alone
// counts. A disk that cannot be asked is taken for roomy. Thread rule: the store thread, after the
// constructor. Tests: tests/unit/storage/disk_guard_test.cpp
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace alert_bridge::storage {

struct DiskSpace {
    std::int64_t total_bytes = 0;
    std::int64_t free_bytes = 0;  // to this process
};
using DiskProbe = std::function<std::optional<DiskSpace>(const std::string& directory)>;

// What the system says about the file system of this directory.
[[nodiscard]] std::optional<DiskSpace> disk_space(const std::string& directory);

// The free space that new alerts leave alone: what is given, else by the size of the disk.
[[nodiscard]] std::int64_t reserve_of(
    std::optional<std::int64_t> given, const std::optional<DiskSpace>& space
) noexcept;

struct DiskOptions {
    std::optional<std::int64_t> reserve_bytes;
    DiskProbe probe = disk_space;
    std::chrono::milliseconds look_every{100};  // a busy intake writes some megabytes in that time
    std::chrono::milliseconds ballast_again{60'000};  // after a ballast that could not be made
};

struct DiskState {
    bool is_low = false;
    std::int64_t free_bytes = 0;
    std::int64_t reserve_bytes = 0;
    std::int64_t ballast_bytes = 0;
};

class DiskGuard {
  public:
    static constexpr std::int64_t kReserve = 64LL * 1024 * 1024;
    static constexpr std::int64_t kBallastMax = 64LL * 1024 * 1024;

    DiskGuard(const std::string& database_path, DiskOptions options);

    // True: take no new alerts.
    [[nodiscard]] bool is_low();
    // SQLite found no room: low until there is some again. True: the ballast was there and made
    // some.
    bool give_up_ballast();

    [[nodiscard]] DiskState state();
    [[nodiscard]] std::int64_t reserve_bytes() const noexcept { return reserve_bytes_; }

  private:
    void look();
    [[nodiscard]] std::int64_t ballast_wanted() const noexcept;
    void make_ballast();

    const DiskOptions options_;
    const std::string directory_;
    const std::string ballast_path_;
    std::int64_t reserve_bytes_ = 0;
    std::int64_t free_bytes_ = 0;
    std::int64_t ballast_bytes_ = 0;
    bool is_low_ = false;
    std::chrono::steady_clock::time_point next_look_{};
    std::chrono::steady_clock::time_point next_ballast_{};
};

}  // namespace alert_bridge::storage
