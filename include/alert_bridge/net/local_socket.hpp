// SPDX-License-Identifier: MIT
//
// A Unix socket of the file system: listening with the right mode, who is at the other end, and one
// HTTP exchange over it.
//
// Guarantees: LocalListener never takes a live socket away from another process and deletes nothing
// but sockets, at its end only its own; the name appears with its mode already set.
// exchange_local() sends nothing twice, reads at most kReplyBytesMax, and ends at its deadline.
// Not guaranteed: that the file stays; who may write to its directory may replace it.
// Errors: misconfigured "socket_…" (listening); later "no_socket" (nothing was sent), "no_reply"
// (it may have been carried out). Thread rule: one owner; exchange_local() blocks until the answer
// or the deadline. Tests: tests/unit/net/local_socket_test.cpp
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
};

class LocalListener {
  public:
    using Acceptor = boost::asio::local::stream_protocol::acceptor;

    [[nodiscard]] static Result<LocalListener> open(
        const boost::asio::any_io_executor& executor, const LocalSocketOptions& options
    );
    LocalListener(LocalListener&&) = default;
    LocalListener& operator=(LocalListener&&) = default;
    ~LocalListener() = default;  // leaves the file, as a crash does; close() removes it

    [[nodiscard]] Acceptor& acceptor() noexcept { return acceptor_; }
    // Ends accepting and removes the file, if it is still ours.
    void close();

  private:
    LocalListener(Acceptor acceptor, std::string path);

    Acceptor acceptor_;
    std::string path_;
    std::uint64_t device_ = 0, inode_ = 0;  // of the file
};

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
