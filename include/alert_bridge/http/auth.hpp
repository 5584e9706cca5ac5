// SPDX-License-Identifier: MIT
//
// Credentials of the sources and the check of a request against them.
//
// Rules: bearer tokens and basic passwords are alternatives, any one of them suffices. An HMAC key
// is a requirement of its own: where keys are configured the signature must be valid, *and*, when
// tokens are configured too, so must one of them. Otherwise a stolen bearer token (Zabbix does not
// verify TLS) would make the signature pointless. `anyone` takes everything, and must be said.
// The address list comes on top, and is looked at last: 403 is said only to those who know a
// secret.
//
// Guarantees: all configured secrets of all sources are compared, whatever was found before, in
// constant time; an unknown source costs and looks the same as a wrong secret. Only who shows a
// token that is good elsewhere learns that the source does not exist.
// Not guaranteed: that a replay inside the window is noticed; the idempotency key makes it
// harmless. Thread rule: immutable after construction, any thread. Tests:
// tests/unit/http/auth_test.cpp
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/base/id.hpp"
#include "alert_bridge/base/secret.hpp"
#include "alert_bridge/base/time.hpp"
#include "alert_bridge/http/message.hpp"

namespace alert_bridge::http {

struct BasicLogin {
    std::string user;
    Secret password;
};

struct Credentials {
    std::vector<Secret> bearer;
    std::vector<BasicLogin> basic;
    std::vector<Secret> hmac;
    Duration hmac_window{300'000};
    std::vector<std::string> allow_from;  // "10.0.0.0/8", "::1"; empty: from anywhere
    bool anyone = false;                  // auth: none
};

enum class Access {
    granted,
    body_decides,    // the signature covers the body: ask check_body() when it is here
    denied,          // 401
    forbidden,       // 403: right secret, wrong address
    unknown_source,  // 404
};

class CredentialTable {
  public:
    // Requires: every entry of allow_from is valid (is_address_range), every source has a secret or
    // `anyone`. An invalid range matches nothing.
    CredentialTable(std::map<std::string, Credentials> by_source, IdSource& ids);
    ~CredentialTable();

    // Looks at the header only.
    [[nodiscard]] Access check_head(std::string_view source, const RequestHead& head) const;
    // The whole truth; never body_decides.
    [[nodiscard]] Access check_body(std::string_view source, const Request& request, WallTime now)
        const;

  private:
    struct Entry;
    struct Presented;
    [[nodiscard]] const Entry* find(std::string_view source) const;
    [[nodiscard]] Presented look(const Entry* entry, const RequestHead& head) const;
    [[nodiscard]] Access settle(const Entry* entry, const Presented& shown, std::string_view peer)
        const;

    std::map<std::string, std::unique_ptr<const Entry>, std::less<>> entries_;
    Secret nobody_key_;  // what an unknown source's signature is checked against
};

using CredentialTablePtr = std::shared_ptr<const CredentialTable>;

// An address or an address with a prefix length, IPv4 or IPv6.
[[nodiscard]] bool is_address_range(std::string_view text);
[[nodiscard]] bool address_in_range(std::string_view address, std::string_view range);

}  // namespace alert_bridge::http
