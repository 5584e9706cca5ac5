// SPDX-License-Identifier: MIT
//
// IP addresses and CIDR networks as values: for rules on addresses and for asset look-ups.
//
// Guarantees: pure parsing, no name resolution. IPv4 in dotted decimal without leading zeros, IPv6
// in every usual form; a zone ("%eth0") is dropped; IPv4 inside IPv6 (::ffff:10.0.0.1) is IPv4.
// Thread rule: values. Tests: tests/unit/domain/network_test.cpp
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "alert_bridge/base/error.hpp"

namespace alert_bridge::domain {

// An IPv4 address holds its four bytes at the start.
struct IpAddress {
    bool is_v6 = false;
    std::array<std::uint8_t, 16> bytes{};
    auto operator<=>(const IpAddress&) const = default;

    [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);
    [[nodiscard]] int bits() const noexcept { return is_v6 ? 128 : 32; }
    // The first `length` bits, all others zero. Requires: 0 <= length <= bits().
    [[nodiscard]] IpAddress masked(int length) const noexcept;
    [[nodiscard]] std::string text() const;
};

struct Network {
    IpAddress base;
    int length = 0;
    auto operator<=>(const Network&) const = default;

    // "10.0.0.0/8", "2001:db8::/32", or one address. Refused with a reason for people: no address,
    // a length that is none, and bits set behind the length (most likely a slip).
    [[nodiscard]] static Result<Network> parse(std::string_view text);
    [[nodiscard]] bool contains(const IpAddress& address) const noexcept;
};

}  // namespace alert_bridge::domain
