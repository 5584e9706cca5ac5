// SPDX-License-Identifier: MIT
#include "alert_bridge/base/certificate.hpp"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <chrono>
#include <ctime>
#include <new>
#include <utility>

namespace alert_bridge {
namespace {

struct FreeBio {
    void operator()(BIO* bio) const noexcept { BIO_free(bio); }
};

std::unique_ptr<BIO, FreeBio> reader_of(std::string_view text) {
    std::unique_ptr<BIO, FreeBio> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    if (!bio) {
        throw std::bad_alloc();
    }
    return bio;
}

// OpenSSL asks here for a passphrase, and would ask the terminal if this were absent.
int refuse_passphrase(char*, int, int, void* was_asked) {
    *static_cast<bool*>(was_asked) = true;
    return -1;
}

Error mistake(std::string code, std::string message) {
    ERR_clear_error();
    return Error{ErrorClass::misconfigured, std::move(code), std::move(message)};
}

bool is_end_of_pem() {
    const unsigned long last = ERR_peek_last_error();
    return ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE;
}

WallTime wall_time(const ASN1_TIME* time) {
    std::tm parts{};
    if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) {
        return WallTime{};
    }
    using namespace std::chrono;
    const year_month_day date(
        year(parts.tm_year + 1900), month(static_cast<unsigned>(parts.tm_mon + 1)),
        day(static_cast<unsigned>(parts.tm_mday))
    );
    return sys_days(date) + hours(parts.tm_hour) + minutes(parts.tm_min) + seconds(parts.tm_sec);
}

}  // namespace

void FreeCertificate::operator()(X509* certificate) const noexcept {
    X509_free(certificate);
}

void FreeKey::operator()(EVP_PKEY* key) const noexcept {
    EVP_PKEY_free(key);
}

Result<std::vector<Certificate>> parse_certificates(std::string_view pem) {
    ERR_clear_error();
    const auto bio = reader_of(pem);
    std::vector<Certificate> found;
    for (;;) {
        Certificate next(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
        if (!next) {
            break;
        }
        found.push_back(std::move(next));
    }
    if (!is_end_of_pem()) {
        return mistake(
            "certificate_damaged", "holds a damaged certificate, number " +
                                       std::to_string(found.size() + 1) + " in the file"
        );
    }
    if (found.empty()) {
        return mistake("certificate_missing", "holds no PEM certificate");
    }
    ERR_clear_error();
    return found;
}

Result<PrivateKey> parse_private_key(const Secret& pem) {
    ERR_clear_error();
    const auto bio = reader_of(pem.reveal());
    bool was_asked = false;
    PrivateKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse_passphrase, &was_asked));
    if (was_asked) {
        return mistake("key_encrypted", "holds an encrypted key: remove its passphrase");
    }
    if (!key && pem.reveal().find("PRIVATE KEY-----") == std::string_view::npos) {
        return mistake("key_missing", "holds no PEM private key");
    }
    if (!key) {
        return mistake("key_damaged", "holds a damaged private key");
    }
    ERR_clear_error();
    return key;
}

bool belong_together(const Certificate& certificate, const PrivateKey& key) {
    ERR_clear_error();
    const bool fits = X509_check_private_key(certificate.get(), key.get()) == 1;
    ERR_clear_error();
    return fits;
}

Validity validity_of(const Certificate& certificate) {
    Validity validity;
    validity.from = wall_time(X509_get0_notBefore(certificate.get()));
    validity.until = wall_time(X509_get0_notAfter(certificate.get()));
    return validity;
}

std::string take_openssl_error() {
    const unsigned long last = ERR_peek_last_error();
    const char* const reason = last == 0 ? nullptr : ERR_reason_error_string(last);
    std::string text = reason == nullptr ? "unknown reason" : reason;
    ERR_clear_error();
    return text;
}

}  // namespace alert_bridge
