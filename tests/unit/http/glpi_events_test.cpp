// SPDX-License-Identifier: MIT
// GLPI 11's webhooks, with the requests that a real 11.0.6 sent.
#include "alert_bridge/http/glpi_events.hpp"

#include <fstream>
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "fakes.hpp"
#include "http_world.hpp"
#include "paths.hpp"

using namespace alert_bridge;
using http::GlpiEvents;
using http::Method;
using http::Request;

namespace {

const std::string kSecret = "lab-webhook-secret-0123456789abcdef";
constexpr std::int64_t kRecordedAt = 1'795'467'997;

// The recorded request whose label begins so.
Request recorded(const std::string& label) {
    std::ifstream file(tests_dir() / "recorded/glpi-webhooks/glpi-11.0.6-23-native-webhooks.json");
    const auto all = nlohmann::json::parse(file);
    for (const auto& exchange : all.at("exchanges")) {
        if (!exchange.at("label").get<std::string>().starts_with(label)) {
            continue;
        }
        const auto& from = exchange.at("request");
        Request request;
        request.head.method = from.at("method") == "POST" ? Method::post : Method::get;
        const std::string path = from.at("path").get<std::string>();
        const std::size_t mark = path.find('?');
        request.head.query = mark == std::string::npos ? "" : path.substr(mark + 1);
        for (const auto& header : from.at("headers")) {
            if (header.at(0) == "X-GLPI-signature") {
                request.head.glpi_signature = header.at(1).get<std::string>();
            } else if (header.at(0) == "X-GLPI-timestamp") {
                request.head.glpi_timestamp = header.at(1).get<std::string>();
            }
        }
        request.body = from.at("body_raw").get<std::string>();
        return request;
    }
    FAIL("nothing recorded as " << label);
    return {};
}

struct World {
    World() {
        clock.time = from_unix_ms((kRecordedAt + 60) * 1000);
        events.use({Secret("another"), Secret(kSecret)});
    }
    test::JumpingClock clock;
    test::RecordedMetrics metrics;
    std::vector<std::int64_t> rung;
    std::int64_t own_user = 0;
    GlpiEvents events{
        {clock, metrics, [this](std::int64_t id) { rung.push_back(id); },
         [this] { return own_user; }}};

    int send(const Request& request) {
        if (auto refused = events.admit(request.head)) {
            return refused->status;
        }
        return events.handle(request).status;
    }
    double count(const std::string& result) {
        return metrics.value("glpi_events_total{result=" + result + "}");
    }
};

Request signed_request(const std::string& body, std::int64_t at = kRecordedAt) {
    Request request;
    request.head.method = Method::post;
    request.head.glpi_timestamp = std::to_string(at);
    request.head.glpi_signature = hmac_sha256_hex(kSecret, body + request.head.glpi_timestamp);
    request.body = body;
    return request;
}

}  // namespace

TEST_CASE("every recorded webhook rings its ticket") {
    for (const char* label :
         {"Ticket new", "Ticket update", "ITILFollowup new", "ITILSolution new", "Ticket delete"}) {
        INFO(label);
        World world;
        CHECK(world.send(recorded(label)) == 200);
        CHECK(world.rung == std::vector<std::int64_t>{875});
        CHECK(world.count("heard") == 1);
    }
}

TEST_CASE("an equal webhook rings once, our own not at all") {
    World world;
    CHECK(world.send(recorded("Ticket update")) == 200);
    CHECK(world.send(recorded("Ticket update")) == 200);
    CHECK(world.rung.size() == 1);
    CHECK(world.count("repeat") == 1);
    world.own_user = 7;
    CHECK(world.send(recorded("Ticket new")) == 200);
    CHECK(world.send(recorded("ITILFollowup new")) == 200);
    CHECK(world.rung.size() == 1);
    CHECK(world.count("own") == 2);
}

TEST_CASE("repeats are remembered in bounds") {
    World world;
    for (std::size_t i = 0; i <= GlpiEvents::kRepeatsMax; ++i) {
        CHECK(world.send(signed_request("{\"n\":" + std::to_string(i) + "}")) == 200);
    }
    CHECK(world.count("no_ticket") == static_cast<double>(GlpiEvents::kRepeatsMax + 1));
    CHECK(world.send(signed_request("{\"n\":0}")) == 200);
    CHECK(world.count("repeat") == 0);
    CHECK(world.send(signed_request("{\"n\":1000}")) == 200);
    CHECK(world.count("repeat") == 1);
}

TEST_CASE("without a good signature nothing is heard") {
    World world;
    Request request = recorded("Ticket new");
    SECTION("another body") {
        request.body += ' ';
    }
    SECTION("another time") {
        request.head.glpi_timestamp = std::to_string(kRecordedAt + 1);
    }
    SECTION("no signature") {
        request.head.glpi_signature.clear();
    }
    SECTION("a short one") {
        request.head.glpi_signature.pop_back();
    }
    SECTION("capitals") {
        request.head.glpi_signature[0] = 'A';
    }
    SECTION("no time") {
        request.head.glpi_timestamp.clear();
    }
    SECTION("a time that is none") {
        request.head.glpi_timestamp = "17x";
    }
    SECTION("another secret") {
        world.events.use({Secret("another")});
    }
    CHECK(world.send(request) == 401);
    CHECK(world.rung.empty());
}

