// SPDX-License-Identifier: MIT
#include "alert_bridge/http/endpoints.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "alert_bridge/base/text.hpp"

namespace alert_bridge::http {
namespace {

namespace asio = boost::asio;
using nlohmann::json;

constexpr std::size_t kKeyBytesMax = 4 * 1024;
constexpr int kRetryAfterS = 15;
constexpr std::string_view kHtml = "text/html; charset=utf-8";
constexpr std::string_view kReading = "GET, HEAD";
constexpr std::string_view kEvents = "GET, POST";

enum class RouteId { intake, ticket, healthz, readyz, metrics, glpi };

struct Route {
    RouteId id;
    std::string_view name;  // for metrics
    std::string_view path;  // the whole path, or what stands before the parameter
    bool has_parameter;
    std::string_view methods;  // for Allow
    bool RouteSet::*enabled;
};

constexpr std::array<Route, 6> kRoutes{{
    {RouteId::intake, "intake", "/v1/alerts/", true, "POST", &RouteSet::intake},
    {RouteId::ticket, "ticket", "/t/", true, kReading, &RouteSet::people},
    {RouteId::healthz, "healthz", "/healthz", false, kReading, &RouteSet::probes},
    {RouteId::readyz, "readyz", "/readyz", false, kReading, &RouteSet::probes},
    {RouteId::metrics, "metrics", "/metrics", false, kReading, &RouteSet::probes},
    {RouteId::glpi, "glpi", "/v1/glpi/events", false, kEvents, &RouteSet::glpi},
}};

struct Match {
    const Route* route = nullptr;
    std::string_view parameter;  // still percent-encoded
};

Match match(const RouteSet& enabled, std::string_view target) noexcept {
    for (const Route& route : kRoutes) {
        if (!(enabled.*route.enabled) || target.substr(0, route.path.size()) != route.path) {
            continue;
        }
        const std::string_view rest = target.substr(route.path.size());
        const bool is_source = route.id == RouteId::intake;
        if (route.has_parameter ? !rest.empty() && !(is_source && rest.find('/') != rest.npos)
                                : rest.empty()) {
            return {&route, rest};
        }
    }
    return {};
}

bool takes(const Route& route, Method method) noexcept {
    if (route.methods == kReading) {
        return method == Method::get || method == Method::head;
    }
    return method == Method::post || (route.methods == kEvents && method == Method::get);
}

Response unavailable(std::string_view reason, int retry_after_s) {
    Response response = Response::failure(503, reason);
    response.headers.emplace_back("Retry-After", std::to_string(retry_after_s));
    return response;
}

// Empty: let it through.
std::optional<Response> refusal(Access access) {
    switch (access) {
        case Access::granted:
        case Access::body_decides:
            return std::nullopt;
        case Access::forbidden:
            return Response::failure(403, "this address may not send for the source");
        case Access::unknown_source:
            return Response::failure(404, "no such source");
        case Access::denied:
            break;
    }
    // The same for everybody: nothing tells which part was wrong, or whether the source exists.
    Response response = Response::failure(401, "the source or its credentials are not right");
    response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"glpi-alert-bridge\"");
    response.headers.emplace_back(
        "WWW-Authenticate", "Basic realm=\"glpi-alert-bridge\", charset=\"UTF-8\""
    );
    return response;
}

std::string dump(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

// Every answer to an alert is made of these: without a tree.
void add_member(std::string& object, std::string_view name, std::string_view text) {
    const bool is_plain = std::all_of(text.begin(), text.end(), [](char letter) {
        return letter >= ' ' && letter < '\x7f' && letter != '"' && letter != '\\';
    });
    object += object.empty() ? "\"" : ",\"";
    object += name;
    object += "\":";
    if (is_plain) {
        object += '"';
        object += text;
        object += '"';
    } else {
        object += json(text).dump(-1, ' ', false, json::error_handler_t::replace);
    }
}

Response page(int status, std::string_view title, std::string_view text, bool refresh) {
    Response response;
    response.status = status;
    response.content_type = kHtml;
    response.close = status >= 400;
    response.headers.emplace_back(
        "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"
    );
    response.headers.emplace_back("Referrer-Policy", "no-referrer");
    response.body = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">";
    if (refresh) {
        response.body += "<meta http-equiv=\"refresh\" content=\"10\">";
    }
    response.body += "<title>" + escape_html(title) + "</title></head>\n<body><h1>" +
                     escape_html(title) + "</h1><p>" + escape_html(text) + "</p></body></html>\n";
    return response;
}

// What submit_in_time() waits for; outlives it when the store is slow.
struct Submission {
    explicit Submission(const asio::any_io_executor& executor) : bell(executor) {
        answer.status = core::IntakeAnswer::Status::unavailable;
        answer.error = "the alert could not be stored in time";
        answer.retry_after_s = kRetryAfterS;
    }
    core::IntakeAnswer answer;
    bool is_done = false;
    asio::steady_timer bell;
};

asio::awaitable<void> submit_and_ring(
    core::Intake& intake, std::string source, std::string body,
    std::shared_ptr<Submission> submission
) {
    core::IntakeAnswer answer = co_await intake.submit(std::move(source), std::move(body));
    submission->answer = std::move(answer);
    submission->is_done = true;
    submission->bell.cancel();
}

}  // namespace

Endpoints::Endpoints(
    EndpointServices services, EndpointOptions options, CredentialTablePtr credentials
)
    : services_(std::move(services)),
      options_(std::move(options)),
      credentials_(std::move(credentials)) {}

std::string_view Endpoints::route_name(std::string_view target) const noexcept {
    const Match found = match(options_.routes, target);
    return found.route == nullptr ? "none" : found.route->name;
}

std::optional<Response> Endpoints::admit(RequestHead& head) const {
    const Match found = match(options_.routes, head.target);
    const bool is_glpi = found.route != nullptr && found.route->id == RouteId::glpi;
    const bool listens = services_.glpi_events != nullptr && services_.glpi_events->is_open();
    if (found.route == nullptr || (is_glpi && !listens)) {
        return Response::failure(404, "nothing is at this address");
    }
    if (!takes(*found.route, head.method)) {
        Response response = Response::failure(405, "this address does not take this method");
        response.headers.emplace_back("Allow", found.route->methods);
        return response;
    }
    if (is_glpi) {
        auto refused = services_.glpi_events->admit(head);
        if (refused) {
            services_.metrics.count("auth_failures_total", {});
        }
        return refused;
    }
    const auto parameter = percent_decode(found.parameter);
    if (!parameter || parameter->size() > kKeyBytesMax) {
        return Response::failure(400, "the path is malformed");
    }
    if (found.route->id != RouteId::intake) {
        return std::nullopt;
    }
    const Access access = credentials_->check_head(*parameter, head);
    auto refused = refusal(access);
    if (refused) {
        services_.metrics.count("auth_failures_total", {});
    } else if (access == Access::granted) {
        head.admitted_by = credentials_;
    }
    return refused;
}

asio::awaitable<Response> Endpoints::handle(Request request) {
    const Match found = match(options_.routes, request.head.target);
    std::string parameter = percent_decode(found.parameter).value_or("");
    Response response;
    switch (found.route->id) {
        case RouteId::intake:
            response = co_await take_alerts(std::move(request), std::move(parameter));
            break;
        case RouteId::ticket:
            response = co_await ticket_page(std::move(parameter));
            break;
        case RouteId::healthz:
            response.body = "{\"status\":\"ok\"}\n";
            break;
        case RouteId::readyz:
            response = readiness();
            break;
        case RouteId::metrics:
            response.content_type = "text/plain; version=0.0.4; charset=utf-8";
            response.body = services_.metrics_text();
            break;
        case RouteId::glpi:
            response = services_.glpi_events->handle(request);
            break;
    }
    co_return response;
}

asio::awaitable<Response> Endpoints::take_alerts(Request request, std::string source) {
    // A reload may have taken back what admitted the head.
    if (request.head.admitted_by != credentials_) {
        const Access access = credentials_->check_body(source, request, services_.clock.now());
        if (auto refused = refusal(access)) {
            services_.metrics.count("auth_failures_total", {});
            co_return std::move(*refused);
        }
    }
    const int wait_s = preferred_wait_s(request.head.prefer);
    core::IntakeAnswer answer = co_await submit_in_time(std::move(source), std::move(request.body));
    Response response;
    switch (answer.status) {
        case core::IntakeAnswer::Status::accepted:
            response = co_await receipts(std::move(answer), wait_s);
            break;
        case core::IntakeAnswer::Status::unreadable:
            response = Response::failure(400, answer.error);
            break;
        case core::IntakeAnswer::Status::unknown_source:
            response = Response::failure(404, "no such source");
            break;
        case core::IntakeAnswer::Status::unavailable:
            response = unavailable(answer.error, std::max(answer.retry_after_s, 1));
            break;
    }
    co_return response;
}

// The submission is not cancelled when its time is over: it goes on, alone, so that what becomes
// durable is counted and the correlator hears of it. Only the waiting ends.
asio::awaitable<core::IntakeAnswer> Endpoints::submit_in_time(
    std::string source, std::string body
) {
    const auto executor = co_await asio::this_coro::executor;
    const auto submission = std::make_shared<Submission>(executor);
    auto work = submit_and_ring(services_.intake, std::move(source), std::move(body), submission);
    auto on_end = [submission](const std::exception_ptr& failure) {
        if (failure) {  // out of memory, say: the prepared answer stands
            submission->is_done = true;
            submission->bell.cancel();
        }
    };
    submission->bell.expires_after(options_.store_timeout);
    asio::co_spawn(executor, std::move(work), std::move(on_end));
    if (!submission->is_done) {
        co_await submission->bell.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    co_return std::move(submission->answer);
}

asio::awaitable<Response> Endpoints::receipts(core::IntakeAnswer answer, int wait_s) {
    const WallTime until = services_.clock.now() + std::chrono::seconds(wait_s);
    std::string rows;
    for (const core::AlertReceipt& receipt : answer.alerts) {
        std::string row;
        if (!receipt.error.empty()) {
            add_member(row, "error", receipt.error);
        }
        if (!receipt.id.empty()) {
            add_member(row, "id", receipt.id);
        }
        if (!receipt.id.empty() && !options_.public_url.empty()) {
            add_member(row, "link", options_.public_url + "/t/" + percent_encode(receipt.id));
        }
        add_member(row, "status", receipt.status);
        const Duration left = until - services_.clock.now();
        if (!receipt.id.empty() && left > Duration::zero()) {
            std::string id = receipt.id;
            const auto standing = co_await services_.waiters.until_settled(std::move(id), left);
            if (standing && standing->ticket_id != 0) {
                row += ",\"ticket\":{\"id\":" + std::to_string(standing->ticket_id);
                add_member(row, "url", services_.ticket_url(standing->ticket_id));
                row += "}";
            }
        }
        rows += (rows.empty() ? "{" : ",{") + row + "}";
    }
    Response response;
    response.status = 202;
    response.body = "{\"alerts\":[" + rows + "]}\n";
    co_return response;
}

asio::awaitable<Response> Endpoints::ticket_page(std::string key) {
    std::string asked = key;
    const auto standing = co_await services_.store.standing(std::move(asked));
    if (!standing) {
        co_return unavailable("the store does not answer", kRetryAfterS);
    }
    const std::string shown = cut_code_points(one_line(repair_utf8(key)), 200);
    if (!standing.value()) {
        co_return page(404, "Unknown alert", "Nothing is known about " + shown + ".", false);
    }
    const ports::Standing& known = **standing;
    if (known.ticket_id != 0) {
        const std::string url = services_.ticket_url(known.ticket_id);
        Response response = page(302, "Ticket", url, false);
        response.headers.emplace_back("Location", url);
        co_return response;
    }
    const bool may_come = known.pending || known.state == "holding" || known.state == "open" ||
                          known.state == "quiet";
    if (may_come) {
        co_return page(
            200, "Not opened yet", "The ticket for " + shown + " is not opened yet.", true
        );
    }
    co_return page(200, "No ticket", "No ticket was opened for " + shown + ".", false);
}

Response Endpoints::readiness() const {
    const Readiness state = services_.readiness();
    json checks = json::array();
    for (const Check& check : state.checks) {
        json row = json::object();
        row["name"] = check.name;
        row["ok"] = check.ok;
        row["message"] = check.message;
        checks.push_back(std::move(row));
    }
    json body = json::object();
    body["ready"] = state.ready;
    body["checks"] = std::move(checks);
    Response response;
    response.status = state.ready ? 200 : 503;
    response.body = dump(body);
    return response;
}

}  // namespace alert_bridge::http
