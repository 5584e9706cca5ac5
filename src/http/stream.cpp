// SPDX-License-Identifier: MIT
#include "alert_bridge/http/stream.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/sslerr.h>
#include <openssl/x509_vfy.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <tuple>
#include <utility>

#include "alert_bridge/base/certificate.hpp"

namespace alert_bridge::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Outcome = Greeting::Outcome;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
// A record takes two: its header and the rest.
constexpr int kReadsOfTurn = 2 * Stream::kRecordsMax;

// --- What a failed handshake tells ---

// The alerts by which a client says that it does not accept a certificate.
bool is_distrust(int reason) {
    switch (reason) {
        case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
        case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
        case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
            return true;
        default:
            return false;
    }
}

Outcome outcome_of(int reason) {
    switch (reason) {
        case SSL_R_HTTP_REQUEST:
        case SSL_R_HTTPS_PROXY_REQUEST:
            return Outcome::plain_http;
        case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
        case SSL_R_CERTIFICATE_VERIFY_FAILED:
            return Outcome::client_certificate;
        case SSL_R_UNEXPECTED_EOF_WHILE_READING:
            return Outcome::left;
        default:
            return is_distrust(reason) ? Outcome::distrusted : Outcome::protocol;
    }
}

Greeting failed_greeting(SSL* ssl) {
    Greeting greeting;
    const unsigned long error = ERR_peek_last_error();
    greeting.outcome = error == 0 ? Outcome::left : outcome_of(ERR_GET_REASON(error));
    greeting.reason = take_openssl_error();
    const long verdict = SSL_get_verify_result(ssl);
    if (greeting.outcome == Outcome::client_certificate && verdict != X509_V_OK) {
        greeting.reason = X509_verify_cert_error_string(verdict);
    }
    return greeting;
}

}  // namespace

std::string_view to_string(Outcome outcome) noexcept {
    switch (outcome) {
        case Outcome::done:
            return "done";
        case Outcome::left:
            return "left";
        case Outcome::plain_http:
            return "plain_http";
        case Outcome::client_certificate:
            return "client_certificate";
        case Outcome::distrusted:
            return "distrusted";
        case Outcome::protocol:
            return "protocol";
    }
    return "protocol";
}

void Stream::FreeSsl::operator()(SSL* ssl) const noexcept {
    SSL_free(ssl);
}

Stream::Stream(tcp::socket socket, TlsContextPtr tls)
    : socket_(std::move(socket)),
      tls_(std::move(tls)),
      state_(tls_ ? State::silent : State::plain) {
    error_code ignored;  // it fails where nothing else succeeds
    socket_.non_blocking(true, ignored);
}

Stream::~Stream() = default;

bool Stream::start_tls() {
    ssl_.reset(SSL_new(tls_.get()));
    BIO* const bio = make_socket_bio(wire_);
    if (!socket_.non_blocking() || !ssl_ || bio == nullptr) {
        BIO_free(bio);
        return false;
    }
    SSL_set_bio(ssl_.get(), bio, bio);  // owns it
    return true;
}

// Right after the call that gave `result`; the reason of a failure stays in the error queue.
Stream::Step Stream::step_of(int result) {
    switch (SSL_get_error(ssl_.get(), result)) {
        case SSL_ERROR_NONE:
            return Step::done;
        case SSL_ERROR_WANT_READ:
            return Step::wants_read;
        case SSL_ERROR_WANT_WRITE:
            return Step::wants_write;
        case SSL_ERROR_ZERO_RETURN:
            return Step::ended;
        default:
            state_ = State::over;  // OpenSSL wants no further call then, not even for close_notify
            return Step::failed;
    }
}

asio::awaitable<error_code> Stream::wait_for(Step step) {
    const auto what = step == Step::wants_write ? tcp::socket::wait_write : tcp::socket::wait_read;
    const auto [error] = co_await socket_.async_wait(what, kTuple);
    co_return error;
}

asio::awaitable<Greeting> Stream::greet() {
    Greeting greeting;
    if (state_ == State::plain) {
        co_return greeting;
    }
    if (!start_tls()) {
        state_ = State::over;
        greeting.outcome = Outcome::protocol;
        greeting.reason = "no memory for TLS";
        ERR_clear_error();
        co_return greeting;
    }
    for (;;) {
        ERR_clear_error();
        wire_.reads_left = kReadsOfTurn;
        const Step step = step_of(SSL_accept(ssl_.get()));
        if (step == Step::done) {
            state_ = State::secure;
            co_return greeting;
        }
        error_code error;
        if (step == Step::failed || step == Step::ended) {
            greeting = failed_greeting(ssl_.get());
        } else {
            error = co_await wait_for(step);
        }
        if (error) {
            greeting.outcome = Outcome::left;
            greeting.reason = error.message();
        }
        if (greeting.outcome != Outcome::done) {
            state_ = State::over;
            ssl_.reset();  // up to 128 KiB of an unfinished message
            co_return greeting;
        }
    }
}

asio::awaitable<error_code> Stream::wait_readable() {
    Step step = holds_input() ? Step::done : Step::wants_read;
    while (step == Step::wants_read || step == Step::wants_write) {
        const error_code error = co_await wait_for(step);
        if (error) {
            co_return error;
        }
        step = look_for_input();
    }
    co_return error_code();
}

