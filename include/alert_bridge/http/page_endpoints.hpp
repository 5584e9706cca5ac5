// SPDX-License-Identifier: MIT
//
// PageEndpoints: the status page's addresses, on a listener of their own.
//
//   GET  / and its files       the page; holds nothing that is worth a login
//   GET  /v1/session           {"signed_in"}
//   POST /v1/login             {"token"} -> a cookie; 401, 429 + Retry-After
//   POST /v1/logout
//   GET  /v1/stream            server-sent events: http/page_stream.hpp
//   POST /v1/WHAT/ACTION       what http/admin_api.hpp answers there; list, show, retry, discard
//
// Guarantees: all but the page, session and login needs the cookie (401). Every POST must come from
// the page itself: Origin must name the host that is asked, and Sec-Fetch-Site, if there is one,
// must say same-origin (403). The stream, for which browsers send no Origin, is refused to a page
// of another site (403). The cookie is HttpOnly, SameSite=Strict and, with TLS, Secure. Every
// answer of these endpoints forbids scripts, styles and connections from elsewhere, inline ones
// too, and to be framed (what the session refuses before it asks them is JSON). Every login and
// each command is logged with the address that asks; wrong tokens, and logins not looked at
// because of them, are counted in auth_failures_total. Thread rule: the I/O thread. Requires:
// outlives every coroutine that it started. Tests: tests/unit/http/page_endpoints_test.cpp,
// tests/system/page_test.py, tests/browser/
#pragma once

#include "alert_bridge/http/admin_api.hpp"
#include "alert_bridge/http/page_login.hpp"
#include "alert_bridge/http/page_stream.hpp"
#include "alert_bridge/http/responder.hpp"

namespace alert_bridge::http {

class PageEndpoints final : public Responder {
  public:
    struct Services {
        AdminApi& api;
        PageStream& stream;
        ports::Clock& clock;
        ports::Events& events;
        ports::Metrics& metrics;
        IdSource& ids;
    };

    PageEndpoints(Services services, std::vector<Secret> tokens)
        : services_(services), login_(std::move(tokens), services.ids) {}

    // Other tokens end every session.
    void use(std::vector<Secret> tokens) { login_.use(std::move(tokens)); }
    void use_tls(bool has_tls) { has_tls_ = has_tls; }
    [[nodiscard]] std::size_t sessions() const { return login_.sessions(services_.clock.now()); }

    [[nodiscard]] std::optional<Response> admit(RequestHead& head) const override;
    [[nodiscard]] boost::asio::awaitable<Response> handle(Request request) override;
    // "page", "page_login", "page_stream", "page_api" or "none".
    [[nodiscard]] std::string_view route_name(std::string_view target) const noexcept override;

  private:
    [[nodiscard]] std::optional<Response> refusal(const RequestHead& head) const;
    [[nodiscard]] std::optional<Response> must_wait(const std::string& peer) const;
    [[nodiscard]] bool is_in(const RequestHead& head) const;
    [[nodiscard]] Response log_in(const Request& request);
    [[nodiscard]] Response log_out(const RequestHead& head);
    [[nodiscard]] Response session(const RequestHead& head) const;
    [[nodiscard]] Response stream(const RequestHead& head);
    [[nodiscard]] std::string set_cookie(std::string_view secret, Duration life) const;

    Services services_;
    mutable PageLogin login_;  // admit() forgets old attempts
    bool has_tls_ = false;
};

}  // namespace alert_bridge::http
