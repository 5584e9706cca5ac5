// SPDX-License-Identifier: MIT
//
// RequestParser: bytes -> one request, without any I/O. Beast parses; what Beast lets through and
// two readers of the same bytes could understand differently is refused here.
//
// Refused (the connection must be closed afterwards): Transfer-Encoding other than exactly
// "chunked", or repeated, or in HTTP/1.0; Content-Length repeated, joined by commas or next to
// chunked; no Host in HTTP/1.1, a second Host or one that is not a host; folded header lines; bare
// LF or CR; NUL; Content-Encoding; Expect other than 100-continue; a target that is not a path;
// POST without a length (411); a body on GET or HEAD; header or field count, body over its limit
// (431, 413); a version other than 1.0 and 1.1 (505).
// Guarantees: holds at most header_bytes + body_bytes; every refusal has a status and a sentence.
// Thread rule: one owner. Tests: tests/unit/http/request_parser_test.cpp
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "alert_bridge/http/message.hpp"

namespace alert_bridge::http {

struct ParserLimits {
    std::size_t header_bytes_max = 8 * 1024;
    std::size_t fields_max = 100;
    std::size_t body_bytes_max = 4 * 1024 * 1024;
};

class RequestParser {
  public:
    enum class State { head, body, complete, refused };

    explicit RequestParser(const ParserLimits& limits);
    ~RequestParser();
    RequestParser(const RequestParser&) = delete;
    RequestParser& operator=(const RequestParser&) = delete;

    // Takes what it can from the front of `bytes` and returns how much that was; stops once when
    // the head is complete (so that credentials can be looked at before the body) and at the end of
    // the request. 0 with state head or body: more bytes are needed.
    [[nodiscard]] std::size_t feed(std::string_view bytes);

    [[nodiscard]] State state() const noexcept { return state_; }
    // Requires: the head is complete.
    [[nodiscard]] const RequestHead& head() const noexcept { return head_; }
    [[nodiscard]] RequestHead take_head() noexcept { return std::move(head_); }
    [[nodiscard]] std::size_t body_bytes() const noexcept;
    // What was read so far; the whole body when the state is complete. May be called once.
    [[nodiscard]] std::string take_body();
    // Requires: state refused.
    [[nodiscard]] const Response& refusal() const noexcept { return *refusal_; }

  private:
    struct Beast;
    [[nodiscard]] std::size_t feed_head(std::string_view bytes);
    [[nodiscard]] std::size_t feed_body(std::string_view bytes);
    void refuse(int status, std::string_view reason);
    void check_fields();

    ParserLimits limits_;
    State state_ = State::head;
    bool body_began_ = false;
    RequestHead head_;
    std::optional<Response> refusal_;
    std::unique_ptr<Beast> beast_;
};

}  // namespace alert_bridge::http
