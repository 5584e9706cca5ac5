// SPDX-License-Identifier: MIT
//
// GlpiEvents: the webhooks of GLPI 11. A good one makes the watcher look at its ticket sooner, and
// nothing more: of the body only the ticket's number is used, and that only to ask GLPI about it.
//
//   POST /v1/glpi/events                 200, whatever it says; 401 without a good signature
//   GET  /v1/glpi/events?crc_token=…     200 and the answer to GLPI's challenge; 401
//
// Guarantees: a signature (hex HMAC-SHA256 over body and timestamp) is compared in constant time
// with all secrets, and is good for kWindow: GLPI signs when it queues, and may send hours later.
// Only the one token is answered that GLPI derives from the secret itself, so that nobody can have
// other texts signed. Our own changes and exact repeats are counted and not passed on.
// Not guaranteed: that GLPI delivers (it gives up after a few tries): the watcher's rounds do.
// Thread rule: the I/O thread. Tests: tests/unit/http/glpi_events_test.cpp
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "alert_bridge/base/secret.hpp"
#include "alert_bridge/http/message.hpp"
#include "alert_bridge/ports/runtime.hpp"

namespace alert_bridge::http {

class GlpiEvents {
  public:
    static constexpr Duration kWindow{12 * 3'600'000};
    static constexpr Duration kAhead{3'600'000};  // of our clock
    static constexpr std::size_t kRepeatsMax = 1'000;

    struct Services {
        ports::Clock& clock;
        ports::Metrics& metrics;
        std::function<void(std::int64_t)> on_ticket;
        std::function<std::int64_t()> own_user_id;  // 0: not known
    };

    explicit GlpiEvents(Services services) : services_(std::move(services)) {}

    // Several while one is being changed; none: the address does not exist.
    void use(std::vector<Secret> secrets) { secrets_ = std::move(secrets); }
    [[nodiscard]] bool is_open() const noexcept { return !secrets_.empty(); }

    // An answer that can be given without the body, or nothing: go on.
    [[nodiscard]] std::optional<Response> admit(const RequestHead& head) const;
    // Requires: admit() let the head through.
    [[nodiscard]] Response handle(const Request& request);

  private:
    [[nodiscard]] Response answer_challenge(const RequestHead& head) const;
    [[nodiscard]] bool is_signed(const Request& request) const;
    [[nodiscard]] bool is_in_time(std::string_view timestamp) const;
    [[nodiscard]] bool is_repeat(const std::string& signature);
    // What became of it, for the metric.
    [[nodiscard]] std::string_view hear(const Request& request);

    Services services_;
    std::vector<Secret> secrets_;
    std::unordered_set<std::string> signatures_;  // of the last kRepeatsMax
    std::deque<std::string> oldest_;
};

// What an event is about. Pure; of anything that is not such an event both are 0.
struct GlpiEvent {
    std::int64_t ticket_id = 0;
    std::int64_t user_id = 0;  // who changed it last
};
[[nodiscard]] GlpiEvent read_glpi_event(const std::string& body);

}  // namespace alert_bridge::http
