// SPDX-License-Identifier: MIT
//
// Plain values of one HTTP exchange as a client sees it, and how far it got.
//
// Progress is what decides whether a write may be repeated: up to `partly_sent` the server cannot
// have acted on it, because the body is shorter than its Content-Length. `sent` means the complete
// request was handed to the kernel; nobody knows then what became of it unless `answered` is set.
// Thread rule: values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/base/time.hpp"

namespace alert_bridge::net {

enum class Method { get, post, put, delete_ };
[[nodiscard]] std::string_view to_string(Method method) noexcept;

struct Header {
    std::string name;
    std::string value;
};

struct HttpRequest {
    Method method = Method::get;
    std::string target;           // path and query, already encoded
    std::vector<Header> headers;  // Host, Content-Length and Connection are added by the transport
    std::string body;
    bool idempotent = false;           // may be sent again when a kept connection died unanswered
    std::size_t answer_bytes_max = 0;  // of the answer's body; 0: 4 MiB
    Duration at_most{};  // for all of it, waiting included; 0: the client's own limits
};

struct HttpResponse {
    int status = 0;
    std::vector<Header> headers;
    std::string body;
    // Value of the first header of that name (ASCII case ignored), or "".
    [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
};

enum class Progress { not_sent, partly_sent, sent };

struct Exchange {
    bool answered = false;  // response is complete
    Progress progress = Progress::not_sent;
    HttpResponse response;
    // When not answered: "resolve", "connect", "tls", "tls_certificate", "certificate_required" (of
    // us, who have none), "timeout", "closed", "reset", "too_large", "bad_answer", "bad_request",
    // "busy", "cancelled", "no_such_host" (the resolver is sure of it).
    std::string code;
    std::string message;  // for people
};

// Refuses what would let a value break out of its line; "" when the request is well formed.
[[nodiscard]] std::string mistake_in(const HttpRequest& request);

// Request line, headers and the empty line; the body follows as it is.
[[nodiscard]] std::string request_head(const HttpRequest& request, std::string_view authority);

}  // namespace alert_bridge::net
