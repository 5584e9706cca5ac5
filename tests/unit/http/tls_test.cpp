// SPDX-License-Identifier: MIT
// The listener's TLS: who gets in, what the others are told, and new settings on the way.
#include <array>

#include "tls_client.hpp"

using namespace alert_bridge;
using test::Client;
using test::HttpWorld;
using test::Issued;
using test::only;
using test::TlsClient;
using test::TlsWish;
using test::TlsWorld;

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
    world.wait_for_failure("left");
    world.end();
    CHECK(world.events.events.empty());
}

TEST_CASE("bytes that are neither TLS nor HTTP are refused") {
    TlsWorld world;
    world.start();
    Client client = world.connect();
    REQUIRE(client.send("SSH-2.0-OpenSSH_9.2\r\n"));
    world.wait_for_failure("protocol");
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

TEST_CASE("a key exchange that costs much is refused") {
    TlsWorld world;
    world.start();
    TlsWish wish = only(TLS1_3_VERSION);
    wish.groups = "P-521:X448";
    const TlsClient costly(world.port(), wish);
    CHECK_FALSE(costly.is_greeted());
    wish.groups = "P-521:P-384";
    const TlsClient cheaper(world.port(), wish);
    CHECK(cheaper.is_greeted());
}

TEST_CASE("a handshake too many closes the one that has lasted longest") {
    TlsWorld world;
    world.options.limits.handshakes_max = 2;
    world.options.limits.header_deadline = Duration(60'000);
    world.start();
    const auto refused = [&world] {
        return world.on_io([&] {
            return world.metrics.value("http_refused_connections_total{reason=handshakes}");
        });
    };
    Client silent = world.connect();  // counts among connections only
    // Announces a first message of 128 KiB.
    const std::string beginning("\x16\x03\x01\x02\x00\x01\x01\xff\xfc", 9);
    std::array<Client, 3> begun{world.connect(), world.connect(), world.connect()};
    for (Client& client : begun) {
        REQUIRE(client.send(beginning));
    }
    REQUIRE(begun[0].has_bytes_within(60'000));
    CHECK(begun[0].is_gone());
    CHECK(refused() == 1);
    TlsClient client(world.port());
    REQUIRE(client.send(HttpWorld::get("/healthz")));
    CHECK(client.read().status == 200);
    CHECK(refused() == 2);
    REQUIRE(begun[1].has_bytes_within(60'000));
    CHECK(begun[1].is_gone());
    CHECK_FALSE(begun[2].has_bytes_within(0));
    CHECK_FALSE(silent.has_bytes_within(0));
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
    world.wait_for_failure("distrusted");
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
        // In TLS 1.3 the client has done its part before it is refused; what it sends
        // is taken in and thrown away, so that it hears why.
        if (client.is_greeted()) {
            CHECK(client.send(HttpWorld::post("z", std::string(4 * 1024 * 1024, 'x'))));
            CHECK(client.is_gone());
        }
        CHECK(client.reason() > SSL_AD_REASON_OFFSET);
        CHECK(world.failures("client_certificate") == ++refused);
    }
    CHECK(world.journal() == 1);
    CHECK(world.on_io([&] { return world.events.count("tls_refused"); }) == 3);
}

TEST_CASE("a session is resumed, but not where each connection must show a certificate") {
    TlsWorld world;
    const Issued authority = test::authority("our senders");
    const Issued sender(test::named("zabbix"), &authority);
    const bool is_demanded = GENERATE(false, true);
    world.tls = test::tls_settings(world.own, is_demanded ? authority.certificate() : "");
    world.start();
    TlsWish wish = only(GENERATE(TLS1_2_VERSION, TLS1_3_VERSION));
    wish.identity = &sender;
    TlsClient first(world.port(), wish);
    REQUIRE(first.send(HttpWorld::get("/healthz")));
    REQUIRE(first.read().status == 200);  // after it the ticket is here
    wish.resumed = SSL_get1_session(first.ssl());
    TlsClient second(world.port(), wish);
    SSL_SESSION_free(wish.resumed);
    CHECK((SSL_session_reused(second.ssl()) == 1) == !is_demanded);
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
