// SPDX-License-Identifier: MIT
#include "alert_bridge/alarm/program.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "alert_bridge/base/open_file.hpp"

namespace alert_bridge::alarm {

namespace asio = boost::asio;

namespace {

constexpr int kFirstFile = 3;

// An unnamed file in memory that holds the text, read from its beginning; -1 with errno when that
// cannot be made.
OpenFile file_of(const std::string& text) {
    OpenFile file(::memfd_create("alarm", MFD_CLOEXEC));
    std::size_t done = 0;
    while (file.get() >= 0 && done < text.size()) {
        const ssize_t wrote = ::write(file.get(), text.data() + done, text.size() - done);
        if (wrote <= 0) {
            return OpenFile();
        }
        done += static_cast<std::size_t>(wrote);
    }
    if (file.get() >= 0) {
        ::lseek(file.get(), 0, SEEK_SET);
    }
    return file;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    result.reserve(texts.size() + 1);
    for (std::string& text : texts) {
        result.push_back(text.data());
    }
    result.push_back(nullptr);
    return result;
}

std::vector<std::string> environment_of(const Program& program) {
    const char* const path = std::getenv("PATH");
    std::vector<std::string> result{
        std::string("PATH=") + (path == nullptr ? "/usr/bin:/bin" : path), "LANG=C.UTF-8"};
    for (const auto& [name, value] : program.environment) {
        result.push_back(name + "=" + value);
    }
    return result;
}

struct SpawnPlan {
    posix_spawn_file_actions_t files{};
    posix_spawnattr_t attributes{};

    SpawnPlan() {
        ::posix_spawn_file_actions_init(&files);
        ::posix_spawnattr_init(&attributes);
        // The daemon blocks and ignores signals that a program expects to work.
        sigset_t none{};
        sigset_t all{};
        ::sigemptyset(&none);
        ::sigfillset(&all);
        ::posix_spawnattr_setsigmask(&attributes, &none);
        ::posix_spawnattr_setsigdefault(&attributes, &all);
        ::posix_spawnattr_setpgroup(&attributes, 0);
        constexpr int kFlags =
            POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
        ::posix_spawnattr_setflags(&attributes, static_cast<short>(kFlags));
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;
    ~SpawnPlan() {
        ::posix_spawn_file_actions_destroy(&files);
        ::posix_spawnattr_destroy(&attributes);
    }
};

Error cannot_start(const Program& program, int code) {
    return {
        ErrorClass::misconfigured, "not_started",
        "cannot start " + program.command.front() + ": " + std::strerror(code)};
}

Result<pid_t> start(Program& program) {
    std::vector<OpenFile> files;
    files.push_back(file_of(program.input));
    for (const std::string& text : program.files) {
        if (files.back().get() >= 0) {
            files.push_back(file_of(text));
        }
    }
    const int cannot = errno;
    SpawnPlan plan;
    int place = 0;
    for (const OpenFile& file : files) {
        if (file.get() < 0) {
            return Error{
                ErrorClass::later, "no_memory",
                std::string("cannot keep the program's input: ") + std::strerror(cannot)};
        }
        // Our own descriptors are higher than these, and so not overwritten before they are used.
        ::posix_spawn_file_actions_adddup2(&plan.files, file.get(), place);
        place = std::max(place + 1, kFirstFile);
    }
    ::posix_spawn_file_actions_adddup2(&plan.files, STDERR_FILENO, STDOUT_FILENO);
    // Sockets of the daemon are not closed by themselves.
    ::posix_spawn_file_actions_addclosefrom_np(&plan.files, std::max(place, kFirstFile));
    std::vector<std::string> environment = environment_of(program);
    const std::vector<char*> arguments = pointers(program.command);
    const std::vector<char*> variables = pointers(environment);
    pid_t process = 0;
    const int failure = ::posix_spawnp(
        &process, arguments.front(), &plan.files, &plan.attributes, arguments.data(),
        variables.data()
    );
    if (failure != 0) {
        return cannot_start(program, failure);
    }
    return process;
}

// Waits for a process that has ended, or is being killed. Empty: somebody else has taken its
// status.
std::optional<int> reap(pid_t process) {
    int status = 0;
    pid_t reaped = 0;
    do {
        reaped = ::waitpid(process, &status, 0);
    } while (reaped < 0 && errno == EINTR);
    return reaped == process ? std::optional(status) : std::nullopt;
}

Result<void> judge(std::optional<int> ended, bool was_killed, const Program& program) {
    const std::string& name = program.command.front();
    if (was_killed) {
        return Error{
            ErrorClass::later, "program_killed",
            name + " was ended after " + format_duration(program.at_most) + ", or at a stop"};
    }
    if (!ended) {
        return Error{ErrorClass::later, "program_lost", "nobody can tell how " + name + " ended"};
    }
    const int status = *ended;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        return {};
    }
    const std::string how = WIFEXITED(status) ? "status " + std::to_string(WEXITSTATUS(status))
                                              : "signal " + std::to_string(WTERMSIG(status));
    return Error{ErrorClass::later, "program_failed", name + " ended with " + how};
}

}  // namespace

struct ProgramRunner::Running {
    Running(const asio::any_io_executor& executor, pid_t started)
        : process(started), end(executor), time(executor) {}
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() {
        if (process > 0) {
            ::kill(-process, SIGKILL);
            reap(process);
        }
    }

    void kill() noexcept {
        was_killed = true;
        if (process > 0) {
            ::kill(-process, SIGKILL);
        }
    }

    pid_t process;
    asio::posix::stream_descriptor end;  // readable once the process has ended
    asio::steady_timer time;
    bool was_killed = false;
};

ProgramRunner::ProgramRunner(asio::any_io_executor executor) : executor_(std::move(executor)) {}

ProgramRunner::~ProgramRunner() {
    stop();
}

void ProgramRunner::stop() noexcept {
    stopped_ = true;
    if (running_) {
        running_->kill();
    }
}

asio::awaitable<Result<void>> ProgramRunner::run(Program program) {
    if (stopped_) {
        co_return Error{ErrorClass::later, "stopping", "the daemon stops"};
    }
    const Result<pid_t> process = start(program);
    if (!process) {
        co_return process.error();
    }
    auto running = std::make_shared<Running>(executor_, *process);
    const auto descriptor = static_cast<int>(::syscall(SYS_pidfd_open, *process, 0));
    if (descriptor < 0) {
        co_return Error{
            ErrorClass::later, "no_pidfd",
            std::string("cannot wait for a program: ") + std::strerror(errno)};
    }
    boost::system::error_code failure;
    running->end.assign(descriptor, failure);
    if (failure) {
        ::close(descriptor);
        co_return Error{ErrorClass::later, "no_pidfd", "cannot wait: " + failure.message()};
    }
    running_ = running;
    running->time.expires_after(program.at_most);
    running->time.async_wait([running](const boost::system::error_code& cancelled) {
        if (!cancelled) {
            running->kill();
        }
    });
    co_await running->end.async_wait(
        asio::posix::stream_descriptor::wait_read,
        asio::redirect_error(asio::use_awaitable, failure)
    );
    if (failure) {
        running->kill();  // nobody waits any more
    }
    running->time.cancel();
    running_.reset();
    const std::optional<int> status = reap(std::exchange(running->process, 0));
    co_return judge(status, running->was_killed, program);
}

}  // namespace alert_bridge::alarm
