// SPDX-License-Identifier: MIT
//
// TlsClient: the blocking client of http_world.hpp, inside TLS, with every choice to itself, and
// TlsWorld, the listener for it.
//
// The client's is_closed() is true only after close_notify; its is_gone() after any end. It
// verifies nothing unless told whom to trust. Thread rule: one thread.
#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <csignal>
#include <memory>
#include <string>

#include "certificates.hpp"
#include "http_world.hpp"

namespace alert_bridge::test {

struct TlsWish {
    std::string trusted;               // PEM; empty: anybody
    const Issued* identity = nullptr;  // shown when the server asks for one
    int oldest = TLS1_2_VERSION;
    int newest = TLS1_3_VERSION;
    std::string groups;                     // of the key exchange; empty: OpenSSL's
    std::string protocols = "\x8http/1.1";  // ALPN, as on the wire; empty: none
    std::size_t record_bytes = 0;  // written in pieces of this size; 0: as large as they get
    SSL_SESSION* resumed = nullptr;
};

class TlsClient final : public Client {
  public:
    explicit TlsClient(std::uint16_t port, const TlsWish& wish = {})
        : Client(port), context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
        std::signal(SIGPIPE, SIG_IGN);  // OpenSSL's own socket code knows no better
        SSL_CTX* const context = context_.get();
        SSL_CTX_set_security_level(context, 0);  // what is refused, the server refuses
        SSL_CTX_set_min_proto_version(context, wish.oldest);
        SSL_CTX_set_max_proto_version(context, wish.newest);
        if (!wish.trusted.empty()) {
            const TemporaryFile file(wish.trusted);
            REQUIRE(SSL_CTX_load_verify_locations(context, file.path.c_str(), nullptr) == 1);
            SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
        }
        if (wish.identity != nullptr) {
            const TemporaryFile certificate(wish.identity->certificate());
            const TemporaryFile key(wish.identity->key());
            REQUIRE(
                SSL_CTX_use_certificate_file(context, certificate.path.c_str(), SSL_FILETYPE_PEM) ==
                1
            );
            REQUIRE(SSL_CTX_use_PrivateKey_file(context, key.path.c_str(), SSL_FILETYPE_PEM) == 1);
        }
        if (!wish.groups.empty()) {
            REQUIRE(SSL_CTX_set1_groups_list(context, wish.groups.c_str()) == 1);
        }
        record_bytes_ = wish.record_bytes;
        ssl_.reset(SSL_new(context));
        const auto* names = reinterpret_cast<const unsigned char*>(wish.protocols.data());
        SSL_set_alpn_protos(ssl_.get(), names, static_cast<unsigned>(wish.protocols.size()));
        SSL_set_fd(ssl_.get(), socket_.native_handle());
        if (wish.resumed != nullptr) {
            SSL_set_session(ssl_.get(), wish.resumed);
        }
        ERR_clear_error();
        is_greeted_ = SSL_connect(ssl_.get()) == 1;
        reason_ = ERR_GET_REASON(ERR_peek_last_error());
    }

    [[nodiscard]] bool is_greeted() const { return is_greeted_; }
    // Of the last failure: SSL_R_…; 0 when the connection just ended.
    [[nodiscard]] int reason() const { return reason_; }
    [[nodiscard]] SSL* ssl() const { return ssl_.get(); }

    [[nodiscard]] std::string server_name() const {
        X509* const shown = SSL_get0_peer_certificate(ssl_.get());
        char name[100] = "";
        X509_NAME_get_text_by_NID(
            X509_get_subject_name(shown), NID_commonName, name, static_cast<int>(sizeof name)
        );
        return name;
    }

    // Puts what is sent until release() into one piece.
    void hold_back(bool held = true) {
        const int on = held ? 1 : 0;
        ::setsockopt(SSL_get_fd(ssl_.get()), IPPROTO_TCP, TCP_CORK, &on, sizeof on);
    }
    void release() { hold_back(false); }
    // close_notify, with the connection left open.
    void say_goodbye() { REQUIRE(SSL_shutdown(ssl_.get()) == 0); }
    void end_sending() { ::shutdown(SSL_get_fd(ssl_.get()), SHUT_WR); }
    // Asked when the server's end is closed, a reset has come by then.
    [[nodiscard]] bool is_reset() {
        int error = 0;
        socklen_t size = sizeof error;
        REQUIRE(::getsockopt(SSL_get_fd(ssl_.get()), SOL_SOCKET, SO_ERROR, &error, &size) == 0);
        return error != 0;
    }

    bool send(const std::string& bytes) override {
        const std::size_t piece = record_bytes_ == 0 ? bytes.size() : record_bytes_;
        for (std::size_t at = 0; at < bytes.size(); at += piece) {
            std::size_t written = 0;
            const std::size_t size = std::min(piece, bytes.size() - at);
            if (SSL_write_ex(ssl_.get(), bytes.data() + at, size, &written) != 1) {
                return false;
            }
        }
        return true;
    }

  protected:
    std::size_t receive(boost::asio::mutable_buffer space, boost::system::error_code& error)
        override {
        std::size_t got = 0;
        error.clear();
        ERR_clear_error();
        const int result = SSL_read_ex(ssl_.get(), space.data(), space.size(), &got);
        const int why = SSL_get_error(ssl_.get(), result);
        reason_ = ERR_GET_REASON(ERR_peek_last_error());
        if (why == SSL_ERROR_ZERO_RETURN) {
            error = boost::asio::error::eof;
        } else if (why == SSL_ERROR_WANT_READ) {
            error = boost::asio::error::would_block;
        } else if (result != 1) {
            error = boost::asio::error::connection_reset;
        }
        return got;
    }

  private:
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
    struct Free {
        void operator()(SSL* ssl) const { SSL_free(ssl); }
    };
    std::unique_ptr<SSL, Free> ssl_;
    std::size_t record_bytes_ = 0;
    bool is_greeted_ = false;
    int reason_ = 0;
};

inline http::TlsContextPtr tls_settings(const Issued& own, const std::string& client_ca = "") {
    http::TlsOptions options;
    options.certificate = own.certificate();
    options.key = Secret(own.key());
    options.client_ca = client_ca;
    auto made = http::make_tls_context(options);
    INFO((made ? "" : made.error().message));
    REQUIRE(made.has_value());
    return *made;
}

// A listener that speaks TLS.
class TlsWorld : public HttpWorld {
  public:
    TlsWorld() { tls = tls_settings(own); }
    [[nodiscard]] std::uint16_t port() const { return listener->port(); }
    [[nodiscard]] double failures(const std::string& reason) {
        const std::string name = "tls_handshakes_failed_total{reason=" + reason + "}";
        return on_io([&] { return metrics.value(name); });
    }
    void wait_for_failure(const std::string& reason) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (failures(reason) == 0) {
            REQUIRE(std::chrono::steady_clock::now() < end);
            std::this_thread::yield();
        }
    }
    [[nodiscard]] std::size_t journal() {
        return on_io([&] { return store.journal.size(); });
    }
    // Waits for the end of every connection.
    void end() {
        auto stopped = stop(std::chrono::seconds(60));
        REQUIRE(stopped.wait_for(std::chrono::seconds(60)) == std::future_status::ready);
        CHECK(on_io([&] { return listener->connections(); }) == 0);
    }

    Issued own{named("bridge one")};
};

inline TlsWish only(int version) {
    TlsWish wish;
    wish.oldest = wish.newest = version;
    return wish;
}

}  // namespace alert_bridge::test
