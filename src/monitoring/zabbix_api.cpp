// SPDX-License-Identifier: MIT
#include "alert_bridge/monitoring/zabbix_api.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "alert_bridge/base/number.hpp"
#include "alert_bridge/base/text.hpp"
#include "alert_bridge/monitoring/numbers.hpp"

namespace alert_bridge::monitoring {
namespace {

constexpr std::size_t kIdsAtOnce = 500;
constexpr std::size_t kTextCodePoints = 1'000;

// Bits of event.acknowledge.
constexpr int kClose = 1;
constexpr int kAcknowledge = 2;
constexpr int kMessage = 4;

int action_bits(domain::NoticeAction action) {
    switch (action) {
        case domain::NoticeAction::comment:
            return kMessage;
        case domain::NoticeAction::acknowledge:
            return kAcknowledge | kMessage;
        case domain::NoticeAction::close:
            return kClose | kMessage;
    }
    return kMessage;
}

// What JSON-RPC says went wrong. Its codes tell little: "invalid params" is a wrong token, too.
Error rpc_error(const json& error) {
    const std::string data = one_line(text_in(error, "data"));
    const std::string message =
        cut_code_points(one_line(text_in(error, "message")) + " " + data, 300);
    const auto says = [&data](std::string_view word) { return data.find(word) != data.npos; };
    if (says("Not authori") || says("Session terminated") || says("API token")) {
        return {ErrorClass::misconfigured, "not_allowed", message};
    }
    constexpr std::int64_t kInternal = -32603;
    const bool passes = number_in(error, "code") == kInternal || says("Database error");
    return {passes ? ErrorClass::later : ErrorClass::refused, "zabbix", message};
}

bool is_at_least_6_4(std::string_view version) {
    const auto parts = split(version, ".");
    const auto number = [&parts](std::size_t at) {
        return at < parts.size() ? parse_whole_number(parts[at]).value_or(0) : 0;
    };
    return number(0) > 6 || (number(0) == 6 && number(1) >= 4);
}

bool is_event_id(std::string_view id) {
    const auto number = parse_whole_number(id);
    return number && *number > 0;
}

bool any_disabled(const json& trigger, const char* list) {
    const auto found = trigger.find(list);
    return found != trigger.end() && found->is_array() &&
           std::any_of(found->begin(), found->end(), [](const json& one) {
               return text_in(one, "status") == "1";
           });
}

// Zabbix cancels the escalation of its problems then, and never says that they are over.
bool is_disabled(const json& trigger) {
    return text_in(trigger, "status") == "1" || any_disabled(trigger, "hosts") ||
           any_disabled(trigger, "items");
}

json tags_of(const json& problem) {
    json tags = json::array();
    const auto found = problem.find("tags");
    if (found != problem.end() && found->is_array()) {
        for (const json& tag : *found) {
            json one = json::object();
            one["tag"] = text_in(tag, "tag");
            one["value"] = text_in(tag, "value");
            tags.push_back(std::move(one));
        }
    }
    return tags;
}

// As the media type sends it; the decoder of the source reads both.
json notice_of(const json& problem, const json& trigger, const std::string& time_zone) {
    const WallTime started = from_unix_seconds(number_in(problem, "clock"));
    std::string local = format_local_plain(started, time_zone);
    std::replace(local.begin(), local.end(), '-', '.');
    json notice = json::object();
    notice["event_source"] = "0";
    notice["event_value"] = "1";
    notice["event_update_status"] = "0";
    notice["event_id"] = text_in(problem, "eventid");
    notice["event_name"] = text_in(problem, "name");
    notice["event_nseverity"] = text_in(problem, "severity");
    notice["event_opdata"] = text_in(problem, "opdata");
    notice["event_date"] = local.substr(0, 10);
    notice["event_time"] = local.size() > 11 ? local.substr(11) : std::string();
    notice["event_tagsjson"] = dump(tags_of(problem));
    notice["trigger_id"] = text_in(problem, "objectid");
    const auto hosts = trigger.find("hosts");
    if (hosts != trigger.end() && hosts->is_array() && !hosts->empty()) {
        notice["host_host"] = text_in(hosts->front(), "host");
        notice["host_name"] = text_in(hosts->front(), "name");
    }
    return notice;
}

}  // namespace

ZabbixApi::Answer ZabbixApi::rpc(std::string method, json params) {
    const bool with_token = method != "apiinfo.version";
    JsonApi::Call call;
    call.method = net::Method::post;
    call.path = "/api_jsonrpc.php";
    call.idempotent = method != "event.acknowledge";
    call.body = json::object();
    call.body["jsonrpc"] = "2.0";
    call.body["method"] = std::move(method);
    call.body["params"] = std::move(params);
    call.body["id"] = 1;
    if (with_token && token_in_header_) {
        call.headers.push_back({"Authorization", "Bearer " + std::string(token_.reveal())});
    } else if (with_token) {
        call.body["auth"] = std::string(token_.reveal());
    }
    auto answer = co_await api_.call(std::move(call));
    if (!answer) {
        co_return answer.error();
    }
    if (!answer->is_object()) {
        co_return Error{ErrorClass::later, "not_json", "the answer is not JSON-RPC"};
    }
    if (const auto error = answer->find("error"); error != answer->end()) {
        co_return rpc_error(*error);
    }
    const auto result = answer->find("result");
    if (result == answer->end()) {
        co_return Error{ErrorClass::later, "not_json", "the answer is not JSON-RPC"};
    }
    co_return std::move(*result);
}

ports::Awaitable<Result<void>> ZabbixApi::learn_version() {
    if (version_known_) {
        co_return Result<void>();
    }
    auto version = co_await rpc("apiinfo.version", json::array());
    if (!version) {
        co_return version.error();
    }
    if (!version->is_string()) {
        co_return Error{ErrorClass::later, "not_json", "the API does not tell its version"};
    }
    token_in_header_ = is_at_least_6_4(version->get_ref<const std::string&>());
    version_known_ = true;
    co_return Result<void>();
}

ZabbixApi::Answer ZabbixApi::ask(std::string method, json params) {
    const auto known = co_await learn_version();
    if (!known) {
        co_return known.error();
    }
    co_return co_await rpc(std::move(method), std::move(params));
}

ports::Awaitable<Result<void>> ZabbixApi::tell(domain::Notice notice) {
    const std::string id(domain::occurrence_id(notice.episode));
    if (!is_event_id(id)) {
        co_return Error{ErrorClass::refused, "no_event", "its Zabbix event is not known"};
    }
    json params = json::object();
    params["eventids"] = id;
    params["message"] =
        cut_code_points(notice.text, kTextCodePoints) + " " + std::string(domain::kOwnMark);
    params["action"] = action_bits(notice.action);
    json again = params;
    auto answer = co_await ask("event.acknowledge", std::move(params));
    const bool may_not_close = !answer && answer.error().kind == ErrorClass::refused &&
                               notice.action == domain::NoticeAction::close;
    if (may_not_close) {
        again["action"] = kMessage;
        answer = co_await ask("event.acknowledge", std::move(again));
    }
    if (!answer) {
        co_return answer.error();
    }
    co_return Result<void>();
}

ports::Awaitable<Result<json>> ZabbixApi::events(std::vector<std::string> ids) {
    json all = json::array();
    for (std::size_t from = 0; from < ids.size(); from += kIdsAtOnce) {
        const std::size_t end = std::min(from + kIdsAtOnce, ids.size());
        json params = json::object();
        params["output"] = json::array();
        for (const char* field : {"eventid", "objectid", "r_eventid", "value"}) {
            params["output"].push_back(field);
        }
        params["eventids"] = json::array();
        for (std::size_t at = from; at < end; ++at) {
            params["eventids"].push_back(ids[at]);
        }
        auto page = co_await ask("event.get", std::move(params));
        if (!page) {
            co_return page.error();
        }
        if (!page->is_array()) {
            co_return Error{ErrorClass::later, "not_json", "event.get gave no list"};
        }
        for (json& event : *page) {
            all.push_back(std::move(event));
        }
    }
    co_return all;
}

ports::Awaitable<Result<ZabbixApi::Triggers>> ZabbixApi::triggers(std::set<std::string> ids) {
    Triggers all;
    const std::vector<std::string> list(ids.begin(), ids.end());
    for (std::size_t from = 0; from < list.size(); from += kIdsAtOnce) {
        const std::size_t end = std::min(from + kIdsAtOnce, list.size());
        json params = json::object();
        params["output"] = json::array();
        params["output"].push_back("triggerid");
        params["output"].push_back("status");
        params["selectHosts"] = json::array();
        for (const char* field : {"host", "name", "status"}) {
            params["selectHosts"].push_back(field);
        }
        params["selectItems"] = json::array();
        params["selectItems"].push_back("status");
        params["triggerids"] = json::array();
        for (std::size_t at = from; at < end; ++at) {
            params["triggerids"].push_back(list[at]);
        }
        auto page = co_await ask("trigger.get", std::move(params));
        if (!page) {
            co_return page.error();
        }
        if (!page->is_array()) {
            co_return Error{ErrorClass::later, "not_json", "trigger.get gave no list"};
        }
        for (json& trigger : *page) {
            const std::string id = text_in(trigger, "triggerid");
            all.emplace(id, std::move(trigger));
        }
    }
    co_return all;
}

ports::Awaitable<Result<void>> ZabbixApi::look_at_known(
    const std::vector<ports::OpenProblem>& known, ports::Sight& sight
) {
    std::vector<std::string> ids;
    for (const ports::OpenProblem& problem : known) {
        if (const auto id = domain::occurrence_id(problem.episode); is_event_id(id)) {
            ids.emplace_back(id);
        }
    }
    auto seen = co_await events(std::move(ids));
    if (!seen) {
        co_return seen.error();
    }
    std::map<std::string, json> by_id;
    std::set<std::string> going_on;
    for (json& event : *seen) {
        const std::string recovery = text_in(event, "r_eventid");
        if (recovery.empty() || recovery == "0") {
            going_on.insert(text_in(event, "objectid"));
        }
        const std::string id = text_in(event, "eventid");
        by_id.emplace(id, std::move(event));
    }
    auto owners = co_await triggers(std::move(going_on));
    if (!owners) {
        co_return owners.error();
    }
    sight.known.clear();
    for (const ports::OpenProblem& problem : known) {
        const auto event = by_id.find(std::string(domain::occurrence_id(problem.episode)));
        ports::ProblemNow now = ports::ProblemNow::unknown;
        if (event != by_id.end() && is_event_id(text_in(event->second, "r_eventid"))) {
            now = ports::ProblemNow::ok;
        } else if (event != by_id.end()) {
            const auto trigger = owners->find(text_in(event->second, "objectid"));
            const bool given_up = trigger != owners->end() && is_disabled(trigger->second);
            now = given_up ? ports::ProblemNow::gone : ports::ProblemNow::failing;
        }
        sight.known.push_back(now);
    }
    co_return Result<void>();
}

ports::Awaitable<Result<void>> ZabbixApi::look_for_others(
    std::set<std::string> known_ids, ports::Sight& sight
) {
    json params = json::object();
    params["output"] = json::array();
    for (const char* field :
         {"eventid", "objectid", "clock", "name", "severity", "suppressed", "opdata"}) {
        params["output"].push_back(field);
    }
    params["selectTags"] = "extend";
    params["sortfield"] = json::array();
    params["sortfield"].push_back("eventid");
    params["sortorder"] = "DESC";
    params["limit"] = kPresentMax + known_ids.size();
    auto problems = co_await ask("problem.get", std::move(params));
    if (!problems) {
        co_return problems.error();
    }
    if (!problems->is_array()) {
        co_return Error{ErrorClass::later, "not_json", "problem.get gave no list"};
    }
    std::vector<json> others;
    std::set<std::string> owner_ids;
    for (json& problem : *problems) {
        const bool is_other = known_ids.count(text_in(problem, "eventid")) == 0;
        if (is_other && others.size() < kPresentMax) {
            owner_ids.insert(text_in(problem, "objectid"));
            others.push_back(std::move(problem));
        }
    }
    auto owners = co_await triggers(std::move(owner_ids));
    if (!owners) {
        co_return owners.error();
    }
    for (const json& problem : others) {
        const auto owner = owners->find(text_in(problem, "objectid"));
        if (owner == owners->end() || is_disabled(owner->second)) {
            continue;
        }
        const bool is_hushed = text_in(problem, "suppressed") == "1";
        auto& list = is_hushed ? sight.hushed : sight.present;
        list.push_back(dump(notice_of(problem, owner->second, time_zone_)));
    }
    co_return Result<void>();
}

ports::Awaitable<Result<ports::Sight>> ZabbixApi::look(std::vector<ports::OpenProblem> known) {
    ports::Sight sight;
    const auto done = co_await look_at_known(known, sight);
    if (!done) {
        co_return done.error();
    }
    std::set<std::string> known_ids;
    for (const ports::OpenProblem& problem : known) {
        known_ids.emplace(domain::occurrence_id(problem.episode));
    }
    const auto found = co_await look_for_others(std::move(known_ids), sight);
    if (!found) {
        co_return found.error();
    }
    co_return sight;
}

}  // namespace alert_bridge::monitoring
