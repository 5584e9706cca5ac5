// SPDX-License-Identifier: MIT
#include "alert_bridge/observe/logging.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>
#include <vector>

#include "catch.hpp"

using namespace alert_bridge;
using namespace alert_bridge::observe;
using namespace std::chrono_literals;
using nlohmann::json;
using ports::Level;

namespace {

// A log in a directory of its own, with a clock that the test moves.
struct World {
    std::filesystem::path directory;
    WallTime time = from_unix_ms(1'795'466'033'000);
    std::unique_ptr<EventLog> log;

    explicit World(std::size_t queue_lines = 8192) {
        std::string name = (std::filesystem::temp_directory_path() / "bridge-log-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        directory = name;
        LogOptions options;
        options.style = LogStyle::json;
        options.file = path("bridge.log");
        options.queue_lines = queue_lines;
        options.now = [this] { return time; };
        auto made = make_events(std::move(options));
        REQUIRE(made.has_value());
        log = std::move(*made);
    }
    ~World() {
        log.reset();
        std::error_code ignored;
        std::filesystem::remove_all(directory, ignored);
    }
    std::string path(const std::string& name) const { return (directory / name).string(); }

    // Flushes first.
    std::vector<json> lines(const std::string& name = "bridge.log") {
        log->flush();
        std::vector<json> out;
        std::ifstream in(path(name));
        for (std::string line; std::getline(in, line);) {
            out.push_back(json::parse(line));
        }
        return out;
    }
};

}  // namespace

TEST_CASE("events are written in order, one line each") {
    World world;
    world.log->log(Level::info, "started", "the bridge runs", {{"version", "1"}});
    world.log->log(Level::error, "glpi_down", "GLPI does not answer", {});
    const auto lines = world.lines();
    REQUIRE(lines.size() == 2);
    CHECK(lines.at(0).at("event") == "started");
    CHECK(lines.at(0).at("fields").at("version") == "1");
    CHECK(lines.at(1).at("level") == "error");
    CHECK(world.log->dropped() == 0);
}

TEST_CASE("text from outside is never a format string") {
    World world;
    world.log->log(Level::info, "e", "100 {} {0} %s %n", {{"v", "{:x}"}});
    const auto lines = world.lines();
    REQUIRE(lines.size() == 1);
    CHECK(lines.at(0).at("message") == "100 {} {0} %s %n");
    CHECK(lines.at(0).at("fields").at("v") == "{:x}");
}

TEST_CASE("events below the level are not written, and the level can change") {
    World world;
    world.log->log(Level::debug, "a", "", {});
    world.log->set_level(Level::debug);
    world.log->log(Level::debug, "b", "", {});
    world.log->set_level(Level::error);
    world.log->log(Level::warning, "c", "", {});
    world.log->log(Level::error, "d", "", {});
    const auto lines = world.lines();
    REQUIRE(lines.size() == 2);
    CHECK(lines.at(0).at("event") == "b");
    CHECK(lines.at(1).at("event") == "d");
}

TEST_CASE("the same failure is told once, then counted, and the count is told") {
    World world;
    for (int i = 0; i < 1000; ++i) {
        world.log->log(Level::error, "glpi_down", "GLPI does not answer", {{"error", "refused"}});
    }
    world.log->log(Level::error, "glpi_down", "GLPI does not answer", {{"error", "timeout"}});
    world.time += 61s;
    world.log->log(Level::error, "glpi_down", "GLPI does not answer", {{"error", "refused"}});
    const auto lines = world.lines();
    REQUIRE(lines.size() == 3);
    CHECK_FALSE(lines.at(0).at("fields").contains("repeated"));
    CHECK(lines.at(1).at("fields").at("error") == "timeout");
    CHECK(lines.at(2).at("fields").at("error") == "refused");
    CHECK(lines.at(2).at("fields").at("repeated") == "999");
}

TEST_CASE("a failure that stops is summed up by the next event after its minute, or by a flush") {
    World world;
    const bool by_flush = GENERATE(true, false);
    for (int i = 0; i < 4; ++i) {
        world.log->log(Level::warning, "slow", "the store is slow", {{"file", "wal"}});
    }
    if (!by_flush) {
        world.time += 61s;
        world.log->log(Level::info, "other", "", {});
    }
    const auto lines = world.lines();
    REQUIRE(lines.size() == (by_flush ? 2 : 3));
    CHECK(lines.at(1).at("event") == "slow");
    CHECK(lines.at(1).at("fields").at("repeated") == "3");
    CHECK(lines.at(1).at("fields").at("what") == "the store is slow file=wal");
}

TEST_CASE("one event with ever new details cannot flood the log") {
    World world;
    for (int i = 0; i < 1000; ++i) {
        world.log->log(Level::warning, "rejected", "refused", {{"n", std::to_string(i)}});
    }
    const auto lines = world.lines();
    REQUIRE(lines.size() == 51);
    CHECK(lines.back().at("fields").at("repeated").get<std::string>().size() == 3);
}

TEST_CASE("ordinary events are never held back") {
    World world;
    for (int i = 0; i < 200; ++i) {
        world.log->log(Level::info, "ticket_opened", "same", {});
    }
    CHECK(world.lines().size() == 200);
}

TEST_CASE("after a rotation, reopening goes on in a new file") {
    World world;
    world.log->log(Level::info, "old", "", {});
    world.log->flush();
    std::filesystem::rename(world.path("bridge.log"), world.path("bridge.log.1"));
    world.log->log(Level::info, "still_old", "", {});
    REQUIRE(world.log->reopen().has_value());
    world.log->log(Level::info, "new", "", {});
    const auto fresh = world.lines();
    REQUIRE(fresh.size() == 1);
    CHECK(fresh.at(0).at("event") == "new");
    CHECK(world.lines("bridge.log.1").size() == 2);
}

TEST_CASE("a reopening that fails keeps the old file") {
    World world;
    world.log->log(Level::info, "before", "", {});
    world.log->flush();
    const auto moved = std::filesystem::path(world.directory.string() + ".moved");
    std::filesystem::rename(world.directory, moved);
    const auto result = world.log->reopen();
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == "log_file");
    world.log->log(Level::info, "after", "", {});
    std::filesystem::rename(moved, world.directory);
    CHECK(world.lines().size() == 2);
}

