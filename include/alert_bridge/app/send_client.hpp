// SPDX-License-Identifier: MIT
//
// SendClient: hands one alert after the other to the bridge over one kept connection, and says what
// its answer means for the alert.
//
// Guarantees: deliver() ends within the timeout; each request is signed when it is sent, so that an
// alert that waited for hours is not too old. Only a 202 with the bridge's mark counts as accepted,
// and only the bridge's refusal as one: another server at the address can neither swallow alerts
// nor set them aside. Secrets are in no message. Not guaranteed: that the end of a client is quick:
// it waits for a resolver that hangs. Errors of create(): misconfigured "url", "secret", "ca_file".
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
