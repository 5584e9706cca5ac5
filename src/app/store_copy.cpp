// SPDX-License-Identifier: MIT
#include "alert_bridge/app/store_copy.hpp"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "alert_bridge/base/open_file.hpp"
#include "alert_bridge/storage/schema.hpp"

namespace alert_bridge::app {
namespace {

namespace files = std::filesystem;

constexpr std::size_t kPieceBytes = 16 * 1024 * 1024;

Error failed(std::string message) {
    return Error{ErrorClass::refused, "store_copy", std::move(message)};
}

// With all that is in it, removed again at the end.
class Folder {
  public:
    Folder() {
        std::error_code failure;
        std::string name =
            (files::temp_directory_path(failure) / "glpi-alert-bridge-XXXXXX").string();
        path_ = failure || ::mkdtemp(name.data()) == nullptr ? std::string() : name;
    }
    ~Folder() {
        if (!path_.empty()) {
            std::error_code ignored;
            files::remove_all(path_, ignored);
        }
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

  private:
    std::string path_;
};

// While it lives, signals that would end the program wait.
class HeldSignals {
  public:
    HeldSignals() {
        sigemptyset(&held_);
        for (const int number : kEnding) {
            struct sigaction how {};
            if (::sigaction(number, nullptr, &how) == 0 && how.sa_handler != SIG_IGN) {
                sigaddset(&held_, number);
            }
        }
        ::pthread_sigmask(SIG_BLOCK, &held_, &before_);
    }
    ~HeldSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    HeldSignals(const HeldSignals&) = delete;
    HeldSignals& operator=(const HeldSignals&) = delete;

    [[nodiscard]] bool one_came() const {
        sigset_t waiting;
        sigemptyset(&waiting);
        ::sigpending(&waiting);
        for (const int number : kEnding) {
            if (sigismember(&held_, number) == 1 && sigismember(&waiting, number) == 1) {
                return true;
            }
        }
        return false;
    }

  private:
    static constexpr int kEnding[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    sigset_t held_{}, before_{};
};

std::int64_t size_of(const std::string& path) {
    std::error_code failure;
    const auto bytes = files::file_size(path, failure);
    return failure ? 0 : static_cast<std::int64_t>(bytes);
}

Result<void> copy_file(
    const std::string& path, const std::string& copy, const HeldSignals& signals
) {
    const OpenFile from(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    const OpenFile to(::open(copy.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (from.get() < 0 || to.get() < 0) {
        return failed(std::generic_category().message(errno));
    }
    for (;;) {
        if (signals.one_came()) {
            return failed("interrupted");
        }
        const ::ssize_t copied = ::sendfile(to.get(), from.get(), nullptr, kPieceBytes);
        if (copied == 0) {
            return Result<void>();
        }
        if (copied < 0 && errno != EINTR) {
            return failed(std::generic_category().message(errno));
        }
    }
}

Result<void> copy_store(
    const std::string& path, const std::string& directory, const HeldSignals& signals
) {
    const std::string log = path + "-wal";
    const std::int64_t bytes = size_of(path) + size_of(log);
    std::error_code failure;
    const auto space = files::space(directory, failure);
    const auto room = failure ? 0 : static_cast<std::int64_t>(space.available / 2);
    if (bytes > kCopyMax || bytes > room) {
        return failed("it is too large to be copied (" + std::to_string(bytes >> 20) + " MiB)");
    }
    const auto before = files::last_write_time(path, failure);
    Result<void> copied = copy_file(path, directory + "/store.db", signals);
    if (copied && files::exists(log, failure)) {
        copied = copy_file(log, directory + "/store.db-wal", signals);
    }
    if (!copied) {
        return copied;
    }
    const bool changed = files::last_write_time(path, failure) != before || is_store_in_use(path);
    return failure || changed ? failed("a daemon started meanwhile") : Result<void>();
}

}  // namespace

// SQLite's locks are those of fcntl; asking for them takes none.
bool is_store_in_use(const std::string& path) {
    const OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct flock lock {};
    lock.l_type = F_RDLCK;
    lock.l_whence = SEEK_SET;
    return file.get() >= 0 && ::fcntl(file.get(), F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

Result<storage::Database> open_store_copy(const std::string& path) {
    const HeldSignals signals;
    const Folder folder;  // gone before the signals are heard again
    if (folder.path().empty()) {
        return failed("there is no temporary directory");
    }
    if (const auto copied = copy_store(path, folder.path(), signals); !copied) {
        return copied.error();
    }
    // Opening takes hold of file and log: neither is looked for by its name again.
    storage::DatabaseOptions options;
    options.path = folder.path() + "/store.db";
    return storage::open_database(options);
}

}  // namespace alert_bridge::app
