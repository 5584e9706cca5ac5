// SPDX-License-Identifier: MIT
//
// The TLS settings of a listener: its certificate, what it demands of clients, and how it speaks.
//
// Guarantees: TLS 1.2 or newer, forward secrecy (X25519, P-256, P-384) and authenticated ciphers
// only; no renegotiation, no compression, no early data; sessions are resumed by tickets that end
// with the settings that gave them; ALPN http/1.1. With `client_ca` no session is resumed: at each
// connection the client must show a certificate, valid at that time, that leads to one of these
// (each of them is trusted for itself, a root need not be among them).
// Not guaranteed: a look at revocation lists; withdraw a client by its credentials.
// The settings never change: a reload makes new ones, connections keep those they began with.
// Thread rule: made at start and reload; then read by the I/O thread.
// Tests: tests/unit/http/tls_test.cpp
#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/base/secret.hpp"

namespace alert_bridge::http {

// PEM texts, not files.
struct TlsOptions {
    std::string certificate;  // the server's first, then those that lead to its root
    Secret key;
    std::string client_ca;  // empty: clients need no certificate
};

// Null: plain HTTP.
using TlsContextPtr = std::shared_ptr<SSL_CTX>;

// Errors: misconfigured, "tls_certificate", "tls_key" or "tls_client_ca", with the reason.
[[nodiscard]] Result<TlsContextPtr> make_tls_context(const TlsOptions& options);

}  // namespace alert_bridge::http
