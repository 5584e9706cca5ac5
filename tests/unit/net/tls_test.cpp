// SPDX-License-Identifier: MIT
// TLS of the client against a loopback server whose certificate is made here.
#include "alert_bridge/net/connection.hpp"
#include "alert_bridge/net/http_client.hpp"
#include "catch.hpp"
#include "certificates.hpp"
#include "scripted_server.hpp"

using namespace alert_bridge;
namespace ssl = boost::asio::ssl;

namespace {

// A self-signed certificate and its key, in files.
class Certificate {
  public:
    explicit Certificate(const std::string& alt_name, const std::string& until = "")
        : made_(wish(alt_name, until)), certificate_(made_.certificate()), key_(made_.key()) {}
    const std::string& certificate() const { return certificate_.path; }
    const std::string& key() const { return key_.path; }

  private:
    static test::CertificateWish wish(const std::string& alt_name, const std::string& until) {
        test::CertificateWish wish;
        wish.alt_name = alt_name;
        wish.valid_from = until.empty() ? "" : "20200101000000Z";
        wish.valid_until = until;
        wish.is_authority = true;
        return wish;
    }
    test::Issued made_;
    test::TemporaryFile certificate_, key_;
};

ssl::context server_context(const Certificate& certificate) {
    ssl::context context(ssl::context::tls_server);
    context.use_certificate_chain_file(certificate.certificate());
    context.use_private_key_file(certificate.key(), ssl::context::pem);
    return context;
}

net::Exchange ask(
    test::asio::io_context& io, const std::string& url, const std::string& ca_file, int times = 1
) {
    net::ClientOptions options;
    options.url = *net::parse_url(url);
    options.ca_file = ca_file;
    auto client = net::HttpClient::create(io.get_executor(), options);
    REQUIRE(client.has_value());
    net::Exchange last;
    for (int i = 0; i < times; ++i) {
        net::HttpRequest request;
        request.method = net::Method::post;
        request.target = "/x";
        request.body = std::string(100'000, 'x');
        last = test::run(io, (*client)->exchange(request));
    }
    return last;
}

}  // namespace

TEST_CASE("a server whose certificate is trusted and names it is spoken to over TLS") {
    const Certificate certificate("DNS:localhost,IP:127.0.0.1");
    auto context = server_context(certificate);
    test::asio::io_context io;
    test::ScriptedServer server(
        io, [](const test::SeenRequest&) { return test::answer(200, "{}"); }, &context
    );
    const auto by_name = ask(io, server.url("localhost"), certificate.certificate(), 3);
    REQUIRE(by_name.answered);
    CHECK(by_name.response.body == "{}");
    CHECK(server.connections == 1);
    CHECK(server.seen.back().body.size() == 100'000);
    CHECK(ask(io, server.url("127.0.0.1"), certificate.certificate()).answered);
}

TEST_CASE("an unknown certificate is refused and nothing is sent") {
    const Certificate certificate("DNS:localhost");
    auto context = server_context(certificate);
    test::asio::io_context io;
    test::ScriptedServer server(
        io, [](const test::SeenRequest&) { return test::answer(200, "{}"); }, &context
    );
    const auto got = ask(io, server.url("localhost"), "");
    CHECK_FALSE(got.answered);
    CHECK(got.progress == net::Progress::not_sent);
    CHECK(got.code == "tls_certificate");
    CHECK_THAT(got.message, ContainsSubstring("localhost"));
    CHECK(server.seen.empty());
}

TEST_CASE("a trusted certificate of another host is refused") {
    const Certificate certificate("DNS:other.example");
    auto context = server_context(certificate);
    test::asio::io_context io;
    test::ScriptedServer server(
        io, [](const test::SeenRequest&) { return test::answer(200, "{}"); }, &context
    );
    const auto got = ask(io, server.url("localhost"), certificate.certificate());
    CHECK(got.progress == net::Progress::not_sent);
    CHECK(got.code == "tls_certificate");
    CHECK(server.seen.empty());
}

TEST_CASE("a trusted certificate that has run out is refused, and the reason is told") {
    const Certificate certificate("DNS:localhost", "20200201000000Z");
    auto context = server_context(certificate);
    test::asio::io_context io;
    test::ScriptedServer server(
        io, [](const test::SeenRequest&) { return test::answer(200, "{}"); }, &context
    );
    const auto got = ask(io, server.url("localhost"), certificate.certificate());
    CHECK_FALSE(got.answered);
    CHECK(got.progress == net::Progress::not_sent);
    CHECK(got.code == "tls_certificate");
    CHECK_THAT(got.message, ContainsSubstring("expired"));
    CHECK(server.seen.empty());
}

TEST_CASE("who verifies nothing gets an answer from anybody") {
    const Certificate certificate("DNS:other.example");
    auto context = server_context(certificate);
    test::asio::io_context io;
    test::ScriptedServer server(
        io, [](const test::SeenRequest&) { return test::answer(200, "{}"); }, &context
    );
    net::ClientOptions options;
    options.url = *net::parse_url(server.url("127.0.0.1"));
    options.verify_server = false;
    auto client = net::HttpClient::create(io.get_executor(), options);
    REQUIRE(client.has_value());
    net::HttpRequest request;
    request.target = "/x";
    CHECK(test::run(io, (*client)->exchange(request)).answered);
}

TEST_CASE("a server that demands a certificate of us is told from others that refuse") {
    const Certificate certificate("DNS:localhost");
    auto context = server_context(certificate);
    context.set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
    const int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
    SSL_CTX_set_max_proto_version(context.native_handle(), version);
    SSL_CTX_set_min_proto_version(context.native_handle(), version);
    INFO(std::hex << version);
    test::asio::io_context io;
    test::ScriptedServer server(
        io, [](const test::SeenRequest&) { return test::answer(200, "{}"); }, &context
    );
    net::ClientOptions options;
    options.url = *net::parse_url(server.url("localhost"));
    options.ca_file = certificate.certificate();
    auto client = net::HttpClient::create(io.get_executor(), options);
    REQUIRE(client.has_value());
    net::HttpRequest request;
    request.target = "/x";
    const auto got = test::run(io, (*client)->exchange(request));
    CHECK_FALSE(got.answered);
    CHECK(got.code == "certificate_required");
    CHECK(server.seen.empty());
}

TEST_CASE("a server that has no cipher in common with us demands no certificate") {
    const Certificate certificate("DNS:localhost");
    auto context = server_context(certificate);
    context.set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
    SSL_CTX_set_max_proto_version(context.native_handle(), TLS1_2_VERSION);
    // For RSA only, which its certificate is not.
    REQUIRE(SSL_CTX_set_cipher_list(context.native_handle(), "ECDHE-RSA-AES256-GCM-SHA384") == 1);
    test::asio::io_context io;
    test::ScriptedServer server(
        io, [](const test::SeenRequest&) { return test::answer(200, "{}"); }, &context
    );
    const auto got = ask(io, server.url("localhost"), certificate.certificate());
    CHECK(got.progress == net::Progress::not_sent);
    CHECK(got.code == "tls");
    CHECK_THAT(got.message, ContainsSubstring("handshake failure"));
}

TEST_CASE("TLS older than 1.2 is not spoken") {
    const Certificate certificate("DNS:localhost");
    auto context = server_context(certificate);
    SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context.native_handle(), TLS1_1_VERSION);
    test::asio::io_context io;
    test::ScriptedServer server(
        io, [](const test::SeenRequest&) { return test::answer(200, "{}"); }, &context
    );
    const auto got = ask(io, server.url("localhost"), certificate.certificate());
    CHECK(got.progress == net::Progress::not_sent);
    CHECK(got.code == "tls");
    CHECK(server.seen.empty());
}

TEST_CASE("a server that speaks no TLS got nothing") {
    test::asio::io_context io;
    test::ScriptedServer server(io, [](const test::SeenRequest&) {
        return test::answer(200, "{}");
    });
    net::ClientOptions options;
    const auto got = ask(io, "https://127.0.0.1:" + std::to_string(server.port()), "");
    CHECK(got.progress == net::Progress::not_sent);
    CHECK_FALSE(got.answered);
}

TEST_CASE("a file of certificates that cannot be read is a mistake of the configuration") {
    test::asio::io_context io;
    net::ClientOptions options;
    options.url = *net::parse_url("https://glpi.example.com");
    options.ca_file = "/nonexistent/ca.pem";
    const auto client = net::HttpClient::create(io.get_executor(), options);
    REQUIRE_FALSE(client.has_value());
    CHECK(client.error().kind == ErrorClass::misconfigured);
    CHECK_THAT(client.error().message, ContainsSubstring("/nonexistent/ca.pem"));
}
