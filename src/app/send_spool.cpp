// SPDX-License-Identifier: MIT
#include "alert_bridge/app/send_spool.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "alert_bridge/app/send_owner.hpp"
#include "alert_bridge/app/send_payload.hpp"
#include "alert_bridge/base/number.hpp"
#include "alert_bridge/base/test_point.hpp"

namespace alert_bridge::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEnding = ".alert";
constexpr std::string_view kTemporary = ".new-";
constexpr std::string_view kReason = ".reason";
constexpr const char* kLock = "/.sending";
constexpr const char* kRefused = "/refused";
constexpr std::size_t kStampDigits = 16;  // microseconds since 1970, until the year 2286
constexpr std::int64_t kLastStamp = 9'999'999'999'999'999;
constexpr Duration kLeavingsAge{3'600'000};

Error spool_error(const std::string& what, int code) {
    return {
        ErrorClass::misconfigured, "spool", what + ": " + std::generic_category().message(code)};
}

// 0 when it is not the name of a waiting alert.
std::int64_t stamp_of(std::string_view name) {
    const bool has_form =
        name.size() > kStampDigits && name[kStampDigits] == '-' && name.ends_with(kEnding);
    return has_form ? parse_whole_number(name.substr(0, kStampDigits)).value_or(0) : 0;
}

std::string stamped(std::int64_t stamp) {
    std::string digits = std::to_string(stamp);
    digits.insert(0, kStampDigits - std::min(kStampDigits, digits.size()), '0');
    return digits + "-" + std::to_string(::getpid()) + std::string(kEnding);
}

