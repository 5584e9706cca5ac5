// SPDX-License-Identifier: MIT
// The spool and its queue on a file system that fails: this program's system calls do so on order.
#include <dlfcn.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string_view>

#include "alert_bridge/app/send_queue.hpp"
#include "send_folder.hpp"

namespace {

struct Failing {
    std::string_view call;  // "": none
    int passes = 0;         // so many times it works first
    bool now(std::string_view which) { return call == which && passes-- <= 0; }
};
Failing failing;

template <class Function, class... Arguments>
auto call_or_fail(const char* name, Arguments... arguments) {
    const auto real = reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
    if (failing.now(name)) {
        errno = EIO;
        return static_cast<decltype(real(arguments...))>(-1);
    }
    return real(arguments...);
}

}  // namespace

extern "C" {
ssize_t write(int file, const void* bytes, size_t count) {
    return call_or_fail<ssize_t(int, const void*, size_t)>("write", file, bytes, count);
}
int fsync(int file) {
    return call_or_fail<int(int)>("fsync", file);
}
int unlink(const char* path) noexcept {
    return call_or_fail<int(const char*)>("unlink", path);
}
int link(const char* from, const char* to) noexcept {
    return call_or_fail<int(const char*, const char*)>("link", from, to);
}
int rename(const char* from, const char* to) noexcept {
    return call_or_fail<int(const char*, const char*)>("rename", from, to);
}
int flock(int file, int operation) noexcept {
    return call_or_fail<int(int, int)>("flock", file, operation);
}
}

using namespace alert_bridge;
using namespace alert_bridge::app;
using Kind = SendAnswer::Kind;

namespace {

struct World {
    SpoolFolder folder;
    SendSpool spool = folder.open();
    std::vector<std::string> came;
    Kind says = Kind::accepted;

    SendReport send(const std::string& own = "") {
        const SendWork work{
            [this](const std::string& body) {
                came.push_back(body);
                return SendAnswer{says, "why"};
            },
            [this] { return came.size() > 100; },
            [] { return from_unix_ms(kTestNow); },
        };
        return send_waiting(spool, work, own);
    }
};

// Ends with the test, or before the checks.
struct Fault {
    explicit Fault(std::string_view call, int passes = 0) { failing = {call, passes}; }
    ~Fault() { failing = {}; }
    Fault(const Fault&) = delete;
    Fault& operator=(const Fault&) = delete;
};

Result<std::string> add_with(SendSpool& spool, std::string_view call, int passes = 0) {
    const Fault fault(call, passes);
    return spool.add("body", from_unix_ms(kTestNow));
}

}  // namespace

TEST_CASE("what could not be written and synced was not kept, and says so") {
    World world;
    for (const auto& [call, passes] :
         {std::pair("write", 0), std::pair("fsync", 0), std::pair("fsync", 1),
          std::pair("link", 0)}) {
        INFO(call << " " << passes);
        const auto added = add_with(world.spool, call, passes);
        REQUIRE(!added);
        CHECK(added.error().kind == ErrorClass::misconfigured);
        CHECK(added.error().message.find("Input/output error") != std::string::npos);
        CHECK(world.spool.waiting().value().empty());
    }
    CHECK(add_with(world.spool, "").has_value());
}

TEST_CASE("a folder whose place in the one above is not on disk is not used") {
    const SpoolFolder folder;
    const Fault fault("fsync");
    CHECK(SendSpool::open(folder.path, {}).has_error());
}

TEST_CASE("an alert that cannot be removed goes out once, and ends the round") {
    World world;
    const auto first = SpoolFolder::add(world.spool, "1");
    const auto own = SpoolFolder::add(world.spool, "2");
    const Fault fault("unlink");
    const SendReport report = world.send(own);
    CHECK(world.came == std::vector<std::string>{"1"});
    CHECK(needs_repair(report));
    CHECK(report.failure.find("cannot remove " + world.folder.path + "/" + first) == 0);
    CHECK(report.own == SendFate::waits);
    CHECK(report.sent == 0);
    CHECK(report.waiting == 2);
}

TEST_CASE("an alert that cannot be set aside waits, and the others go on") {
    World world;
    const auto own = SpoolFolder::add(world.spool, "1");
    (void)SpoolFolder::add(world.spool, "2");
    world.says = Kind::refused;
    const Fault fault("rename");
    const SendReport report = world.send(own);
    CHECK(world.came == std::vector<std::string>{"1", "2"});
    CHECK(needs_repair(report));
    CHECK(report.failure.find("cannot move") == 0);
    CHECK(report.own == SendFate::waits);
    CHECK(report.waiting == 2);
}

TEST_CASE("a lock that fails is nobody's turn") {
    World world;
    const auto own = SpoolFolder::add(world.spool, "1");
    const Fault fault("flock");
    CHECK(world.spool.take_turn().has_error());
    const SendReport report = world.send(own);
    CHECK(world.came.empty());
    CHECK_FALSE(report.others_turn);
    CHECK(needs_repair(report));
    CHECK(report.failure.find("cannot lock") == 0);
    CHECK(report.own == SendFate::waits);
}

TEST_CASE("a folder that cannot be listed is not an empty one") {
    World world;
    const auto own = SpoolFolder::add(world.spool, "1");
    const std::string away = world.folder.path + "-away";
    std::filesystem::rename(world.folder.path, away);
    std::ofstream(world.folder.path) << "no folder";
    CHECK(world.spool.waiting().has_error());
    CHECK(world.spool.add("2", from_unix_ms(kTestNow)).has_error());
    const SendReport report = world.send(own);
    CHECK(report.own == SendFate::waits);
    CHECK(needs_repair(report));
}
