// SPDX-License-Identifier: MIT
#include "alert_bridge/http/admin_listener.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <future>
#include <thread>

#include "catch.hpp"
#include "desk_world.hpp"

using namespace alert_bridge;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::local::stream_protocol;

namespace {

class RealClock final : public ports::Clock {
  public:
    explicit RealClock(asio::io_context& io) : io_(io) {}
    WallTime now() const override { return from_unix_ms(1'795'466'910'000); }
    asio::awaitable<void> sleep(Duration duration) override {
        asio::steady_timer timer(io_, duration);
        co_await timer.async_wait(asio::use_awaitable);
    }
    std::unique_ptr<Alarm> alarm() override { return std::make_unique<test::SteadyAlarm>(); }

  private:
    asio::io_context& io_;
};

// The listener on a thread of its own, as the daemon's I/O thread; clients block on the test's.
struct World {
    World() {
        std::string name = (std::filesystem::temp_directory_path() / "admin-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        folder = name;
        path = (folder / "admin.sock").string();
        REQUIRE(listener.start({path, 0600}).has_value());
        thread = std::thread([this] { io.run(); });
    }
    ~World() {
        stop();
        std::filesystem::remove_all(folder);
    }
    void stop() {
        if (thread.joinable()) {
            asio::post(io, [this] { listener.stop(); });
            thread.join();  // every coroutine has ended
        }
    }
    Result<net::LocalReply> ask(const std::string& target, const std::string& body) const {
        return net::exchange_local(path, target, body, 60s);
    }

    std::filesystem::path folder;
    std::string path;
    asio::io_context io{1};
    asio::io_context clients;
    RealClock clock{io};
    test::DeskWorld parts{clock};
    http::AdminApi api{{parts.desk, parts.store, [](std::int64_t) { return std::string(); }}};
    core::Tasks tasks{io.get_executor(), clock, parts.events};
    http::AdminListener listener{api, tasks, clock, parts.events};
    std::thread thread;
};

// What the other side sends until it closes.
std::string all_that_comes(stream_protocol::socket& socket) {
    std::string bytes;
    boost::system::error_code until_closed;
    asio::read(socket, asio::dynamic_buffer(bytes), until_closed);
    return bytes;
}

}  // namespace

TEST_CASE("the admin socket answers, and logs commands with the user at the other end") {
    World world;
    const auto list = world.ask("/dead/list", "{}");
    REQUIRE(list.has_value());
    CHECK(list->status == 200);
    CHECK(list->body == "{\"rows\":[]}\n");
    const auto command = world.ask("/dead/retry", R"({"id": 1})");
    REQUIRE(command.has_value());
    CHECK(command->status == 409);
    world.stop();
    CHECK(world.parts.events.events.back().fields.at("who") == "uid " + std::to_string(::getuid()));
    CHECK_FALSE(std::filesystem::exists(world.path));
}

TEST_CASE("what is no request is refused and closed") {
    World world;
    for (const std::string& bytes :
         {std::string("GET /dead/list HTTP/1.1\r\nHost: x\r\n\r\n"),
          std::string("nonsense\r\n\r\n"),
          "POST /dead/list HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\n\r\n" +
              std::string(1000, 'x')}) {
        stream_protocol::socket socket(world.clients);
        socket.connect(stream_protocol::endpoint(world.path));
        asio::write(socket, asio::buffer(bytes));
        const std::string answer = all_that_comes(socket);
        INFO(bytes.substr(0, 40));
        CHECK(answer.starts_with("HTTP/1.1 4"));
    }
}

TEST_CASE("connections past the limit are told so, the others are served, and a stop ends all") {
    World world;
    std::vector<stream_protocol::socket> idle;
    for (std::size_t i = 0; i < http::AdminListener::kConnectionsMax; ++i) {
        idle.emplace_back(world.clients);
        idle.back().connect(stream_protocol::endpoint(world.path));
    }
    {
        stream_protocol::socket one_too_many(world.clients);
        one_too_many.connect(stream_protocol::endpoint(world.path));
        CHECK(all_that_comes(one_too_many).starts_with("HTTP/1.1 503 "));
    }
    idle.front().close();
    // The daemon sees the end at its own pace; until then there is no room.
    std::optional<net::LocalReply> reply;
    for (int i = 0; i < 1'000 && !reply; ++i) {
        auto answered = world.ask("/dead/list", "{}");
        if (answered && answered->status == 200) {
            reply = *answered;
        }
    }
    REQUIRE(reply.has_value());
    world.stop();
    CHECK(all_that_comes(idle.back()).empty());
}
