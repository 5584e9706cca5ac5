// SPDX-License-Identifier: MIT
//
// AdminClient: asks the running daemon over its admin socket (http/admin_api.hpp).
//
// Guarantees: ask() tells on standard error what goes wrong, with what to do about it; each request
// names who asks. Thread rule: blocks until answered, at most `patience`. Tests:
// tests/system/operator_test.py, tests/unit/app/admin_client_test.cpp
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "alert_bridge/app/options.hpp"
#include "alert_bridge/base/error.hpp"
#include "alert_bridge/base/time.hpp"

namespace alert_bridge::app {

// The socket that the options or the configuration name; empty: told already on standard error.
[[nodiscard]] std::optional<std::string> admin_socket(const Options& options);

// Why the daemon did not do what it was asked, in its own words, one line; empty: it did.
[[nodiscard]] std::string refusal(const nlohmann::json& answer);

class AdminClient {
  public:
    static constexpr Duration kPatience{30'000};

    explicit AdminClient(std::string socket) : socket_(std::move(socket)) {}

    [[nodiscard]] const std::string& socket() const noexcept { return socket_; }

    // The answer, with its HTTP status as "status". Errors: those of net::exchange_local(), and
    // refused "no_daemon": what answers is no daemon of this version.
    [[nodiscard]] Result<nlohmann::json> exchange(
        const std::string& target, nlohmann::json body, Duration patience = kPatience
    ) const;
    // The same. Empty: told already.
    [[nodiscard]] std::optional<nlohmann::json> ask(
        const std::string& target, nlohmann::json body, Duration patience = kPatience
    ) const;

  private:
    void tell(const Error& error) const;

    std::string socket_;
};

}  // namespace alert_bridge::app
