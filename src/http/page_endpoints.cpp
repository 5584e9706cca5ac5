// SPDX-License-Identifier: MIT
#include "alert_bridge/http/page_endpoints.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/http/json_exchange.hpp"
#include "alert_bridge/http/page_assets.hpp"

namespace alert_bridge::http {
namespace {

namespace asio = boost::asio;
using nlohmann::json;

constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
constexpr std::string_view kCookie = "glpi_alert_bridge";
constexpr std::string_view kSecureCookie = "__Host-glpi_alert_bridge";

enum class RouteId { asset, session, login, logout, stream, api, none };

struct Route {
    RouteId id = RouteId::none;
    const PageAsset* asset = nullptr;
};

// Of all that the API can do, what the page has a use for.
bool is_command(std::string_view target) noexcept {
    return target.starts_with("/v1/") &&
           (target.ends_with("/list") || target.ends_with("/show") || target.ends_with("/retry") ||
            target.ends_with("/discard"));
}

Route route_of(std::string_view target) noexcept {
    if (target == "/v1/session") {
        return {RouteId::session};
    }
    if (target == "/v1/login") {
        return {RouteId::login};
    }
    if (target == "/v1/logout") {
        return {RouteId::logout};
    }
    if (target == "/v1/stream") {
        return {RouteId::stream};
    }
    if (is_command(target)) {
        return {RouteId::api};
    }
    for (const PageAsset& asset : page_assets()) {
        if (asset.path == target) {
            return {RouteId::asset, &asset};
        }
    }
    return {};
}

bool is_read(RouteId route) noexcept {
    return route == RouteId::asset || route == RouteId::session || route == RouteId::stream;
}

void harden(Response& response) {
    response.headers.emplace_back("Content-Security-Policy", kPolicy);
    response.headers.emplace_back("Referrer-Policy", "no-referrer");
    response.headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
    response.headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
}

// A browser says where a page comes from whenever that page sends something; another site cannot
// change it.
bool is_from_page(const RequestHead& head) noexcept {
    const std::size_t slashes = head.origin.find("://");
    const std::string_view origin = head.origin;
    const bool is_ours = slashes != std::string::npos && !head.host.empty() &&
                         iequals_ascii(origin.substr(slashes + 3), head.host);
    return is_ours && (head.fetch_site.empty() || head.fetch_site == "same-origin");
}

// For a GET browsers send no Origin to where the page itself comes from.
bool may_listen(const RequestHead& head) noexcept {
    return (head.origin.empty() && head.fetch_site.empty()) || head.fetch_site == "same-origin" ||
           is_from_page(head);
}

std::string_view cookie_of(std::string_view cookies, std::string_view name) noexcept {
    while (!cookies.empty()) {
        const std::size_t end = std::min(cookies.find(';'), cookies.size());
        const std::string_view pair = trim(cookies.substr(0, end));
        if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
            return pair.substr(name.size() + 1);
        }
        cookies.remove_prefix(std::min(end + 1, cookies.size()));
    }
    return {};
}

}  // namespace

std::string_view PageEndpoints::route_name(std::string_view target) const noexcept {
    switch (route_of(target).id) {
        case RouteId::asset:
            return "page";
        case RouteId::session:
        case RouteId::login:
        case RouteId::logout:
            return "page_login";
        case RouteId::stream:
            return "page_stream";
        case RouteId::api:
            return "page_api";
        case RouteId::none:
            break;
    }
    return "none";
}

bool PageEndpoints::is_in(const RequestHead& head) const {
    const std::string_view secret = cookie_of(head.cookie, has_tls_ ? kSecureCookie : kCookie);
    return login_.is_in(secret, services_.clock.now());
}

std::optional<Response> PageEndpoints::refusal(const RequestHead& head) const {
    const RouteId route = route_of(head.target).id;
    if (route == RouteId::none) {
        return Response::failure(404, "nothing is at this address");
    }
    const bool reads = head.method == Method::get || head.method == Method::head;
    if (is_read(route) ? !reads : head.method != Method::post) {
        Response response = Response::failure(405, "this address does not take this method");
        response.headers.emplace_back("Allow", is_read(route) ? "GET, HEAD" : "POST");
        return response;
    }
    if (route == RouteId::asset || route == RouteId::session) {
        return std::nullopt;
    }
    if (route == RouteId::stream ? !may_listen(head) : !is_from_page(head)) {
        return Response::failure(
            403,
            "only the page itself may ask for this: Origin and Host must be the same (a proxy in "
            "between must pass Host on)"
        );
    }
    if (route == RouteId::login) {
        return must_wait(head.peer);
    }
    if (!is_in(head)) {
        return Response::failure(401, "log in first");
    }
    return std::nullopt;
}

