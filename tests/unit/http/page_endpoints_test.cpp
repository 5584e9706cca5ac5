// SPDX-License-Identifier: MIT
#include "alert_bridge/http/page_endpoints.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "alert_bridge/http/page_assets.hpp"
#include "catch.hpp"
#include "desk_world.hpp"
#include "held_clock.hpp"

using namespace alert_bridge;
using http::Method;
using http::Response;
using nlohmann::json;

namespace {

constexpr std::string_view kToken = "the-token-of-the-page";
constexpr std::array<double, 1> kBounds{1};

boost::asio::awaitable<std::string> no_news() {
    co_return "{}";
}

struct Parts {
    boost::asio::io_context io;
    test::HeldClock clock;  // one that jumps would let an open stream look for news for ever
};

struct World : Parts, test::DeskWorld {
    http::AdminApi api{{desk, store, [](std::int64_t) { return std::string(); }}};
    core::Tasks tasks{io.get_executor(), clock, events};
    http::PageHistory history{kBounds};
    http::PageStream stream{{tasks, clock, history, no_news}};
    http::PageEndpoints page{
        {api, stream, clock, events, metrics, ids}, {Secret(std::string(kToken))}};

    World() : DeskWorld(clock) {
        domain::Operation row;
        row.id = 1;
        row.incident_id = "i1";
        row.state = domain::OperationState::dead;
        row.last_error = "<script>alert(1)</script>";
        row.created_at = row.due_at = clock.now();
        store.operations_table.push_back(row);
        domain::Incident incident;
        incident.id = "i1";
        store.incidents_table.push_back(incident);
    }

    static http::Request get(const std::string& target, const std::string& cookie = "") {
        http::Request request;
        request.head.method = Method::get;
        request.head.target = target;
        request.head.host = "bridge.example:8481";
        request.head.peer = "10.0.0.7";
        request.head.cookie = cookie;
        return request;
    }
    // As the page itself sends it.
    static http::Request post(
        const std::string& target, const std::string& body, const std::string& cookie = ""
    ) {
        http::Request request = get(target, cookie);
        request.head.method = Method::post;
        request.head.origin = "http://bridge.example:8481";
        request.head.fetch_site = "same-origin";
        request.body = body;
        return request;
    }
    Response ask(http::Request request) {
        if (auto early = page.admit(request.head)) {
            return std::move(*early);
        }
        return finish(std::move(request));
    }
    // The body has come.
    Response finish(http::Request request) {
        std::optional<Response> outcome;
        auto on_end = [&outcome](const std::exception_ptr&, Response given) {
            outcome = std::move(given);
        };
        boost::asio::co_spawn(io, page.handle(std::move(request)), std::move(on_end));
        io.poll();
        io.restart();
        return std::move(outcome).value();
    }
    Response log_in(std::string_view token) {
        return ask(post("/v1/login", json{{"token", token}}.dump()));
    }
    // As a browser sends it back.
    std::string cookie() {
        const Response response = log_in(kToken);
        REQUIRE(response.status == 200);
        const std::string set = header(response, "Set-Cookie");
        return "other=1; " + set.substr(0, set.find(';'));
    }
    static std::string header(const Response& response, std::string_view name) {
        for (const auto& [known, value] : response.headers) {
            if (known == name) {
                return value;
            }
        }
        return {};
    }
};

}  // namespace

TEST_CASE("the page's files are served as they are, to everybody, without copying them") {
    World world;
    std::size_t scripts = 0;
    for (const http::PageAsset& asset : http::page_assets()) {
        INFO(asset.path);
        const Response response = world.ask(World::get(std::string(asset.path)));
        CHECK(response.status == 200);
        CHECK(response.content_type == asset.content_type);
        CHECK(response.fixed_body.data() == asset.bytes.data());
        CHECK(response.fixed_body.size() > 100);
        CHECK(response.body.empty());
        scripts += asset.content_type.starts_with("text/javascript") ? 1U : 0U;
    }
    CHECK(scripts == 4);
    const std::string_view index = http::page_assets().front().bytes;
    CHECK(index.starts_with("<!doctype html>"));
    CHECK(index.find("style=") == std::string_view::npos);
    CHECK(index.find("http://") == std::string_view::npos);
    CHECK(index.find("https://") == std::string_view::npos);
}

