// SPDX-License-Identifier: MIT
#include "alert_bridge/http/admin_api.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "alert_bridge/base/number.hpp"
#include "alert_bridge/base/text.hpp"
#include "alert_bridge/http/admin_rows.hpp"

namespace alert_bridge::http {
namespace {

namespace asio = boost::asio;
using domain::OperationState;
using nlohmann::json;

constexpr int kJsonDepthMax = 4;
constexpr std::size_t kReasonCodePoints = 256;

Response answer(const json& body) {
    Response response;
    response.body = body.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
    return response;
}

Response store_failed(const Error& error) {
    return Response::failure(503, "the store: " + describe(error));
}

std::string text_of(const json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end()) {
        return {};
    }
    return found->is_string() ? found->get<std::string>() : found->dump();
}

// For the log.
std::string short_text(const json& object, const char* name) {
    return cut_code_points(one_line(repair_utf8(text_of(object, name))), kReasonCodePoints);
}

// Nothing: not a JSON object, or one that is nested for no good reason.
std::optional<json> parse_object(const std::string& body) {
    int depth = 0;
    bool deep = false;
    const json::parser_callback_t watch = [&](int level, json::parse_event_t, json&) {
        depth = std::max(depth, level);
        deep = depth > kJsonDepthMax;
        return !deep;
    };
    json parsed = json::parse(body.empty() ? "{}" : body, watch, false);
    if (deep || !parsed.is_object()) {
        return std::nullopt;
    }
    return parsed;
}

// "DUE:ID", as next_of() writes it.
ports::OperationCursor cursor_of(const std::string& text) {
    ports::OperationCursor cursor;
    const std::size_t colon = text.find(':');
    if (colon != std::string::npos) {
        const auto due = parse_whole_number(text.substr(0, colon));
        const auto id = parse_whole_number(text.substr(colon + 1));
        if (due && id) {
            cursor = {from_unix_ms(*due), *id};
        }
    }
    return cursor;
}

// What `after` of the next page is, by the last row of this one.
std::string next_of(const ports::OwedWrite& last) {
    return std::to_string(to_unix_ms(last.operation.due_at)) + ":" +
           std::to_string(last.operation.id);
}

std::string next_of(const ports::IncidentSummary& last) {
    return last.incident.id;
}

std::string next_of(const ports::StormSummary& last) {
    return last.incident.id;
}

std::string next_of(const ports::QuarantineEntry& last) {
    return std::to_string(last.id);
}

std::string next_of(const ports::UnmatchedHost& last) {
    return last.source + " " + last.host;  // names of sources hold no blank
}

// A full page may be the last one: the next is empty then.
template <class Row>
Response page_of(const Result<std::vector<Row>>& rows, int limit) {
    if (!rows) {
        return store_failed(rows.error());
    }
    json body;
    body["rows"] = json::array();
    for (const Row& row : *rows) {
        body["rows"].push_back(as_json(row));
    }
    if (static_cast<int>(rows->size()) == limit) {
        body["next"] = next_of(rows->back());
    }
    return answer(body);
}

// Everything about one row, with a link to its ticket where it has one; `otherwise`: there is none.
template <class Row, class TicketUrl>
Response sheet_of(
    const Result<std::optional<Row>>& row, const std::string& otherwise, const TicketUrl& ticket_url
) {
    if (!row) {
        return store_failed(row.error());
    }
    if (!*row) {
        return Response::failure(404, otherwise);
    }
    json body;
    if constexpr (requires { as_json(**row, true); }) {
        body["row"] = as_json(**row, true);
    } else {
        body["row"] = as_json(**row);
    }
    if constexpr (requires { (*row)->incident; }) {
        body["row"]["ticket_url"] = ticket_url((*row)->incident.ticket_id);
    }
    return answer(body);
}

std::int64_t number_of(const json& object, const char* name) {
    return parse_whole_number(text_of(object, name)).value_or(0);
}

ports::Subject subject_of(const json& body) {
    ports::Subject subject;
    subject.problem_key = text_of(body, "problem_key");
    subject.episode = text_of(body, "episode");
    subject.group_key = text_of(body, "group_key");
    if (const auto place = body.find("place"); place != body.end() && place->is_object()) {
        subject.place = domain::Place{
            number_of(*place, "entity_id"), text_of(*place, "host_key"),
            text_of(*place, "asset_key")};
    }
    if (const auto budgets = body.find("budgets"); budgets != body.end() && budgets->is_object()) {
        subject.budgets = domain::BudgetWindow{
            true, from_unix_ms(number_of(*budgets, "burst_since")),
            from_unix_ms(number_of(*budgets, "hour_since"))};
    }
    return subject;
}

}  // namespace