TEST_CASE("a webhook is good for hours, not for ever") {
    World world;
    const auto at = [&world](Duration age) {
        world.clock.time = from_unix_ms(kRecordedAt * 1000) + age;
        return world.send(recorded("Ticket new"));
    };
    CHECK(at(GlpiEvents::kWindow + Duration(1)) == 401);
    CHECK(at(-GlpiEvents::kAhead - Duration(1)) == 401);
    CHECK(world.count("late") == 2);
    CHECK(world.rung.empty());
    CHECK(at(GlpiEvents::kWindow) == 200);
    CHECK(world.rung.size() == 1);
}

TEST_CASE("GLPI's challenge is answered, and no other text is signed") {
    World world;
    Request request = recorded("challenge");
    REQUIRE_FALSE(world.events.admit(request.head).has_value());
    const http::Response answer = world.events.handle(request);
    CHECK(answer.status == 200);
    const std::string token = hmac_sha256_hex(kSecret, "validate_cra_challenge");
    CHECK(request.head.query == "crc_token=" + token);
    CHECK(answer.body == hmac_sha256_hex(kSecret, token));
    CHECK(world.count("challenge") == 1);
    for (const std::string query :
         {std::string(), std::string("crc_token="), "crc_token=" + token + "0",
          "crc_token=" + std::string(64, 'a'), std::string("crc_token={\"item\":{}}1795467997")}) {
        INFO(query);
        request.head.query = query;
        CHECK(world.send(request) == 401);
    }
    request.head.query = "a=b&crc_token=" + token + "&c=d";
    CHECK(world.send(request) == 200);
}

TEST_CASE("of the body only the number of the ticket is taken") {
    using http::read_glpi_event;
    CHECK(
        read_glpi_event(R"({"item":{"id":5,"status":{"id":2},"user_editor":{"id":7}}})")
            .ticket_id == 5
    );
    CHECK(
        read_glpi_event(R"({"item":{"id":5,"status":{"id":2},"user_editor":null}})").user_id == 0
    );
    const auto part = read_glpi_event(
        R"({"item":{"id":1,"itemtype":"Ticket","items_id":9,"user":{"id":3},"user_editor":{"id":4}}})"
    );
    CHECK(part.ticket_id == 9);
    CHECK(part.user_id == 4);
    std::string deep;
    for (int i = 0; i < 100; ++i) {
        deep += "{\"item\":";
    }
    for (const std::string body :
         {std::string(), std::string("x"), std::string("[]"), std::string("{\"item\":[]}"), deep,
          std::string(R"({"item":{"id":5}})"), std::string(R"({"item":{"id":-5,"status":{}}})"),
          std::string(R"({"item":{"id":"5","status":{}}})"),
          std::string(R"({"item":{"id":5.5,"status":{}}})"),
          std::string(R"({"item":{"id":18446744073709551615,"status":{}}})"),
          std::string(R"({"item":{"itemtype":"Change","items_id":9}})"),
          std::string("{}\0{}", 5)}) {
        INFO(body);
        CHECK(read_glpi_event(body).ticket_id == 0);
    }
}

TEST_CASE("the address exists only with a secret, and takes GET and POST") {
    test::HttpWorld world;
    std::vector<std::int64_t> rung;
    GlpiEvents events{
        {world.clock, world.metrics, [&rung](std::int64_t id) { rung.push_back(id); },
         [] { return std::int64_t{0}; }}};
    world.glpi_events = &events;
    world.clock.time = from_unix_ms(kRecordedAt * 1000);
    world.start();
    const Request hook = recorded("Ticket new");
    const std::string post =
        "POST /v1/glpi/events HTTP/1.1\r\nHost: bridge\r\nUser-Agent: GuzzleHttp/7\r\n"
        "X-GLPI-signature: " +
        hook.head.glpi_signature + "\r\nX-GLPI-timestamp: " + hook.head.glpi_timestamp +
        "\r\nContent-Length: " + std::to_string(hook.body.size()) + "\r\n\r\n" + hook.body;
    CHECK(world.ask(post).status == 404);
    world.on_io([&events] { events.use({Secret(kSecret)}); });
    CHECK(world.ask(post).status == 200);
    CHECK(world.on_io([&rung] { return rung; }) == std::vector<std::int64_t>{875});
    const auto challenge =
        world.ask(test::HttpWorld::get("/v1/glpi/events?" + recorded("challenge").head.query));
    CHECK(challenge.status == 200);
    CHECK(challenge.body.size() == 64);
    CHECK(world.ask(test::HttpWorld::get("/v1/glpi/events")).status == 401);
    CHECK(world.ask("PUT /v1/glpi/events HTTP/1.1\r\nHost: b\r\n\r\n").status == 405);
    CHECK(world.ask(test::HttpWorld::get("/v1/glpi/eventsx")).status == 404);
    const std::string twice = "X-GLPI-signature: " + hook.head.glpi_signature + "\r\n";
    CHECK(world.ask(test::HttpWorld::get("/v1/glpi/events", twice + twice)).status == 400);
}