TEST_CASE("every answer forbids what the page does not need") {
    World world;
    for (const char* const target : {"/", "/page.js", "/v1/session", "/v1/stream", "/nothing"}) {
        INFO(target);
        const Response response = world.ask(World::get(target));
        const std::string policy = World::header(response, "Content-Security-Policy");
        CHECK(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"));
        CHECK(policy.find("frame-ancestors 'none'") != std::string::npos);
        CHECK(policy.find("unsafe") == std::string::npos);
        CHECK(World::header(response, "Referrer-Policy") == "no-referrer");
    }
}

TEST_CASE("without the cookie nothing is told or done; with it the answers are the API's") {
    World world;
    CHECK(world.ask(World::post("/v1/dead/list", "{}")).status == 401);
    CHECK(world.ask(World::post("/v1/dead/list", "{}", "glpi_alert_bridge=wrong")).status == 401);
    CHECK(world.ask(World::get("/v1/stream")).status == 401);
    CHECK(json::parse(world.ask(World::get("/v1/session")).body)["signed_in"] == false);
    const std::string cookie = world.cookie();
    CHECK(json::parse(world.ask(World::get("/v1/session", cookie)).body)["signed_in"] == true);
    const Response list = world.ask(World::post("/v1/dead/list", "{}", cookie));
    REQUIRE(list.status == 200);
    CHECK(list.content_type == "application/json");
    CHECK(json::parse(list.body)["rows"][0]["last_error"] == "<script>alert(1)</script>");
    CHECK(world.ask(World::post("/v1/dead/anything", "{}", cookie)).status == 404);
    const Response stream = world.ask(World::get("/v1/stream", cookie));
    CHECK(stream.content_type == "text/event-stream; charset=utf-8");
    CHECK(World::header(stream, "X-Accel-Buffering") == "no");
    CHECK(stream.feed != nullptr);
    CHECK(world.page.sessions() == 1);
    world.stream.stop();
}

TEST_CASE("the cookie is out of reach for scripts, other sites and, with TLS, the clear") {
    World world;
    const std::string plain = World::header(world.log_in(kToken), "Set-Cookie");
    CHECK(plain.starts_with("glpi_alert_bridge="));
    CHECK(plain.ends_with("; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200"));
    world.page.use_tls(true);
    const std::string secure = World::header(world.log_in(kToken), "Set-Cookie");
    CHECK(secure.starts_with("__Host-glpi_alert_bridge="));
    CHECK(secure.ends_with("; Secure"));
}

TEST_CASE("a retry is done and logged with who asked; after log-out it is refused") {
    World world;
    const std::string cookie = world.cookie();
    const Response retried = world.ask(World::post("/v1/dead/retry", R"({"id": 1})", cookie));
    CHECK(retried.status != 401);
    CHECK(world.events.events.back().id == "operator_command");
    CHECK(world.events.events.back().fields.at("who") == "status page, 10.0.0.7");
    const Response out = world.ask(World::post("/v1/logout", "", cookie));
    CHECK(World::header(out, "Set-Cookie").find("Max-Age=0") != std::string::npos);
    CHECK(world.ask(World::post("/v1/dead/retry", R"({"id": 1})", cookie)).status == 401);
}

TEST_CASE("what does not come from the page itself is refused, whatever cookie it carries") {
    World world;
    const std::string cookie = world.cookie();
    const auto refused = [&](const auto& change) {
        http::Request request = World::post("/v1/dead/retry", R"({"id": 1})", cookie);
        change(request.head);
        return world.ask(std::move(request)).status;
    };
    CHECK(refused([](auto& head) { head.origin.clear(); }) == 403);
    CHECK(refused([](auto& head) { head.origin = "null"; }) == 403);
    CHECK(refused([](auto& head) { head.origin = "http://evil.example"; }) == 403);
    CHECK(refused([](auto& head) { head.origin = "http://bridge.example"; }) == 403);
    CHECK(refused([](auto& head) { head.origin = "http://bridge.example:8481.evil"; }) == 403);
    CHECK(refused([](auto& head) { head.fetch_site = "same-site"; }) == 403);
    CHECK(refused([](auto& head) { head.fetch_site = "cross-site"; }) == 403);
    CHECK(refused([](auto& head) { head.host.clear(); }) == 403);
    CHECK(refused([](auto& head) { head.method = Method::get; }) == 405);
    http::Request login = World::post("/v1/login", json{{"token", kToken}}.dump());
    login.head.origin = "http://evil.example";
    CHECK(world.ask(std::move(login)).status == 403);
    http::Request stream = World::get("/v1/stream", cookie);
    stream.head.fetch_site = "cross-site";
    CHECK(world.ask(std::move(stream)).status == 403);
    CHECK(world.events.count("operator_command") == 0);
}

TEST_CASE("wrong tokens are told, logged, counted, and soon not looked at any more") {
    World world;
    for (int i = 0; i < http::PageLogin::kTriesPerAddress; ++i) {
        CHECK(world.log_in("wrong").status == 401);
    }
    const Response waits = world.log_in(kToken);
    CHECK(waits.status == 429);
    CHECK(World::header(waits, "Retry-After") == "60");
    CHECK(world.events.count("page_login_refused") == http::PageLogin::kTriesPerAddress);
    CHECK(world.metrics.value("auth_failures_total") == http::PageLogin::kTriesPerAddress + 1);
    CHECK(world.events.count("page_login") == 0);
    CHECK(world.ask(World::post("/v1/logout", "")).status == 401);
}

TEST_CASE("guesses whose heads were sent before the bound was reached wait, too") {
    World world;
    std::vector<http::Request> begun;
    for (int i = 0; i <= http::PageLogin::kTriesPerAddress; ++i) {
        begun.push_back(World::post("/v1/login", json{{"token", "wrong"}}.dump()));
        CHECK_FALSE(world.page.admit(begun.back().head).has_value());
    }
    begun.back().body = json{{"token", kToken}}.dump();
    for (int i = 0; i < http::PageLogin::kTriesPerAddress; ++i) {
        CHECK(world.finish(begun[static_cast<std::size_t>(i)]).status == 401);
    }
    const Response waits = world.finish(begun.back());
    CHECK(waits.status == 429);
    CHECK(World::header(waits, "Retry-After") == "60");
    CHECK(World::header(waits, "Content-Security-Policy").starts_with("default-src 'none'"));
    CHECK(world.page.sessions() == 0);
}

TEST_CASE("a page whose session is over asks on, and that is no wrong credential") {
    World world;
    const std::string cookie = world.cookie();
    world.ask(World::post("/v1/logout", "", cookie));
    for (int i = 0; i < 30; ++i) {
        CHECK(world.ask(World::post("/v1/dead/list", "{}", cookie)).status == 401);
        CHECK(world.ask(World::get("/v1/stream", cookie)).status == 401);
    }
    CHECK(world.metrics.value("auth_failures_total") == 0);
}

TEST_CASE("a login that is none is refused") {
    World world;
    const std::string deep = "{\"token\": \"" + std::string(kToken) +
                             "\", \"a\": " + std::string(30'000, '[') + std::string(30'000, ']') +
                             "}";
    for (const std::string& body :
         std::vector<std::string>{"", "[]", "{}", "{\"token\": 1}", "\"token\"", deep}) {
        INFO(body);
        CHECK(world.ask(World::post("/v1/login", body)).status == 400);
    }
    CHECK(world.log_in("").status == 401);
    CHECK(world.log_in(std::string(5000, 'x')).status == 401);
}
