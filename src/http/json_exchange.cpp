// SPDX-License-Identifier: MIT
#include "alert_bridge/http/json_exchange.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace alert_bridge::http {
namespace {

using nlohmann::json;

constexpr int kDepthMax = 4;

}  // namespace

Response answer(const json& body) {
    Response response;
    response.body = body.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
    return response;
}

std::optional<json> parse_object(const std::string& body) {
    int depth = 0;
    bool deep = false;
    const json::parser_callback_t watch = [&](int level, json::parse_event_t, json&) {
        depth = std::max(depth, level);
        deep = depth > kDepthMax;
        return !deep;
    };
    json parsed = json::parse(body.empty() ? "{}" : body, watch, false);
    if (deep || !parsed.is_object()) {
        return std::nullopt;
    }
    return parsed;
}

}  // namespace alert_bridge::http
