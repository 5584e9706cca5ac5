// SPDX-License-Identifier: MIT
#include "alert_bridge/http/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <array>
#include <new>
#include <string_view>
#include <vector>

#include "alert_bridge/base/certificate.hpp"

namespace alert_bridge::http {
namespace {

using Octet = unsigned char;

// TLS 1.3 has only such ciphers.
constexpr const char* kCiphers12 = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr const char* kGroups = "X25519:P-256:P-384";  // others cost several times more
constexpr int kSecurityLevel = 2;  // 112 bits: RSA 2048, P-224, SHA-256; whatever the system allows
constexpr std::string_view kSessionName = "glpi-alert-bridge";  // of sessions that are resumed
constexpr std::array<unsigned char, 9> kProtocols{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

Error mistake(std::string code, std::string message) {
    return Error{ErrorClass::misconfigured, std::move(code), std::move(message)};
}

// A client that names protocols, but not ours, would not understand the answer.
int choose_protocol(SSL*, const Octet** chosen, Octet* chosen_size, const Octet* offered, unsigned int offered_size, void*) {
    Octet* found = nullptr;
    const int verdict = SSL_select_next_proto(
        &found, chosen_size, kProtocols.data(), kProtocols.size(), offered, offered_size
    );
    *chosen = found;
    return verdict == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

bool set_manners(SSL_CTX* context) {
    SSL_CTX_set_security_level(context, kSecurityLevel);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    // An idle connection keeps no buffers; a record without data gives the turn to others; the
    // chain that is sent is the one in the file, whatever client_ca holds.
    SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_mode(
        context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_NO_AUTO_CHAIN
    );
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
    std::array<unsigned char, kSessionName.size()> name{};
    std::copy(kSessionName.begin(), kSessionName.end(), name.begin());
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_cipher_list(context, kCiphers12) == 1 &&
           SSL_CTX_set1_groups_list(context, kGroups) == 1 &&
           SSL_CTX_set_session_id_context(context, name.data(), name.size()) == 1;
}

Result<void> set_certificate(SSL_CTX* context, const TlsOptions& options) {
    auto chain = parse_certificates(options.certificate);
    if (!chain) {
        return mistake("tls_certificate", chain.error().message);
    }
    auto key = parse_private_key(options.key);
    if (!key) {
        return mistake("tls_key", key.error().message);
    }
    if (!belong_together(chain->front(), *key)) {
        return mistake("tls_key", "does not belong to the certificate");
    }
    if (SSL_CTX_use_certificate(context, chain->front().get()) != 1) {
        return mistake("tls_certificate", "cannot be used: " + take_openssl_error());
    }
    for (std::size_t i = 1; i < chain->size(); ++i) {
        if (SSL_CTX_add1_chain_cert(context, (*chain)[i].get()) != 1) {
            return mistake("tls_certificate", "cannot be used: " + take_openssl_error());
        }
    }
    if (SSL_CTX_use_PrivateKey(context, key->get()) != 1) {
        return mistake("tls_key", "cannot be used: " + take_openssl_error());
    }
    return {};
}

Result<void> demand_client_certificate(SSL_CTX* context, const std::string& authorities) {
    auto trusted = parse_certificates(authorities);
    if (!trusted) {
        return mistake("tls_client_ca", trusted.error().message);
    }
    X509_STORE* const store = SSL_CTX_get_cert_store(context);
    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
    for (const Certificate& authority : *trusted) {
        if (X509_STORE_add_cert(store, authority.get()) != 1 ||
            SSL_CTX_add_client_CA(context, authority.get()) != 1) {
            return mistake("tls_client_ca", "cannot be used: " + take_openssl_error());
        }
    }
    // A session that is resumed shows its certificate no more: it would outlive it.
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    if (SSL_CTX_set_num_tickets(context, 0) != 1) {
        return mistake("tls_client_ca", "cannot be demanded: " + take_openssl_error());
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    return {};
}

}  // namespace

Result<TlsContextPtr> make_tls_context(const TlsOptions& options) {
    ERR_clear_error();
    TlsContextPtr context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
    if (!context) {
        throw std::bad_alloc();
    }
    if (!set_manners(context.get())) {
        return mistake("tls_certificate", "TLS cannot be set up: " + take_openssl_error());
    }
    const auto own = set_certificate(context.get(), options);
    if (!own) {
        return own.error();
    }
    if (!options.client_ca.empty()) {
        const auto demanded = demand_client_certificate(context.get(), options.client_ca);
        if (!demanded) {
            return demanded.error();
        }
    }
    ERR_clear_error();
    return context;
}

}  // namespace alert_bridge::http
