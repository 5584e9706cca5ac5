// SPDX-License-Identifier: MIT
#include "alert_bridge/core/messenger.hpp"

#include "catch.hpp"
#include "fake_back.hpp"
#include "fakes.hpp"

#include <boost/asio/io_context.hpp>
#include <stdexcept>

namespace alert_bridge::test {
namespace {

using domain::NoticeState;

const Error kAway{ErrorClass::later, "connect", "refused"};
const Error kRefused{ErrorClass::refused, "no_object", "gone"};

class MessengerWorld {
  public:
    MessengerWorld() { tasks.spawn("messenger", messenger.run()); }
    ~MessengerWorld() {
        messenger.stop();
        settle();
    }

    void settle() {
        io.restart();
        while (io.poll() > 0) {
        }
    }
    void pass(Duration duration) {
        clock.time += duration;
        messenger.ring();
        settle();
    }
    [[nodiscard]] core::BacksPtr table(std::vector<std::string> names) {
        auto backs = std::make_shared<core::Backs>();
        for (const std::string& name : names) {
            core::Back back;
            back.port = name == "nagios" ? nagios : zabbix;
            backs->emplace(name, back);
        }
        return backs;
    }

    boost::asio::io_context io{1};
    FakeNotices store;
    JumpingClock clock;
    RecordedEvents events;
    RecordedMetrics metrics;
    SeededIdSource ids{7};
    core::Tasks tasks{io.get_executor(), clock, events};
    std::shared_ptr<FakeBack> zabbix = std::make_shared<FakeBack>();
    std::shared_ptr<FakeBack> nagios = std::make_shared<FakeBack>();
    core::Messenger messenger{
        {store, clock, events, metrics, ids}, tasks, table({"zabbix", "nagios"})};
};

std::vector<std::string> texts(const FakeBack& back) {
    std::vector<std::string> list;
    for (const domain::Notice& notice : back.told) {
        list.push_back(notice.text);
    }
    return list;
}

}  // namespace

TEST_CASE("what is owed is told to its source, and done with", "[messenger]") {
    MessengerWorld world;
    world.store.owe("zabbix/trigger/1", "a", world.clock.time);
    world.store.owe("nagios/host/x", "b", world.clock.time);
    world.store.owe("zabbix/trigger/1", "c", world.clock.time);
    world.store.owe("zabbix/trigger/2", "later", world.clock.time + std::chrono::minutes(1));
    world.messenger.ring();
    world.settle();
    CHECK(texts(*world.zabbix) == std::vector<std::string>{"a", "c"});
    CHECK(texts(*world.nagios) == std::vector<std::string>{"b"});
    CHECK(world.store.notices.size() == 1);
    CHECK(world.metrics.value("notices_total{action=comment,outcome=told}") == 3);
    world.pass(std::chrono::minutes(1));
    CHECK(world.store.notices.empty());
}

TEST_CASE("a source that is away is tried gently, and holds up no other", "[messenger]") {
    MessengerWorld world;
    world.zabbix->on_tell = [](const domain::Notice&) { return Result<void>(kAway); };
    for (int i = 0; i < 50; ++i) {
        world.store.owe("zabbix/trigger/" + std::to_string(i), "x", world.clock.time);
    }
    world.store.owe("nagios/host/x", "b", world.clock.time);
    world.messenger.ring();
    world.settle();
    CHECK(world.zabbix->told.size() == 1);
    CHECK(world.nagios->told.size() == 1);
    world.pass(std::chrono::seconds(1));
    CHECK(world.zabbix->told.size() == 1);
    world.pass(std::chrono::seconds(5));
    CHECK(world.zabbix->told.size() == 2);
    CHECK(world.events.count("notice_later") == 1);  // of one notice, once
    world.zabbix->on_tell = [](const domain::Notice&) { return Result<void>(); };
    world.pass(std::chrono::minutes(5));
    CHECK(world.store.notices.empty());
}

TEST_CASE("a refused notice is dead and the next one goes out", "[messenger]") {
    MessengerWorld world;
    world.zabbix->on_tell = [](const domain::Notice& notice) {
        return notice.text == "bad" ? Result<void>(kRefused) : Result<void>();
    };
    world.store.owe("zabbix/trigger/1", "bad", world.clock.time);
    world.store.owe("zabbix/trigger/1", "good", world.clock.time);
    world.messenger.ring();
    world.settle();
    CHECK(texts(*world.zabbix) == std::vector<std::string>{"bad", "good"});
    REQUIRE(world.store.notices.size() == 1);
    CHECK(world.store.notices[0].state == NoticeState::dead);
    CHECK(world.events.count("notice_dead") == 1);
    CHECK(world.metrics.value("notices_total{action=comment,outcome=dead}") == 1);
}

TEST_CASE("after a day without success a notice is given up", "[messenger]") {
    MessengerWorld world;
    world.zabbix->on_tell = [](const domain::Notice&) { return Result<void>(kAway); };
    world.store.owe("zabbix/trigger/1", "a", world.clock.time);
    for (int hour = 0; hour < 26; ++hour) {
        world.pass(std::chrono::hours(1));
    }
    REQUIRE(world.store.notices.size() == 1);
    CHECK(world.store.notices[0].state == NoticeState::dead);
    CHECK(world.zabbix->told.size() <= 26);
    CHECK(world.events.count("notice_dead") == 1);
}

TEST_CASE("what a source without a way back is owed is dropped", "[messenger]") {
    MessengerWorld world;
    world.store.owe("nagios/host/x", "b", world.clock.time);
    world.messenger.use(world.table({"zabbix"}));
    world.settle();
    CHECK(world.nagios->told.empty());
    CHECK(world.store.notices.empty());
    CHECK(world.events.count("notices_dropped") == 1);
}

TEST_CASE("a later word waits for an earlier one without spinning", "[messenger]") {
    MessengerWorld world;
    world.store.owe("zabbix/trigger/1", "first", world.clock.time + std::chrono::minutes(4));
    world.store.owe("zabbix/trigger/1", "second", world.clock.time);
    world.messenger.ring();
    world.settle();
    CHECK(world.zabbix->told.empty());
    CHECK(world.store.reads <= 2);
    world.pass(std::chrono::minutes(4));
    CHECK(texts(*world.zabbix) == std::vector<std::string>{"first", "second"});
}

TEST_CASE("a reload tries at once again", "[messenger]") {
    MessengerWorld world;
    bool mended = false;
    world.zabbix->on_tell = [&mended](const domain::Notice&) {
        return mended ? Result<void>() : Result<void>(kAway);
    };
    world.store.owe("zabbix/trigger/1", "a", world.clock.time);
    world.messenger.ring();
    world.settle();
    mended = true;
    world.pass(std::chrono::seconds(1));
    CHECK(world.zabbix->told.size() == 1);
    world.store.owe("zabbix/trigger/2", "b", world.clock.time);
    world.messenger.use(world.table({"zabbix"}));
    world.settle();
    CHECK(texts(*world.zabbix) == std::vector<std::string>{"a", "b"});
}

TEST_CASE("what was told is not told again because it could not be stored", "[messenger]") {
    MessengerWorld world;
    world.store.settle_error = Error{ErrorClass::later, "store_busy", "busy"};
    world.clock.on_sleep = [&world] {
        if (world.clock.sleeps.size() == 3) {
            world.store.settle_error.reset();
        }
    };
    world.store.owe("zabbix/trigger/1", "a", world.clock.time);
    world.messenger.ring();
    world.settle();
    CHECK(world.clock.sleeps == std::vector<Duration>(3, Duration(1'000)));
    CHECK(world.zabbix->told.size() == 1);
    CHECK(world.store.notices.empty());
    CHECK(world.events.count("notice_not_stored") == 3);
}

TEST_CASE("a stop ends the trying to store", "[messenger]") {
    MessengerWorld world;
    world.store.settle_error = Error{ErrorClass::later, "store_busy", "busy"};
    world.clock.on_sleep = [&world] { world.messenger.stop(); };
    world.store.owe("zabbix/trigger/1", "a", world.clock.time);
    world.messenger.ring();
    world.settle();
    CHECK(world.clock.sleeps.size() == 1);
    CHECK(world.tasks.running() == 0);
    CHECK(world.store.notices.size() == 1);  // told again at the next start
}

TEST_CASE("what cannot be dropped is not said to be", "[messenger]") {
    MessengerWorld world;
    world.store.settle_error = Error{ErrorClass::later, "store_busy", "busy"};
    world.store.owe("nagios/host/x", "b", world.clock.time);
    world.messenger.use(world.table({"zabbix"}));
    world.settle();
    CHECK(world.events.count("notices_dropped") == 0);
    CHECK(world.store.reads == 1);
    world.store.settle_error.reset();
    world.messenger.ring();
    world.settle();
    CHECK(world.store.notices.size() == 1);  // not before the pause is over
    world.pass(std::chrono::seconds(2));
    CHECK(world.store.notices.empty());
    CHECK(world.events.count("notices_dropped") == 1);
}

TEST_CASE("a clock that is set keeps nobody away any longer", "[messenger]") {
    MessengerWorld world;
    world.zabbix->on_tell = [](const domain::Notice&) { return Result<void>(kAway); };
    world.store.owe("zabbix/trigger/1", "a", world.clock.time);
    world.messenger.ring();
    world.settle();
    REQUIRE(world.zabbix->told.size() == 1);
    const auto back = -std::chrono::hours(5);
    world.clock.time += back;
    for (domain::Notice& notice : world.store.notices) {
        notice.created_at += back;
        notice.due_at += back;
    }
    world.messenger.clock_was_set(back);
    world.settle();
    CHECK(world.zabbix->told.size() == 1);
    world.pass(std::chrono::minutes(1));
    CHECK(world.zabbix->told.size() == 2);
}

TEST_CASE("a telling that ends by an exception is tried again, after a pause", "[messenger]") {
    MessengerWorld world;
    world.zabbix->on_tell = [](const domain::Notice&) -> Result<void> {
        throw std::runtime_error("bad");
    };
    world.store.owe("zabbix/trigger/1", "a", world.clock.time);
    world.messenger.ring();
    world.settle();
    CHECK(world.zabbix->told.size() == 1);
    CHECK(world.events.count("task_failed") == 1);
    world.zabbix->on_tell = [](const domain::Notice&) { return Result<void>(); };
    world.pass(std::chrono::seconds(2));
    CHECK(world.zabbix->told.size() == 2);
    CHECK(world.store.notices.empty());
}

TEST_CASE("a stop reaches what is told, which counts as not tried", "[messenger]") {
    MessengerWorld world;
    world.zabbix->on_tell = [&world](const domain::Notice&) {
        world.messenger.stop();
        return Result<void>(kAway);
    };
    world.store.owe("zabbix/trigger/1", "a", world.clock.time);
    world.messenger.ring();
    world.settle();
    CHECK(world.zabbix->stops == 1);
    REQUIRE(world.store.notices.size() == 1);
    CHECK(world.store.notices[0].attempts == 0);
    CHECK(world.tasks.running() == 0);
}

}  // namespace alert_bridge::test
