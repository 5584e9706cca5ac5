// SPDX-License-Identifier: MIT
// Requests inside TLS: the listener keeps its promises there too.
#include <functional>
#include <set>

#include "tls_client.hpp"

using namespace alert_bridge;
using namespace std::chrono_literals;
using test::Answer;
using test::Client;
using test::HttpWorld;
using test::only;
using test::TlsClient;
using test::TlsWish;
using test::TlsWorld;

namespace {

constexpr std::size_t kMegabyte = 1024 * 1024;

const std::string kHead = "POST /v1/alerts/z HTTP/1.1\r\nHost: b\r\nAuthorization: Bearer good\r\n";

// A request that fills one read of the server to its last byte.
std::string post_of_one_read(const std::string& headers) {
    const std::size_t around =
        HttpWorld::post("z", std::string(16'000, 'x'), headers).size() - 16'000;
    std::string bytes = HttpWorld::post("z", std::string(16 * 1024 - around, 'x'), headers);
    REQUIRE(bytes.size() == 16 * 1024);
    return bytes;
}

}  // namespace

TEST_CASE("requests are answered inside TLS 1.2 and 1.3, one after another on one connection") {
    TlsWorld world;
    world.start();
    const int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
    TlsWish wish = only(version);
    wish.trusted = world.own.certificate();
    TlsClient client(world.port(), wish);
    REQUIRE(client.is_greeted());
    CHECK(SSL_version(client.ssl()) == version);
    const unsigned char* protocol = nullptr;
    unsigned int size = 0;
    SSL_get0_alpn_selected(client.ssl(), &protocol, &size);
    CHECK(std::string(protocol, protocol + size) == "http/1.1");
    for (int i = 0; i < 3; ++i) {
        REQUIRE(client.send(HttpWorld::post("z", "alert " + std::to_string(i))));
        const Answer answer = client.read();
        CHECK(answer.status == 202);
        CHECK(answer.header("connection") == "keep-alive");
    }
    REQUIRE(client.send(HttpWorld::get("/healthz", "Connection: close\r\n")));
    CHECK(client.read().status == 200);
    CHECK(client.is_closed());
    CHECK(world.journal() == 3);
    world.end();
}

TEST_CASE("requests in one TLS record are answered one after another") {
    TlsWorld world;
    world.start();
    TlsClient client(world.port());
    REQUIRE(client.send(
        HttpWorld::post("z", "first") + HttpWorld::get("/healthz") + HttpWorld::get("/nothing")
    ));
    CHECK(client.read().status == 202);
    CHECK(client.read().status == 200);
    CHECK(client.read().status == 404);
}

TEST_CASE("who asks without a pause leaves a turn to others after every answer") {
    constexpr int kRequests = 1'000;
    std::set<double> seen;  // the answers given, whenever the other one had its turn
    std::function<void()> take_turn;
    TlsWorld world;
    world.start();
    take_turn = [&] {
        seen.insert(world.metrics.value("http_requests_total{route=metrics,code=200}"));
        if (*seen.rbegin() < kRequests) {
            boost::asio::post(world.io, take_turn);
        }
    };
    std::string requests;
    for (int i = 0; i < kRequests; ++i) {
        requests += "HEAD /metrics HTTP/1.1\r\nHost: b\r\n\r\n";
    }
    TlsClient client(world.port());
    boost::asio::post(world.io, take_turn);
    REQUIRE(client.send(requests));
    for (int i = 0; i < kRequests; ++i) {
        REQUIRE(client.read(true).status == 200);
    }
    world.end();
    CHECK(seen.size() > kRequests / 2);
}

TEST_CASE("bytes outside TLS are never taken for a part of a request") {
    TlsWorld world;
    world.start();
    TlsClient client(world.port());
    const int socket = SSL_get_fd(client.ssl());
    client.hold_back();
    REQUIRE(client.send(kHead + "Content-Length: 10\r\n\r\n01234"));
    const std::string forged = std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'x');
    const std::string rest = forged + "56789";
    REQUIRE(::write(socket, rest.data(), rest.size()) == static_cast<ssize_t>(rest.size()));
    client.release();
    CHECK(client.is_gone());
    world.end();
    CHECK(world.journal() == 0);
}

TEST_CASE("a request whose bytes OpenSSL holds already is not waited for") {
    TlsWorld world;
    world.start();
    TlsWish wish;
    wish.record_bytes = 10'000;
    TlsClient client(world.port(), wish);
    // The first request fills the first read to its last byte, in the middle of the second record.
    const std::string first = post_of_one_read("Authorization: Bearer good\r\n");
    client.hold_back();
    REQUIRE(client.send(first + HttpWorld::get("/healthz")));
    client.release();
    CHECK(client.read().status == 202);
    CHECK(client.read().status == 200);
}

TEST_CASE("a client may change its keys between requests, and ask for new ones") {
    TlsWorld world;
    world.start();
    TlsClient client(world.port(), only(TLS1_3_VERSION));
    for (const int wish : {SSL_KEY_UPDATE_NOT_REQUESTED, SSL_KEY_UPDATE_REQUESTED}) {
        REQUIRE(SSL_key_update(client.ssl(), wish) == 1);
        REQUIRE(client.send(HttpWorld::get("/healthz")));
        CHECK(client.read().status == 200);
    }
}

TEST_CASE("a client that ends right behind its request is answered, and not waited for") {
    TlsWorld world;
    world.start();
    TlsClient client(world.port(), only(GENERATE(TLS1_2_VERSION, TLS1_3_VERSION)));
    client.hold_back();
    REQUIRE(client.send(HttpWorld::post("z", "x")));
    client.say_goodbye();
    client.release();
    CHECK(client.read().status == 202);
    CHECK(client.is_closed());
    client.end_sending();
    world.end();
    CHECK_FALSE(client.is_reset());
}

TEST_CASE("the last answer is not lost to a close_notify that nobody has read") {
    TlsWorld world;
    world.start();
    TlsClient client(world.port(), only(GENERATE(TLS1_2_VERSION, TLS1_3_VERSION)));
    client.hold_back();
    REQUIRE(client.send(post_of_one_read("Authorization: Bearer good\r\nConnection: close\r\n")));
    client.say_goodbye();
    client.release();
    CHECK(client.read().status == 202);
    CHECK(client.is_closed());
    client.end_sending();
    world.end();
    CHECK_FALSE(client.is_reset());
}

TEST_CASE("connections past the limit are closed without a byte, those in their handshake count") {
    TlsWorld world;
    world.options.connections_max = 2;
    world.start();
    Client silent = world.connect();  // in its handshake
    TlsClient two(world.port());
    REQUIRE(two.send(HttpWorld::get("/healthz")));
    CHECK(two.read().status == 200);
    Client three = world.connect();
    CHECK(three.is_gone());
    CHECK(world.on_io([&] {
        return world.metrics.value("http_refused_connections_total{reason=total}");
    }) == 1);
}

TEST_CASE("a large body is taken, in large records and in small ones") {
    TlsWorld world;
    world.start();
    TlsWish wish;
    wish.record_bytes = GENERATE(std::size_t{0}, std::size_t{100});
    const std::string body(wish.record_bytes == 0 ? 4 * kMegabyte : kMegabyte / 2, 'x');
    TlsClient client(world.port(), wish);
    REQUIRE(client.send(HttpWorld::post("z", body)));
    CHECK(client.read().status == 202);
    const auto taken = world.on_io([&] { return world.store.journal.back().alert.text.size(); });
    CHECK(taken == body.size());
}

TEST_CASE("a body that is too large is refused while the client still sends, and it hears so") {
    TlsWorld world;
    world.start();
    TlsClient client(world.port());
    static_cast<void>(client.send(HttpWorld::post("z", std::string(6 * kMegabyte, 'x'))));
    CHECK(client.read().status == 413);
    CHECK(client.is_closed());
}

TEST_CASE("what is not complete in time gets 408 inside TLS") {
    TlsWorld world;
    world.options.limits.header_deadline = Duration(4'000);  // a handshake must be over by then
    world.options.limits.request_deadline = Duration(50);
    world.start();
    TlsClient in_head(world.port());
    REQUIRE(in_head.send("GET /healthz HTTP/1.1\r\nHost: b\r\n"));
    CHECK(in_head.read().status == 408);
    CHECK(in_head.is_closed());
    TlsClient in_body(world.port());
    REQUIRE(in_body.send(kHead + "Content-Length: 100\r\n\r\nhalf"));
    CHECK(in_body.read().status == 408);
    CHECK(in_body.is_closed());
}

TEST_CASE("an idle connection is closed at its deadline with close_notify") {
    TlsWorld world;
    world.options.limits.idle_deadline = Duration(30);
    world.start();
    TlsClient client(world.port());
    REQUIRE(client.send(HttpWorld::get("/healthz")));
    CHECK(client.read().status == 200);
    CHECK(client.is_closed());
}

TEST_CASE("stopping ends idle connections and handshakes, and lets a request come to its end") {
    TlsWorld world;
    world.options.limits.header_deadline = Duration(60'000);
    world.start();
    Client in_handshake = world.connect();
    TlsClient idle(world.port());
    REQUIRE(idle.send(HttpWorld::get("/healthz")));
    CHECK(idle.read().status == 200);
    TlsClient busy(world.port());
    REQUIRE(busy.send(kHead + "Expect: 100-continue\r\nContent-Length: 10\r\n\r\n"));
    CHECK(busy.read().status == 100);

    auto stopped = world.stop(60s);
    REQUIRE(in_handshake.has_bytes_within(60'000));
    CHECK(in_handshake.is_gone());
    CHECK(idle.is_closed());
    REQUIRE(busy.send("0123456789"));
    const Answer answer = busy.read();
    CHECK(answer.status == 202);
    CHECK(answer.header("connection") == "close");
    CHECK(busy.is_closed());
    REQUIRE(stopped.wait_for(60s) == std::future_status::ready);
    CHECK(world.on_io([&] { return world.listener->connections(); }) == 0);
}

TEST_CASE("the program may end in the middle of handshakes and requests inside TLS") {
    auto world = std::make_unique<TlsWorld>();
    world->start();
    Client in_handshake = world->connect();
    TlsClient idle(world->port());
    TlsClient reading(world->port());
    REQUIRE(reading.send(kHead + "Expect: 100-continue\r\nContent-Length: 10\r\n\r\n"));
    CHECK(reading.read().status == 100);
    CHECK(world->on_io([&] { return world->listener->connections(); }) == 3);
    world->shut_down();
    world.reset();
    CHECK(in_handshake.is_gone());
    CHECK(idle.is_gone());
    CHECK(reading.is_gone());
}
