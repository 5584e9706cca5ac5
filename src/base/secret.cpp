// SPDX-License-Identifier: MIT
// SHA-256 is OpenSSL's plain function, which 3.0 calls deprecated: the one in its place takes
// memory for each text, and loads providers that fill 2 MB of a daemon without TLS.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "alert_bridge/base/secret.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <utility>

#include "alert_bridge/base/invariant.hpp"

namespace alert_bridge {
namespace {

using Digest = std::array<unsigned char, 32>;

std::string to_hex(const Digest& digest) {
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string text;
    text.reserve(2 * digest.size());
    for (const unsigned char byte : digest) {
        text += kHex[byte >> 4];
        text += kHex[byte & 15];
    }
    return text;
}

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int base64_value(char letter) noexcept {
    const std::size_t at = kBase64.find(letter);
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

}  // namespace

Secret::Secret(const Secret& other) : value_(other.value_) {}

Secret::Secret(Secret&& other) noexcept : value_(std::move(other.value_)) {
    other.wipe();
}

Secret& Secret::operator=(const Secret& other) {
    if (this != &other) {
        wipe();
        value_ = other.value_;
    }
    return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        wipe();
        value_ = std::move(other.value_);
        other.wipe();
    }
    return *this;
}

Secret::~Secret() {
    wipe();
}

void Secret::wipe() noexcept {
    // A short string lives inside the object and a move leaves its bytes behind: wipe the capacity.
    value_.resize(value_.capacity());
    OPENSSL_cleanse(value_.data(), value_.size());
    value_.clear();
}

std::array<unsigned char, 32> sha256(std::string_view data) {
    Digest digest{};
    SHA256_CTX context;
    const bool ok = SHA256_Init(&context) == 1 &&
                    SHA256_Update(&context, data.data(), data.size()) == 1 &&
                    SHA256_Final(digest.data(), &context) == 1;
    BRIDGE_INVARIANT(ok);
    return digest;
}

bool equal_constant_time(std::string_view a, std::string_view b) {
    const Digest left = sha256(a);
    const Digest right = sha256(b);
    return CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

std::string sha256_hex(std::string_view data) {
    return to_hex(sha256(data));
}

std::string hmac_sha256_hex(std::string_view key, std::string_view data) {
    Digest digest{};
    std::size_t size = 0;
    // An empty key is legal for HMAC, but OpenSSL wants a pointer that is not null.
    const char* key_bytes = key.empty() ? "" : key.data();
    const unsigned char* made = EVP_Q_mac(
        nullptr, "HMAC", nullptr, "SHA256", nullptr, key_bytes, key.size(),
        reinterpret_cast<const unsigned char*>(data.data()), data.size(), digest.data(),
        digest.size(), &size
    );
    BRIDGE_INVARIANT(made != nullptr && size == digest.size());
    return to_hex(digest);
}

bool decode_base64(std::string_view text, std::string& out) {
    out.clear();
    if (text.size() % 4 != 0) {
        return false;
    }
    std::size_t padding = 0;
    while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') {
        ++padding;
    }
    unsigned int bits = 0;
    int held = 0;
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3);
    for (const char letter : text.substr(0, text.size() - padding)) {
        const int value = base64_value(letter);
        if (value < 0) {
            return false;
        }
        bits = (bits << 6 | static_cast<unsigned int>(value)) & 0xFFFFU;
        held += 6;
        if (held >= 8) {
            held -= 8;
            bytes += static_cast<char>(bits >> held & 0xFFU);
        }
    }
    // Bits that are left over must be zero, or one value would have several spellings.
    if ((bits & ((1U << held) - 1U)) != 0) {
        return false;
    }
    out = std::move(bytes);
    return true;
}

std::string encode_base64(std::string_view bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const std::size_t have = bytes.size() - at < 3 ? bytes.size() - at : 3;
        unsigned int bits = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            bits = bits << 8 | (i < have ? static_cast<unsigned char>(bytes[at + i]) : 0U);
        }
        for (std::size_t i = 0; i < 4; ++i) {
            text += i <= have ? kBase64[bits >> (18 - 6 * i) & 63U] : '=';
        }
    }
    return text;
}

}  // namespace alert_bridge