struct AdminApi::Ask {
    Ask(std::string path, json object, std::string asking)
        : target(std::move(path)), body(std::move(object)), who(std::move(asking)) {
        limit = static_cast<int>(std::clamp<std::int64_t>(
            parse_whole_number(text_of(body, "limit")).value_or(kRowsMax), 1, kRowsMax
        ));
        after = text_of(body, "after");
        key = text_of(body, "id");
        id = parse_whole_number(key).value_or(0);
        reason = short_text(body, "reason");
        if (const std::string by = short_text(body, "by"); !by.empty()) {
            who += ", says " + by;
        }
    }
    std::string target;
    json body;
    std::string who, after, key, reason;
    std::int64_t id = 0;
    int limit = 0;
};

AdminApi::Answer AdminApi::handle(Request request, std::string who) {
    if (request.head.method != Method::post) {
        co_return Response::failure(405, "the admin socket takes POST only");
    }
    std::optional<json> body = parse_object(request.body);
    if (!body) {
        co_return Response::failure(400, "the body must be a JSON object");
    }
    Ask ask(request.head.target, *std::move(body), std::move(who));
    const std::string target = ask.target;
    if (target == "/dead/list") {
        std::vector<OperationState> states(1, OperationState::dead);
        co_return co_await list_operations(std::move(ask), std::move(states));
    }
    if (target == "/outbox/list") {
        std::vector<OperationState> states(1, OperationState::due);
        states.push_back(OperationState::sending);
        states.push_back(OperationState::uncertain);
        co_return co_await list_operations(std::move(ask), std::move(states));
    }
    if (target == "/incidents/list") {
        co_return co_await list_incidents(std::move(ask));
    }
    if (target == "/storms/list") {
        co_return co_await list_storms(std::move(ask));
    }
    if (target == "/sessions/list") {
        co_return list_sessions();
    }
    if (target == "/status/show") {
        co_return show_status();
    }
    if (target == "/quarantine/list") {
        co_return co_await list_quarantine(std::move(ask));
    }
    if (target == "/unmatched/list") {
        co_return co_await list_unmatched(std::move(ask));
    }
    if (target == "/dead/show" || target == "/outbox/show") {
        co_return co_await show_operation(std::move(ask));
    }
    if (target == "/incidents/show") {
        co_return co_await show_incident(std::move(ask));
    }
    if (target == "/quarantine/show") {
        co_return co_await show_quarantined(std::move(ask));
    }
    if (services_.snapshots != nullptr && target == "/explain/known") {
        co_return co_await known(std::move(ask));
    }
    if (services_.snapshots != nullptr && target == "/explain/alert") {
        co_return co_await alert(std::move(ask));
    }
    if (services_.snapshots != nullptr && target == "/explain/alerts") {
        co_return co_await alerts(std::move(ask));
    }
    co_return co_await command(std::move(ask));
}

AdminApi::Answer AdminApi::list_operations(Ask ask, std::vector<OperationState> states) {
    const ports::OperationCursor after = cursor_of(ask.after);
    auto rows = co_await services_.seat.operations(std::move(states), after, ask.limit);
    co_return page_of(rows, ask.limit);
}

AdminApi::Answer AdminApi::list_incidents(Ask ask) {
    const bool ended_too = text_of(ask.body, "ended") == "true";
    auto rows = co_await services_.seat.incidents(ask.after, ended_too, ask.limit);
    co_return page_of(rows, ask.limit);
}

AdminApi::Answer AdminApi::list_storms(Ask ask) {
    const bool ended_too = text_of(ask.body, "ended") == "true";
    auto rows = co_await services_.seat.storms(ask.after, ended_too, ask.limit);
    co_return page_of(rows, ask.limit);
}

Response AdminApi::list_sessions() const {
    json body;
    body["rows"] = json::array();
    if (services_.sessions) {
        for (const Session& session : services_.sessions()) {
            body["rows"].push_back(as_json(session));
        }
    }
    return answer(body);
}

