// SPDX-License-Identifier: MIT
//
// Certificates for tests, made when they are needed: an authority, and what it issues.
//
// Thread rule: one thread.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>

namespace alert_bridge::test {

struct CertificateWish {
    std::string name = "glpi test";
    std::string alt_name = "DNS:localhost,IP:127.0.0.1";
    bool is_authority = false;
    std::string valid_from;  // 20200101000000Z; empty: an hour ago, and an hour from now
    std::string valid_until;
};

// A P-256 key pair with its certificate, signed by `issuer` or, without one, by itself.
class Issued {
  public:
    explicit Issued(const CertificateWish& wish, const Issued* issuer = nullptr)
        : Issued(wish, issuer, {EVP_EC_gen("P-256"), EVP_PKEY_free}) {}

    // Another certificate for the same key, signed by it.
    [[nodiscard]] Issued again(const CertificateWish& wish) const {
        return Issued(wish, nullptr, key_);
    }

    [[nodiscard]] std::string certificate() const {
        return written([this](BIO* to) { return PEM_write_bio_X509(to, certificate_.get()); });
    }
    // Encrypted when there is a passphrase.
    [[nodiscard]] std::string key(std::string passphrase = "") const {
        return written([this, &passphrase](BIO* to) {
            return PEM_write_bio_PrivateKey(
                to, key_.get(), passphrase.empty() ? nullptr : EVP_aes_256_cbc(), nullptr, 0,
                nullptr, passphrase.empty() ? nullptr : passphrase.data()
            );
        });
    }

  private:
    Issued(const CertificateWish& wish, const Issued* issuer, std::shared_ptr<EVP_PKEY> key)
        : key_(std::move(key)), certificate_(X509_new(), X509_free) {
        static long serial = 0;
        X509* const made = certificate_.get();
        X509_set_version(made, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(made), ++serial);
        set_time(X509_getm_notBefore(made), wish.valid_from, -3600);
        set_time(X509_getm_notAfter(made), wish.valid_until, 3600);
        X509_set_pubkey(made, key_.get());
        X509_NAME* const name = X509_get_subject_name(made);
        X509_NAME_add_entry_by_txt(
            name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(wish.name.c_str()),
            -1, -1, 0
        );
        const X509* const above = issuer == nullptr ? made : issuer->certificate_.get();
        X509_set_issuer_name(made, X509_get_subject_name(above));
        if (!wish.alt_name.empty()) {
            add_extension(made, NID_subject_alt_name, wish.alt_name);
        }
        add_extension(
            made, NID_basic_constraints, wish.is_authority ? "critical,CA:TRUE" : "CA:FALSE"
        );
        EVP_PKEY* const signer = issuer == nullptr ? key_.get() : issuer->key_.get();
        if (X509_sign(made, signer, EVP_sha256()) == 0) {
            throw std::runtime_error("a certificate for the test could not be signed");
        }
    }

    static void set_time(ASN1_TIME* time, const std::string& written, long otherwise_s) {
        if (written.empty()) {
            X509_gmtime_adj(time, otherwise_s);
        } else if (ASN1_TIME_set_string_X509(time, written.c_str()) != 1) {
            throw std::runtime_error("no time for a certificate: " + written);
        }
    }

    static void add_extension(X509* made, int nid, const std::string& value) {
        X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
        X509_add_ext(made, extension, -1);
        X509_EXTENSION_free(extension);
    }

    template <class Write>
    static std::string written(Write write) {
        const std::unique_ptr<BIO, decltype(&BIO_free)> to(BIO_new(BIO_s_mem()), BIO_free);
        if (write(to.get()) != 1) {
            throw std::runtime_error("a certificate for the test could not be written");
        }
        char* text = nullptr;
        const long size = BIO_get_mem_data(to.get(), &text);
        return {text, static_cast<std::size_t>(size)};
    }

    std::shared_ptr<EVP_PKEY> key_;
    std::unique_ptr<X509, decltype(&X509_free)> certificate_;
};

inline CertificateWish named(const std::string& name) {
    CertificateWish wish;
    wish.name = name;
    return wish;
}

inline Issued authority(const std::string& name) {
    CertificateWish wish = named(name);
    wish.is_authority = true;
    wish.alt_name.clear();
    return Issued(wish);
}

// A file that vanishes with its object.
class TemporaryFile {
  public:
    explicit TemporaryFile(const std::string& text) {
        path = (std::filesystem::temp_directory_path() / "bridge-XXXXXX").string();
        const int descriptor = ::mkstemp(path.data());
        if (descriptor < 0) {
            throw std::runtime_error("no temporary file");
        }
        ::close(descriptor);
        std::ofstream(path, std::ios::binary) << text;
    }
    ~TemporaryFile() {
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    std::string path;
};

}  // namespace alert_bridge::test