std::optional<Response> PageEndpoints::must_wait(const std::string& peer) const {
    if (!login_.must_wait(peer, services_.clock.now())) {
        return std::nullopt;
    }
    services_.metrics.count("auth_failures_total", {});
    Response response =
        Response::failure(429, "too many wrong tokens: wait a minute, then try again");
    response.headers.emplace_back("Retry-After", "60");
    return response;
}

// A page whose session is over asks on for a while: that is no wrong credential, and not counted.
std::optional<Response> PageEndpoints::admit(RequestHead& head) const {
    std::optional<Response> refused = refusal(head);
    if (refused) {
        harden(*refused);
    }
    return refused;
}

asio::awaitable<Response> PageEndpoints::handle(Request request) {
    const Route route = route_of(request.head.target);
    Response response;
    switch (route.id) {
        case RouteId::asset:
            response.content_type = route.asset->content_type;
            response.fixed_body = route.asset->bytes;
            break;
        case RouteId::session:
            response = session(request.head);
            break;
        case RouteId::login:
            response = log_in(request);
            break;
        case RouteId::logout:
            response = log_out(request.head);
            break;
        case RouteId::stream:
            response = stream(request.head);
            break;
        case RouteId::api: {
            std::string who = "status page, " + request.head.peer;
            request.head.target.erase(0, std::string_view("/v1").size());
            response = co_await services_.api.handle(std::move(request), std::move(who));
            break;
        }
        case RouteId::none:
            response = Response::failure(404, "nothing is at this address");
            break;
    }
    harden(response);
    co_return response;
}

Response PageEndpoints::session(const RequestHead& head) const {
    json body;
    body["signed_in"] = is_in(head);
    return answer(body);
}

Response PageEndpoints::log_in(const Request& request) {
    const std::string& peer = request.head.peer;
    // Again: since the head was let in, others may have had theirs.
    if (auto waits = must_wait(peer)) {
        return std::move(*waits);
    }
    const std::optional<json> body = parse_object(request.body);
    const json token = body ? body->value("token", json()) : json();
    if (!token.is_string()) {
        return Response::failure(400, "the body must be {\"token\": …}");
    }
    const auto secret =
        login_.log_in(token.get_ref<const std::string&>(), peer, services_.clock.now());
    if (!secret) {
        services_.metrics.count("auth_failures_total", {});
        services_.events.log(
            ports::Level::warning, "page_login_refused",
            "somebody tried to log in to the status page with a wrong token", {{"peer", peer}}
        );
        return Response::failure(401, "this is not the token");
    }
    services_.events.log(
        ports::Level::info, "page_login", "logged in to the status page", {{"peer", peer}}
    );
    json done;
    done["signed_in"] = true;
    Response response = answer(done);
    response.headers.emplace_back("Set-Cookie", set_cookie(*secret, PageLogin::kSessionLife));
    return response;
}

Response PageEndpoints::log_out(const RequestHead& head) {
    login_.log_out(cookie_of(head.cookie, has_tls_ ? kSecureCookie : kCookie));
    json done;
    done["signed_in"] = false;
    Response response = answer(done);
    response.headers.emplace_back("Set-Cookie", set_cookie("", Duration::zero()));
    return response;
}

Response PageEndpoints::stream(const RequestHead& head) {
    const std::string_view secret = cookie_of(head.cookie, has_tls_ ? kSecureCookie : kCookie);
    auto may_look = [this, secret = Secret(std::string(secret))] {
        return login_.is_in(secret.reveal(), services_.clock.now());
    };
    Response response;
    response.content_type = "text/event-stream; charset=utf-8";
    response.headers.emplace_back("X-Accel-Buffering", "no");  // nginx would keep it back
    response.feed = services_.stream.open(std::move(may_look));
    return response;
}

std::string PageEndpoints::set_cookie(std::string_view secret, Duration life) const {
    std::string text(has_tls_ ? kSecureCookie : kCookie);
    text += "=";
    text += secret;
    text += "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(life.count() / 1000);
    return has_tls_ ? text + "; Secure" : text;
}

}  // namespace alert_bridge::http
