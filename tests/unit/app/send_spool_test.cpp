// SPDX-License-Identifier: MIT
#include "alert_bridge/app/send_spool.hpp"

#include <sys/stat.h>
#include <utime.h>

#include "send_folder.hpp"

using namespace alert_bridge;
using namespace alert_bridge::app;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> bodies(const SendSpool& spool) {
    std::vector<std::string> all;
    for (const std::string& name : spool.waiting().value()) {
        all.push_back(spool.read(name).value().value());
    }
    return all;
}

unsigned mode_of(const std::string& path) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 0777U;
}

}  // namespace

TEST_CASE("alerts wait in the order in which they came, whatever the clock does") {
    const SpoolFolder folder;
    auto spool = folder.open();
    const auto first = SpoolFolder::add(spool, "one");
    const auto second = SpoolFolder::add(spool, "two");                          // the same moment
    const auto third = SpoolFolder::add(spool, "three", kTestNow - 86'400'000);  // set back a day
    const auto fourth = SpoolFolder::add(spool, "four", kTestNow + 1);
    CHECK(spool.waiting().value() == std::vector{first, second, third, fourth});
    CHECK(bodies(spool) == std::vector<std::string>{"one", "two", "three", "four"});
}

TEST_CASE("a body is kept byte for byte, and only its owner can read it") {
    const SpoolFolder folder;
    auto spool = folder.open();
    const std::string body("a\0b\n\xff", 5);
    const auto name = SpoolFolder::add(spool, body);
    CHECK(folder.text(name) == body);
    CHECK(mode_of(folder.path + "/" + name) == 0600);
    CHECK(mode_of(folder.path) == 0700);
}

TEST_CASE("a full spool refuses what is new and keeps what it has") {
    const SpoolFolder folder;
    auto spool = folder.open({2, 10});
    SECTION("by number") {
        (void)SpoolFolder::add(spool, "one");
        (void)SpoolFolder::add(spool, "two");
    }
    SECTION("by size") {
        (void)SpoolFolder::add(spool, "123456789");
    }
    const auto before = bodies(spool);
    const auto refused = spool.add("xx", from_unix_ms(kTestNow));
    REQUIRE(!refused);
    CHECK(refused.error().code == "spool_full");
    CHECK(bodies(spool) == before);
    CHECK(spool.remove(spool.waiting().value().front()).has_value());
    CHECK(spool.add("xx", from_unix_ms(kTestNow)).has_value());
}

TEST_CASE("what a killed writer leaves is no alert, and is cleared after an hour") {
    const SpoolFolder folder;
    auto spool = folder.open();
    folder.write(".new-abcdef", "{\"half\":");
    folder.write(".new-123456", "{\"half\":");
    const utimbuf at{kTestNow / 1000 - 3'700, kTestNow / 1000 - 3'700};
    const utimbuf lately{kTestNow / 1000 - 3'500, kTestNow / 1000 - 3'500};
    REQUIRE(::utime((folder.path + "/.new-abcdef").c_str(), &at) == 0);
    REQUIRE(::utime((folder.path + "/.new-123456").c_str(), &lately) == 0);
    CHECK(spool.waiting().value().empty());
    spool.clear_leavings(from_unix_ms(kTestNow));
    CHECK_FALSE(fs::exists(folder.path + "/.new-abcdef"));
    CHECK(fs::exists(folder.path + "/.new-123456"));
}

TEST_CASE("a writer that was killed after naming its alert has left a whole one") {
    const SpoolFolder folder;
    auto spool = folder.open();
    const auto name = SpoolFolder::add(spool, "whole");
    fs::create_hard_link(folder.path + "/" + name, folder.path + "/.new-zzzzzz");
    CHECK(bodies(spool) == std::vector<std::string>{"whole"});
    spool.clear_leavings(from_unix_ms(kTestNow) + Duration(10 * 365 * 86'400'000LL));
    CHECK(bodies(spool) == std::vector<std::string>{"whole"});
}

TEST_CASE("a name that another process has just taken is never overwritten") {
    const SpoolFolder folder;
    auto spool = folder.open();
    const auto name = SpoolFolder::add(spool, "one");
    // The same moment and the same process number, as in another container.
    auto other = folder.open();
    const auto next = SpoolFolder::add(other, "two");
    CHECK(next != name);
    CHECK(folder.text(name) == "one");
    CHECK(folder.text(next) == "two");
}

TEST_CASE("one process at a time may send, and the turn ends with it") {
    const SpoolFolder folder;
    auto spool = folder.open();
    auto other = folder.open();
    {
        const auto turn = spool.take_turn();
        REQUIRE(turn.value().has_value());
        CHECK_FALSE(other.take_turn().value().has_value());
        (void)SpoolFolder::add(other, "one");  // adding needs no turn
    }
    CHECK(other.take_turn().value().has_value());
}

TEST_CASE("what is set aside is kept with its reason, and counts for the bounds") {
    const SpoolFolder folder;
    const bool by_number = GENERATE(true, false);
    auto spool = by_number ? folder.open({2, 1'000}) : folder.open({100, 5});
    const auto name = SpoolFolder::add(spool, "bad");
    REQUIRE(spool.set_aside(name, "the answer is 400").has_value());
    CHECK(spool.waiting().value().empty());
    CHECK(folder.text("refused/" + name) == "bad");
    CHECK(folder.text("refused/" + name + ".reason") == "the answer is 400\n");
    CHECK(spool.refused() == 1);
    (void)SpoolFolder::add(spool, "x", kTestNow + 1'000);
    const auto full = spool.add("yy", from_unix_ms(kTestNow + 2'000));
    REQUIRE(!full);
    CHECK(full.error().code == "spool_full");
    CHECK(full.error().message.find("1 in its folder `refused` need a look") != std::string::npos);
    CHECK(folder.text("refused/" + name) == "bad");
}

TEST_CASE("a file that is gone is not an error, one that is no file is") {
    const SpoolFolder folder;
    auto spool = folder.open();
    CHECK_FALSE(spool.read("1795000000000000-1.alert").value().has_value());
    fs::create_directory(folder.path + "/1795000000000000-1.alert");
    CHECK(spool.read("1795000000000000-1.alert").has_error());
}

TEST_CASE("a folder that cannot be made is told with what to do") {
    const auto spool = SendSpool::open("/proc/nowhere/nagios", {});
    REQUIRE(!spool);
    CHECK(spool.error().kind == ErrorClass::misconfigured);
    CHECK(
        spool.error().message.find("install -d -m 0700 -o USER /proc/nowhere") != std::string::npos
    );
}
