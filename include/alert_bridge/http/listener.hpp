// SPDX-License-Identifier: MIT
//
// Listener: accepts connections, within bounds, and runs one Session for each.
//
// Guarantees: at most connections_max connections, and connections_per_address_max from one address
// or IPv6 network (http/peer_group; more are told 503 with Retry-After, closed at once and counted;
// who still sends then may see a reset instead; with TLS they are closed without a word, a
// handshake would cost more than it tells); port 0 takes a free one, port() tells which. stop()
// stops accepting, ends idle connections and feeds, lets running requests finish until the grace
// time is over, then cuts the rest. Running out of descriptors pauses accepting, it does not end
// it. Requires: responder and listener outlive the run of the io_context (sessions refer to both).
// Thread rule: the I/O thread; the executor must be run by one thread.
// Tests: tests/unit/http/listener_test.cpp, feed_test.cpp, tls_test.cpp
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/http/session.hpp"

namespace alert_bridge::http {

struct Options {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;
    std::size_t connections_max = 10'000;
    std::size_t connections_per_address_max = 2'000;
    // Connections, refused ones and failed handshakes, in metrics and log: they tell about senders.
    bool is_counted = true;
    SessionLimits limits;
};

class Listener {
  public:
    Listener(
        boost::asio::any_io_executor executor, Options options, Responder& responder,
        ports::Clock& clock, ports::Events& events, ports::Metrics& metrics
    );
    ~Listener();

    // For connections accepted from now on; those that are open go on as they began. Null: plain
    // HTTP, as at first.
    void use(TlsContextPtr tls);
    // Binds, listens and begins to accept. Errors: misconfigured, "listen_failed".
    [[nodiscard]] Result<void> start();
    [[nodiscard]] std::uint16_t port() const noexcept;
    [[nodiscard]] std::size_t connections() const noexcept;
    // Ends when no session is left, or a second after the rest was cut.
    [[nodiscard]] boost::asio::awaitable<void> stop(Duration grace);

  private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace alert_bridge::http
