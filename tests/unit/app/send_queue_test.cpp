// SPDX-License-Identifier: MIT
#include "alert_bridge/app/send_queue.hpp"

#include <algorithm>
#include <map>

#include "send_folder.hpp"

using namespace alert_bridge;
using namespace alert_bridge::app;
using Kind = SendAnswer::Kind;

namespace {

// A bridge by script: what it says to each body, and what came.
struct Bridge {
    std::map<std::string, Kind> says;       // others: accepted
    std::map<std::string, Kind> says_once;  // before that
    std::vector<std::string> came;
    std::function<void(const std::string& body)> meanwhile = [](const std::string&) {};
    int looks_at_clock = 1'000;  // time is over after so many

    [[nodiscard]] SendWork work() {
        return {
            [this](const std::string& body) {
                came.push_back(body);
                meanwhile(body);
                const auto found = says.find(body);
                Kind kind = found == says.end() ? Kind::accepted : found->second;
                if (const auto once = says_once.extract(body)) {
                    kind = once.mapped();
                }
                return SendAnswer{kind, kind == Kind::accepted ? "" : "why " + body};
            },
            [this] { return looks_at_clock-- <= 0; },
            [] { return from_unix_ms(kTestNow); },
        };
    }
};

using Bodies = std::vector<std::string>;

struct World {
    SpoolFolder folder;
    SendSpool spool = folder.open();
    Bridge bridge;

    std::vector<std::string> add(const Bodies& bodies) {
        std::vector<std::string> names;
        for (const std::string& body : bodies) {
            names.push_back(SpoolFolder::add(spool, body));
        }
        return names;
    }
    SendReport send(const std::string& own = "") { return send_waiting(spool, bridge.work(), own); }
    [[nodiscard]] Bodies left() const {
        Bodies bodies;
        for (const std::string& name : spool.waiting().value()) {
            bodies.push_back(folder.text(name));
        }
        return bodies;
    }
};

}  // namespace

TEST_CASE("everything that waits is sent in order, then one's own") {
    World world;
    const auto names = world.add({"1", "2", "3"});
    const SendReport report = world.send(names.back());
    CHECK(world.bridge.came == Bodies{"1", "2", "3"});
    CHECK(report.own == SendFate::sent);
    CHECK(report.sent == 3);
    CHECK(report.waiting == 0);
    CHECK(world.left().empty());
}

TEST_CASE("a bridge that is away ends the round at the first alert") {
    World world;
    const auto names = world.add({"1", "2", "3"});
    world.bridge.says["2"] = Kind::away;
    const SendReport report = world.send(names.back());
    CHECK(world.bridge.came == Bodies{"1", "2"});
    CHECK(world.left() == Bodies{"2", "3"});
    CHECK(report.own == SendFate::waits);
    CHECK(report.stopped_by == Kind::away);
    CHECK(report.why == "why 2");
}

TEST_CASE("an alert that the bridge cannot read is set aside and blocks nothing") {
    World world;
    const auto names = world.add({"1", "2", "3"});
    world.bridge.says["1"] = Kind::refused;
    const SendReport report = world.send(names.front());
    CHECK(world.bridge.came == Bodies{"1", "2", "3"});
    CHECK(report.own == SendFate::set_aside);
    CHECK(world.folder.text("refused/" + names.front()) == "1");
    CHECK(world.folder.text("refused/" + names.front() + ".reason") == "why 1\n");
    CHECK(world.left().empty());
}

TEST_CASE("a wrong token empties no queue, however often it is tried") {
    World world;
    world.add({"1", "2", "3", "4", "5"});
    for (const char* body : {"1", "2", "3", "4", "5"}) {
        world.bridge.says[body] = Kind::mistaken;
    }
    for (int round = 0; round < 3; ++round) {
        world.bridge.came.clear();
        const SendReport report = world.send();
        CHECK(world.bridge.came == Bodies{"1", "2", "3"});
        CHECK(report.stopped_by == Kind::mistaken);
        CHECK(report.waiting == 5);
    }
    world.bridge.says.clear();
    world.bridge.came.clear();
    CHECK(world.send().sent == 5);
    CHECK(world.bridge.came == Bodies{"1", "2", "3", "4", "5"});
}

TEST_CASE("an alert that alone is answered like a wrong token is set aside") {
    World world;
    const auto names = world.add({"1", "2", "3"});
    world.bridge.says["1"] = Kind::mistaken;
    const SendReport report = world.send(names.front());
    CHECK(world.bridge.came == Bodies{"1", "2", "1", "3"});
    CHECK(report.own == SendFate::set_aside);
    CHECK(report.set_aside == 1);
    CHECK_FALSE(needs_repair(report));
    CHECK(world.left().empty());
}

