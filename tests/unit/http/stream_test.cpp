// SPDX-License-Identifier: MIT
// The bytes of one connection: whoever sends them, others get their turn.
#include "alert_bridge/http/stream.hpp"

#include <algorithm>
#include <boost/asio/detached.hpp>
#include <vector>

#include "tls_client.hpp"

using namespace alert_bridge;
using http::Greeting;
using http::Stream;
using test::Client;
using test::Issued;
using test::TlsClient;

namespace asio = boost::asio;

namespace {

// Takes every turn that it gets.
class Other {
  public:
    explicit Other(asio::io_context& io) : io_(io) { take_turn(); }
    void stop() { is_wanted_ = false; }
    [[nodiscard]] std::size_t turns() const { return turns_; }

  private:
    void take_turn() {
        asio::post(io_, [this] {
            ++turns_;
            if (is_wanted_) {
                take_turn();
            }
        });
    }
    asio::io_context& io_;
    bool is_wanted_ = true;
    std::size_t turns_ = 0;
};

struct Server {
    asio::io_context io{1};
    asio::ip::tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), 0}};
    Issued own{test::named("bridge")};
    [[nodiscard]] std::uint16_t port() const { return acceptor.local_endpoint().port(); }
};

asio::awaitable<void> greet(Stream& stream, Other& other, Greeting& greeting) {
    greeting = co_await stream.greet();
    other.stop();
}

// How many turns there were during each read; ends with the connection.
asio::awaitable<void> read_all(Stream& stream, Other& other, std::vector<std::size_t>& turns) {
    const Greeting greeting = co_await stream.greet();
    std::string space(100, ' ');
    std::size_t bytes = 1;
    while (bytes > 0) {
        const std::size_t before = other.turns();
        const Stream::Moved moved = co_await stream.read_some(asio::buffer(space));
        bytes = moved.bytes;
        turns.push_back(other.turns() - before);
    }
    other.stop();
}

asio::awaitable<void> wait_for_input(Stream& stream, bool& is_readable) {
    const Greeting greeting = co_await stream.greet();
    const boost::system::error_code error = co_await stream.wait_readable();
    is_readable = greeting.outcome == Greeting::Outcome::done && !error;
}

}  // namespace

TEST_CASE("a first message in the smallest pieces is not read in one turn") {
    Server server;
    constexpr std::size_t kBytes = 5'000;
    std::string message{'\x01', '\x00', static_cast<char>(kBytes >> 8U), '\x88'};
    REQUIRE((kBytes & 0xFFU) == 0x88U);
    message += std::string(kBytes, 'x');
    std::string pieces;
    for (const char byte : message) {
        pieces += std::string("\x16\x03\x01\x00\x01", 5) + byte;
    }
    Client client(server.port());
    REQUIRE(client.send(pieces));  // all of it is there before the first read
    Stream stream(server.acceptor.accept(), test::tls_settings(server.own));
    Other other(server.io);
    Greeting greeting;
    asio::co_spawn(server.io, greet(stream, other, greeting), asio::detached);
    server.io.run();
    CHECK(greeting.outcome == Greeting::Outcome::protocol);
    CHECK(other.turns() >= kBytes / Stream::kRecordsMax);
}

TEST_CASE("what OpenSSL holds already is not read without giving a turn") {
    Server server;
    auto connected = std::async(std::launch::async, [port = server.port()] {
        auto client = std::make_unique<TlsClient>(port);
        const bool is_sent = client->send(std::string(1'000, 'x'));
        SSL_shutdown(client->ssl());
        return is_sent ? std::move(client) : nullptr;
    });
    Stream stream(server.acceptor.accept(), test::tls_settings(server.own));
    Other other(server.io);
    std::vector<std::size_t> turns;
    asio::co_spawn(server.io, read_all(stream, other, turns), asio::detached);
    server.io.run();
    REQUIRE(connected.get() != nullptr);
    REQUIRE(turns.size() == 11);
    // An event that came meanwhile may be served before the other one is.
    const auto with_turn = std::count_if(turns.begin(), turns.end(), [](auto n) { return n > 0; });
    CHECK(with_turn >= 6);
}

TEST_CASE("a change of keys is nothing to read") {
    Server server;
    auto connected = std::async(std::launch::async, [port = server.port()] {
        auto client = std::make_unique<TlsClient>(port, test::only(TLS1_3_VERSION));
        const bool is_sent = SSL_key_update(client->ssl(), SSL_KEY_UPDATE_REQUESTED) == 1 &&
                             SSL_do_handshake(client->ssl()) == 1;
        return is_sent ? std::move(client) : nullptr;
    });
    Stream stream(server.acceptor.accept(), test::tls_settings(server.own));
    bool is_readable = false;
    asio::co_spawn(server.io, wait_for_input(stream, is_readable), asio::detached);
    while (connected.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
        server.io.poll();
    }
    while (server.io.poll() > 0) {
    }
    CHECK_FALSE(is_readable);
    const auto client = connected.get();
    REQUIRE(client != nullptr);
    REQUIRE(client->send("x"));
    server.io.run();
    CHECK(is_readable);
}
