// SPDX-License-Identifier: MIT
#include "alert_bridge/http/endpoints.hpp"

#include <boost/asio/redirect_error.hpp>

#include "http_world.hpp"

using namespace alert_bridge;
using namespace std::chrono_literals;
using nlohmann::json;
using test::Answer;
using test::HttpWorld;

namespace {

boost::asio::awaitable<void> opened(boost::asio::steady_timer& gate) {
    boost::system::error_code ignored;
    co_await gate.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
}

ports::Standing standing(std::string state, std::int64_t ticket_id, bool pending) {
    ports::Standing out;
    out.state = std::move(state);
    out.ticket_id = ticket_id;
    out.pending = pending;
    return out;
}

std::string signature(
    const std::string& key, const std::string& timestamp, const std::string& body
) {
    return "X-Bridge-Timestamp: " + timestamp +
           "\r\nX-Bridge-Signature: sha256=" + hmac_sha256_hex(key, timestamp + "." + body) +
           "\r\n";
}

}  // namespace

TEST_CASE("an alert is answered 202 with its id and the bridge's own link") {
    HttpWorld world;
    world.start();
    const Answer answer = world.ask(HttpWorld::post("z", "disk full"));
    REQUIRE(answer.status == 202);
    CHECK(answer.header("content-type") == "application/json");
    const json row = answer.json().at("alerts").at(0);
    CHECK(row.at("status") == "accepted");
    CHECK(row.at("id").get<std::string>().size() == 26);
    CHECK(row.at("link") == "https://bridge.example.com/t/" + row.at("id").get<std::string>());
    CHECK_FALSE(row.contains("ticket"));
    CHECK(world.on_io([&] { return world.store.journal.size(); }) == 1);

    const Answer again = world.ask(HttpWorld::post("z", "disk full"));
    CHECK(again.status == 202);
    CHECK(again.json().at("alerts").at(0).at("status") == "duplicate");
    CHECK(again.json().at("alerts").at(0).at("id") == row.at("id"));
}

TEST_CASE("without a public address there is no link") {
    HttpWorld world;
    world.endpoint_options.public_url.clear();
    world.start();
    CHECK_FALSE(world.ask(HttpWorld::post("z", "x")).json().at("alerts").at(0).contains("link"));
}

TEST_CASE("a batch with an unusable alert is 202 and tells which one was rejected") {
    HttpWorld world;
    world.start();
    const Answer answer = world.ask(HttpWorld::post("z", "mixed"));
    REQUIRE(answer.status == 202);
    const json alerts = answer.json().at("alerts");
    REQUIRE(alerts.size() == 2);
    CHECK(alerts.at(1).at("status") == "rejected");
    CHECK(alerts.at(1).at("error") == "no <event> id");
    CHECK_FALSE(alerts.at(1).contains("id"));
}

TEST_CASE("bytes that are not UTF-8 are no reason to refuse") {
    HttpWorld world;
    world.start();
    CHECK(world.ask(HttpWorld::post("z", "caf\xe9 \xF0\x9F\x94\xA5 \xff")).status == 202);
    CHECK(world.on_io([&] {
        return world.store.journal.at(0).alert.text;
    }) == "caf\xEF\xBF\xBD \xF0\x9F\x94\xA5 \xEF\xBF\xBD");
}

TEST_CASE("an unreadable body is 400 with the reason, and kept") {
    HttpWorld world;
    world.start();
    const Answer answer = world.ask(HttpWorld::post("z", "bad"));
    CHECK(answer.status == 400);
    CHECK(answer.json().at("error") == "json: not JSON at byte 0");
    CHECK(world.on_io([&] { return world.store.quarantine.size(); }) == 1);
}

