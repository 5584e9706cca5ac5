// SPDX-License-Identifier: MIT
//
// RequestHead, Request, Response: one HTTP exchange as the endpoints see it, and the bytes of an
// answer. Only the few header fields that the bridge uses are carried.
//
// Guarantees: encode() gives one complete message for one write, but for a body that is fixed or
// fed; a header value that would break
// the framing (control characters) is blanked, so that nothing can be injected.
// Thread rule: values and pure functions. Tests: tests/unit/http/message_test.cpp
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "alert_bridge/base/time.hpp"

namespace alert_bridge::http {

class Feed;  // http/responder.hpp

enum class Method { get, head, post, other };

struct RequestHead {
    Method method = Method::other;
    std::string target;  // path as sent, without the query
    std::string query;   // what follows the first '?', as sent
    bool http_1_1 = true;
    bool keep_alive = true;
    bool has_body = false;
    bool expects_continue = false;
    std::string authorization;   // empty: absent
    std::string timestamp;       // X-Bridge-Timestamp
    std::string signature;       // X-Bridge-Signature
    std::string glpi_timestamp;  // X-GLPI-timestamp
    std::string glpi_signature;  // X-GLPI-signature
    std::string prefer;
    std::string host;
    std::string cookie;      // several: joined by "; "
    std::string origin;      // where a browser's page comes from
    std::string fetch_site;  // Sec-Fetch-Site
    std::string peer;        // address of the other side, set by the session
    // The credentials by which admit() has let it through for good; none: the body decides, too.
    std::shared_ptr<const void> admitted_by;
};

struct Request {
    RequestHead head;
    std::string body;
};

struct Response {
    int status = 200;
    std::string content_type = "application/json";
    std::string body;
    std::string_view fixed_body;  // sent after `body`; lives as long as the program
    std::shared_ptr<Feed> feed;   // if any, the body is what it gives, and the connection then ends
    std::vector<std::pair<std::string, std::string>> headers;
    bool close = false;  // nothing more is read from this connection

    // {"error": message}; every error closes the connection, because what follows it is not
    // trusted.
    [[nodiscard]] static Response failure(int status, std::string_view message);
};

struct Framing {
    bool head_only = false;  // HEAD: the length is told, the body is not sent
    bool keep_alive = true;
    bool http_1_1 = true;
    WallTime now{};  // Date
};

// All but `fixed_body` and the feed.
[[nodiscard]] std::string encode(const Response& response, const Framing& framing);
[[nodiscard]] std::string_view reason_phrase(int status) noexcept;

// "%2F" -> "/". Empty on a broken escape or an encoded NUL.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);
// Everything but letters, digits and "-._~" becomes %XX.
[[nodiscard]] std::string percent_encode(std::string_view text);

// RFC 7240 "wait=N" in seconds, at most 30; 0 when absent or unreadable.
[[nodiscard]] int preferred_wait_s(std::string_view prefer) noexcept;

}  // namespace alert_bridge::http
