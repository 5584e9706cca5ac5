// SPDX-License-Identifier: MIT
#include "alert_bridge/http/glpi_events.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "alert_bridge/base/number.hpp"

namespace alert_bridge::http {
namespace {

using nlohmann::json;

constexpr int kDepthMax = 32;
constexpr std::size_t kHexLength = 64;
constexpr std::size_t kTimestampMax = 12;
constexpr std::string_view kToken = "crc_token=";
// What GLPI signs to get its token, the same each time (11.0.6, recorded).
constexpr std::string_view kChallenge = "validate_cra_challenge";

bool is_hex(std::string_view text) {
    return text.size() == kHexLength &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Response refused() {
    return Response::failure(401, "the signature is not right");
}

// The value of crc_token; empty when it has not the form.
std::string_view token_in(std::string_view query) {
    while (!query.empty()) {
        const std::string_view part = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), part.size() + 1));
        if (part.substr(0, kToken.size()) == kToken) {
            const std::string_view value = part.substr(kToken.size());
            return is_hex(value) ? value : std::string_view();
        }
    }
    return {};
}

const json& member(const json& object, const char* name) {
    static const json kNothing;
    const auto found = object.is_object() ? object.find(name) : object.end();
    return object.is_object() && found != object.end() ? *found : kNothing;
}

std::int64_t id_of(const json& value) {
    return value.is_number_unsigned() && value.get<std::uint64_t>() <= INT64_MAX
               ? value.get<std::int64_t>()
               : 0;
}

}  // namespace

GlpiEvent read_glpi_event(const std::string& body) {
    if (body.find('\0') != std::string::npos) {
        return {};
    }
    bool too_deep = false;
    const auto watch = [&too_deep](int depth, json::parse_event_t, json&) {
        too_deep = too_deep || depth > kDepthMax;
        return !too_deep;
    };
    const json event = json::parse(body, watch, false);
    if (too_deep || event.is_discarded()) {
        return {};
    }
    const json& item = member(event, "item");
    const json& type = member(item, "itemtype");
    GlpiEvent out;
    if (type.is_null() && member(item, "status").is_object()) {
        out.ticket_id = id_of(member(item, "id"));
        out.user_id = id_of(member(member(item, "user_editor"), "id"));
    } else if (type == "Ticket") {
        // A follow-up or a solution: its writer, unless somebody else edited it.
        out.ticket_id = id_of(member(item, "items_id"));
        const json& editor = member(item, "user_editor");
        out.user_id = id_of(member(editor.is_object() ? editor : member(item, "user"), "id"));
    }
    return out;
}

std::optional<Response> GlpiEvents::admit(const RequestHead& head) const {
    if (head.method != Method::post) {
        return token_in(head.query).empty() ? std::optional(refused()) : std::nullopt;
    }
    const bool shaped = is_hex(head.glpi_signature) && !head.glpi_timestamp.empty() &&
                        head.glpi_timestamp.size() <= kTimestampMax &&
                        parse_whole_number(head.glpi_timestamp).has_value();
    return shaped ? std::nullopt : std::optional(refused());
}

Response GlpiEvents::handle(const Request& request) {
    if (request.head.method != Method::post) {
        return answer_challenge(request.head);
    }
    const std::string_view result = hear(request);
    services_.metrics.count("glpi_events_total", {{"result", std::string(result)}});
    if (result == "refused" || result == "late") {
        return refused();
    }
    Response response;
    response.body = "{\"status\":\"ok\"}\n";
    return response;
}

Response GlpiEvents::answer_challenge(const RequestHead& head) const {
    const std::string_view token = token_in(head.query);
    std::string answer;
    for (const Secret& secret : secrets_) {
        const std::string expected = hmac_sha256_hex(secret.reveal(), kChallenge);
        if (equal_constant_time(expected, token)) {
            answer = hmac_sha256_hex(secret.reveal(), token);
        }
    }
    services_.metrics.count(
        "glpi_events_total", {{"result", answer.empty() ? "refused" : "challenge"}}
    );
    if (answer.empty()) {
        return refused();
    }
    Response response;
    response.content_type = "text/plain";
    response.body = std::move(answer);
    return response;
}

bool GlpiEvents::is_signed(const Request& request) const {
    const std::string text = request.body + request.head.glpi_timestamp;
    bool good = false;
    for (const Secret& secret : secrets_) {
        const std::string expected = hmac_sha256_hex(secret.reveal(), text);
        good = equal_constant_time(expected, request.head.glpi_signature) || good;
    }
    return good;
}

bool GlpiEvents::is_in_time(std::string_view timestamp) const {
    const std::int64_t seconds = parse_whole_number(timestamp).value_or(0);
    const auto age = services_.clock.now() - from_unix_ms(seconds * 1000);
    return age <= kWindow && age >= -kAhead;
}

bool GlpiEvents::is_repeat(const std::string& signature) {
    if (!signatures_.insert(signature).second) {
        return true;
    }
    oldest_.push_back(signature);
    if (oldest_.size() > kRepeatsMax) {
        signatures_.erase(oldest_.front());
        oldest_.pop_front();
    }
    return false;
}

std::string_view GlpiEvents::hear(const Request& request) {
    if (!is_signed(request)) {
        return "refused";
    }
    if (!is_in_time(request.head.glpi_timestamp)) {
        return "late";
    }
    if (is_repeat(request.head.glpi_signature)) {
        return "repeat";
    }
    const GlpiEvent event = read_glpi_event(request.body);
    if (event.ticket_id == 0) {
        return "no_ticket";
    }
    const std::int64_t own = services_.own_user_id();
    if (own != 0 && event.user_id == own) {
        return "own";
    }
    services_.on_ticket(event.ticket_id);
    return "heard";
}

}  // namespace alert_bridge::http
