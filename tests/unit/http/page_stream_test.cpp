// SPDX-License-Identifier: MIT
#include "alert_bridge/http/page_stream.hpp"

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <nlohmann/json.hpp>

#include "alert_bridge/http/page_overview.hpp"
#include "catch.hpp"
#include "fakes.hpp"
#include "held_clock.hpp"

using namespace alert_bridge;
using http::PageStream;
using nlohmann::json;
namespace asio = boost::asio;

namespace {

constexpr std::array<double, 2> kBounds{1, 2};

struct World {
    asio::io_context io;
    test::HeldClock clock;
    test::RecordedEvents events;
    core::Tasks tasks{io.get_executor(), clock, events};
    http::PageHistory history{kBounds};
    std::string overview = "{\"n\":1}";
    int looks = 0;
    bool may_look = true;
    bool is_slow = false;
    PageStream stream{{tasks, clock, history, [this] { return look(); }}};

    asio::awaitable<std::string> look() {
        ++looks;
        if (is_slow) {
            co_await clock.sleep(Duration(1));
        }
        co_return overview;
    }
    std::shared_ptr<http::Feed> open() {
        return stream.open([this] { return may_look; });
    }
    // What the feed gives next, or "nothing yet".
    struct Next {
        std::string text = "nothing yet";
    };
    static asio::awaitable<void> ask(std::shared_ptr<http::Feed> feed, std::shared_ptr<Next> next) {
        next->text = co_await feed->next();
    }
    std::shared_ptr<Next> ask(const std::shared_ptr<http::Feed>& feed) {
        auto next = std::make_shared<Next>();
        asio::co_spawn(io, ask(feed, next), asio::detached);
        run();
        return next;
    }
    void run() {
        io.poll();
        io.restart();
    }
    // Lets the loop that looks for news look again.
    void look_again() {
        clock.wake_all();
        run();
    }
};

}  // namespace

TEST_CASE("a feed begins with hello, then tells what changes and nothing else") {
    World world;
    const auto feed = world.open();
    world.run();
    const std::string first = world.ask(feed)->text;
    CHECK(first.starts_with("retry: 2000\nevent: hello\ndata: {\"now\":1795466910000,"));
    CHECK(first.find("event: overview\ndata: {\"n\":1}\n\n") != std::string::npos);
    const auto next = world.ask(feed);
    world.look_again();
    CHECK(next->text == "nothing yet");
    world.overview = "{\"n\":2}";
    world.look_again();
    CHECK(next->text == "event: overview\ndata: {\"n\":2}\n\n");
    world.stream.stop();
    world.look_again();
}

TEST_CASE("new points of the plots are told, each once") {
    World world;
    const auto feed = world.open();
    world.run();
    (void)world.ask(feed);
    const auto next = world.ask(feed);
    world.history.add(world.clock.time, {});
    world.history.add(world.clock.time + Duration(10'000), {});
    world.look_again();
    CHECK(next->text == "event: points\ndata: [[1795466920000,0.0,0.0,null,null,0]]\n\n");
    const auto other = world.open();
    CHECK(world.ask(other)->text.find("event: points\ndata: [[1795466920000") != std::string::npos);
    world.stream.stop();
    world.look_again();
}

TEST_CASE("nobody looks: nothing is asked") {
    World world;
    world.run();
    CHECK(world.looks == 0);
    auto feed = world.open();
    world.run();
    CHECK(world.looks == 1);
    feed.reset();
    CHECK(world.stream.feeds() == 0);
    world.look_again();
    world.look_again();
    CHECK(world.looks == 1);
    CHECK(world.tasks.running() == 0);
    feed = world.open();
    world.run();
    CHECK(world.looks == 2);
    feed.reset();
    world.look_again();
}

TEST_CASE("who looks again after nobody did gets a whole overview, if a little later") {
    World world;
    auto feed = world.open();
    world.run();
    feed.reset();
    world.look_again();
    REQUIRE(world.tasks.running() == 0);
    world.is_slow = true;
    feed = world.open();
    const std::string first = world.ask(feed)->text;
    CHECK(first.find("event: hello") != std::string::npos);
    CHECK(first.find("event: overview") == std::string::npos);
    const auto next = world.ask(feed);
    CHECK(next->text == "nothing yet");
    world.look_again();
    CHECK(next->text == "event: overview\ndata: {\"n\":1}\n\n");
    world.stream.stop();
    world.look_again();
}

TEST_CASE("a feed ends with the session, with the daemon, and when it is the oldest of too many") {
    World world;
    const auto feed = world.open();
    world.run();
    (void)world.ask(feed);
    const auto ended = world.ask(feed);
    SECTION("stop") {
        world.stream.stop();
        world.run();
        CHECK(ended->text.empty());
    }
    SECTION("end") {
        feed->end();
        world.run();
        CHECK(ended->text.empty());
        CHECK(world.stream.feeds() == 0);
    }
    SECTION("session") {
        world.may_look = false;
        world.overview = "{}";
        world.look_again();
        CHECK(ended->text.empty());
    }
    SECTION("one too many") {
        std::vector<std::shared_ptr<http::Feed>> others;
        for (std::size_t i = 0; i < PageStream::kFeedsMax; ++i) {
            others.push_back(world.open());
        }
        world.run();
        CHECK(ended->text.empty());
        CHECK(world.stream.feeds() == PageStream::kFeedsMax);
    }
    world.stream.stop();
    world.look_again();
    CHECK(world.tasks.running() == 0);
}

TEST_CASE("a feed may outlive the stream, as at the end of the program") {
    World world;
    std::shared_ptr<http::Feed> feed;
    {
        http::PageHistory history(kBounds);
        PageStream stream({world.tasks, world.clock, world.history, [&] { return world.look(); }});
        feed = stream.open([] { return true; });
    }
    world.look_again();
    CHECK(world.ask(feed)->text.empty());
}

TEST_CASE("the overview is what the commands show, on one line, with the text as it came") {
    http::PageOverview overview;
    overview.status.version = "1";
    overview.status.readiness.checks.push_back({"glpi", false, "away"});
    overview.status.figures.due = 3;
    overview.status.figures.storms = 2;
    overview.status.figures.sheltered = 40;
    overview.status.figures.oldest_due = from_unix_ms(1'795'466'910'000);
    http::AdminApi::Session session;
    session.health = "away";
    session.last_error = "<b>\n\"x\"";
    overview.sessions.push_back(session);
    overview.events.push_back({from_unix_ms(0), "warning", "e", "</script>\xff"});
    const std::string text = http::to_json(overview);
    CHECK(text.find('\n') == std::string::npos);
    const json read = json::parse(text);
    CHECK(read["sessions"][0]["health"] == "away");
    CHECK(read["sessions"][0]["last_error"] == "<b>\n\"x\"");
    CHECK(read["status"]["due"] == 3);
    CHECK(read["status"]["storms"] == 2);
    CHECK(read["status"]["sheltered_incidents"] == 40);
    CHECK(read["status"]["oldest_due"] == "2026-11-23T20:48:30Z");
    CHECK(read["events"][0]["text"] == "</script>\xef\xbf\xbd");
    CHECK(read["status"]["checks"][0]["ok"] == false);
    // What changes all the time would wake every page for nothing.
    overview.status.oldest_due += Duration(60'000);
    overview.sessions[0].last_use = from_unix_ms(1'795'466'910'000);
    CHECK(http::to_json(overview) == text);
}
