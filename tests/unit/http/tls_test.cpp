// SPDX-License-Identifier: MIT
// The listener inside TLS: what a client sees of it, and what it never sees.
#include <optional>

#include "http_world.hpp"
#include "tls_client.hpp"

using namespace alert_bridge;
using namespace std::chrono_literals;
using test::Answer;
using test::Client;
using test::HttpWorld;
using test::Issued;
using test::TlsClient;
using test::TlsWish;

namespace {

constexpr std::size_t kMegabyte = 1024 * 1024;

class TlsWorld : public HttpWorld {
  public:
    TlsWorld() { tls = test::tls_settings(own); }
    [[nodiscard]] std::uint16_t port() const { return listener->port(); }
    [[nodiscard]] double failures(const std::string& reason) {
        const std::string name = "tls_handshakes_failed_total{reason=" + reason + "}";
        return on_io([&] { return metrics.value(name); });
    }
    [[nodiscard]] std::size_t journal() {
        return on_io([&] { return store.journal.size(); });
    }
    // Waits for the end of every connection.
    void end() {
        auto stopped = stop(10s);
        REQUIRE(stopped.wait_for(10s) == std::future_status::ready);
        CHECK(on_io([&] { return listener->connections(); }) == 0);
    }

    Issued own{test::named("bridge one")};
};

TlsWish only(int version) {
    TlsWish wish;
    wish.oldest = wish.newest = version;
    return wish;
}

const std::string kHead = "POST /v1/alerts/z HTTP/1.1\r\nHost: b\r\nAuthorization: Bearer good\r\n";

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

TEST_CASE("plain HTTP on the TLS port gets not one byte, and the log says what to do") {
    TlsWorld world;
    world.start();
    Client client = world.connect();
    REQUIRE(client.send(HttpWorld::get("/healthz")));
    CHECK(client.is_gone());
    world.end();
    CHECK(world.failures("plain_http") == 1);
    REQUIRE(world.events.count("tls_refused") == 1);
    CHECK_THAT(world.events.events.back().message, ContainsSubstring("https://"));
    CHECK(world.events.events.back().fields.at("peer") == "127.0.0.1");
}

TEST_CASE("who begins no handshake, or ends none, is cut at the deadline without a byte") {
    TlsWorld world;
    world.options.limits.header_deadline = Duration(40);
    world.start();
    const std::string begun = GENERATE(std::string(), std::string("\x16\x03\x01\x02", 4));
    Client client = world.connect();
    REQUIRE(client.send(begun));
    CHECK(client.is_gone());
    world.end();
    CHECK(world.failures("timeout") == 1);
    CHECK(world.events.events.empty());
}

TEST_CASE("a connection that leaves before its handshake is counted and not logged") {
    TlsWorld world;
    world.start();
    { const Client client = world.connect(); }
    while (world.failures("left") == 0) {
        std::this_thread::yield();
    }
    world.end();
    CHECK(world.events.events.empty());
}

TEST_CASE("bytes that are neither TLS nor HTTP are refused") {
    TlsWorld world;
    world.start();
    Client client = world.connect();
    REQUIRE(client.send("SSH-2.0-OpenSSH_9.2\r\n"));
    while (world.failures("protocol") == 0) {
        std::this_thread::yield();
    }
    CHECK(world.on_io([&] { return world.events.events.empty(); }));
}

TEST_CASE("TLS 1.1 is refused by the server") {
    TlsWorld world;
    world.start();
    TlsWish wish;
    wish.oldest = TLS1_VERSION;
    wish.newest = TLS1_1_VERSION;
    const TlsClient client(world.port(), wish);
    CHECK_FALSE(client.is_greeted());
    CHECK(client.reason() == SSL_R_TLSV1_ALERT_PROTOCOL_VERSION);
    CHECK(world.failures("protocol") == 1);
}

TEST_CASE("a client that speaks only other protocols is refused, one that names none is not") {
    TlsWorld world;
    world.start();
    TlsWish wish;
    wish.protocols = "\x2h2";
    const TlsClient other(world.port(), wish);
    CHECK_FALSE(other.is_greeted());
    CHECK(other.reason() == SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL);
    wish.protocols.clear();
    TlsClient silent(world.port(), wish);
    REQUIRE(silent.send(HttpWorld::get("/healthz")));
    CHECK(silent.read().status == 200);
}

TEST_CASE("a client that asks for a new handshake on the way gets none") {
    TlsWorld world;
    world.start();
    TlsClient client(world.port(), only(TLS1_2_VERSION));
    REQUIRE(client.is_greeted());
    CHECK(SSL_get_secure_renegotiation_support(client.ssl()) == 1);
    REQUIRE(SSL_renegotiate(client.ssl()) == 1);
    CHECK(SSL_do_handshake(client.ssl()) != 1);
    CHECK(ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_NO_RENEGOTIATION);
}

TEST_CASE("a client that does not trust the certificate is told of in the log") {
    TlsWorld world;
    world.start();
    TlsWish wish;
    wish.trusted = Issued(test::named("somebody else")).certificate();
    { const TlsClient client(world.port(), wish); }
    while (world.failures("distrusted") == 0) {
        std::this_thread::yield();
    }
    CHECK(world.on_io([&] { return world.events.count("tls_refused"); }) == 1);
}

TEST_CASE("with client_ca only a client with a certificate of this authority gets in") {
    TlsWorld world;
    const Issued authority = test::authority("our senders");
    const Issued stranger = test::authority("our senders");  // by name only
    const Issued good(test::named("zabbix"), &authority);
    const Issued bad(test::named("zabbix"), &stranger);
    test::CertificateWish old = test::named("zabbix");
    old.valid_from = "20200101000000Z";
    old.valid_until = "20210101000000Z";
    const Issued expired(old, &authority);
    world.tls = test::tls_settings(world.own, authority.certificate());
    world.start();
    const int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
    double refused = 0;
    for (const Issued* identity : {static_cast<const Issued*>(nullptr), &bad, &expired, &good}) {
        TlsWish wish = only(version);
        wish.identity = identity;
        TlsClient client(world.port(), wish);
        if (identity == &good) {
            REQUIRE(client.send(HttpWorld::post("z", "x")));
            CHECK(client.read().status == 202);
            continue;
        }
        // In TLS 1.3 the client has done its part before it is refused; what it sends is not read.
        if (client.is_greeted()) {
            static_cast<void>(client.send(HttpWorld::post("z", "x")));
            CHECK(client.is_gone());
        }
        CHECK(client.reason() > SSL_AD_REASON_OFFSET);  // it was told why
        CHECK(world.failures("client_certificate") == ++refused);
    }
    CHECK(world.journal() == 1);
    CHECK(world.on_io([&] { return world.events.count("tls_refused"); }) == 3);
}

TEST_CASE("a session is resumed, with its client certificate") {
    TlsWorld world;
    const Issued authority = test::authority("our senders");
    const Issued sender(test::named("zabbix"), &authority);
    world.tls = test::tls_settings(world.own, authority.certificate());
    world.start();
    TlsWish wish = only(GENERATE(TLS1_2_VERSION, TLS1_3_VERSION));
    wish.identity = &sender;
    TlsClient first(world.port(), wish);
    REQUIRE(first.send(HttpWorld::get("/healthz")));
    REQUIRE(first.read().status == 200);  // after it the ticket is here
    wish.resumed = SSL_get1_session(first.ssl());
    TlsClient second(world.port(), wish);
    SSL_SESSION_free(wish.resumed);
    CHECK(SSL_session_reused(second.ssl()) == 1);
    REQUIRE(second.send(HttpWorld::get("/healthz")));
    CHECK(second.read().status == 200);
}

TEST_CASE("new settings are for new connections; those that are open go on") {
    TlsWorld world;
    world.start();
    TlsClient before(world.port());
    REQUIRE(before.send(HttpWorld::get("/healthz")));
    CHECK(before.read().status == 200);
    CHECK(before.server_name() == "bridge one");

    const Issued renewed(test::named("bridge two"));
    const http::TlsContextPtr next = test::tls_settings(renewed);
    world.on_io([&] { world.listener->use(next); });
    TlsClient after(world.port());
    CHECK(after.server_name() == "bridge two");
    for (TlsClient* client : {&before, &after}) {
        REQUIRE(client->send(HttpWorld::post("z", "x")));
        CHECK(client->read().status == 202);
    }
    world.on_io([&] { world.listener->use(nullptr); });
    CHECK(world.ask(HttpWorld::get("/healthz")).status == 200);
    REQUIRE(after.send(HttpWorld::get("/healthz")));
    CHECK(after.read().status == 200);
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
    world.options.limits.header_deadline = Duration(200);
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
    world.start();
    Client in_handshake = world.connect();
    TlsClient idle(world.port());
    REQUIRE(idle.send(HttpWorld::get("/healthz")));
    CHECK(idle.read().status == 200);
    TlsClient busy(world.port());
    REQUIRE(busy.send(kHead + "Expect: 100-continue\r\nContent-Length: 10\r\n\r\n"));
    CHECK(busy.read().status == 100);

    auto stopped = world.stop(10s);
    CHECK(in_handshake.is_gone());
    CHECK(idle.is_closed());
    REQUIRE(busy.send("0123456789"));
    const Answer answer = busy.read();
    CHECK(answer.status == 202);
    CHECK(answer.header("connection") == "close");
    CHECK(busy.is_closed());
    REQUIRE(stopped.wait_for(10s) == std::future_status::ready);
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

TEST_CASE("settings that cannot work are refused with their reason") {
    const Issued own(test::named("one"));
    const Issued other(test::named("two"));
    http::TlsOptions options;
    options.certificate = own.certificate();
    options.key = Secret(other.key());
    const auto mixed = http::make_tls_context(options);
    REQUIRE_FALSE(mixed.has_value());
    CHECK(mixed.error().code == "tls_key");
    CHECK(mixed.error().kind == ErrorClass::misconfigured);
    options.key = Secret(own.key());
    options.client_ca = "nothing";
    const auto empty = http::make_tls_context(options);
    REQUIRE_FALSE(empty.has_value());
    CHECK(empty.error().code == "tls_client_ca");
    options.certificate = "nothing";
    const auto missing = http::make_tls_context(options);
    REQUIRE_FALSE(missing.has_value());
    CHECK(missing.error().code == "tls_certificate");
    CHECK(ERR_peek_error() == 0);
}
