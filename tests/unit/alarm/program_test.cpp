// SPDX-License-Identifier: MIT
#include "alert_bridge/alarm/program.hpp"

#include <stdlib.h>

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

TEST_CASE("a program that takes too long is ended with all that it started") {
    World world;
    Program program = World::shell("sleep 1000 & sleep 1000");
    program.at_most = Duration(50);
    const auto done = world.run(program);
    REQUIRE(done.has_error());
    CHECK(done.error().code == "program_killed");
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
