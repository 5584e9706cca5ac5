// SPDX-License-Identifier: MIT
//
// socket_bio: OpenSSL's view of an Asio socket, for Stream: what TLS reads and writes goes to the
// socket at once, without a buffer in between.
//
// Guarantees: no SIGPIPE, which OpenSSL's own would raise; a socket that is not ready is told as
// "retry", never waited for; reading ends within the bound of one turn, beyond which the socket
// seems empty. Nothing is held back, so that there is nothing to flush.
// Requires: the socket does not block; the Wire outlives the BIO and stays where it is.
// Thread rule: the I/O thread. Tests: tests/unit/http/stream_test.cpp, tls_test.cpp
#pragma once

#include <openssl/types.h>

#include <boost/asio/ip/tcp.hpp>

namespace alert_bridge::http {

// The socket and how many more pieces may be read from it in this turn.
struct Wire {
    boost::asio::ip::tcp::socket& socket;
    int reads_left = 0;
};

// Null for want of memory. The caller owns it, and hands it on by SSL_set_bio().
[[nodiscard]] BIO* make_socket_bio(Wire& wire);

}  // namespace alert_bridge::http
