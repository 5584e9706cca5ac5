// SPDX-License-Identifier: MIT
#include "alert_bridge/monitoring/icinga_api.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "alert_bridge/base/text.hpp"

namespace alert_bridge::monitoring {
namespace {

constexpr std::size_t kNamesAtOnce = 200;
constexpr std::size_t kTextCodePoints = 1'000;

json texts(std::initializer_list<const char*> words) {
    json list = json::array();
    for (const char* word : words) {
        list.push_back(word);
    }
    return list;
}

// "web01!http", or "web01".
std::string object_name(const domain::KeyParts& parts) {
    return parts.kind == "service" ? parts.first + "!" + parts.second : parts.first;
}

std::string state_word(bool is_host, std::int64_t state) {
    constexpr std::array<const char*, 4> kService{"OK", "WARNING", "CRITICAL", "UNKNOWN"};
    if (is_host) {
        return state == 0 ? "UP" : "DOWN";
    }
    return kService[static_cast<std::size_t>(state < 0 || state > 3 ? 3 : state)];
}

const json& part(const json& object, const char* name) {
    static const json kNone = json::object();
    const auto found = object.is_object() ? object.find(name) : object.end();
    return object.is_object() && found != object.end() && found->is_object() ? *found : kNone;
}

std::string seconds(const json& object, const char* name) {
    return std::to_string(number_in(object, name));
}

// As the NotificationCommand sends it; the decoder of the source reads both.
json notice_of(const json& row, bool is_host) {
    const json& attrs = part(row, "attrs");
    const json& host = is_host ? attrs : part(part(row, "joins"), "host");
    const std::string object = is_host ? "host" : "service";
    json notice = json::object();
    notice["notification_type"] = "PROBLEM";
    notice["notification_number"] = "1";
    notice["host_name"] = text_in(attrs, is_host ? "name" : "host_name");
    notice["host_display"] = text_in(host, "display_name");
    notice["address"] = text_in(host, "address");
    if (!is_host) {
        notice["service_name"] = text_in(attrs, "name");
        notice["service_display"] = text_in(attrs, "display_name");
    }
    notice[object + "_state"] = state_word(is_host, number_in(attrs, "state"));
    notice[object + "_state_type"] = "HARD";
    notice[object + "_output"] = text_in(part(attrs, "last_check_result"), "output");
    notice[object + "_last_state_change"] = seconds(attrs, "last_state_change");
    notice["timet"] = seconds(attrs, "last_state_change");
    return notice;
}

bool is_hushed(const json& attrs) {
    const auto notifies = attrs.find("enable_notifications");
    const bool is_off = notifies != attrs.end() && notifies->is_boolean() && !notifies->get<bool>();
    return is_off || number_in(attrs, "downtime_depth") > 0 ||
           number_in(attrs, "acknowledgement") > 0;
}

// Nothing but a zero proves that it is well: number_in() is 0 for what is no number as well.
bool is_ok(const json& attrs) {
    const auto state = attrs.find("state");
    return state != attrs.end() && state->is_number() && state->get<double>() == 0;
}

bool is_flapping(const json& attrs) {
    const auto flapping = attrs.find("flapping");
    return flapping != attrs.end() && flapping->is_boolean() && flapping->get<bool>();
}

// For the objects of these names, [from, end).
json named_query(
    bool is_host, const std::vector<std::string>& names, std::size_t from, std::size_t end
) {
    json query = json::object();
    query["filter"] = is_host ? "host.__name in names" : "service.__name in names";
    json& wanted = query["filter_vars"]["names"];
    wanted = json::array();
    for (std::size_t at = from; at < end; ++at) {
        wanted.push_back(names[at]);
    }
    return query;
}

}  // namespace

ports::Awaitable<Result<void>> IcingaApi::tell(domain::Notice notice) {
    const domain::KeyParts parts = domain::parts_of_key(notice.problem_key);
    const bool is_service = parts.kind == "service" && !parts.second.empty();
    if (parts.first.empty() || (!is_service && parts.kind != "host")) {
        co_return Error{ErrorClass::refused, "no_object", "its host or service is not known"};
    }
    JsonApi::Call call;
    call.method = net::Method::post;
    call.headers.push_back(basic_login(user_, password_));
    call.idempotent = false;
    call.body = json::object();
    call.body["type"] = is_service ? "Service" : "Host";
    call.body[is_service ? "service" : "host"] = object_name(parts);
    call.body["author"] = std::string(domain::kOwnAuthor);
    call.body["comment"] = cut_code_points(notice.text, kTextCodePoints);
    call.path = "/v1/actions/add-comment";
    if (notice.action == domain::NoticeAction::acknowledge) {
        call.path = "/v1/actions/acknowledge-problem";
        call.body["sticky"] = false;
        call.body["notify"] = false;
    }
    const auto answer = co_await api_.call(std::move(call));
    const bool is_settled = !answer && answer.error().code == "http_409";
    if (!answer && !is_settled) {
        co_return answer.error();
    }
    co_return Result<void>();
}

ports::Awaitable<Result<json>> IcingaApi::objects(Kind kind, json query) {
    JsonApi::Call call;
    call.method = net::Method::post;  // a query in the body is a GET in disguise
    call.path = kind == Kind::host ? "/v1/objects/hosts" : "/v1/objects/services";
    call.headers.push_back(basic_login(user_, password_));
    call.headers.push_back({"X-HTTP-Method-Override", "GET"});
    call.body = std::move(query);
    auto answer = co_await api_.call(std::move(call));
    if (!answer) {
        const bool is_empty = answer.error().code == "http_404";  // "No objects found."
        if (is_empty) {
            co_return json(json::value_t::array);
        }
        co_return answer.error();
    }
    const auto results = answer->is_object() ? answer->find("results") : answer->end();
    if (!answer->is_object() || results == answer->end() || !results->is_array()) {
        co_return Error{ErrorClass::later, "not_json", "the answer holds no results"};
    }
    co_return std::move(*results);
}

ports::Awaitable<Result<void>> IcingaApi::states_of(
    Kind kind, std::set<std::string> names, States& states
) {
    const std::vector<std::string> list(names.begin(), names.end());
    for (std::size_t from = 0; from < list.size(); from += kNamesAtOnce) {
        const std::size_t end = std::min(from + kNamesAtOnce, list.size());
        json query = named_query(kind == Kind::host, list, from, end);
        query["attrs"] = texts({"state", "flapping"});
        const auto rows = co_await objects(kind, std::move(query));
        if (!rows) {
            co_return rows.error();
        }
        for (const json& row : *rows) {
            const json& attrs = part(row, "attrs");
            const bool is_well = is_ok(attrs) && !is_flapping(attrs);
            states[text_in(row, "name")] =
                is_well ? ports::ProblemNow::ok : ports::ProblemNow::failing;
        }
    }
    co_return Result<void>();
}

// Their names first: what is long about them is asked only for those that are kept.
ports::Awaitable<Result<void>> IcingaApi::other_problems(
    Kind kind, const States& known, ports::Sight& sight
) {
    json query = json::object();
    query["attrs"] = texts({"state"});
    query["filter"] = kind == Kind::host ? "host.state != 0 && host.state_type == 1"
                                         : "service.state != 0 && service.state_type == 1";
    const auto rows = co_await objects(kind, std::move(query));
    if (!rows) {
        co_return rows.error();
    }
    std::vector<std::string> names;
    const std::size_t room = kPresentMax - sight.present.size() - sight.hushed.size();
    for (const json& row : *rows) {
        std::string name = text_in(row, "name");
        if (known.count(name) == 0 && names.size() < room) {
            names.push_back(std::move(name));
        }
    }
    co_return co_await details_of(kind, std::move(names), sight);
}

ports::Awaitable<Result<void>> IcingaApi::details_of(
    Kind kind, std::vector<std::string> names, ports::Sight& sight
) {
    const bool is_host = kind == Kind::host;
    for (std::size_t from = 0; from < names.size(); from += kNamesAtOnce) {
        const std::size_t end = std::min(from + kNamesAtOnce, names.size());
        json query = named_query(is_host, names, from, end);
        query["attrs"] = texts(
            {"name", "display_name", "state", "last_state_change", "downtime_depth",
             "acknowledgement", "enable_notifications", "last_check_result"}
        );
        query["attrs"].push_back(is_host ? "address" : "host_name");
        if (!is_host) {
            query["joins"] = texts({"host.display_name", "host.address"});
        }
        const auto rows = co_await objects(kind, std::move(query));
        if (!rows) {
            co_return rows.error();
        }
        for (const json& row : *rows) {
            const json& attrs = part(row, "attrs");
            const bool has_room = sight.present.size() + sight.hushed.size() < kPresentMax;
            if (has_room && !is_ok(attrs)) {  // it may have recovered in between
                auto& list = is_hushed(attrs) ? sight.hushed : sight.present;
                list.push_back(dump(notice_of(row, is_host)));
            }
        }
    }
    co_return Result<void>();
}

ports::Awaitable<Result<ports::Sight>> IcingaApi::look(std::vector<ports::OpenProblem> known) {
    std::set<std::string> hosts, services;
    for (const ports::OpenProblem& problem : known) {
        const domain::KeyParts parts = domain::parts_of_key(problem.problem_key);
        (parts.kind == "service" ? services : hosts).insert(object_name(parts));
    }
    States host_states, service_states;
    const auto asked_hosts = co_await states_of(Kind::host, std::move(hosts), host_states);
    if (!asked_hosts) {
        co_return asked_hosts.error();
    }
    const auto asked_services =
        co_await states_of(Kind::service, std::move(services), service_states);
    if (!asked_services) {
        co_return asked_services.error();
    }
    ports::Sight sight;
    for (const ports::OpenProblem& problem : known) {
        const domain::KeyParts parts = domain::parts_of_key(problem.problem_key);
        const States& states = parts.kind == "service" ? service_states : host_states;
        const auto found = states.find(object_name(parts));
        sight.known.push_back(found == states.end() ? ports::ProblemNow::unknown : found->second);
    }
    const auto more_hosts = co_await other_problems(Kind::host, host_states, sight);
    if (!more_hosts) {
        co_return more_hosts.error();
    }
    const auto more_services = co_await other_problems(Kind::service, service_states, sight);
    if (!more_services) {
        co_return more_services.error();
    }
    co_return sight;
}

}  // namespace alert_bridge::monitoring