TEST_CASE("an answer like to a wrong token that passes costs no alert") {
    World world;
    const auto names = world.add({"1", "2", "3"});
    world.bridge.says_once["1"] = Kind::mistaken;
    SECTION("it is tried again as soon as another is accepted") {
        const SendReport report = world.send(names.front());
        CHECK(world.bridge.came == Bodies{"1", "2", "1", "3"});
        CHECK(report.own == SendFate::sent);
        CHECK(report.sent == 3);
        CHECK(report.set_aside == 0);
        CHECK_FALSE(needs_repair(report));
        CHECK(report.why.empty());
    }
    SECTION("it waits if the time is over") {
        world.bridge.looks_at_clock = 2;
        CHECK_FALSE(needs_repair(world.send()));
        CHECK(world.left() == Bodies{"1", "3"});
    }
    SECTION("it waits if the bridge is away now") {
        world.bridge.meanwhile = [&world](const std::string& body) {
            if (body == "2") {
                world.bridge.says_once["1"] = Kind::away;
            }
        };
        CHECK(world.send().stopped_by == Kind::away);
        CHECK(world.left() == Bodies{"1", "3"});
    }
}

TEST_CASE("an alert that was set aside is not posted again, however many there are") {
    World world;
    std::filesystem::create_directory(world.folder.path + "/refused");
    for (int i = 0; i < 1'000; ++i) {
        world.folder.write("refused/" + std::to_string(kTestNow * 1000 + i) + "-1.alert", "x");
    }
    (void)world.add({"1", "2"});
    world.bridge.says["1"] = Kind::refused;
    const SendReport report = world.send();
    CHECK(report.sent == 1);
    CHECK(report.set_aside == 1);
    CHECK(world.left().empty());
    CHECK(world.spool.refused() == 1'001);
    (void)world.send();
    CHECK(world.bridge.came == Bodies{"1", "2"});
}

TEST_CASE("a lone alert with such an answer waits, and is tried once a round") {
    World world;
    world.add({"1"});
    world.bridge.says["1"] = Kind::mistaken;
    CHECK(world.send().waiting == 1);
    CHECK(world.bridge.came == Bodies{"1"});
}

TEST_CASE("time that is over leaves the rest for the next") {
    World world;
    const auto names = world.add({"1", "2", "3"});
    world.bridge.looks_at_clock = 2;
    const SendReport report = world.send(names.back());
    CHECK(world.bridge.came == Bodies{"1", "2"});
    CHECK(report.own == SendFate::waits);
    CHECK(report.stopped_by == Kind::accepted);
    CHECK(world.left() == Bodies{"3"});
}

TEST_CASE("while another sends, one's own alert is left to it") {
    World world;
    const auto names = world.add({"1"});
    const auto turn = world.spool.take_turn();
    REQUIRE(turn.value().has_value());
    auto mine = world.folder.open();
    const SendReport report = send_waiting(mine, world.bridge.work(), names.front());
    CHECK(report.others_turn);
    CHECK(report.own == SendFate::waits);
    CHECK(world.bridge.came.empty());
}

TEST_CASE("what others add in the meantime is sent in the same call") {
    World world;
    world.add({"1"});
    auto other = world.folder.open();
    world.bridge.meanwhile = [&other](const std::string& body) {
        CHECK_FALSE(other.take_turn().value().has_value());
        if (body == "1" || body == "2") {
            (void)SpoolFolder::add(other, std::to_string(std::stoi(body) + 1));
        }
    };
    CHECK(world.send().sent == 3);
    CHECK(world.bridge.came == Bodies{"1", "2", "3"});
}

TEST_CASE("what was sent when the process died goes out again, the same bytes") {
    World world;
    const auto names = world.add({"1", "2"});
    // The bridge has it, and nobody hears of that: the process dies.
    world.bridge.meanwhile = [](const std::string&) { throw std::runtime_error("killed"); };
    CHECK_THROWS(world.send());
    CHECK(world.left() == Bodies{"1", "2"});
    world.bridge.meanwhile = [](const std::string&) {};
    CHECK(world.send(names.back()).own == SendFate::sent);
    CHECK(world.bridge.came == Bodies{"1", "1", "2"});
}

TEST_CASE("an alert that another process has sent is not sent again") {
    World world;
    const auto names = world.add({"1"});
    REQUIRE(world.spool.remove(names.front()).has_value());
    const SendReport report = world.send(names.front());
    CHECK(report.own == SendFate::unknown);
    CHECK(world.bridge.came.empty());
    const auto bad = world.add({"2"});
    REQUIRE(world.spool.set_aside(bad.front(), "why").has_value());
    CHECK(world.send(bad.front()).own == SendFate::set_aside);
}
