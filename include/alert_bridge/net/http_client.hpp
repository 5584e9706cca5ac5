// SPDX-License-Identifier: MIT
//
// HttpClient: a bounded pool of keep-alive connections to one server.
//
// Guarantees: at most `connections` requests are on their way; the others wait in order of arrival,
// at most kMaxWaiting of them and at most wait_timeout long; who waits in vain is told "busy" and
// nothing was sent. Once it has its connection, an exchange ends within request_timeout, connecting
// included: what others took never makes its outcome uncertain. HttpRequest::at_most bounds both.
// Nothing that was handed over completely is sent twice, with one exception: an `idempotent`
// request whose kept connection died before the first byte of an answer goes out once more on a
// fresh connection; so does any request that provably was not handed over completely. A kept
// connection is dropped when it idled longer than idle_limit or the server closed it. The host name
// is resolved on (re)connect only, at most every half minute; the last good addresses serve when
// the resolver fails or takes over a second. Thread rule: the I/O thread. Tests: tests/unit/net/
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <memory>
#include <string>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/base/time.hpp"
#include "alert_bridge/net/http_message.hpp"
#include "alert_bridge/net/url.hpp"

namespace alert_bridge::net {

struct ClientOptions {
    Url url;
    std::string ca_file;        // empty: the system's certificates
    bool verify_server = true;  // false: TLS with whoever answers; for questions without secrets
    std::size_t connections = 4;
    Duration connect_timeout{5'000};
    Duration request_timeout{30'000};
    Duration wait_timeout{30'000};  // for a free connection, before the request's own time
    Duration idle_limit{15'000};
};

class HttpClient {
  public:
    static constexpr std::size_t kMaxWaiting = 1'000;

    // Errors: misconfigured, when the certificates cannot be loaded.
    [[nodiscard]] static Result<std::shared_ptr<HttpClient>> create(
        boost::asio::any_io_executor executor, ClientOptions options
    );
    virtual ~HttpClient() = default;

    [[nodiscard]] virtual boost::asio::awaitable<Exchange> exchange(HttpRequest request) = 0;
    // Idle connections are closed; those at work close when their exchange ends.
    virtual void close_idle() noexcept = 0;
    // Idle ones and slots in use; an upper bound.
    [[nodiscard]] virtual std::size_t open_connections() const noexcept = 0;
};

}  // namespace alert_bridge::net
