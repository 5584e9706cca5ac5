// SPDX-License-Identifier: MIT
#include "alert_bridge/net/connection.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/sslerr.h>
#include <openssl/x509_vfy.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

namespace alert_bridge::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;

constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
constexpr std::uint32_t kHeadMax = 32 * 1024;
constexpr std::uint64_t kBodyMax = 4 * 1024 * 1024;
constexpr std::size_t kBufferMax = 64 * 1024;
constexpr int kInterimMax = 4;  // 1xx answers before the real one

class TlsContextImpl final : public TlsContext {
  public:
    explicit TlsContextImpl(bool verify_server)
        : context(ssl::context::tls_client), verifies(verify_server) {}
    ssl::context context;
    bool verifies;
};

using TlsStream = ssl::stream<beast::tcp_stream>;

bool is_alert(const error_code& error, int reason) {
    return error.category() == asio::error::get_ssl_category() &&
           ERR_GET_REASON(static_cast<unsigned long>(error.value())) == reason;
}

std::string code_of(const error_code& error, std::string_view otherwise) {
    // In TLS 1.3 the server says so only after the client has done its part of the handshake.
    if (is_alert(error, SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED)) {
        return "certificate_required";
    }
    if (error == beast::error::timeout) {
        return "timeout";
    }
    if (error == asio::error::operation_aborted) {
        return "cancelled";
    }
    if (error == http::error::body_limit || error == http::error::header_limit ||
        error == http::error::buffer_overflow) {
        return "too_large";
    }
    if (error == http::error::end_of_stream || error == http::error::partial_message ||
        error == asio::error::eof || error == ssl::error::stream_truncated) {
        return "closed";
    }
    if (error == asio::error::connection_reset || error == asio::error::broken_pipe ||
        error == asio::error::connection_aborted) {
        return "reset";
    }
    if (error.category() == http::make_error_code(http::error::bad_value).category()) {
        return "bad_answer";
    }
    return std::string(otherwise);
}

Exchange failure(Progress progress, std::string code, std::string message) {
    Exchange out;
    out.progress = progress;
    out.code = std::move(code);
    out.message = std::move(message);
    return out;
}

bool is_address(const std::string& host) {
    error_code error;
    asio::ip::make_address(host, error);
    return !error;
}

void take_response(const http::response<http::string_body>& from, HttpResponse& to) {
    to.status = static_cast<int>(from.result_int());
    for (const auto& field : from.base()) {
        to.headers.push_back({std::string(field.name_string()), std::string(field.value())});
    }
    to.body = from.body();
}

struct Reading {
    error_code error;
    bool reusable = false;
};

// Reads one complete answer; interim (1xx) ones are passed over.
template <class Stream>
asio::awaitable<Reading> read_answer(
    Stream& stream, beast::flat_buffer& buffer, HttpResponse& into, std::uint64_t body_max
) {
    Reading out;
    for (int interim = 0; interim < kInterimMax; ++interim) {
        http::response_parser<http::string_body> parser;
        parser.header_limit(kHeadMax);
        parser.body_limit(body_max);
        auto [error, size] = co_await http::async_read(stream, buffer, parser, kToken);
        static_cast<void>(size);
        if (error) {
            out.error = error;
            co_return out;
        }
        const auto& message = parser.get();
        if (message.result_int() >= 200) {
            take_response(message, into);
            // What follows an answer unasked makes the next answer doubtful.
            out.reusable = parser.keep_alive() && !message.need_eof() && buffer.size() == 0;
            co_return out;
        }
    }
    out.error = http::make_error_code(http::error::bad_status);
    co_return out;
}

struct Outgoing {
    std::string bytes;
    std::uint64_t answer_body_max = kBodyMax;
};

template <class Stream>
asio::awaitable<bool> converse(
    Stream& stream, beast::flat_buffer& buffer, const Outgoing& outgoing, Exchange& out
) {
    auto [error, written] =
        co_await asio::async_write(stream, asio::buffer(outgoing.bytes), kToken);
    if (written >= outgoing.bytes.size()) {
        out.progress = Progress::sent;
    } else if (written > 0) {
        out.progress = Progress::partly_sent;
    }
    if (error) {
        out.code = code_of(error, "write");
        out.message = error.message();
        co_return false;
    }
    const Reading reading =
        co_await read_answer(stream, buffer, out.response, outgoing.answer_body_max);
    if (reading.error) {
        out.code = code_of(reading.error, "read");
        out.message = reading.error.message();
        co_return false;
    }
    out.answered = true;
    co_return reading.reusable;
}

}  // namespace

Result<std::shared_ptr<TlsContext>> TlsContext::create(
    const std::string& ca_file, bool verify_server
) {
    auto out = std::make_shared<TlsContextImpl>(verify_server);
    error_code error;
    SSL_CTX_set_min_proto_version(out->context.native_handle(), TLS1_2_VERSION);
    out->context.set_verify_mode(verify_server ? ssl::verify_peer : ssl::verify_none, error);
    if (!error) {
        if (ca_file.empty()) {
            out->context.set_default_verify_paths(error);
        } else {
            out->context.load_verify_file(ca_file, error);
        }
    }
    if (error) {
        std::string message = "cannot load the certificates";
        if (!ca_file.empty()) {
            message += " of " + ca_file;
        }
        return Error{ErrorClass::misconfigured, "ca_file", message + ": " + error.message()};
    }
    return std::shared_ptr<TlsContext>(std::move(out));
}

struct Connection::Impl {
    Impl(asio::any_io_executor executor_in, Url url_in, std::shared_ptr<TlsContext> tls_in)
        : executor(std::move(executor_in)), url(std::move(url_in)), tls(std::move(tls_in)) {}

