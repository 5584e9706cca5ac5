// SPDX-License-Identifier: MIT
#include "alert_bridge/alarm/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include "catch.hpp"

using namespace alert_bridge;
using alarm::Program;
using alarm::ProgramRunner;

namespace {

namespace asio = boost::asio;

struct World {
    World() {
        std::string name = (std::filesystem::temp_directory_path() / "program-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        directory = name;
    }
    ~World() { std::filesystem::remove_all(directory); }

    asio::awaitable<void> keep(Program program) {
        result = co_await runner.run(std::move(program));
    }
    Result<void> run(Program program) {
        start(std::move(program));
        io.run();
        return *result;
    }
    void start(Program program) {
        asio::co_spawn(io, keep(std::move(program)), asio::detached);
        io.restart();
    }
    // A shell stands for any program.
    static Program shell(const std::string& script) {
        Program program;
        program.command = {"sh", "-c", script};
        return program;
    }
    std::string path(const std::string& name) const { return (directory / name).string(); }
    std::string content(const std::string& name) const {
        std::ifstream file(path(name));
        std::ostringstream text;
        text << file.rdbuf();
        return text.str();
    }

    std::filesystem::path directory;
    asio::io_context io{1};
    ProgramRunner runner{io.get_executor()};
    std::optional<Result<void>> result;
};

}  // namespace

TEST_CASE("a program reads its input and its files, and knows its variables only") {
    World world;
    ::setenv("ALERT_BRIDGE_TEST_SECRET", "of ours", 1);
    Program program = World::shell(
        "cat > \"$OUT/in\"; cat <&3 > \"$OUT/three\"; cat <&4 > \"$OUT/four\"; env > \"$OUT/env\""
    );
    program.environment = {{"OUT", world.directory.string()}, {"EVENT", "raised; $(id)"}};
    program.input = std::string(200'000, 'x');
    program.files = {"third", "fourth"};
    const auto done = world.run(program);
    INFO((done.has_error() ? describe(done.error()) : std::string()));
    REQUIRE(done.has_value());
    CHECK(world.content("in") == program.input);
    CHECK(world.content("three") == "third");
    CHECK(world.content("four") == "fourth");
    const std::string environment = world.content("env");
    CHECK(environment.find("EVENT=raised; $(id)\n") != std::string::npos);
    CHECK(environment.find("SECRET") == std::string::npos);
}

TEST_CASE("how a program ended is told") {
    World world;
    const auto failed = world.run(World::shell("exit 3"));
    REQUIRE(failed.has_error());
    CHECK(failed.error().kind == ErrorClass::later);
    CHECK(failed.error().message == "sh ended with status 3");
    const auto signalled = world.run(World::shell("kill -TERM $$"));
    REQUIRE(signalled.has_error());
    CHECK(signalled.error().message == "sh ended with signal 15");
    Program none;
    none.command = {"/no/such/program"};
    const auto missing = world.run(none);
    REQUIRE(missing.has_error());
    CHECK(missing.error().kind == ErrorClass::misconfigured);
}

TEST_CASE("a program has nothing open but what it is given") {
    World world;
    const int ours = ::fcntl(STDERR_FILENO, F_DUPFD, 20);  // like a socket of Asio: stays open
    const std::string named = "/proc/$$/fd/" + std::to_string(ours);
    Program program = World::shell("test -e /proc/$$/fd/3 && test ! -e " + named);
    program.files = {"third"};
    const auto done = world.run(program);
    CHECK(done.has_value());
    ::close(ours);
}

TEST_CASE("a program that takes too long is ended with all that it started") {
    World world;
    REQUIRE(::mkfifo(world.path("held").c_str(), 0600) == 0);
    const int held = ::open(world.path("held").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    char said = 0;
    // Until the machine was quick enough for the child to have come as far as its word.
    for (Duration at_most{50}; said != 'x'; at_most *= 2) {
        Program program = World::shell("(printf x; exec sleep 1000) > \"$HELD\" & sleep 1000");
        program.environment = {{"HELD", world.path("held")}};
        program.at_most = at_most;
        const auto done = world.run(program);
        REQUIRE(done.has_error());
        CHECK(done.error().code == "program_killed");
        (void)!::read(held, &said, 1);
    }
    pollfd nobody_writes{held, 0, 0};
    CHECK(::poll(&nobody_writes, 1, 20'000) == 1);
    CHECK((nobody_writes.revents & POLLHUP) != 0);
    ::close(held);
}

TEST_CASE("a program whose end nobody waits for is ended") {
    World world;
    asio::cancellation_signal cancel;
    asio::co_spawn(
        world.io, world.keep(World::shell("sleep 1000")),
        asio::bind_cancellation_slot(cancel.slot(), [](const std::exception_ptr&) {})
    );
    world.io.poll();
    REQUIRE_FALSE(world.result.has_value());
    cancel.emit(asio::cancellation_type::terminal);
    world.io.run();
    REQUIRE(world.result.has_value());
    CHECK(world.result->error().code == "program_killed");
}

TEST_CASE("a program whose status is lost did not succeed") {
    World world;
    ::signal(SIGCHLD, SIG_IGN);  // the system takes the statuses of all children
    const auto done = world.run(World::shell("exit 3"));
    ::signal(SIGCHLD, SIG_DFL);
    CHECK(done.has_error());
}

TEST_CASE("a stop ends what runs, and what comes later does not start") {
    World world;
    world.start(World::shell("sleep 1000"));
    world.io.poll();
    REQUIRE_FALSE(world.result.has_value());
    world.runner.stop();
    world.io.run();
    REQUIRE(world.result->has_error());
    const auto later = world.run(World::shell("touch \"" + world.path("later") + "\""));
    REQUIRE(later.has_error());
    CHECK(later.error().code == "stopping");
    CHECK_FALSE(std::filesystem::exists(world.path("later")));
}
