// SPDX-License-Identifier: MIT
//
// Certificates and private keys as PEM text: read, and looked at.
//
// Used by the configuration, which judges the files of `listen.tls`, and by the listener, which
// builds its TLS settings from the same bytes: what was judged is what is used.
// Guarantees: never throws but for want of memory; no key and no part of one gets into a message;
// OpenSSL's error queue is left empty. Nobody is asked for a passphrase: an encrypted key is an
// error that says so. Errors are of class misconfigured, and their message goes on after the name
// of the file ("holds no PEM certificate").
// Not guaranteed: that the certificate is trusted by anybody, or strong enough for TLS.
// Thread rule: pure functions. Tests: tests/unit/base/certificate_test.cpp
#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/base/secret.hpp"
#include "alert_bridge/base/time.hpp"

namespace alert_bridge {

struct FreeCertificate {
    void operator()(X509* certificate) const noexcept;
};
struct FreeKey {
    void operator()(EVP_PKEY* key) const noexcept;
};
using Certificate = std::unique_ptr<X509, FreeCertificate>;
using PrivateKey = std::unique_ptr<EVP_PKEY, FreeKey>;

// All certificates of the text, at least one, in their order; other blocks are passed over.
[[nodiscard]] Result<std::vector<Certificate>> parse_certificates(std::string_view pem);

// The first private key of the text; other blocks are passed over.
[[nodiscard]] Result<PrivateKey> parse_private_key(const Secret& pem);

[[nodiscard]] bool belong_together(const Certificate& certificate, const PrivateKey& key);

struct Validity {
    WallTime from{};
    WallTime until{};
};
[[nodiscard]] Validity validity_of(const Certificate& certificate);

// Why OpenSSL failed just now, for people; empties its error queue.
[[nodiscard]] std::string take_openssl_error();

}  // namespace alert_bridge
