// SPDX-License-Identifier: MIT
// TLS of the client against a loopback server whose certificate is made here.
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "alert_bridge/net/connection.hpp"
#include "alert_bridge/net/http_client.hpp"
#include "catch.hpp"
#include "scripted_server.hpp"

using namespace alert_bridge;
namespace ssl = boost::asio::ssl;

namespace {

// A self-signed certificate and its key, in files that vanish with it.
class Certificate {
  public:
    explicit Certificate(const std::string& subject_alt_name) {
        const auto base = std::filesystem::temp_directory_path() /
                          ("bridge-tls-" + std::to_string(::getpid()) + "-" +
                           std::to_string(reinterpret_cast<std::uintptr_t>(this)));
        certificate = base.string() + ".crt";
        key = base.string() + ".key";
        EVP_PKEY* pair = EVP_EC_gen("P-256");
        X509* made = X509_new();
        X509_set_version(made, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
        X509_gmtime_adj(X509_getm_notBefore(made), -3600);
        X509_gmtime_adj(X509_getm_notAfter(made), 3600);
        X509_set_pubkey(made, pair);
        X509_NAME* name = X509_get_subject_name(made);
        const std::string common = "glpi test";
        X509_NAME_add_entry_by_txt(
            name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(common.c_str()), -1,
            -1, 0
        );
        X509_set_issuer_name(made, name);
        add_extension(made, NID_subject_alt_name, subject_alt_name);
        add_extension(made, NID_basic_constraints, "critical,CA:TRUE");
        X509_sign(made, pair, EVP_sha256());
        std::FILE* file = std::fopen(certificate.c_str(), "w");
        PEM_write_X509(file, made);
        std::fclose(file);
        file = std::fopen(key.c_str(), "w");
        PEM_write_PrivateKey(file, pair, nullptr, nullptr, 0, nullptr, nullptr);
        std::fclose(file);
        X509_free(made);
        EVP_PKEY_free(pair);
    }
    ~Certificate() {
        std::error_code ignored;
        std::filesystem::remove(certificate, ignored);
        std::filesystem::remove(key, ignored);
    }
    Certificate(const Certificate&) = delete;
    Certificate& operator=(const Certificate&) = delete;
    std::string certificate, key;

  private:
    static void add_extension(X509* made, int nid, const std::string& value) {
        X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
        X509_add_ext(made, extension, -1);
        X509_EXTENSION_free(extension);
    }
};

ssl::context server_context(const Certificate& certificate) {
    ssl::context context(ssl::context::tls_server);
    context.use_certificate_chain_file(certificate.certificate);
    context.use_private_key_file(certificate.key, ssl::context::pem);
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
    const auto by_name = ask(io, server.url("localhost"), certificate.certificate, 3);
    REQUIRE(by_name.answered);
    CHECK(by_name.response.body == "{}");
    CHECK(server.connections == 1);
    CHECK(server.seen.back().body.size() == 100'000);
    CHECK(ask(io, server.url("127.0.0.1"), certificate.certificate).answered);
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
    const auto got = ask(io, server.url("localhost"), certificate.certificate);
    CHECK(got.progress == net::Progress::not_sent);
    CHECK(got.code == "tls_certificate");
    CHECK(server.seen.empty());
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
    const auto got = ask(io, server.url("localhost"), certificate.certificate);
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
