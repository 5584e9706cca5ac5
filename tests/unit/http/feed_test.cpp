// SPDX-License-Identifier: MIT
// The listener's feeds (server-sent events): readers who stall or leave, HEAD, and a stop.
#include <boost/asio/redirect_error.hpp>

#include "http_world.hpp"
#include "tls_client.hpp"

using namespace alert_bridge;
using namespace std::chrono_literals;
using test::Answer;
using test::Client;
using test::TlsClient;

namespace {

namespace asio = boost::asio;

// What a feed was asked and told; touched on the I/O thread, and after it ended.
struct Told {
    int asked = 0;
    bool is_ended = false;
    bool is_gone = false;
};

// Gives pieces of this size, or, when it is 0, waits to be ended.
class TestFeed final : public http::Feed {
  public:
    TestFeed(asio::io_context& io, std::size_t bytes, Told& told)
        : waits_(io, std::chrono::steady_clock::time_point::max()), bytes_(bytes), told_(told) {}
    TestFeed(const TestFeed&) = delete;
    TestFeed& operator=(const TestFeed&) = delete;
    ~TestFeed() override { told_.is_gone = true; }

    asio::awaitable<std::string> next() override {
        ++told_.asked;
        if (bytes_ == 0 && !told_.is_ended) {
            boost::system::error_code ignored;
            co_await waits_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        }
        co_return told_.is_ended ? std::string() : std::string(bytes_, 'x');
    }
    void end() override {
        told_.is_ended = true;
        waits_.cancel();
    }

  private:
    asio::steady_timer waits_;
    std::size_t bytes_;
    Told& told_;
};

class FeedResponder final : public http::Responder {
  public:
    FeedResponder(asio::io_context& io, std::size_t bytes, Told& told)
        : io_(io), bytes_(bytes), told_(told) {}

    std::optional<http::Response> admit(http::RequestHead&) const override { return {}; }
    asio::awaitable<http::Response> handle(http::Request) override {
        http::Response response;
        response.content_type = "text/event-stream";
        response.feed = std::make_shared<TestFeed>(io_, bytes_, told_);
        co_return response;
    }
    std::string_view route_name(std::string_view) const noexcept override { return "feed"; }

  private:
    asio::io_context& io_;
    std::size_t bytes_;
    Told& told_;
};

struct World {
    Told told;
    asio::io_context io{1};
    test::JumpingClock clock;
    test::RecordedEvents events;
    test::RecordedMetrics metrics;
    FeedResponder responder;
    http::Listener listener;
    std::thread thread;

    explicit World(std::size_t bytes, http::Options options = {}, http::TlsContextPtr tls = {})
        : responder(io, bytes, told),
          listener(io.get_executor(), std::move(options), responder, clock, events, metrics) {
        listener.use(std::move(tls));
        REQUIRE(listener.start().has_value());
        thread = std::thread([this] {
            const auto guard = asio::make_work_guard(io);
            io.run();
        });
    }
    ~World() {
        asio::post(io, [this] { io.stop(); });
        thread.join();
    }
    template <class Function>
    auto on_io(Function function) {
        std::packaged_task<decltype(function())()> task(std::move(function));
        auto result = task.get_future();
        asio::post(io, [&task] { task(); });
        return result.get();
    }
    template <class Condition>
    void wait_until(Condition condition) {
        const auto end = std::chrono::steady_clock::now() + 60s;
        while (!on_io(condition)) {
            REQUIRE(std::chrono::steady_clock::now() < end);
            std::this_thread::yield();
        }
    }
    void stop() {
        auto stopped = asio::co_spawn(io, listener.stop(Duration(600'000)), asio::use_future);
        REQUIRE(stopped.wait_for(60s) == std::future_status::ready);
    }
};

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: b\r\n\r\n";

}  // namespace

TEST_CASE("a reader who takes nothing of a feed is cut, and his place is free again") {
    http::Options options;
    options.limits.answer_deadline = Duration(40);
    World world(1024 * 1024, options);
    Client stalled(world.listener.port());
    REQUIRE(stalled.send(std::string(kGet)));
    world.wait_until([&world] { return world.told.is_gone; });
    world.wait_until([&world] { return world.listener.connections() == 0; });
    CHECK(world.on_io([&world] { return world.told.is_ended; }) == false);
}

TEST_CASE("HEAD gets the head of a feed and is not fed") {
    World world(10);
    Client client(world.listener.port());
    REQUIRE(client.send("HEAD / HTTP/1.1\r\nHost: b\r\n\r\n"));
    const Answer answer = client.read(true);
    CHECK(answer.status == 200);
    CHECK(answer.header("content-type") == "text/event-stream");
    CHECK(client.is_closed());
    world.wait_until([&world] { return world.told.is_gone; });
    CHECK(world.on_io([&world] { return world.told.asked; }) == 0);
}

TEST_CASE("a stop ends a feed that waits, and its reader hears a proper end") {
    const test::Issued own{test::named("bridge")};
    World world(0, http::Options(), test::tls_settings(own));
    test::TlsWish wish;
    wish.trusted = own.certificate();
    TlsClient client(world.listener.port(), wish);
    REQUIRE(client.is_greeted());
    REQUIRE(client.send(std::string(kGet)));
    CHECK(client.read().status == 200);
    world.wait_until([&world] { return world.told.asked == 1; });
    world.stop();
    CHECK(world.on_io([&world] { return world.told.is_ended; }));
    CHECK(world.on_io([&world] { return world.told.is_gone; }));
    CHECK(client.is_closed());  // by close_notify: not cut
}

TEST_CASE("a listener that is not counted leaves the senders' metrics and log alone") {
    http::Options options;
    options.is_counted = false;
    options.connections_max = 1;
    const test::Issued own{test::named("bridge")};
    World world(0, options, test::tls_settings(own));
    {
        test::TlsWish wish;
        wish.trusted = test::Issued(test::named("somebody else")).certificate();
        const TlsClient distrusts(world.listener.port(), wish);
    }
    world.wait_until([&world] { return world.listener.connections() == 0; });
    Client first(world.listener.port());
    world.wait_until([&world] { return world.listener.connections() == 1; });
    Client second(world.listener.port());
    CHECK(second.is_gone());
    CHECK(world.on_io([&world] { return world.metrics.values.empty(); }));
    CHECK(world.on_io([&world] { return world.events.events.empty(); }));
}