// What is in the folder, sorted.
Result<std::vector<std::string>> names_in(
    const std::string& folder, bool (*wanted)(std::string_view)
) {
    std::vector<std::string> names;
    std::error_code failure;
    for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
         entry.increment(failure)) {
        std::string name = entry->path().filename().string();
        if (wanted(name)) {
            names.push_back(std::move(name));
        }
    }
    if (failure) {
        return spool_error("cannot list the folder " + folder, failure.value());
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::uint64_t bytes_of(const std::string& folder, const std::vector<std::string>& names) {
    std::uint64_t bytes = 0;
    for (const std::string& name : names) {
        struct stat status {};
        const bool found = ::lstat((folder + "/" + name).c_str(), &status) == 0;
        bytes += found ? static_cast<std::uint64_t>(status.st_size) : 0;
    }
    return bytes;
}

bool is_alert(std::string_view name) {
    return stamp_of(name) > 0;
}
bool is_temporary(std::string_view name) {
    return name.starts_with(kTemporary);
}

std::string above(const std::string& folder) {
    const std::string parent = fs::path(folder).parent_path().string();
    return parent.empty() ? "." : parent;
}

// One level. That it is there is on disk, also if another process has just made it.
Result<Done> make_folder(const std::string& folder) {
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
        return spool_error("cannot make the folder " + folder, errno);
    }
    const OpenFile parent(::open(above(folder).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    // One that we may not read has been made by others, and long before.
    if (parent.get() >= 0 && ::fsync(parent.get()) != 0) {
        return spool_error("cannot write to " + above(folder), errno);
    }
    return Done{};
}

Result<OpenFile> open_folder(const std::string& folder) {
    OpenFile directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    struct stat status {};
    int code = directory.get() < 0 || ::fstat(directory.get(), &status) != 0 ? errno : 0;
    if (code == 0 && ::geteuid() == 0 && status.st_uid != 0) {
        code = EPERM;  // see send_owner.hpp
    }
    if (code != 0) {
        return spool_error(
            "cannot use the folder " + folder +
                ", which must belong to the user that the monitoring runs as",
            code
        );
    }
    return directory;
}

}  // namespace

Result<SendSpool> SendSpool::open(std::string folder, SpoolLimits limits) {
    for (const std::string& each : {above(folder), folder}) {
        if (const auto made = make_folder(each); !made) {
            Error error = made.error();
            error.message += "; " + how_to_make_spool(above(folder));
            return error;
        }
    }
    auto directory = open_folder(folder);
    if (!directory) {
        return directory.error();
    }
    return SendSpool(std::move(folder), limits, std::move(*directory));
}

Result<Done> SendSpool::write_whole(int descriptor, std::string_view body) const {
    while (!body.empty()) {
        const ssize_t count = ::write(descriptor, body.data(), body.size());
        if (count < 0 && errno != EINTR) {
            return spool_error("cannot write to " + folder_, errno);
        }
        body.remove_prefix(count < 0 ? 0 : static_cast<std::size_t>(count));
    }
    if (::fsync(descriptor) != 0) {
        return spool_error("cannot write to " + folder_, errno);
    }
    return Done{};
}

// A link fails where a rename would overwrite: two processes in two containers may have one pid.
Result<std::string> SendSpool::give_name(const std::string& temporary, WallTime now) {
    constexpr int kAttempts = 100;
    int code = EEXIST;
    for (int attempt = 0; attempt < kAttempts && code == EEXIST; ++attempt) {
        const auto others = waiting();
        if (!others) {
            return others.error();
        }
        const std::int64_t newest = others->empty() ? 0 : stamp_of(others->back());
        const std::int64_t stamp = std::max(to_unix_ms(now) * 1000, newest + 1);
        if (stamp > kLastStamp) {
            return Error{
                ErrorClass::misconfigured, "spool",
                "the name of " + path(others->back()) + " is not of this program"};
        }
        std::string name = stamped(stamp);
        if (::link(temporary.c_str(), path(name).c_str()) == 0) {
            return name;
        }
        code = errno;
    }
    return spool_error("cannot name a file in " + folder_, code);
}

Result<std::string> SendSpool::add(std::string_view body, WallTime now) {
    const auto others = waiting();
    if (!others) {
        return others.error();
    }
    const auto aside = names_in(folder_ + kRefused, is_alert);
    const std::size_t set_aside = aside ? aside->size() : 0;  // mostly there is no such folder
    std::uint64_t bytes = body.size() + bytes_of(folder_, *others);
    bytes += aside ? bytes_of(folder_ + kRefused, *aside) : 0;
    if (others->size() + set_aside >= limits_.alerts || bytes > limits_.bytes) {
        return Error{
            ErrorClass::later, "spool_full",
            folder_ + " is full: " + std::to_string(others->size()) + " alerts wait in it, and " +
                std::to_string(set_aside) + " in its folder `refused` need a look"};
    }
    std::string temporary = path(std::string(kTemporary) + "XXXXXX");
    const OpenFile file(::mkostemp(temporary.data(), O_CLOEXEC));
    if (file.get() < 0) {
        return spool_error("cannot make a file in " + folder_, errno);
    }
    const auto written = write_whole(file.get(), body);
    test_point("send_before_name");
    auto name = written ? give_name(temporary, now) : Result<std::string>(written.error());
    test_point("send_after_name");
    ::unlink(temporary.c_str());
    if (name && ::fsync(directory_.get()) != 0) {
        const int code = errno;
        ::unlink(path(*name).c_str());
        return spool_error("cannot write to " + folder_, code);
    }
    return name;
}

Result<std::optional<SendSpool::Turn>> SendSpool::take_turn() {
    const std::string file = folder_ + kLock;
    OpenFile lock(::open(file.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (lock.get() < 0) {
        return spool_error("cannot open " + file, errno);
    }
    int result = 0;
    do {
        result = ::flock(lock.get(), LOCK_EX | LOCK_NB);
    } while (result != 0 && errno == EINTR);
    if (result != 0 && errno != EWOULDBLOCK) {
        return spool_error("cannot lock " + file, errno);
    }
    return result == 0 ? std::optional<Turn>(std::move(lock)) : std::nullopt;
}

Result<std::vector<std::string>> SendSpool::waiting() const {
    return names_in(folder_, is_alert);
}

Result<std::optional<std::string>> SendSpool::read(const std::string& name) const {
    const OpenFile file(::open(path(name).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
    if (file.get() < 0) {
        if (errno == ENOENT) {
            return std::optional<std::string>();
        }
        return spool_error("cannot open it", errno);
    }
    std::string body;
    char buffer[16 * 1024];
    while (body.size() <= kAlertBytesMax) {
        const ssize_t count = ::read(file.get(), buffer, sizeof(buffer));
        if (count == 0) {
            return std::optional<std::string>(std::move(body));
        }
        if (count < 0 && errno != EINTR) {
            return spool_error("cannot read it", errno);
        }
        body.append(buffer, count < 0 ? 0 : static_cast<std::size_t>(count));
    }
    return spool_error("cannot read it", EFBIG);
}

Result<Done> SendSpool::remove(const std::string& name) {
    test_point("send_before_remove");
    if (::unlink(path(name).c_str()) != 0 && errno != ENOENT) {
        return spool_error("cannot remove " + path(name) + ", which the bridge has", errno);
    }
    return Done{};
}

Result<Done> SendSpool::set_aside(const std::string& name, const std::string& reason) {
    const std::string folder = folder_ + kRefused;
    if (const auto made = make_folder(folder); !made) {
        return made.error();
    }
    const OpenFile note(::open(
        (folder + "/" + name + std::string(kReason)).c_str(),
        O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600
    ));
    if (note.get() >= 0) {
        (void)write_whole(note.get(), reason + "\n");  // without it the alert still is aside
    }
    if (::rename(path(name).c_str(), (folder + "/" + name).c_str()) != 0) {
        return spool_error("cannot move " + name + " to " + folder, errno);
    }
    return Done{};
}

void SendSpool::clear_leavings(WallTime now) {
    const auto names = names_in(folder_, is_temporary);
    for (const std::string& name : names ? *names : std::vector<std::string>()) {
        struct stat status {};
        const bool found = ::lstat(path(name).c_str(), &status) == 0;
        if (found && now - from_unix_ms(std::int64_t{status.st_mtime} * 1000) > kLeavingsAge) {
            ::unlink(path(name).c_str());
        }
    }
}

bool SendSpool::was_set_aside(const std::string& name) const {
    return ::access((folder_ + kRefused + "/" + name).c_str(), F_OK) == 0;
}

std::size_t SendSpool::refused() const {
    const auto names = names_in(folder_ + kRefused, is_alert);
    return names ? names->size() : 0;
}

}  // namespace alert_bridge::app
