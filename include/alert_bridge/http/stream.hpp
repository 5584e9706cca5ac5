// SPDX-License-Identifier: MIT
//
// Stream: the bytes of one accepted connection, plain or inside TLS, for Session.
//
// TLS runs on the socket itself, without buffers of its own, so that an idle connection stays
// cheap and cancel() leaves it usable. Guarantees: with TLS nothing is ever sent or handed on in
// plain text: before greet() has succeeded, after a failure and after the end of sending, reading
// and writing are errors. Every read but read_now() gives other coroutines their turn, however much
// has arrived, and so does a write in TLS; between two turns at most kRecordsMax records are taken,
// or 2 * kRecordsMax pieces of them read. close_notify is sent at an orderly end and never waited
// for. No exception but for want of memory; OpenSSL's error queue is left empty. Not guaranteed:
// deadlines. The owner cancels; who does not react in time is closed. Requires: one operation at a
// time; the stream and the buffers outlive the operation. Thread rule: the I/O thread. Tests:
// tests/unit/http/tls_test.cpp, tls_requests_test.cpp
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "alert_bridge/http/socket_bio.hpp"
#include "alert_bridge/http/tls_context.hpp"

namespace alert_bridge::http {

// How the handshake ended.
struct Greeting {
    enum class Outcome {
        done,
        left,                // the connection ended, or cancel()
        plain_http,          // not TLS at all
        client_certificate,  // none, or not an accepted one
        distrusted,          // the client does not accept our certificate
        protocol,            // no common version or cipher, or not TLS in another way
    };
    Outcome outcome = Outcome::done;
    std::string reason;  // for people
};
[[nodiscard]] std::string_view to_string(Greeting::Outcome outcome) noexcept;

class Stream {
  public:
    static constexpr int kRecordsMax = 64;

    struct Moved {
        boost::system::error_code error;
        std::size_t bytes = 0;  // 0 without error: the other side has ended
    };

    // `tls` may be null: plain.
    Stream(boost::asio::ip::tcp::socket socket, TlsContextPtr tls);
    ~Stream();
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    [[nodiscard]] bool has_tls() const noexcept { return state_ != State::plain; }
    // The TLS handshake; done at once without TLS. First of all, but for wait_readable(): until
    // then the connection costs next to nothing.
    [[nodiscard]] boost::asio::awaitable<Greeting> greet();
    // Something can be read, or the connection has ended; a TLS record without data is neither.
    // Holds no buffer.
    [[nodiscard]] boost::asio::awaitable<boost::system::error_code> wait_readable();
    [[nodiscard]] boost::asio::awaitable<Moved> read_some(boost::asio::mutable_buffer space);
    // What has arrived, without giving others their turn: at most once after wait_readable(), or
    // first of all. Nothing: another call must be used.
    [[nodiscard]] std::optional<Moved> read_now(boost::asio::mutable_buffer space);
    [[nodiscard]] boost::asio::awaitable<boost::system::error_code> write(
        boost::asio::const_buffer bytes
    );
    // As much as there is room for; the rest stays in `bytes`, for write(). Of TLS all.
    [[nodiscard]] boost::system::error_code write_now(boost::asio::const_buffer& bytes);
    // No more will be sent; what is refused from now on is only discarded.
    void end_sending() noexcept;
    // Whatever still arrives, as it came on the wire.
    [[nodiscard]] boost::asio::awaitable<Moved> discard_some(boost::asio::mutable_buffer space);

    // Others go first.
    [[nodiscard]] boost::asio::awaitable<void> give_turn();

    void cancel() noexcept;
    void close() noexcept;
    [[nodiscard]] boost::asio::ip::tcp::socket::executor_type executor();

  private:
    enum class Step { done, wants_read, wants_write, ended, failed };
    enum class State { plain, silent, secure, over };
    struct FreeSsl {
        void operator()(SSL* ssl) const noexcept;
    };

    [[nodiscard]] bool start_tls();
    [[nodiscard]] Step step_of(int result);
    [[nodiscard]] boost::asio::awaitable<boost::system::error_code> wait_for(Step step);
    [[nodiscard]] boost::asio::awaitable<Moved> read_records(boost::asio::mutable_buffer space);
    [[nodiscard]] boost::asio::awaitable<boost::system::error_code> write_records(
        boost::asio::const_buffer bytes
    );
    [[nodiscard]] bool holds_input() const noexcept;
    [[nodiscard]] Step look_for_input();
    [[nodiscard]] Step take_records(boost::asio::mutable_buffer space, std::size_t& taken);

    boost::asio::ip::tcp::socket socket_;
    Wire wire_{socket_};
    TlsContextPtr tls_;
    State state_;
    std::unique_ptr<SSL, FreeSsl> ssl_;  // refers to wire_
};

}  // namespace alert_bridge::http