// What no event announces: the rest of a record, or the end that was read together with data.
bool Stream::holds_input() const noexcept {
    return state_ == State::secure && (SSL_pending(ssl_.get()) > 0 ||
                                       (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0);
}

// Of a socket that has something: whether that is more than a change of keys or the like.
Stream::Step Stream::look_for_input() {
    if (state_ != State::secure) {
        return Step::done;
    }
    char byte = 0;
    std::size_t got = 0;
    wire_.reads_left = kReadsOfTurn;
    ERR_clear_error();
    const Step step = step_of(SSL_peek_ex(ssl_.get(), &byte, 1, &got));
    ERR_clear_error();
    return step;
}

asio::awaitable<Stream::Moved> Stream::read_some(asio::mutable_buffer space) {
    Moved moved;
    if (state_ == State::plain) {
        moved = co_await discard_some(space);
    } else if (state_ == State::secure) {
        moved = co_await read_records(space);
    } else {
        moved.error = asio::error::not_connected;
    }
    co_return moved;
}

std::optional<Stream::Moved> Stream::read_now(asio::mutable_buffer space) {
    if (state_ != State::plain) {
        return std::nullopt;
    }
    Moved moved;
    moved.bytes = socket_.read_some(space, moved.error);
    if (moved.error == asio::error::would_block) {
        return std::nullopt;
    }
    if (moved.error == asio::error::eof) {
        moved.error = {};
    }
    return moved;
}

asio::awaitable<Stream::Moved> Stream::discard_some(asio::mutable_buffer space) {
    const auto [error, bytes] = co_await socket_.async_read_some(space, kTuple);
    Moved moved;
    moved.error = error;
    moved.bytes = bytes;
    co_return moved;
}

// Waits first, even when bytes are there: a sender that is never slower than we are must not keep
// the thread for itself, nor its own deadline from coming.
asio::awaitable<Stream::Moved> Stream::read_records(asio::mutable_buffer space) {
    Moved moved;
    Step step = Step::wants_read;
    if (holds_input()) {
        co_await give_turn();
        step = take_records(space, moved.bytes);
    }
    while (moved.bytes == 0 && (step == Step::wants_read || step == Step::wants_write)) {
        moved.error = co_await wait_for(step);
        if (moved.error) {
            co_return moved;
        }
        step = take_records(space, moved.bytes);
    }
    if (moved.bytes == 0 && step == Step::failed) {
        moved.error = asio::error::connection_reset;
    }
    co_return moved;
}

asio::awaitable<void> Stream::give_turn() {
    co_await asio::post(socket_.get_executor(), kTuple);
}

// Nothing when the stream was closed in the meantime.
Stream::Step Stream::take_records(asio::mutable_buffer space, std::size_t& taken) {
    if (state_ != State::secure) {
        return Step::failed;
    }
    Step step = Step::done;
    wire_.reads_left = kReadsOfTurn;
    for (int records = 0; records < kRecordsMax && taken < space.size(); ++records) {
        const asio::mutable_buffer rest = space + taken;
        std::size_t got = 0;
        ERR_clear_error();
        step = step_of(SSL_read_ex(ssl_.get(), rest.data(), rest.size(), &got));
        taken += got;
        if (step != Step::done) {
            ERR_clear_error();
            break;
        }
    }
    return step;
}

// An answer fits into the socket's buffer: mostly nothing is waited for.
error_code Stream::write_now(asio::const_buffer& bytes) {
    error_code error;
    if (state_ == State::plain) {
        bytes += socket_.write_some(bytes, error);
    }
    return error == asio::error::would_block ? error_code() : error;
}

asio::awaitable<error_code> Stream::write(asio::const_buffer bytes) {
    error_code error;
    if (state_ == State::secure) {
        error = co_await write_records(bytes);
    } else if (state_ == State::plain) {
        std::tie(error, std::ignore) = co_await asio::async_write(socket_, bytes, kTuple);
    } else {
        error = asio::error::not_connected;
    }
    co_return error;
}

asio::awaitable<error_code> Stream::write_records(asio::const_buffer bytes) {
    while (bytes.size() > 0) {
        std::size_t written = 0;
        ERR_clear_error();
        const Step step = step_of(SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written));
        ERR_clear_error();
        if (step == Step::done) {
            bytes += written;
            continue;
        }
        if (step == Step::failed || step == Step::ended) {
            co_return error_code(asio::error::connection_reset);
        }
        const error_code error = co_await wait_for(step);
        if (error) {
            co_return error;
        }
    }
    // Who asks without a pause, and takes every answer, is never waited for.
    co_await give_turn();
    co_return error_code();
}

void Stream::end_sending() noexcept {
    if (state_ == State::secure) {
        ERR_clear_error();
        static_cast<void>(SSL_shutdown(ssl_.get()));  // where there is no room for it, so be it
        ERR_clear_error();
        state_ = State::over;
    }
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

void Stream::cancel() noexcept {
    error_code ignored;
    socket_.cancel(ignored);
}

void Stream::close() noexcept {
    if (state_ == State::secure) {
        end_sending();
    }
    error_code ignored;
    socket_.close(ignored);
}

tcp::socket::executor_type Stream::executor() {
    return socket_.get_executor();
}

}  // namespace alert_bridge::http
