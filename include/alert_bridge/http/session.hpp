// SPDX-License-Identifier: MIT
//
// Session: one connection from its first byte to its end, one request at a time.
//
// Guarantees: every wait has a deadline (TLS handshake, first byte, head, whole request, answer);
// one whose request is not finished in time gets 408 and is closed; after any refusal the
// connection is closed, with a short bounded drain so that the answer survives; 100-continue is
// sent only after the credentials in the header were accepted (a signature can be checked only with
// the body, there its form). A connection in its handshake counts as idle; one that fails in it is
// counted and, where an operator can mend it, told. Memory: a waiting connection holds no buffer;
// bodies of all connections together are bounded, and so are handshakes: one more than that closes
// the one that has lasted longest, which an honest client has long finished.
// Thread rule: the I/O thread.
// Tests: tests/unit/http/listener_test.cpp, feed_test.cpp, tls_test.cpp
#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "alert_bridge/http/deadline.hpp"
#include "alert_bridge/http/request_parser.hpp"
#include "alert_bridge/http/responder.hpp"
#include "alert_bridge/http/stream.hpp"
#include "alert_bridge/ports/runtime.hpp"

namespace alert_bridge::http {

struct SessionLimits {
    ParserLimits parser;
    std::size_t in_flight_bytes_max = 64 * 1024 * 1024;  // bodies of all connections together
    std::size_t handshakes_max = 256;  // at least 1; a few bytes make OpenSSL hold 128 KiB
    Duration header_deadline{5'000};
    Duration request_deadline{15'000};
    Duration idle_deadline{60'000};
    Duration answer_deadline{10'000};
};

class Session;

// What the sessions of one listener share.
struct SessionContext {
    Responder& responder;
    ports::Clock& clock;
    ports::Events& events;
    ports::Metrics& metrics;
    SessionLimits limits;
    TlsContextPtr tls;               // of the next connections; null: plain
    std::list<Session*> handshakes;  // from their first byte on, the longest first
    bool is_counted = true;          // Options::is_counted
    std::size_t in_flight_bytes = 0;
    bool stopping = false;
    std::array<char, 16 * 1024> space{};  // for a read that does not wait
};

class Session : public std::enable_shared_from_this<Session> {
  public:
    // `context` outlives the session.
    Session(boost::asio::ip::tcp::socket socket, SessionContext& context, std::string peer);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    [[nodiscard]] boost::asio::awaitable<void> run();
    // The listener stops: leave at once when no request is under way, and end a feed.
    void leave_when_idle();
    void cut() noexcept;

  private:
    [[nodiscard]] boost::asio::awaitable<bool> greet();
    [[nodiscard]] boost::asio::awaitable<bool> first_byte(bool first_request);
    [[nodiscard]] boost::asio::awaitable<bool> one_request();
    [[nodiscard]] bool read_at_once();
    [[nodiscard]] boost::asio::awaitable<std::optional<Response>> read_more();
    [[nodiscard]] boost::asio::awaitable<Stream::Moved> read_later();
    [[nodiscard]] boost::asio::awaitable<std::optional<Response>> read_head(RequestParser& parser);
    [[nodiscard]] boost::asio::awaitable<std::optional<Response>> read_body(
        RequestParser& parser, bool expects_continue
    );
    [[nodiscard]] boost::asio::awaitable<bool> send(Response response, Framing framing);
    [[nodiscard]] boost::asio::awaitable<bool> send_bytes(std::string_view bytes);
    [[nodiscard]] boost::asio::awaitable<void> send_feed();
    [[nodiscard]] boost::asio::awaitable<void> close_gently();
    [[nodiscard]] boost::asio::awaitable<Greeting> shake_hands();
    void begin_handshake();
    bool end_handshake();
    void tell(const Greeting& greeting);
    [[nodiscard]] bool hold_body(std::size_t bytes);
    void arm(Duration deadline);
    void expire();

    Stream stream_;
    Deadline deadline_;
    SessionContext& context_;
    std::string peer_;
    std::shared_ptr<Feed> feed_;  // while it is sent
    std::string buffer_;          // received and not yet parsed
    std::size_t held_bytes_ = 0;  // this session's part of in_flight_bytes
    bool idle_ = true;
    bool timed_out_ = false;
    bool unread_ = false;       // the present request was not read to its end
    bool gone_ = false;         // closed by the other side while reading
    bool has_more_ = false;     // the last read was filled to its end
    bool is_readable_ = false;  // something has arrived and was not read yet
};

}  // namespace alert_bridge::http