TEST_CASE("wrong credentials and unknown sources get one and the same 401") {
    HttpWorld world;
    world.start();
    const std::string wrong = "Authorization: Bearer wrong\r\n";
    const Answer token = world.ask(HttpWorld::post("z", "x", wrong));
    const Answer missing = world.ask(HttpWorld::post("z", "x", "Accept: */*\r\n"));
    const Answer source = world.ask(HttpWorld::post("nobody", "x", wrong));
    const Answer forged =
        world.ask(HttpWorld::post("signed", "x", signature("wrong", "1795466910", "x")));
    const Answer forged_unknown =
        world.ask(HttpWorld::post("nobody", "x", signature("key", "1795466910", "x")));
    CHECK(token.status == 401);
    CHECK_THAT(token.head, ContainsSubstring("WWW-Authenticate: Bearer"));
    CHECK_THAT(token.head, ContainsSubstring("WWW-Authenticate: Basic"));
    CHECK(token.header("connection") == "close");
    for (const Answer* const other : {&missing, &source, &forged, &forged_unknown}) {
        CHECK(other->head == token.head);
        CHECK(other->body == token.body);
    }
    CHECK(world.on_io([&] { return world.metrics.value("auth_failures_total"); }) == 5);
    CHECK(world.on_io([&] {
        return world.store.journal.size() + world.store.quarantine.size();
    }) == 0);
}

TEST_CASE("who shows a good token learns that a source does not exist, or that the address is wrong"
) {
    HttpWorld world;
    world.start();
    CHECK(world.ask(HttpWorld::post("nobody", "x")).status == 404);
    CHECK(
        world.ask(HttpWorld::post("gone", "x", "Authorization: Bearer good-gone\r\n")).status == 404
    );
    CHECK(
        world.ask(HttpWorld::post("far", "x", "Authorization: Bearer good-far\r\n")).status == 403
    );
    CHECK(world.ask(HttpWorld::post("far", "x", "Authorization: Bearer wrong\r\n")).status == 401);
}

TEST_CASE("a signed alert is taken within its window and not after it") {
    HttpWorld world;
    world.start();
    const std::string body = "h\xC3\xB6st \xF0\x9F\x94\xA5 down";
    const std::string signed_now = signature("key", "1795466910", body);
    CHECK(world.ask(HttpWorld::post("signed", body, signed_now)).status == 202);
    CHECK(world.ask(HttpWorld::post("signed", body + "!", signed_now)).status == 401);
    CHECK(world.ask(HttpWorld::post("signed", body)).status == 401);
    world.on_io([&] { world.clock.time += 301s; });
    CHECK(world.ask(HttpWorld::post("signed", body, signed_now)).status == 401);
}

TEST_CASE("a reload swaps the credentials") {
    HttpWorld world;
    world.start();
    world.on_io([&] { world.endpoints->use(HttpWorld::credentials("fresh")); });
    CHECK(world.ask(HttpWorld::post("z", "x")).status == 401);
    CHECK(world.ask(HttpWorld::post("z", "x", "Authorization: Bearer fresh\r\n")).status == 202);
}

TEST_CASE("a token that is taken back between head and body is not good any more") {
    HttpWorld world;
    world.start();
    test::Client client = world.connect();
    const std::string head =
        "POST /v1/alerts/z HTTP/1.1\r\nHost: bridge\r\nAuthorization: Bearer good\r\n"
        "Expect: 100-continue\r\nContent-Length: 9\r\n\r\n";
    client.send(head);
    REQUIRE(client.read().status == 100);  // the head was let through
    world.on_io([&world] { world.endpoints->use(HttpWorld::credentials("new")); });
    client.send("disk full");
    CHECK(client.read().status == 401);
    CHECK(world.on_io([&world] { return world.store.journal.empty(); }));
}

TEST_CASE("a store that fails or an intake that is closed is 503 with Retry-After") {
    HttpWorld world;
    const bool closed = GENERATE(true, false);
    if (closed) {
        world.intake.closed_reason = "the bridge is stopping";
    } else {
        world.store.append_error = Error{ErrorClass::later, "store_full", ""};
    }
    world.start();
    const Answer answer = world.ask(HttpWorld::post("z", "x"));
    CHECK(answer.status == 503);
    CHECK(std::stoi(answer.header("retry-after")) > 0);
    CHECK(answer.json().at("error").is_string());
}

TEST_CASE("a commit that takes too long is 503, and is still counted when it happens") {
    HttpWorld world;
    world.endpoint_options.store_timeout = Duration(20);
    boost::asio::steady_timer gate(world.io, std::chrono::steady_clock::time_point::max());
    world.store.before_append = [&gate] { return opened(gate); };
    std::promise<void> rung;
    world.intake.on_appended = [&rung] { rung.set_value(); };
    world.start();
    const Answer answer = world.ask(HttpWorld::post("z", "slow"));
    CHECK(answer.status == 503);
    CHECK_FALSE(answer.header("retry-after").empty());
    world.on_io([&] {
        world.store.before_append = nullptr;
        gate.cancel();
    });
    REQUIRE(rung.get_future().wait_for(60s) == std::future_status::ready);
    CHECK(world.on_io([&] { return world.intake.pending; }) == 1);
    world.on_io([&] { world.intake.on_appended = nullptr; });
    CHECK(
        world.ask(HttpWorld::post("z", "slow")).json().at("alerts").at(0).at("status") ==
        "duplicate"
    );
}

