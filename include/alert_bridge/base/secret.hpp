// SPDX-License-Identifier: MIT
//
// Secret: a token or password that can be used but not printed by accident.
//
// No stream operator, no formatter, no implicit conversion; the bytes are wiped when it dies.
// reveal() is the only way out: its callers are the places that put it on the wire or hash it.
// Thread rule: a value.
#pragma once

#include <string>
#include <string_view>

namespace alert_bridge {

class Secret {
  public:
    Secret() = default;
    explicit Secret(std::string value) : value_(std::move(value)) {}
    Secret(const Secret&) = default;
    Secret(Secret&&) noexcept = default;
    Secret& operator=(const Secret&) = default;
    Secret& operator=(Secret&&) noexcept = default;
    ~Secret();

    [[nodiscard]] std::string_view reveal() const noexcept { return value_; }
    [[nodiscard]] bool empty() const noexcept { return value_.empty(); }

  private:
    std::string value_;
};

// Equal without telling by time where they differ: both sides are hashed first (SHA-256).
[[nodiscard]] bool equal_constant_time(std::string_view a, std::string_view b);

// Lower-case hex of HMAC-SHA256.
[[nodiscard]] std::string hmac_sha256_hex(std::string_view key, std::string_view data);

// Standard base64 with padding; empty optional-like result "" on bad input is never valid input here.
[[nodiscard]] bool decode_base64(std::string_view text, std::string& out);
[[nodiscard]] std::string encode_base64(std::string_view bytes);

}  // namespace alert_bridge
