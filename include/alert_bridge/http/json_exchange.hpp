// SPDX-License-Identifier: MIT
//
// JSON in requests from people's tools and in the answers to them: the admin socket, the status
// page. Guarantees: what is not UTF-8 becomes U+FFFD in an answer; a request that is nested deeper
// than any of ours is refused while it is read. Thread rule: pure. Tests:
// tests/unit/http/admin_api_test.cpp, page_endpoints_test.cpp
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "alert_bridge/http/message.hpp"

namespace alert_bridge::http {

[[nodiscard]] Response answer(const nlohmann::json& body);

// An empty body is an empty object. Nothing: not a JSON object, or one nested for no good reason.
[[nodiscard]] std::optional<nlohmann::json> parse_object(const std::string& body);

}  // namespace alert_bridge::http
