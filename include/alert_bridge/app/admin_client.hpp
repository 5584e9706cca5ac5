// SPDX-License-Identifier: MIT
//
// AdminClient: asks the running daemon over its admin socket (http/admin_api.hpp).
//
// Guarantees: what goes wrong is told on standard error, with what to do about it; each request
// names who asks. Thread rule: blocks until answered, at most `patience`. Tests:
// tests/system/operator_test.py
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "alert_bridge/app/options.hpp"
#include "alert_bridge/base/time.hpp"

namespace alert_bridge::app {

// The socket that the options or the configuration name; empty: told already on standard error.
[[nodiscard]] std::optional<std::string> admin_socket(const Options& options);

class AdminClient {
  public:
    static constexpr Duration kPatience{30'000};

    explicit AdminClient(std::string socket) : socket_(std::move(socket)) {}

    // The answer, with its HTTP status as "status". Empty: told already.
    [[nodiscard]] std::optional<nlohmann::json> ask(
        const std::string& target, nlohmann::json body, Duration patience = kPatience
    ) const;

  private:
    void tell(const std::string& code, const std::string& message) const;

    std::string socket_;
};

}  // namespace alert_bridge::app
