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

// What is in the folder; an empty list when it cannot be read.
std::vector<std::string> names_in(const std::string& folder, bool (*wanted)(std::string_view)) {
    std::vector<std::string> names;
    std::error_code failure;
    for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
         entry.increment(failure)) {
        std::string name = entry->path().filename().string();
        if (wanted(name)) {
            names.push_back(std::move(name));
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

bool is_alert(std::string_view name) {
    return stamp_of(name) > 0;
}
bool is_temporary(std::string_view name) {
    return name.starts_with(kTemporary);
}

Result<OpenFile> open_folder(const std::string& folder) {
    OpenFile directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.get() < 0) {
        return spool_error("cannot use the folder " + folder, errno);
    }
    return directory;
}

// One level; 0 or the reason.
int make_folder(const std::string& folder) {
    return ::mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST ? 0 : errno;
}

}  // namespace

OpenFile::~OpenFile() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

OpenFile& OpenFile::operator=(OpenFile&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

Result<SendSpool> SendSpool::open(std::string folder, SpoolLimits limits) {
    const std::string above = fs::path(folder).parent_path().string();
    (void)make_folder(above);  // the next line tells of a failure
    if (const int code = make_folder(folder); code != 0) {
        Error error = spool_error("cannot make the folder " + folder, code);
        error.message += "; as root: install -d -m 0700 -o USER " + above +
                         " (the user that the monitoring runs as)";
        return error;
    }
    if (const OpenFile parent(::open(above.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        parent.get() >= 0) {
        ::fsync(parent.get());
    }
    auto directory = open_folder(folder);
    if (!directory) {
        return directory.error();
    }
    return SendSpool(std::move(folder), limits, std::move(*directory));
}

void SendSpool::hand_over(int descriptor) const {
    struct stat owner {};
    if (::geteuid() == 0 && ::fstat(directory_.get(), &owner) == 0) {
        (void)!::fchown(descriptor, owner.st_uid, owner.st_gid);
    }
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
        const std::int64_t newest = others.empty() ? 0 : stamp_of(others.back());
        const std::int64_t stamp = std::max(to_unix_ms(now) * 1000, newest + 1);
        if (stamp > kLastStamp) {
            return spool_error("the name of " + path(others.back()) + " is not of this program", 0);
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
    std::uint64_t alerts = 0, bytes = body.size();
    for (const std::string& name : waiting()) {
        struct stat status {};
        ++alerts;
        bytes += ::stat(path(name).c_str(), &status) == 0
                     ? static_cast<std::uint64_t>(status.st_size)
                     : 0;
    }
    if (alerts >= limits_.alerts || bytes > limits_.bytes) {
        return Error{
            ErrorClass::later, "spool_full",
            folder_ + " is full: " + std::to_string(alerts) + " alerts wait in it"};
    }
    std::string temporary = path(std::string(kTemporary) + "XXXXXX");
    const OpenFile file(::mkostemp(temporary.data(), O_CLOEXEC));
    if (file.get() < 0) {
        return spool_error("cannot make a file in " + folder_, errno);
    }
    hand_over(file.get());
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

std::optional<SendSpool::Turn> SendSpool::take_turn() {
    OpenFile lock(::open((folder_ + kLock).c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0600));
    if (lock.get() < 0) {
        return std::nullopt;
    }
    hand_over(lock.get());
    int result = 0;
    do {
        result = ::flock(lock.get(), LOCK_EX | LOCK_NB);
    } while (result != 0 && errno == EINTR);
    if (result != 0) {
        return std::nullopt;
    }
    return Turn(std::move(lock));
}

std::vector<std::string> SendSpool::waiting() const {
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

void SendSpool::remove(const std::string& name) {
    test_point("send_before_remove");
    ::unlink(path(name).c_str());
}

Result<Done> SendSpool::set_aside(const std::string& name, const std::string& reason) {
    const std::string folder = folder_ + kRefused;
    if (const int code = make_folder(folder); code != 0) {
        return spool_error("cannot make the folder " + folder, code);
    }
    if (const auto directory = open_folder(folder)) {
        hand_over(directory->get());
    }
    const OpenFile note(::open(
        (folder + "/" + name + std::string(kReason)).c_str(),
        O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600
    ));
    if (note.get() >= 0) {
        hand_over(note.get());
        (void)write_whole(note.get(), reason + "\n");
    }
    if (::rename(path(name).c_str(), (folder + "/" + name).c_str()) != 0) {
        return spool_error("cannot move " + name + " to " + folder, errno);
    }
    const auto kept = names_in(folder, is_alert);
    for (std::size_t i = 0; i + kRefusedMax < kept.size(); ++i) {
        ::unlink((folder + "/" + kept[i]).c_str());
        ::unlink((folder + "/" + kept[i] + std::string(kReason)).c_str());
    }
    return Done{};
}

void SendSpool::clear_leavings(WallTime now) {
    for (const std::string& name : names_in(folder_, is_temporary)) {
        struct stat status {};
        const bool found = ::stat(path(name).c_str(), &status) == 0;
        if (found && now - from_unix_ms(std::int64_t{status.st_mtime} * 1000) > kLeavingsAge) {
            ::unlink(path(name).c_str());
        }
    }
}

bool SendSpool::was_set_aside(const std::string& name) const {
    return ::access((folder_ + kRefused + "/" + name).c_str(), F_OK) == 0;
}

std::size_t SendSpool::refused() const {
    return names_in(folder_ + kRefused, is_alert).size();
}

}  // namespace alert_bridge::app
