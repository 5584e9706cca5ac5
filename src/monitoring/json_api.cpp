// SPDX-License-Identifier: MIT
#include "alert_bridge/monitoring/json_api.hpp"

#include <charconv>
#include <utility>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/monitoring/numbers.hpp"

namespace alert_bridge::monitoring {
namespace {

constexpr int kDepthMax = 32;
constexpr std::size_t kMessageCodePoints = 200;

Error no_answer(const net::Exchange& exchange) {
    const bool wrong_certificate =
        exchange.code == "tls_certificate" || exchange.code == "certificate_required";
    const ErrorClass kind = wrong_certificate ? ErrorClass::misconfigured : ErrorClass::later;
    return {kind, exchange.code, exchange.message};
}

Error bad_status(int status, const std::string& body) {
    std::string message = "status " + std::to_string(status);
    const std::string told = cut_code_points(one_line(repair_utf8(body)), kMessageCodePoints);
    message += told.empty() ? "" : ": " + told;
    if (status == 401 || status == 403) {
        return {ErrorClass::misconfigured, "not_allowed", message};
    }
    const std::string code = "http_" + std::to_string(status);
    const bool passes = status == 408 || status == 429 || status >= 500;
    return {passes ? ErrorClass::later : ErrorClass::refused, code, message};
}

}  // namespace

Result<JsonApi> JsonApi::create(boost::asio::any_io_executor executor, const BackOptions& options) {
    auto url = net::parse_url(options.url);
    if (!url) {
        return url.error();
    }
    net::ClientOptions client;
    client.url = *url;
    client.ca_file = options.ca_file;
    client.connections = 2;
    auto made = net::HttpClient::create(std::move(executor), std::move(client));
    if (!made) {
        return made.error();
    }
    return JsonApi(*made, url->path, options.answer_within);
}

ports::Awaitable<Result<json>> JsonApi::call(Call call) {
    if (stopped_) {
        co_return Error{ErrorClass::later, "stopping", "the daemon stops"};
    }
    net::HttpRequest request;
    request.at_most = answer_within_;
    request.method = call.method;
    request.target = base_ + call.path;
    request.headers = std::move(call.headers);
    request.headers.push_back({"Accept", "application/json"});
    if (!call.body.is_null()) {
        request.headers.push_back({"Content-Type", "application/json"});
        request.body = dump(call.body);
    }
    request.idempotent = call.idempotent;
    request.answer_bytes_max = kAnswerBytesMax;
    const net::Exchange exchange = co_await client_->exchange(std::move(request));
    if (!exchange.answered) {
        co_return no_answer(exchange);
    }
    const int status = exchange.response.status;
    if (status != 200) {
        co_return bad_status(status, exchange.response.body.substr(0, 4096));
    }
    json answer = parse_bounded(exchange.response.body);
    if (answer.is_discarded()) {
        co_return Error{ErrorClass::later, "not_json", "the answer is not the API's"};
    }
    co_return answer;
}

json parse_bounded(const std::string& text) {
    if (text.find('\0') != std::string::npos) {
        return json(json::value_t::discarded);
    }
    bool is_deep = false;
    const auto look = [&is_deep](int depth, json::parse_event_t, json&) {
        is_deep = is_deep || depth > kDepthMax;
        return !is_deep;
    };
    json value = json::parse(text, look, false);
    return is_deep ? json(json::value_t::discarded) : value;
}

std::string dump(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string text_in(const json& object, const char* key) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    if (!object.is_object() || found == object.end()) {
        return {};
    }
    if (found->is_string()) {
        return found->get<std::string>();
    }
    return found->is_number_integer() ? std::to_string(found->get<std::int64_t>()) : std::string();
}

std::int64_t number_in(const json& object, const char* key) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    if (!object.is_object() || found == object.end()) {
        return 0;
    }
    if (found->is_number()) {
        return to_whole_number(found->get<double>());
    }
    if (!found->is_string()) {
        return 0;
    }
    const auto& text = found->get_ref<const std::string&>();
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? to_whole_number(value) : 0;
}

net::Header basic_login(const std::string& user, const Secret& password) {
    std::string login = user + ":";
    login += password.reveal();
    return {"Authorization", "Basic " + encode_base64(login)};
}

}  // namespace alert_bridge::monitoring
