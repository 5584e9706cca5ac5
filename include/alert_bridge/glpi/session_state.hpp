// SPDX-License-Identifier: MIT
//
// SessionState: the life of the one API session that all connections share. No I/O, no clock.
//
//            next()                established()
//   absent ─────────► logging_in ───────────────► ready ──life over──► suspect (old token is kept,
//     ▲                │      │                    │ disowned()           │     to be killed)
//     │ login_failed() │      │ login refused      └───────────────────►  │ (old token is dropped)
//     └────────────────┘      ▼                                           │ next()
//     ▲                     refused ──delay over, next()──► logging_in ◄──┘
//     ├── surrender() (idle, shutdown) from ready and suspect
//     └── forgive() (new tokens) from refused
//
// Guarantees: at most one login runs at a time; who needs the session meanwhile is told to wait.
// A refused login (wrong tokens, address not allowed, API switched off) is not repeated before a
// slow back-off is over. A token that GLPI disowned is replaced once, however many calls report it.
// Thread rule: the I/O thread. Tests: tests/unit/glpi/session_state_test.cpp, every transition
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "alert_bridge/base/backoff.hpp"
#include "alert_bridge/base/error.hpp"
#include "alert_bridge/base/secret.hpp"
#include "alert_bridge/base/time.hpp"

namespace alert_bridge::glpi {

struct SessionRules {
    Duration life{4 * 3'600'000};
    Duration idle_life{20 * 60'000};
    Backoff refused{Duration(30'000), Duration(5 * 60'000)};
};

class SessionState {
  public:
    enum class Phase { absent, logging_in, ready, suspect, refused };
    enum class Step { use, login, wait, refuse };

    explicit SessionState(SessionRules rules) noexcept : rules_(rules) {}

    // What a call that needs the session does now. `login` makes the caller the one who logs in: it
    // must report established() or login_failed() on every way out.
    [[nodiscard]] Step next(WallTime now);

    // Requires: logging_in. Life is shortened by up to a tenth, so that bridges do not renew in
    // step.
    void established(Secret token, WallTime now, std::uint64_t random);
    // Requires: logging_in. misconfigured -> refused for a while; everything else -> absent.
    void login_failed(const Error& error, WallTime now, std::uint64_t random);

    // A call was told that its token is unknown. Ignored when a newer session is there already.
    void disowned(std::uint64_t generation) noexcept;
    // A call was told something that only an operator can mend.
    void barred(const Error& error, WallTime now, std::uint64_t random);

    // What was refused need not be refused again: the next call logs in.
    void forgive() noexcept;

    // Gives up the session for good or for lack of use; the token, if any, is to be killed.
    [[nodiscard]] std::optional<Secret> surrender();
    [[nodiscard]] bool is_idle(WallTime now) const noexcept;
    // The token that a renewal replaced, once.
    [[nodiscard]] std::optional<Secret> take_replaced();

    [[nodiscard]] Phase phase() const noexcept { return phase_; }
    // Of the session; meaningful in phase ready.
    [[nodiscard]] WallTime opened_at() const noexcept { return opened_at_; }
    [[nodiscard]] WallTime last_use() const noexcept { return last_use_; }
    [[nodiscard]] WallTime renew_at() const noexcept { return renew_at_; }
    [[nodiscard]] const Secret& token() const noexcept { return token_; }
    // Counts sessions; 0 before the first.
    [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }
    // Why logins are refused; meaningful in phase refused.
    [[nodiscard]] const Error& refusal() const noexcept { return refusal_; }

  private:
    void refuse_until_later(const Error& error, WallTime now, std::uint64_t random);

    SessionRules rules_;
    Phase phase_ = Phase::absent;
    Secret token_;
    std::optional<Secret> replaced_;
    std::uint64_t generation_ = 0;
    WallTime opened_at_{};
    WallTime renew_at_{};
    WallTime last_use_{};
    WallTime refused_until_{};
    int refusals_ = 0;
    Error refusal_;
};

[[nodiscard]] std::string_view to_string(SessionState::Phase phase) noexcept;

}  // namespace alert_bridge::glpi
