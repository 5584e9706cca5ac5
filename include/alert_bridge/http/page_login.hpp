// SPDX-License-Identifier: MIT
//
// PageLogin: who may look at the status page: a token at login, a cookie from then on.
//
// Guarantees: tokens and cookies are compared in constant time; a cookie holds 256 random bits and
// ends after kSessionLife, at log-out, and when the tokens change; at most kSessionsMax sessions
// (the oldest makes room). After kTriesPerAddress wrong tokens from one address within kTryWindow,
// or kTriesInAll from everywhere, no login is looked at until the window is over; who is logged in
// stays so. Addresses count by http/peer_group; no more than kTriesInAll of them are remembered.
// Thread rule: the I/O thread. Tests: tests/unit/http/page_login_test.cpp
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/base/id.hpp"
#include "alert_bridge/base/secret.hpp"
#include "alert_bridge/base/time.hpp"

namespace alert_bridge::http {

class PageLogin {
  public:
    static constexpr Duration kSessionLife{12 * 3'600'000};
    static constexpr std::size_t kSessionsMax = 32;
    static constexpr Duration kTryWindow{60'000};
    static constexpr int kTriesPerAddress = 5;
    static constexpr int kTriesInAll = 60;

    PageLogin(std::vector<Secret> tokens, IdSource& ids) : tokens_(std::move(tokens)), ids_(ids) {}

    // Other tokens end every session.
    void use(std::vector<Secret> tokens);

    // Too many wrong tokens of late.
    [[nodiscard]] bool must_wait(const std::string& address, WallTime now);
    // The session's secret for the cookie, or nothing: a wrong token, which is counted.
    // Requires: !must_wait() now; other logins may have come in between.
    [[nodiscard]] std::optional<std::string> log_in(
        std::string_view token, const std::string& address, WallTime now
    );
    [[nodiscard]] bool is_in(std::string_view secret, WallTime now) const;
    void log_out(std::string_view secret);
    [[nodiscard]] std::size_t sessions(WallTime now) const;

  private:
    struct Session {
        Secret secret;
        WallTime until{};
    };
    void forget_tries(WallTime now);

    std::vector<Secret> tokens_;
    IdSource& ids_;
    std::deque<Session> sessions_;      // the oldest first
    std::map<std::string, int> tries_;  // by peer_group
    int tries_in_all_ = 0;
    WallTime window_began_{};
};

}  // namespace alert_bridge::http