TEST_CASE("Prefer: wait holds the answer until the ticket is known") {
    HttpWorld world;
    world.clock.on_sleep = [&world] {
        if (world.clock.sleeps.size() == 3) {
            world.store.standings[world.store.journal.at(0).alert.id] =
                standing("open", 4711, false);
        }
    };
    world.start();
    const std::string more = "Authorization: Bearer good\r\nPrefer: wait=2\r\n";
    const Answer answer = world.ask(HttpWorld::post("z", "x", more));
    REQUIRE(answer.status == 202);
    const json ticket = answer.json().at("alerts").at(0).at("ticket");
    CHECK(ticket.at("id") == 4711);
    CHECK(ticket.at("url") == "https://glpi.example.com/front/ticket.form.php?id=4711");
}

TEST_CASE("Prefer: wait ends with its time, and a whole batch shares it") {
    HttpWorld world;
    world.start();
    const std::string more = "Authorization: Bearer good\r\nPrefer: wait=2\r\n";
    const WallTime start = world.clock.time;
    const Answer answer = world.ask(HttpWorld::post("z", "x", more));
    REQUIRE(answer.status == 202);
    CHECK_FALSE(answer.json().at("alerts").at(0).contains("ticket"));
    CHECK(world.on_io([&] { return world.clock.time - start; }) == 2s);
}

TEST_CASE("the ticket page redirects to GLPI when the ticket is known") {
    HttpWorld world;
    world.store.standings["A1"] = standing("open", 12, false);
    world.store.standings["z/trigger/7"] = standing("solved", 13, false);
    world.start();
    const Answer answer = world.ask(HttpWorld::get("/t/A1"));
    CHECK(answer.status == 302);
    CHECK(answer.header("location") == "https://glpi.example.com/front/ticket.form.php?id=12");
    CHECK_THAT(
        world.ask(HttpWorld::get("/t/z%2Ftrigger%2F7")).header("location"),
        ContainsSubstring("id=13")
    );
    CHECK_THAT(
        world.ask(HttpWorld::get("/t/z/trigger/7?x=1")).header("location"),
        ContainsSubstring("id=13")
    );
}

TEST_CASE("the ticket page says what is not opened yet, what never will be, and what is unknown") {
    HttpWorld world;
    world.store.standings["P"] = standing("", 0, true);
    world.store.standings["H"] = standing("holding", 0, false);
    world.store.standings["N"] = standing("", 0, false);
    world.start();
    for (const char* const path : {"/t/P", "/t/H"}) {
        const Answer answer = world.ask(HttpWorld::get(path));
        CHECK(answer.status == 200);
        CHECK_THAT(answer.body, ContainsSubstring("not opened yet"));
        CHECK_THAT(answer.body, ContainsSubstring("http-equiv=\"refresh\""));
        CHECK(answer.header("content-type") == "text/html; charset=utf-8");
    }
    const Answer none = world.ask(HttpWorld::get("/t/N"));
    CHECK(none.status == 200);
    CHECK_THAT(none.body, ContainsSubstring("No ticket was opened"));
    CHECK(none.body.find("refresh") == std::string::npos);
    CHECK(world.ask(HttpWorld::get("/t/unknown")).status == 404);
}

TEST_CASE("what stands in the path is escaped on the page and scripts are forbidden") {
    HttpWorld world;
    world.start();
    const Answer answer =
        world.ask(HttpWorld::get("/t/%3Cscript%3Ealert(1)%3C%2Fscript%3E%0d%0aX:%20y%ff"));
    CHECK(answer.status == 404);
    CHECK(answer.body.find("<script") == std::string::npos);
    CHECK_THAT(answer.body, ContainsSubstring("&lt;script&gt;"));
    CHECK_THAT(answer.header("content-security-policy"), ContainsSubstring("default-src 'none'"));
    CHECK(answer.header("x") == "");
    CHECK(answer.header("x-content-type-options") == "nosniff");
}

