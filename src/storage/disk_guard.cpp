// SPDX-License-Identifier: MIT
#include "alert_bridge/storage/disk_guard.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace alert_bridge::storage {

namespace {

constexpr std::int64_t kShareOfDisk = 20;  // one twentieth
// An eighth of the reserve more, at most this, before it goes on.
constexpr std::int64_t kMargin = 8;
constexpr std::int64_t kMarginMax = 64LL * 1024 * 1024;

std::string directory_of(const std::string& path) {
    const auto parent = std::filesystem::path(path).parent_path().string();
    return parent.empty() ? "." : parent;
}

std::int64_t size_of(const std::string& path) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    return error ? 0 : static_cast<std::int64_t>(size);
}

}  // namespace

std::optional<DiskSpace> disk_space(const std::string& directory) {
    struct statvfs about {};
    if (::statvfs(directory.c_str(), &about) != 0) {
        return std::nullopt;
    }
    DiskSpace space;
    space.total_bytes = static_cast<std::int64_t>(about.f_blocks * about.f_frsize);
    space.free_bytes = static_cast<std::int64_t>(about.f_bavail * about.f_frsize);
    return space;
}

std::int64_t reserve_of(
    std::optional<std::int64_t> given, const std::optional<DiskSpace>& space
) noexcept {
    const std::int64_t share = space ? space->total_bytes / kShareOfDisk : DiskGuard::kReserve;
    return given.value_or(std::min(DiskGuard::kReserve, share));
}

DiskGuard::DiskGuard(const std::string& database_path, DiskOptions options)
    : options_(std::move(options)),
      directory_(directory_of(database_path)),
      ballast_path_(database_path + "-ballast"),
      reserve_bytes_(reserve_of(options_.reserve_bytes, options_.probe(directory_))),
      ballast_bytes_(size_of(ballast_path_)) {
    if (ballast_bytes_ > ballast_wanted()) {
        give_up_ballast();  // made for a larger reserve: look() makes the right one
        is_low_ = false;
    }
    look();
}

std::int64_t DiskGuard::ballast_wanted() const noexcept {
    return std::min(reserve_bytes_, kBallastMax);
}

bool DiskGuard::is_low() {
    if (std::chrono::steady_clock::now() >= next_look_) {
        look();
    }
    return is_low_;
}

bool DiskGuard::give_up_ballast() {
    is_low_ = true;
    next_look_ = std::chrono::steady_clock::now() + options_.look_every;
    if (ballast_bytes_ == 0) {
        return false;
    }
    std::error_code error;
    std::filesystem::remove(ballast_path_, error);
    ballast_bytes_ = size_of(ballast_path_);
    return ballast_bytes_ == 0;
}

void DiskGuard::look() {
    const auto now = std::chrono::steady_clock::now();
    next_look_ = now + options_.look_every;
    const auto space = options_.probe(directory_);
    if (!space) {
        is_low_ = false;
        return;
    }
    free_bytes_ = space->free_bytes;
    const std::int64_t roomy = reserve_bytes_ + std::min(reserve_bytes_ / kMargin, kMarginMax);
    is_low_ = free_bytes_ < (is_low_ ? roomy : reserve_bytes_);
    const std::int64_t missing = ballast_wanted() - ballast_bytes_;
    const bool may_try = missing > 0 && now >= next_ballast_;
    if (may_try && free_bytes_ >= roomy + missing) {
        make_ballast();
        free_bytes_ -= ballast_bytes_ - (ballast_wanted() - missing);
    }
}

void DiskGuard::make_ballast() {
    const int descriptor = ::open(ballast_path_.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    // Real blocks, not a hole: only those can be given back.
    const bool is_made = descriptor >= 0 && ::posix_fallocate(descriptor, 0, ballast_wanted()) == 0;
    if (descriptor >= 0) {
        ::close(descriptor);
    }
    if (!is_made) {
        std::error_code ignored;
        std::filesystem::remove(ballast_path_, ignored);
        next_ballast_ = std::chrono::steady_clock::now() + options_.ballast_again;
    }
    ballast_bytes_ = size_of(ballast_path_);
}

DiskState DiskGuard::state() {
    DiskState state;
    state.is_low = is_low();
    state.free_bytes = free_bytes_;
    state.reserve_bytes = reserve_bytes_;
    state.ballast_bytes = ballast_bytes_;
    return state;
}

}  // namespace alert_bridge::storage
