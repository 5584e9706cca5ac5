// SPDX-License-Identifier: MIT
//
// Responder: what a listener asks for answers; Feed: an answer that goes on for as long as somebody
// listens (server-sent events).
//
// A session asks a responder twice: admit() when the head is there (route, method, credentials),
// handle() when the body is. Implementations: http/endpoints (alerts), http/page_endpoints (the
// status page). Requires: outlives every coroutine that it started. Thread rule: the I/O thread.
// Tests: those of the implementations; feed_test.cpp in tests/unit/http
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "alert_bridge/http/message.hpp"

namespace alert_bridge::http {

class Responder {
  public:
    virtual ~Responder() = default;

    // An answer that can be given without the body, or nothing: go on. May set head.admitted_by.
    [[nodiscard]] virtual std::optional<Response> admit(RequestHead& head) const = 0;
    // Requires: admit() let the head through.
    [[nodiscard]] virtual boost::asio::awaitable<Response> handle(Request request) = 0;
    // A name for metrics, one of few.
    [[nodiscard]] virtual std::string_view route_name(std::string_view target) const noexcept = 0;
};

class Feed {
  public:
    virtual ~Feed() = default;
    // The next bytes of the body; empty: that was all. Comes back within seconds, if only with
    // something to be ignored, so that a listener who left is noticed.
    [[nodiscard]] virtual boost::asio::awaitable<std::string> next() = 0;
    // next() gives nothing more, at once also where it waits already.
    virtual void end() = 0;
};

}  // namespace alert_bridge::http