TEST_CASE("the ticket page says so when the store does not answer") {
    HttpWorld world;
    world.store.standing_error = Error{ErrorClass::later, "store_busy", ""};
    world.start();
    const Answer answer = world.ask(HttpWorld::get("/t/A1"));
    CHECK(answer.status == 503);
    CHECK_FALSE(answer.header("retry-after").empty());
}

TEST_CASE("health, readiness and metrics are answered, readiness with every check") {
    HttpWorld world;
    world.readiness.checks = {{"store", true, ""}, {"glpi", false, "refused: \"wrong\" token"}};
    world.readiness.ready = GENERATE(true, false);
    world.start();
    CHECK(world.ask(HttpWorld::get("/healthz")).json().at("status") == "ok");
    const Answer ready = world.ask(HttpWorld::get("/readyz"));
    CHECK(ready.status == (world.readiness.ready ? 200 : 503));
    CHECK(ready.json().at("ready") == world.readiness.ready);
    CHECK(ready.json().at("checks").at(1).at("name") == "glpi");
    CHECK(ready.json().at("checks").at(1).at("ok") == false);
    CHECK(ready.json().at("checks").at(1).at("message") == "refused: \"wrong\" token");
    const Answer metrics = world.ask(HttpWorld::get("/metrics"));
    CHECK(metrics.body == "# metrics\n");
    CHECK_THAT(metrics.header("content-type"), ContainsSubstring("version=0.0.4"));
}

TEST_CASE("HEAD is GET without the body") {
    HttpWorld world;
    world.start();
    const Answer answer = world.ask("HEAD /healthz HTTP/1.1\r\nHost: b\r\n\r\n");
    CHECK(answer.status == 200);
    CHECK(answer.header("content-length") == "16");
}

TEST_CASE("other methods are 405 with Allow, other addresses 404, never a redirect") {
    HttpWorld world;
    world.start();
    const std::string end = " HTTP/1.1\r\nHost: b\r\nContent-Length: 0\r\n\r\n";
    for (const char* const method : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"}) {
        INFO(method);
        const Answer answer = world.ask(std::string(method) + " /v1/alerts/z" + end);
        CHECK(answer.status == 405);
        CHECK(answer.header("allow") == "POST");
    }
    const Answer posted = world.ask("POST /healthz" + end);
    CHECK(posted.status == 405);
    CHECK(posted.header("allow") == "GET, HEAD");
    for (const char* const path :
         {"/", "/v1/alerts", "/v1/alerts/", "/v1/alerts/z/", "/v1/alerts/z/x", "//v1/alerts/z",
          "/V1/alerts/z", "/healthz/", "/t/", "/../healthz"}) {
        INFO(path);
        const Answer answer = world.ask(std::string("POST ") + path + end);
        CHECK(answer.status == 404);
        CHECK(answer.header("location").empty());
    }
    CHECK(world.ask("POST /v1/alerts/%zz" + end).status == 400);
    CHECK(world.ask("POST /v1/alerts/a%00b" + end).status == 400);
}

TEST_CASE("a listener serves only the routes that it was given") {
    HttpWorld world;
    world.endpoint_options.routes.probes = false;
    world.endpoint_options.routes.people = false;
    world.start();
    CHECK(world.ask(HttpWorld::get("/metrics")).status == 404);
    CHECK(world.ask(HttpWorld::get("/t/A1")).status == 404);
    CHECK(world.ask(HttpWorld::post("z", "x")).status == 202);
}

TEST_CASE("requests are counted by route and code, never by what the sender chose") {
    HttpWorld world;
    world.start();
    world.ask(HttpWorld::post("z", "x"));
    world.ask(HttpWorld::get("/no/such/thing"));
    world.ask(HttpWorld::post("invented", "x", "Accept: */*\r\n"));
    const auto values = world.on_io([&] { return world.metrics.values; });
    CHECK(values.at("http_requests_total{route=intake,code=202}") == 1);
    CHECK(values.at("http_requests_total{route=none,code=404}") == 1);
    CHECK(values.at("http_requests_total{route=intake,code=401}") == 1);
    for (const auto& [name, value] : values) {
        CHECK(name.find("invented") == std::string::npos);
        CHECK(name.find("such") == std::string::npos);
    }
}
