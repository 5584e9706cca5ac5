// SPDX-License-Identifier: MIT
//
// Url: an http or https address of a server that the bridge calls, taken apart and checked.
//
// Guarantees: a parsed Url has a known scheme, a host, a port of 1..65535, and a base path without
// a trailing slash, query, fragment or control character. User information ("user:password@") is
// refused, so that a secret can never stand in an address.
// Not guaranteed: that the host exists.
// Thread rule: values and pure functions. Tests: tests/unit/net/url_test.cpp
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "alert_bridge/base/error.hpp"

namespace alert_bridge::net {

struct Url {
    bool tls = false;
    std::string host;  // without brackets
    std::uint16_t port = 0;
    std::string path;  // "" or "/glpi"

    // Value of the Host header: brackets round IPv6, the port only when it is not the scheme's own.
    [[nodiscard]] std::string authority() const;
    // scheme://authority/path
    [[nodiscard]] std::string text() const;
    bool operator==(const Url&) const = default;
};

// Errors: misconfigured, code "url", with what is wrong.
[[nodiscard]] Result<Url> parse_url(std::string_view text);

// Percent-encodes everything but letters, digits and "-._~".
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace alert_bridge::net
