// SPDX-License-Identifier: MIT
#include "sim.hpp"

#include <algorithm>
#include <charconv>

#include "api.hpp"
#include "control.hpp"
#include "faults.hpp"
#include "pages.hpp"
#include "params.hpp"
#include "text.hpp"

namespace glpi_sim {

namespace {

std::string find_header(const Headers& headers, std::string_view name) {
    const std::string wanted = lower(name);
    for (const auto& [key, value] : headers) {
        if (lower(key) == wanted)
            return value;
    }
    return {};
}

// The segments behind apirest.php (or api.php/v1 on 11); false when the path is not the API's.
bool api_path(const World& world, const std::string& target, std::vector<std::string>& out) {
    out = path_segments(target);
    if (!out.empty() && out[0] == "apirest.php") {
        out.erase(out.begin());
        return true;
    }
    if (world.major >= 11 && out.size() >= 2 && out[0] == "api.php" && out[1] == "v1") {
        out.erase(out.begin(), out.begin() + 2);
        return true;
    }
    return false;
}

// "GET /Ticket/ID": how the request counters name a call.
std::string request_kind(const std::string& method, const std::vector<std::string>& path) {
    std::string out = method + " ";
    for (const std::string& segment : path)
        out += "/" + (is_digits(segment) ? std::string("ID") : segment);
    return path.empty() ? out + "/" : out;
}

void read_params(Call& call) {
    const Request& request = call.request;
    call.params = parse_query(query_of(request.target));
    const std::string type = request.header("Content-Type");
    if (request.body.empty())
        return;
    if (type.rfind("application/x-www-form-urlencoded", 0) == 0) {
        call.params.update(parse_query(request.body));
        return;
    }
    if (type.rfind("application/json", 0) != 0)
        return;
    if (call.method == "GET" || call.method == "HEAD")
        refuse(
            400, "ERROR_JSON_PAYLOAD_FORBIDDEN",
            "GET Request should not have json payload (http body)", true
        );
    Json body;
    if (!parse_json_body(request.body, body))
        refuse(400, "ERROR_JSON_PAYLOAD_INVALID", "JSON payload seems not valid");
    if (body.is_object())
        call.params.update(body);
}

void check_client(const Call& call) {
    const Settings& settings = call.world.settings;
    if (!settings.api_enabled)
        refuse(400, "ERROR", "API disabled");
    if (!settings.client_ip_allowed)
        refuse(
            400, "ERROR_NOT_ALLOWED_IP",
            "There isn't an active API client matching your IP address in the configuration "
            "(127.0.0.1)"
        );
    if (settings.app_token.empty())
        return;
    std::string token = call.request.header("App-Token");
    if (token.empty())
        token = scalar_text(at_or_null(call.params, "app_token"));
    if (token.empty())
        refuse(400, "ERROR_APP_TOKEN_PARAMETERS_MISSING", "missing parameter app_token", true);
    if (token != settings.app_token)
        refuse(400, "ERROR_WRONG_APP_TOKEN_PARAMETER", "parameter app_token seems wrong", true);
}

// -1 when the segment is no number.
Id number_segment(const Call& call, std::size_t index) {
    if (index >= call.path.size())
        return -1;
    const std::string& text = call.path[index];
    Id out = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc{} && end == text.data() + text.size() ? out : -1;
}

bool is_number(const Call& call, std::size_t index) {
    if (index >= call.path.size())
        return false;
    const std::string& text = call.path[index];
    return is_digits(text[0] == '-' ? std::string_view(text).substr(1) : std::string_view(text));
}

[[noreturn]] void refuse_resource() {
    refuse(
        400, "ERROR_RESOURCE_NOT_FOUND_NOR_COMMONDBTM",
        "resource not found or not an instance of CommonDBTM", true
    );
}

Response item_endpoint(Call& call) {
    const bool old_followup = call.path[0] == "TicketFollowup" && call.method == "POST";
    if (!call.world.knows(call.path[0]) && !old_followup)
        refuse_resource();
    const bool sub = call.path.size() >= 3;
    if (sub && !call.world.knows(call.path[2]))
        refuse_resource();
    const Id id = number_segment(call, 1);
    const std::string& itemtype = sub ? call.path[2] : call.path[0];
    if (call.method == "POST")
        return add_items(call, itemtype);
    if (call.method == "PUT" || call.method == "PATCH")
        return update_items(call, itemtype, sub ? number_segment(call, 3) : id);
    if (call.method == "DELETE")
        return delete_items(call, itemtype, sub ? number_segment(call, 3) : id);
    if (sub)
        return get_sub_items(call);
    if (is_number(call, 1))
        return get_item(call, call.path[0], id);
    return get_items(call, call.path[0]);
}

Response endpoint(Call& call) {
    if (call.path.empty())
        return html_answer(200, "API Documentation");
    if (call.method == "OPTIONS")
        return html_answer(200, "");
    check_client(call);
    if (call.path[0] == "initSession")
        return init_session(call);
    require_session(call);
    Response out;
    if (session_endpoint(call, out))
        return out;
    if (call.path[0] == "search")
        return search(call);
    if (call.path[0] == "listSearchOptions")
        return list_search_options(call);
    if (call.path[0] == "getMultipleItems")
        return get_multiple_items(call);
    return item_endpoint(call);
}

Response answer(World& world, const Request& request, const std::vector<std::string>& path) {
    Call call{world, request, request.method, path, Json::object()};
    try {
        read_params(call);
        return endpoint(call);
    } catch (const ApiError& error) {
        return error_answer(world, call.method, error);
    } catch (const PhpFatal&) {
        return fatal_answer(world);
    } catch (const Json::exception&) {
        return fatal_answer(world);
    }
}

}  // namespace

std::string Request::header(std::string_view name) const {
    return find_header(headers, name);
}

std::string Response::header(std::string_view name) const {
    return find_header(headers, name);
}

bool Call::flag(const char* name) const {
    return truthy(at_or_null(params, name));
}

World make_world(int major, std::function<std::int64_t()> clock_ms) {
    World world(major);
    world.clock_ms = std::move(clock_ms);
    seed_recorded(world);
    return world;
}

Sim::Sim(int major, std::function<std::int64_t()> clock_ms)
    : world_(make_world(major, std::move(clock_ms))) {}

Response Sim::handle(const Request& request) {
    Response out;
    if (control_endpoint(world_, request, out) || page_endpoint(world_, request, out))
        return out;
    return handle_api(request);
}

Response Sim::handle_api(const Request& request) {
    std::vector<std::string> path;
    if (!api_path(world_, request.target, path))
        return world_.major == 10 ? html_answer(403, "") : html_answer(404, "Item not found");
    ++world_.requests[request_kind(request.method, path)];
    FaultRule* fault = matching_fault(world_, request);
    Response out;
    if (fault != nullptr && fault_instead(world_, *fault, request, out))
        return out;
    out = answer(world_, request, path);
    out.delay_ms += world_.settings.latency_ms;
    if (fault != nullptr)
        fault_afterwards(world_, *fault, request, out);
    if (request.method == "HEAD") {
        out.body.clear();
        if (world_.major >= 11)
            out.headers = {{"Content-Type", "text/html; charset=UTF-8"}};
    }
    return out;
}

}  // namespace glpi_sim