Response AdminApi::show_status() const {
    if (!services_.status) {
        return Response::failure(404, "no status is kept");
    }
    json body;
    body["row"] = as_json(services_.status());
    return answer(body);
}

AdminApi::Answer AdminApi::list_quarantine(Ask ask) {
    const std::int64_t after = parse_whole_number(ask.after).value_or(0);
    auto rows = co_await services_.seat.quarantined(after, ask.limit);
    co_return page_of(rows, ask.limit);
}

AdminApi::Answer AdminApi::list_unmatched(Ask ask) {
    ports::UnmatchedHost after;
    after.source = ask.after.substr(0, ask.after.find(' '));
    after.host = ask.after.substr(std::min(after.source.size() + 1, ask.after.size()));
    auto rows = co_await services_.seat.unmatched(std::move(after), ask.limit);
    co_return page_of(rows, ask.limit);
}

AdminApi::Answer AdminApi::show_operation(Ask ask) {
    auto row = co_await services_.seat.operation(ask.id);
    co_return sheet_of(row, "there is no write " + ask.key, services_.ticket_url);
}

AdminApi::Answer AdminApi::show_incident(Ask ask) {
    auto row = co_await services_.seat.incident(ask.key);
    co_return sheet_of(row, "there is no incident or ticket " + ask.key, services_.ticket_url);
}

AdminApi::Answer AdminApi::show_quarantined(Ask ask) {
    auto row = co_await services_.seat.quarantine_entry(ask.id);
    co_return sheet_of(
        row, "there is no entry " + ask.key + " in quarantine", services_.ticket_url
    );
}

AdminApi::Answer AdminApi::known(Ask ask) {
    ports::Subject subject = subject_of(ask.body);
    auto text = co_await services_.snapshots->known_of(std::move(subject));
    if (!text) {
        co_return store_failed(text.error());
    }
    json body;
    body["known"] = std::move(*text);
    co_return answer(body);
}

AdminApi::Answer AdminApi::alert(Ask ask) {
    auto text = co_await services_.snapshots->alert_text(ask.key);
    if (!text) {
        co_return store_failed(text.error());
    }
    if (!*text) {
        co_return Response::failure(404, "there is no alert " + ask.key + ", or no longer");
    }
    json body;
    body["alert"] = std::move(**text);
    co_return answer(body);
}

AdminApi::Answer AdminApi::alerts(Ask ask) {
    const std::int64_t after = parse_whole_number(ask.after).value_or(0);
    const WallTime since = from_unix_ms(number_of(ask.body, "since"));
    auto texts = co_await services_.snapshots->alert_texts(after, since, ask.limit);
    if (!texts) {
        co_return store_failed(texts.error());
    }
    json body;
    body["alerts"] = std::move(*texts);
    co_return answer(body);
}

AdminApi::Answer AdminApi::command(Ask ask) {
    const bool is_dead = ask.target == "/dead/retry" || ask.target == "/dead/discard";
    if (!is_dead && ask.target != "/quarantine/retry" && ask.target != "/quarantine/discard") {
        co_return Response::failure(404, "no such command");
    }
    if (ask.id == 0) {
        co_return Response::failure(
            400, "'" + ask.key + "' is no id: a number, as `list` shows it"
        );
    }
    const bool is_retry = ask.target.ends_with("/retry");
    Result<core::OperatorDesk::Answer> outcome = core::OperatorDesk::Answer{};
    if (is_dead) {
        domain::OperatorEvent event;
        event.action = is_retry ? domain::OperatorAction::retry : domain::OperatorAction::discard;
        event.operation_id = ask.id;
        event.reason = std::move(ask.reason);
        outcome = co_await services_.desk.settle(std::move(event), std::move(ask.who));
    } else if (is_retry) {
        outcome = co_await services_.desk.retry_quarantined(ask.id, std::move(ask.who));
    } else {
        outcome = co_await services_.desk.discard_quarantined(
            ask.id, std::move(ask.reason), std::move(ask.who)
        );
    }
    if (!outcome) {
        co_return store_failed(outcome.error());
    }
    if (!outcome->done) {
        co_return Response::failure(409, outcome->text);
    }
    json body;
    body["result"] = outcome->text;
    co_return answer(body);
}

}  // namespace alert_bridge::http
