// SPDX-License-Identifier: MIT
//
// Secret: a token or password that can be used but not printed by accident.
//
// No stream operator, no formatter, no implicit conversion; the bytes are wiped when it dies,
// is moved from, or gets another value. The string it is made from is the caller's to wipe.
// reveal() is the only way out: its callers are the places that put it on the wire or hash it.
// Thread rule: a value. Tests: tests/unit/base/secret_test.cpp
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace alert_bridge {

class Secret {
  public:
    Secret() = default;
    explicit Secret(std::string value) : value_(std::move(value)) {}
    Secret(const Secret& other);
    Secret(Secret&& other) noexcept;
    Secret& operator=(const Secret& other);
    Secret& operator=(Secret&& other) noexcept;
    ~Secret();

    [[nodiscard]] std::string_view reveal() const noexcept { return value_; }
    [[nodiscard]] bool empty() const noexcept { return value_.empty(); }

  private:
    void wipe() noexcept;

    std::string value_;
};

// Equal without telling by time where they differ: both sides are hashed first (SHA-256).
[[nodiscard]] bool equal_constant_time(std::string_view a, std::string_view b);

// SHA-256, for fingerprints; in lower-case hex.
[[nodiscard]] std::array<unsigned char, 32> sha256(std::string_view data);
[[nodiscard]] std::string sha256_hex(std::string_view data);

// Lower-case hex of HMAC-SHA256.
[[nodiscard]] std::string hmac_sha256_hex(std::string_view key, std::string_view data);

// Standard base64 with padding, canonical spelling only. On bad input false, and `out` is empty.
[[nodiscard]] bool decode_base64(std::string_view text, std::string& out);
[[nodiscard]] std::string encode_base64(std::string_view bytes);

}  // namespace alert_bridge
