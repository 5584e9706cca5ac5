// SPDX-License-Identifier: MIT
//
// Endpoints: what each address of the listener for alerts answers.
//
//   POST /v1/alerts/{source}   202
//   {"alerts":[{"id","status","error"?,"link"?,"ticket"?{"id","url"}}]}
//                              400 unreadable (kept in quarantine), 401, 403, 404, 503 +
//                              Retry-After
//   POST, GET /v1/glpi/events  webhooks of GLPI 11: http/glpi_events.hpp
//   GET  /t/{key}              302 to the ticket in GLPI, or a page that says "not opened yet"
//   GET  /healthz /readyz /metrics
//
// Guarantees: 202 only after Intake said that the alerts are durable. Never a redirect and never
// 429 on intake: senders turn both into loss. When the store takes longer than store_timeout the
// answer is 503, although the commit may still happen: the repeat is then a duplicate, which is
// harmless. Thread rule: the I/O thread. Requires: outlives every coroutine that it started. Tests:
// tests/unit/http/endpoints_test.cpp, tests/unit/http/listener_test.cpp
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "alert_bridge/core/intake.hpp"
#include "alert_bridge/core/waiters.hpp"
#include "alert_bridge/http/auth.hpp"
#include "alert_bridge/http/glpi_events.hpp"
#include "alert_bridge/http/message.hpp"
#include "alert_bridge/http/responder.hpp"
#include "alert_bridge/ports/runtime.hpp"
#include "alert_bridge/ports/store.hpp"

namespace alert_bridge::http {

struct Check {
    std::string name;
    bool ok = true;
    std::string message;
};

struct Readiness {
    bool ready = true;
    std::vector<Check> checks;
};

// Which routes a listener serves; an admin listener can have the probes for itself.
struct RouteSet {
    bool intake = true;
    bool people = true;  // /t/
    bool probes = true;  // /healthz /readyz /metrics
    bool glpi = true;    // /v1/glpi/events, while there is a secret for it
};

struct EndpointServices {
    core::Intake& intake;
    core::Waiters& waiters;
    ports::Store& store;
    ports::Clock& clock;
    ports::Metrics& metrics;
    std::function<std::string(std::int64_t)> ticket_url;
    std::function<Readiness()> readiness;
    std::function<std::string()> metrics_text;
    GlpiEvents* glpi_events = nullptr;  // none: its address does not exist
};

struct EndpointOptions {
    RouteSet routes;
    std::string public_url;  // without a trailing slash; empty: answers carry no link
    Duration store_timeout{5'000};
};

class Endpoints final : public Responder {
  public:
    Endpoints(EndpointServices services, EndpointOptions options, CredentialTablePtr credentials);

    // A reload swaps the table; requests under way keep the one they began with.
    void use(CredentialTablePtr credentials) { credentials_ = std::move(credentials); }
    void use_public_url(std::string url) { options_.public_url = std::move(url); }

    [[nodiscard]] std::optional<Response> admit(RequestHead& head) const override;
    [[nodiscard]] boost::asio::awaitable<Response> handle(Request request) override;
    // "intake", "ticket", "healthz", "readyz", "metrics", "glpi" or "none".
    [[nodiscard]] std::string_view route_name(std::string_view target) const noexcept override;

  private:
    [[nodiscard]] boost::asio::awaitable<Response> take_alerts(Request request, std::string source);
    [[nodiscard]] boost::asio::awaitable<core::IntakeAnswer> submit_in_time(
        std::string source, std::string body
    );
    [[nodiscard]] boost::asio::awaitable<Response> receipts(core::IntakeAnswer answer, int wait_s);
    [[nodiscard]] boost::asio::awaitable<Response> ticket_page(std::string key);
    [[nodiscard]] Response readiness() const;

    EndpointServices services_;
    EndpointOptions options_;
    CredentialTablePtr credentials_;
};

}  // namespace alert_bridge::http
