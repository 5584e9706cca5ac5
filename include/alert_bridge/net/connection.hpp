// SPDX-License-Identifier: MIT
//
// Connection: one keep-alive HTTP/1.1 connection to one server, plain or TLS. Used by HttpClient.
//
// Guarantees: open() and exchange() end by their absolute deadline (steady clock). TLS is 1.2 or
// newer, the chain and the host name are verified (but with verify_server false), SNI is sent for
// names. Redirects are not followed. The answer is bounded (head 32 KiB, body 4 MiB
// or what the request says). After any
// failure, or an answer that ends the connection, is_open() is false. Not guaranteed: that a kept
// connection is still alive; is_stale() finds a close that has arrived, one under way is seen as an
// unanswered request. Thread rule: the I/O thread, one call at a time. Tests:
// tests/unit/net/http_client_test.cpp
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/net/http_message.hpp"
#include "alert_bridge/net/url.hpp"

namespace alert_bridge::net {

using SteadyTime = std::chrono::steady_clock::time_point;
using Endpoints = std::vector<boost::asio::ip::tcp::endpoint>;

// TLS settings shared by all connections to one server.
class TlsContext {
  public:
    // `ca_file` empty: the system's certificates. Errors: misconfigured, code "ca_file".
    [[nodiscard]] static Result<std::shared_ptr<TlsContext>> create(
        const std::string& ca_file, bool verify_server = true
    );
    virtual ~TlsContext() = default;
};

class Connection {
  public:
    // `tls` may be null for an http url.
    Connection(boost::asio::any_io_executor executor, Url url, std::shared_ptr<TlsContext> tls);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // Tries the endpoints in turn, each with its share of the time. On success `code` is empty.
    [[nodiscard]] boost::asio::awaitable<Exchange> open(Endpoints endpoints, SteadyTime deadline);
    // Requires: is_open().
    [[nodiscard]] boost::asio::awaitable<Exchange> exchange(
        HttpRequest request, SteadyTime deadline
    );

    [[nodiscard]] bool is_open() const noexcept;
    // The other side has closed, or has sent something that nobody asked for.
    [[nodiscard]] bool is_stale() const noexcept;
    [[nodiscard]] SteadyTime last_use() const noexcept;
    void close() noexcept;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace alert_bridge::net
