// SPDX-License-Identifier: MIT
//
// A Unix socket of the file system: listening with the right mode and group, who is at the other
// end, and one HTTP exchange over it.
//
// Guarantees: listen_local() never takes a live socket away from another process and never deletes
// what is no socket; the name appears with its mode and group already set. exchange_local() sends
// nothing twice, reads at most kReplyBytesMax, and ends at its deadline.
// Not guaranteed: that the file stays; who may write to its directory may replace it.
// Errors: misconfigured "socket_…" (listening); later "no_socket", "refused_there", "no_reply".
// Thread rule: listen_local() and exchange_local() block briefly resp. until the answer or
// deadline. Tests: tests/unit/net/local_socket_test.cpp
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/base/time.hpp"

namespace alert_bridge::net {

inline constexpr std::size_t kReplyBytesMax = 64 * 1024 * 1024;

struct LocalSocketOptions {
    std::string path;
    unsigned mode = 0660;
    std::string group;  // empty: the process's own
};

using LocalAcceptor = boost::asio::local::stream_protocol::acceptor;

[[nodiscard]] Result<LocalAcceptor> listen_local(
    const boost::asio::any_io_executor& executor, const LocalSocketOptions& options
);

// The user at the other end, as this process's user namespace sees it; empty: unknown.
[[nodiscard]] std::optional<std::uint32_t> peer_user(
    boost::asio::local::stream_protocol::socket& socket
);

struct LocalReply {
    int status = 0;
    std::string body;
};

// POST `target` with a JSON body.
[[nodiscard]] Result<LocalReply> exchange_local(
    const std::string& path, const std::string& target, const std::string& body, Duration timeout
);

}  // namespace alert_bridge::net
