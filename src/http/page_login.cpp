// SPDX-License-Identifier: MIT
#include "alert_bridge/http/page_login.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "alert_bridge/http/peer_group.hpp"

namespace alert_bridge::http {
namespace {

bool same(const std::vector<Secret>& one, const std::vector<Secret>& other) {
    return std::equal(
        one.begin(), one.end(), other.begin(), other.end(),
        [](const Secret& a, const Secret& b) { return a.reveal() == b.reveal(); }
    );
}

std::string random_secret(IdSource& ids) {
    static constexpr std::string_view kHex = "0123456789abcdef";
    std::string text;
    for (int half = 0; half < 2; ++half) {
        for (const std::uint8_t byte : ids.random_bytes()) {
            text += kHex[byte >> 4U];
            text += kHex[byte & 15U];
        }
    }
    return text;
}

}  // namespace

void PageLogin::use(std::vector<Secret> tokens) {
    if (!same(tokens_, tokens)) {
        sessions_.clear();
    }
    tokens_ = std::move(tokens);
}

// A clock that was set back must not lock people out.
void PageLogin::forget_tries(WallTime now) {
    if (now - window_began_ >= kTryWindow || now < window_began_) {
        tries_.clear();
        tries_in_all_ = 0;
        window_began_ = now;
    }
}

bool PageLogin::must_wait(const std::string& address, WallTime now) {
    forget_tries(now);
    const auto found = tries_.find(peer_group(address));
    return tries_in_all_ >= kTriesInAll ||
           (found != tries_.end() && found->second >= kTriesPerAddress);
}

std::optional<std::string> PageLogin::log_in(
    std::string_view token, const std::string& address, WallTime now
) {
    bool is_right = false;
    for (const Secret& known : tokens_) {
        is_right = equal_constant_time(known.reveal(), token) || is_right;
    }
    if (!is_right) {
        forget_tries(now);
        ++tries_in_all_;
        ++tries_[peer_group(address)];
        return std::nullopt;
    }
    if (sessions_.size() >= kSessionsMax) {
        sessions_.pop_front();
    }
    std::string secret = random_secret(ids_);
    sessions_.push_back({Secret(secret), now + kSessionLife});
    return secret;
}

bool PageLogin::is_in(std::string_view secret, WallTime now) const {
    bool is_known = false;
    for (const Session& session : sessions_) {
        const bool is_same = equal_constant_time(session.secret.reveal(), secret);
        is_known = (is_same && now < session.until) || is_known;
    }
    return is_known;
}

void PageLogin::log_out(std::string_view secret) {
    std::erase_if(sessions_, [secret](const Session& session) {
        return equal_constant_time(session.secret.reveal(), secret);
    });
}

std::size_t PageLogin::sessions(WallTime now) const {
    const auto is_live = [now](const Session& session) { return now < session.until; };
    return static_cast<std::size_t>(std::count_if(sessions_.begin(), sessions_.end(), is_live));
}

}  // namespace alert_bridge::http