TEST_CASE("a log file that cannot be opened is an error that names it") {
    LogOptions options;
    options.file = "/nonexistent/bridge.log";
    const auto made = make_events(std::move(options));
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().kind == ErrorClass::misconfigured);
    CHECK_THAT(made.error().message, ContainsSubstring("/nonexistent/bridge.log"));
}

TEST_CASE("several threads may log at once and no line is torn") {
    World world;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&world, t] {
            for (int i = 0; i < 200; ++i) {
                world.log->log(Level::info, "e", std::string(300, 'a'), {{"t", std::to_string(t)}});
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(world.lines().size() == 800);  // every line parsed
}

TEST_CASE("a reader that does not read costs old lines, counted, and never blocks") {
    std::string name = (std::filesystem::temp_directory_path() / "bridge-fifo-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    const std::string fifo = name + "/fifo";
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    // Both ends open, so that opening for writing does not wait; the pipe holds 64 KiB.
    const int reader = ::open(fifo.c_str(), O_RDWR | O_NONBLOCK);
    REQUIRE(reader >= 0);
    LogOptions options;
    options.style = LogStyle::journal;
    options.file = fifo;
    options.queue_lines = 16;
    auto made = make_events(std::move(options));
    REQUIRE(made.has_value());
    std::unique_ptr<EventLog> log = std::move(*made);
    for (int i = 0; i < 1000; ++i) {
        log->log(Level::info, "e", std::string(400, 'x'), {{"n", std::to_string(i)}});
    }
    CHECK(log->dropped() > 700);

    // The newest lines are the ones that survive: read until the last one arrives.
    std::string seen;
    std::vector<char> buffer(65536);
    while (seen.find("n=999\n") == std::string::npos) {
        pollfd ready{reader, POLLIN, 0};
        REQUIRE(::poll(&ready, 1, 10'000) == 1);
        const ssize_t got = ::read(reader, buffer.data(), buffer.size());
        if (got > 0) {
            seen.append(buffer.data(), static_cast<std::size_t>(got));
        }
    }
    // What is lost is lost in between: the lines that came are whole and in order.
    std::istringstream in(seen);
    int last = -1;
    for (std::string line; std::getline(in, line);) {
        const std::size_t at = line.rfind(" n=");
        REQUIRE(at != std::string::npos);
        CHECK(line.substr(0, 7) == "<6>e: x");
        const int number = std::stoi(line.substr(at + 3));
        CHECK(number > last);
        last = number;
    }
    CHECK(last == 999);
    log.reset();
    ::close(reader);
    std::filesystem::remove_all(name);
}

TEST_CASE("the journal is recognised by the very file that JOURNAL_STREAM names") {
    struct stat status {};
    REQUIRE(::fstat(STDERR_FILENO, &status) == 0);
    const std::string right = std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
    const std::string wrong =
        std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino + 1);
    CHECK(is_journal(STDERR_FILENO, right.c_str()));
    CHECK_FALSE(is_journal(STDERR_FILENO, wrong.c_str()));
    CHECK_FALSE(is_journal(STDERR_FILENO, "nonsense"));
    CHECK_FALSE(is_journal(STDERR_FILENO, nullptr));
}

TEST_CASE("the newest warnings and errors are remembered, as they were written") {
    World world;
    world.log->log(Level::info, "started", "the bridge runs", {});
    CHECK(world.log->recent().empty());
    for (std::size_t i = 0; i < EventLog::kRecentMax + 3; ++i) {
        world.log->log(Level::warning, "w", "warning " + std::to_string(i), {});
    }
    world.log->log(Level::error, "glpi_down", "no\nanswer", {{"url", "a b"}});
    world.log->log(Level::error, "glpi_down", "no\nanswer", {{"url", "a b"}});  // held back
    const auto recent = world.log->recent();
    REQUIRE(recent.size() == EventLog::kRecentMax);
    CHECK(recent.front().event_id == "glpi_down");
    CHECK(recent.front().level == Level::error);
    CHECK(recent.front().time == world.time);
    CHECK(recent.front().text.starts_with("no"));
    CHECK(recent.front().text.ends_with(" url=\"a b\""));
    CHECK(recent.front().text.find('\n') == std::string::npos);
    CHECK(recent.at(1).text == "warning " + std::to_string(EventLog::kRecentMax + 2));
}
