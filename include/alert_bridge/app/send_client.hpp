// SPDX-License-Identifier: MIT
//
// SendClient: hands one alert after the other to the bridge over one kept connection, and says what
// its answer means for the alert.
//
// Guarantees: deliver() ends within the timeout, but for a name server that does not answer; each
// request is signed when it is sent, so that an alert that waited for hours is not too old. Only
// 202 counts as accepted: another server at the address cannot swallow alerts. Secrets are in no
// message. Errors of create(): misconfigured "url", "secret", "ca_file".
// Thread rule: one thread; blocking. Tests: tests/unit/app/send_client_test.cpp
#pragma once

#include <memory>
#include <string>

#include "alert_bridge/app/send_queue.hpp"
#include "alert_bridge/base/error.hpp"
#include "alert_bridge/base/secret.hpp"
#include "alert_bridge/base/time.hpp"
#include "alert_bridge/config/send_settings.hpp"
#include "alert_bridge/net/http_message.hpp"

namespace alert_bridge::app {

struct SendSecrets {
    Secret token, hmac_key;  // either may be empty
};

class SendClient {
  public:
    // Reads the files of the secrets.
    [[nodiscard]] static Result<std::unique_ptr<SendClient>> create(
        const config::SendSettings& settings
    );
    virtual ~SendClient() = default;
    [[nodiscard]] virtual SendAnswer deliver(const std::string& body) = 0;
};

// The request for the alert, signed as of `now`. `base`: path of the bridge's address.
[[nodiscard]] net::HttpRequest send_request(
    const std::string& base, const std::string& source, const SendSecrets& secrets,
    const std::string& body, WallTime now
);

[[nodiscard]] SendAnswer judge_answer(const net::Exchange& exchange);

}  // namespace alert_bridge::app
