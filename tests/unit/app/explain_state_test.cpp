// SPDX-License-Identifier: MIT
#include "alert_bridge/app/explain_state.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>

#include "alert_bridge/storage/schema.hpp"
#include "catch.hpp"

using namespace alert_bridge;
using app::KnownState;

namespace {

struct Folder {
    Folder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "state-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        path = pattern;
        config.store.path = path + "/bridge.db";
        config.admin.socket = path + "/admin.sock";
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    // Makes the store, or what is there already.
    [[nodiscard]] storage::Database open() const {
        storage::DatabaseOptions options;
        options.path = config.store.path;
        auto opened = storage::open_database(options);
        REQUIRE(opened.has_value());
        return std::move(*opened);
    }
    std::string path;
    config::Config config;
};

// Where copies are made, for as long as it lives.
class TemporaryFiles {
  public:
    explicit TemporaryFiles(const std::string& path) : path_(path) {
        std::filesystem::create_directory(path_);
        const char* const before = std::getenv("TMPDIR");
        before_ = before == nullptr ? "" : before;
        ::setenv("TMPDIR", path_.c_str(), 1);
    }
    ~TemporaryFiles() {
        before_.empty() ? ::unsetenv("TMPDIR") : ::setenv("TMPDIR", before_.c_str(), 1);
    }
    TemporaryFiles(const TemporaryFiles&) = delete;
    TemporaryFiles& operator=(const TemporaryFiles&) = delete;
    [[nodiscard]] bool are_none() const { return std::filesystem::is_empty(path_); }

  private:
    std::string path_, before_;
};

ports::Subject some_problem() {
    ports::Subject subject;
    subject.problem_key = "z/1";
    subject.episode = "1";
    return subject;
}

}  // namespace

TEST_CASE("without a store nothing is known, and nothing is made") {
    const Folder folder;
    KnownState state(folder.config, "");
    CHECK_FALSE(state.is_known());
    CHECK_THAT(state.origin(), ContainsSubstring("does not exist"));
    CHECK(state.snapshot(some_problem()).error().code == "no_store");
    CHECK(state.alert("01").has_error());
    CHECK(std::filesystem::is_empty(folder.path));
}

TEST_CASE("a store without a daemon is read from a copy, which has no name any more") {
    const Folder folder;
    { (void)folder.open(); }
    const TemporaryFiles copies(folder.path + "/copies");
    const auto before = std::filesystem::last_write_time(folder.config.store.path);
    std::size_t files = 0;
    {
        KnownState state(folder.config, "");
        INFO(state.origin());
        REQUIRE(state.is_known());
        CHECK_THAT(state.origin(), ContainsSubstring("from a copy"));
        CHECK(copies.are_none());
        const auto known = state.snapshot(some_problem());
        REQUIRE(known.has_value());
        CHECK_FALSE(known->problem.has_value());
        CHECK(state.alert("01").error().code == "no_alert");
        for (const auto& file : std::filesystem::directory_iterator(folder.path)) {
            files += file.is_regular_file() ? 1 : 0;
        }
    }
    CHECK(files == 1);
    CHECK(std::filesystem::last_write_time(folder.config.store.path) == before);
}

TEST_CASE("Ctrl-C while the store is copied leaves nothing behind") {
    const Folder folder;
    { (void)folder.open(); }
    const TemporaryFiles copies(folder.path + "/copies");
    auto* const ignored = std::signal(SIGINT, SIG_DFL);  // of a job in the background
    sigset_t ctrl_c, before;
    sigemptyset(&ctrl_c);
    sigaddset(&ctrl_c, SIGINT);
    REQUIRE(::pthread_sigmask(SIG_BLOCK, &ctrl_c, &before) == 0);  // else it would end the test
    REQUIRE(std::raise(SIGINT) == 0);
    KnownState state(folder.config, "");
    CHECK_FALSE(state.is_known());
    CHECK_THAT(state.origin(), ContainsSubstring("interrupted"));
    CHECK(copies.are_none());
    const timespec no_time{};
    CHECK(::sigtimedwait(&ctrl_c, nullptr, &no_time) == SIGINT);  // still to be heard
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    std::signal(SIGINT, ignored);
}

TEST_CASE("a store that a daemon has open is not copied, and why the daemon was not asked is told"
) {
    Folder folder;
    // SQLite's locks are the process's own: another one holds it.
    { (void)folder.open(); }
    const TemporaryFiles copies(folder.path + "/copies");
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    const ::pid_t holder = ::fork();
    if (holder == 0) {
        storage::DatabaseOptions options;
        options.path = folder.config.store.path;
        const auto opened = storage::open_database(options);
        const char letter = opened ? 'y' : 'n';
        (void)!::write(ready[1], &letter, 1);
        ::pause();
        ::_exit(0);
    }
    char letter = 'n';
    CHECK(::read(ready[0], &letter, 1) == 1);
    CHECK(letter == 'y');
    {
        KnownState state(folder.config, "");
        CHECK_FALSE(state.is_known());
        CHECK_THAT(state.origin(), ContainsSubstring("a daemon has " + folder.config.store.path));
        CHECK_THAT(state.origin(), ContainsSubstring("(" + folder.config.admin.socket + ": "));
        folder.config.admin.socket.clear();
        const KnownState without(folder.config, "");
        CHECK_THAT(
            without.origin(), ContainsSubstring("(the configuration says admin.socket: none)")
        );
        CHECK(copies.are_none());
    }
    ::kill(holder, SIGKILL);
    ::waitpid(holder, nullptr, 0);
    ::close(ready[0]);
    ::close(ready[1]);
}

TEST_CASE("a store that cannot be read is told, and the rest goes on") {
    const Folder folder;
    std::ofstream(folder.config.store.path) << "no database, but long enough to be looked at";
    KnownState state(folder.config, "");
    CHECK_FALSE(state.is_known());
    CHECK_THAT(state.origin(), ContainsSubstring("cannot be read"));
}