    asio::any_io_executor executor;
    Url url;
    std::shared_ptr<TlsContext> tls;
    std::optional<beast::tcp_stream> plain;
    std::optional<TlsStream> secure;
    beast::flat_buffer buffer{kBufferMax};
    SteadyTime last_use{};

    beast::tcp_stream& lowest() { return secure ? secure->next_layer() : *plain; }
    [[nodiscard]] bool open() const { return plain.has_value() || secure.has_value(); }

    void close() noexcept {
        if (open()) {
            lowest().close();
        }
        plain.reset();
        secure.reset();
        buffer.consume(buffer.size());
    }

    void start_stream() {
        close();
        if (url.tls) {
            auto& context = dynamic_cast<TlsContextImpl&>(*tls).context;
            secure.emplace(beast::tcp_stream(executor), context);
        } else {
            plain.emplace(executor);
        }
    }

    // Empty code: the name is set and will be verified.
    Exchange prepare_tls() {
        // What the macro SSL_set_tlsext_host_name does; RFC 6066 forbids addresses in it.
        if (!is_address(url.host) && SSL_ctrl(
                                         secure->native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME,
                                         TLSEXT_NAMETYPE_host_name, url.host.data()
                                     ) != 1) {
            return failure(Progress::not_sent, "tls", "the host name cannot be sent in TLS");
        }
        if (!dynamic_cast<TlsContextImpl&>(*tls).verifies) {
            return Exchange();
        }
        error_code error;
        secure->set_verify_callback(ssl::host_name_verification(url.host), error);
        if (error) {
            return failure(Progress::not_sent, "tls", error.message());
        }
        return Exchange();
    }

    Exchange tls_failure(const error_code& error) {
        SSL* const handle = secure->native_handle();
        const long verdict = SSL_get_verify_result(handle);
        if (verdict != X509_V_OK && dynamic_cast<TlsContextImpl&>(*tls).verifies) {
            return failure(
                Progress::not_sent, "tls_certificate",
                "the certificate of " + url.host +
                    " is not accepted: " + X509_verify_cert_error_string(verdict)
            );
        }
        // TLS 1.2 has no alert of its own for it. The server has agreed to everything else, or it
        // would not have shown its certificate.
        if (is_alert(error, SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE) &&
            SSL_get0_peer_certificate(handle) != nullptr) {
            return failure(Progress::not_sent, "certificate_required", error.message());
        }
        return failure(Progress::not_sent, code_of(error, "tls"), error.message());
    }
};

Connection::Connection(asio::any_io_executor executor, Url url, std::shared_ptr<TlsContext> tls)
    : impl_(std::make_unique<Impl>(std::move(executor), std::move(url), std::move(tls))) {}
Connection::~Connection() = default;

bool Connection::is_open() const noexcept {
    return impl_->open();
}
SteadyTime Connection::last_use() const noexcept {
    return impl_->last_use;
}
void Connection::close() noexcept {
    impl_->close();
}

bool Connection::is_stale() const noexcept {
    if (!impl_->open()) {
        return true;
    }
    char byte = 0;
    const auto handle = impl_->lowest().socket().native_handle();
    const auto got = ::recv(handle, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    // Nothing to read is the only healthy state between two exchanges.
    return !(got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK));
}

asio::awaitable<Exchange> Connection::open(Endpoints endpoints, SteadyTime deadline) {
    Exchange out = failure(Progress::not_sent, "connect", "the host name has no address");
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
        const auto now = std::chrono::steady_clock::now();
        const auto left = std::max(deadline - now, std::chrono::steady_clock::duration(1));
        impl_->start_stream();
        impl_->lowest().expires_at(now + left / static_cast<int>(endpoints.size() - i));
        auto [error] = co_await impl_->lowest().async_connect(endpoints[i], kToken);
        if (error) {
            out = failure(Progress::not_sent, code_of(error, "connect"), error.message());
            impl_->close();
            if (out.code == "cancelled") {
                break;
            }
            continue;
        }
        error_code ignored;
        impl_->lowest().socket().set_option(asio::ip::tcp::no_delay(true), ignored);
        out = Exchange();
        break;
    }
    if (impl_->open() && impl_->secure) {
        out = impl_->prepare_tls();
        if (out.code.empty()) {
            impl_->lowest().expires_at(deadline);
            auto [error] =
                co_await impl_->secure->async_handshake(ssl::stream_base::client, kToken);
            if (error) {
                out = impl_->tls_failure(error);
            }
        }
        if (!out.code.empty()) {
            impl_->close();
        }
    }
    impl_->last_use = std::chrono::steady_clock::now();
    co_return out;
}

asio::awaitable<Exchange> Connection::exchange(HttpRequest request, SteadyTime deadline) {
    Exchange out;
    out.message = mistake_in(request);
    if (!out.message.empty()) {
        out.code = "bad_request";
        co_return out;
    }
    Outgoing outgoing;
    outgoing.bytes = request_head(request, impl_->url.authority()) + request.body;
    if (request.answer_bytes_max != 0) {
        outgoing.answer_body_max = request.answer_bytes_max;
    }
    impl_->lowest().expires_at(deadline);
    bool reusable = false;
    if (impl_->secure) {
        reusable = co_await converse(*impl_->secure, impl_->buffer, outgoing, out);
    } else {
        reusable = co_await converse(*impl_->plain, impl_->buffer, outgoing, out);
    }
    if (reusable) {
        impl_->lowest().expires_never();
        impl_->last_use = std::chrono::steady_clock::now();
    } else {
        impl_->close();
    }
    co_return out;
}

}  // namespace alert_bridge::net
