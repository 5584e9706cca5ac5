// SPDX-License-Identifier: MIT
#include "alert_bridge/glpi/session_state.hpp"

#include <utility>

#include "alert_bridge/base/invariant.hpp"

namespace alert_bridge::glpi {

SessionState::Step SessionState::next(WallTime now) {
    if (phase_ == Phase::logging_in) {
        return Step::wait;
    }
    if (phase_ == Phase::refused) {
        const bool clock_jumped_back = refused_until_ - now > rules_.refused.ceiling;
        if (now < refused_until_ && !clock_jumped_back) {
            return Step::refuse;
        }
    }
    if (phase_ == Phase::ready) {
        if (now < renew_at_) {
            last_use_ = now;
            return Step::use;
        }
        phase_ = Phase::suspect;
    }
    phase_ = Phase::logging_in;
    return Step::login;
}

void SessionState::established(Secret token, WallTime now, std::uint64_t random) {
    BRIDGE_INVARIANT(phase_ == Phase::logging_in);
    if (!token_.empty()) {
        replaced_ = std::move(token_);
    }
    token_ = std::move(token);
    ++generation_;
    const auto life = rules_.life.count();
    const auto shorter =
        life >= 10 ? static_cast<std::int64_t>(random % 1000) * (life / 10) / 1000 : 0;
    opened_at_ = now;
    renew_at_ = now + Duration(life - shorter);
    last_use_ = now;
    refusals_ = 0;
    phase_ = Phase::ready;
}

void SessionState::login_failed(const Error& error, WallTime now, std::uint64_t random) {
    BRIDGE_INVARIANT(phase_ == Phase::logging_in);
    if (error.kind == ErrorClass::misconfigured) {
        refuse_until_later(error, now, random);
    } else {
        phase_ = Phase::absent;
    }
}

void SessionState::disowned(std::uint64_t generation) noexcept {
    if (generation == generation_ && phase_ == Phase::ready) {
        token_ = Secret();
        phase_ = Phase::suspect;
    }
}

void SessionState::barred(const Error& error, WallTime now, std::uint64_t random) {
    if (phase_ == Phase::ready) {
        refuse_until_later(error, now, random);
    }
}

void SessionState::forgive() noexcept {
    refusals_ = 0;
    if (phase_ == Phase::refused) {
        phase_ = Phase::absent;
    }
}

std::string_view to_string(SessionState::Phase phase) noexcept {
    switch (phase) {
        case SessionState::Phase::absent:
            return "absent";
        case SessionState::Phase::logging_in:
            return "logging_in";
        case SessionState::Phase::ready:
            return "ready";
        case SessionState::Phase::suspect:
            return "suspect";
        case SessionState::Phase::refused:
            return "refused";
    }
    return "absent";
}

std::optional<Secret> SessionState::surrender() {
    if (phase_ == Phase::logging_in) {
        return std::nullopt;
    }
    std::optional<Secret> out;
    if (!token_.empty()) {
        out = std::exchange(token_, Secret());
    }
    if (phase_ != Phase::refused) {
        phase_ = Phase::absent;
    }
    return out;
}

bool SessionState::is_idle(WallTime now) const noexcept {
    return phase_ == Phase::ready && now - last_use_ >= rules_.idle_life;
}

std::optional<Secret> SessionState::take_replaced() {
    return std::exchange(replaced_, std::nullopt);
}

void SessionState::refuse_until_later(const Error& error, WallTime now, std::uint64_t random) {
    ++refusals_;
    refused_until_ = now + rules_.refused.next(refusals_, random);
    refusal_ = error;
    phase_ = Phase::refused;
}

}  // namespace alert_bridge::glpi
