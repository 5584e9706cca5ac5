// SPDX-License-Identifier: MIT
#include "alert_bridge/glpi/wire.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/domain/known_errors.hpp"
#include "alert_bridge/glpi/reply.hpp"

namespace alert_bridge::glpi {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxDepth = 32;
constexpr std::size_t kMaxMessage = 300;
constexpr std::size_t kMaxCode = 64;

constexpr std::array kOperatorsMatter{
    std::string_view("ERROR_APP_TOKEN_PARAMETERS_MISSING"),
    std::string_view("ERROR_WRONG_APP_TOKEN_PARAMETER"),
    std::string_view("ERROR_NOT_ALLOWED_IP"),
    std::string_view("ERROR_LOGIN_PARAMETERS_MISSING"),
    std::string_view("ERROR_LOGIN_WITH_CREDENTIALS_DISABLED"),
    std::string_view("ERROR_GLPI_LOGIN"),
    std::string_view("ERROR_GLPI_LOGIN_USER_TOKEN"),
};

bool has_any(std::string_view text, std::span<const std::string_view> marks) noexcept {
    return std::any_of(marks.begin(), marks.end(), [text](std::string_view mark) {
        return text.find(mark) != std::string_view::npos;
    });
}

std::string readable(std::string_view text) {
    return cut_code_points(one_line(repair_utf8(text.substr(0, 4 * kMaxMessage))), kMaxMessage);
}

bool is_json(const net::HttpResponse& response) {
    const std::string type = to_lower_ascii(response.header("Content-Type"));
    return type == "application/json" || type.starts_with("application/json;");
}

// Bounded in depth: copying or printing a deeply nested document would exhaust the stack.
std::optional<json> parse(const std::string& text) {
    if (text.find('\0') != std::string::npos) {
        return std::nullopt;
    }
    bool too_deep = false;
    const auto watch = [&too_deep](int depth, json::parse_event_t, json&) {
        too_deep = too_deep || static_cast<std::size_t>(depth) > kMaxDepth;
        return !too_deep;
    };
    json value = json::parse(text, watch, false);
    if (too_deep || value.is_discarded()) {
        return std::nullopt;
    }
    return value;
}

// A page for people has a title; it says more than its status.
std::string page_title(const std::string& body) {
    const auto from = body.find("<title>");
    if (from == std::string::npos) {
        return {};
    }
    const auto to = body.find("</title>", from);
    if (to == std::string::npos) {
        return {};
    }
    return std::string(trim(readable(body.substr(from + 7, to - from - 7))));
}

Error untrustworthy(Effect effect, std::string code, std::string message) {
    const auto kind = effect == Effect::write ? ErrorClass::uncertain : ErrorClass::later;
    return Error{kind, std::move(code), std::move(message)};
}

Error no_json(const net::HttpResponse& response, Effect effect) {
    const std::string status = std::to_string(response.status);
    if (response.body.empty()) {
        return untrustworthy(
            effect, "empty_answer", "GLPI answered " + status + " and nothing else"
        );
    }
    const std::string title = page_title(response.body);
    std::string message = "GLPI answered " + status + " with a page instead of JSON";
    if (!title.empty()) {
        message += ": " + title;
    }
    return untrustworthy(effect, "page_answer", std::move(message));
}

bool has_shape(const json& body, int status, Expect expect) {
    const bool whole = status == 200;
    const bool page = status == 200 || status == 206;
    switch (expect) {
        case Expect::created:
            return status == 201 && body.is_object() && number_in(body, "id") > 0;
        case Expect::updated:
            return whole && body.is_array() && body.size() == 1 && body[0].is_object() &&
                   !body[0].empty() && as_number(body[0].begin().value()) == 1;
        case Expect::object:
            return whole && body.is_object();
        case Expect::list:
            return page && body.is_array();
        case Expect::search:
            return page && body.is_object() && body.contains("totalcount");
        case Expect::boolean:
            return whole && body.is_boolean();
        case Expect::session:
            return whole && body.is_object() && !text_in(body, "session_token").empty();
    }
    return false;
}

std::int64_t total_of(const net::HttpResponse& response) {
    const std::string_view range = response.header("Content-Range");
    const auto slash = range.find('/');
    std::int64_t total = -1;
    if (slash != std::string_view::npos) {
        const char* end = range.data() + range.size();
        const auto [stop, error] = std::from_chars(range.data() + slash + 1, end, total);
        if (error != std::errc() || stop != end || total < 0) {
            return -1;
        }
    }
    return total;
}

// The bare code ERROR: "API disabled", or a mistake in range or criteria, which comes with the
// address of the documentation.
Error bare_error(Effect effect, const std::string& message) {
    const bool own_mistake = effect == Effect::read && message.find("/#ERROR") != std::string::npos;
    return Error{
        own_mistake ? ErrorClass::refused : ErrorClass::misconfigured, "ERROR", readable(message)};
}

// All of GLPI's are; what stands in their place otherwise is nobody's code.
bool is_code(std::string_view text) noexcept {
    const auto fits = [](char letter) {
        return (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
               letter == '_';
    };
    return !text.empty() && text.size() <= kMaxCode && std::all_of(text.begin(), text.end(), fits);
}

// [CODE, message] with a status of 4xx or 5xx.
Error refusal(int status, const std::string& told, const json& detail, Effect effect) {
    const std::string code = is_code(told) ? told : "unknown_code";
    const std::string message = detail.is_string() ? detail.get<std::string>() : std::string();
    const std::string shown = code == told ? readable(message) : readable(told + ": " + message);
    if (code == "ERROR_SESSION_TOKEN_INVALID" || code == "ERROR_SESSION_TOKEN_MISSING") {
        return Error{ErrorClass::relogin, code, shown};
    }
    if (std::find(kOperatorsMatter.begin(), kOperatorsMatter.end(), code) !=
        kOperatorsMatter.end()) {
        return Error{ErrorClass::misconfigured, code, shown};
    }
    if (is_database_busy(message)) {
        return untrustworthy(effect, std::string(domain::kDatabaseBusy), shown);
    }
    if (status >= 500 || is_sql_text(message)) {
        return untrustworthy(effect, code, shown);
    }
    if (code == "ERROR") {
        return bare_error(effect, message);
    }
    if (code == "ERROR_GLPI_ADD" && effect == Effect::write) {
        return Error{ErrorClass::uncertain, code, shown};
    }
    if (effect == Effect::login) {
        return Error{ErrorClass::misconfigured, code, shown};
    }
    return Error{ErrorClass::refused, code, shown};
}

// Statuses that speak for themselves, without GLPI's array.
Error by_status(const net::HttpResponse& response, Effect effect) {
    const std::string status = std::to_string(response.status);
    const std::string code = "http_" + status;
    const std::string title = page_title(response.body);
    std::string message = "the server answered " + status;
    if (!title.empty()) {
        message += ": " + title;
    }
    if (response.status == 429) {
        return Error{ErrorClass::later, code, message};
    }
    if (response.status == 413 || response.status == 414 || response.status == 431) {
        return Error{ErrorClass::refused, code, message};
    }
    const bool moved = response.status >= 300 && response.status < 400;
    if (moved) {
        message += ", to " + readable(response.header("Location"));
    }
    const bool stranger = moved || (response.status >= 400 && response.status < 500);
    if (response.status == 401 || (effect == Effect::login && stranger)) {
        return Error{ErrorClass::misconfigured, code, message + " (is glpi.url right?)"};
    }
    return untrustworthy(effect, code, std::move(message));
}

}  // namespace

Result<Reply> classify(const net::HttpResponse& response, Expect expect, Effect effect) {
    const bool said_yes = response.status >= 200 && response.status < 300;
    if (!is_json(response)) {
        return said_yes ? no_json(response, effect) : by_status(response, effect);
    }
    auto body = parse(response.body);
    if (!body) {
        if (!said_yes) {
            return by_status(response, effect);
        }
        return untrustworthy(effect, "broken_json", "GLPI answered with broken JSON");
    }
    if (said_yes && has_shape(*body, response.status, expect)) {
        Reply reply;
        reply.body = std::move(*body);
        reply.total = total_of(response);
        return reply;
    }
    if (expect == Expect::session && said_yes && body->is_object()) {
        return untrustworthy(effect, "empty_session_token", "GLPI cannot store sessions");
    }
    const bool coded = body->is_array() && !body->empty() && (*body)[0].is_string();
    if (coded && response.status >= 400) {
        const json none;
        return refusal(
            response.status, (*body)[0].get<std::string>(), body->size() > 1 ? (*body)[1] : none,
            effect
        );
    }
    if (!said_yes) {
        return by_status(response, effect);
    }
    return untrustworthy(
        effect, "unexpected_answer",
        "GLPI answered " + std::to_string(response.status) + " with JSON of an unexpected shape"
    );
}

Error classify_unanswered(const net::Exchange& exchange, Effect effect) {
    if (exchange.code == "tls_certificate") {
        return Error{ErrorClass::misconfigured, exchange.code, exchange.message};
    }
    if (exchange.code == "bad_request") {
        return Error{ErrorClass::refused, exchange.code, exchange.message};
    }
    if (exchange.progress == net::Progress::sent) {
        return untrustworthy(effect, exchange.code, exchange.message);
    }
    return Error{ErrorClass::later, exchange.code, exchange.message};
}

bool is_outage(const Error& error) noexcept {
    if (error.kind != ErrorClass::later && error.kind != ErrorClass::uncertain) {
        return false;
    }
    // GLPI's own codes come from a GLPI that works; "busy" and "cancelled" are our own doing.
    return !error.code.starts_with("ERROR") && error.code != "busy" && error.code != "cancelled";
}

bool is_database_busy(std::string_view message) noexcept {
    static constexpr std::array kMarks{
        std::string_view("Lock wait timeout"),
        std::string_view("Deadlock"),
        std::string_view("server has gone away"),
        std::string_view("Lost connection to"),
    };
    // GLPI 11 repeats the statement behind it, our own texts in it (recorded, 11.0.6).
    return has_any(message.substr(0, message.find("in SQL query")), kMarks);
}

bool is_sql_text(std::string_view message) noexcept {
    static constexpr std::array kMarks{
        std::string_view("MySQL query error"),  std::string_view("SQL Error"),
        std::string_view("in SQL query"),       std::string_view("SQLSTATE"),
        std::string_view("max_allowed_packet"), std::string_view("SQL syntax"),
    };
    return is_database_busy(message) || has_any(message, kMarks);
}

std::string decode_entities(std::string_view text) {
    struct Entity {
        std::string_view coded;
        char plain;
    };
    static constexpr std::array kEntities{
        Entity{"&#38;", '&'},   Entity{"&#60;", '<'},  Entity{"&#62;", '>'},  Entity{"&amp;", '&'},
        Entity{"&lt;", '<'},    Entity{"&gt;", '>'},   Entity{"&quot;", '"'}, Entity{"&#34;", '"'},
        Entity{"&#039;", '\''}, Entity{"&#39;", '\''},
    };
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const std::string_view rest = text.substr(i);
        const auto found =
            rest.front() != '&'
                ? kEntities.end()
                : std::find_if(kEntities.begin(), kEntities.end(), [rest](const Entity& e) {
                      return rest.starts_with(e.coded);
                  });
        if (found == kEntities.end()) {
            out += rest.front();
            ++i;
        } else {
            out += found->plain;
            i += found->coded.size();
        }
    }
    return out;
}

}  // namespace alert_bridge::glpi
