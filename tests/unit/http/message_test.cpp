// SPDX-License-Identifier: MIT
#include "alert_bridge/http/message.hpp"

#include <nlohmann/json.hpp>

#include "alert_bridge/http/responder.hpp"
#include "catch.hpp"

using namespace alert_bridge;
using namespace alert_bridge::http;

TEST_CASE("an answer is one complete message") {
    Response response;
    response.status = 202;
    response.body = "{}";
    response.headers.emplace_back("Retry-After", "5");
    Framing framing;
    framing.now = from_unix_ms(1'795'466'033'000);
    CHECK(
        encode(response, framing) ==
        "HTTP/1.1 202 Accepted\r\n"
        "Date: Mon, 23 Nov 2026 20:33:53 GMT\r\n"
        "X-Bridge: glpi-alert-bridge\r\n"
        "Content-Type: application/json\r\n"
        "Content-Length: 2\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Cache-Control: no-store\r\n"
        "Retry-After: 5\r\n"
        "Connection: keep-alive\r\n"
        "\r\n{}"
    );
}

TEST_CASE("HEAD tells the length and sends no body") {
    Response response;
    response.body = "12345";
    Framing framing;
    framing.head_only = true;
    framing.keep_alive = false;
    framing.http_1_1 = false;
    const std::string bytes = encode(response, framing);
    CHECK(bytes.substr(0, 15) == "HTTP/1.0 200 OK");
    CHECK_THAT(bytes, ContainsSubstring("Content-Length: 5\r\n"));
    CHECK_THAT(bytes, ContainsSubstring("Connection: close\r\n"));
    CHECK(bytes.substr(bytes.size() - 4) == "\r\n\r\n");
}

TEST_CASE("no header can be injected through a value") {
    Response response;
    response.headers.emplace_back("Location", "https://x/\r\nSet-Cookie: a=b\r\n\r\n<script>");
    const std::string bytes = encode(response, {});
    CHECK(bytes.find("\r\nSet-Cookie") == std::string::npos);
    CHECK(bytes.find("\r\n\r\n") == bytes.size() - 4);
}

TEST_CASE("a failure is JSON with one sentence and closes the connection") {
    const Response response = Response::failure(400, "a \"quoted\" \xff byte");
    CHECK(response.status == 400);
    CHECK(response.close);
    CHECK(nlohmann::json::parse(response.body).at("error") == "a \"quoted\" \xEF\xBF\xBD byte");
}

TEST_CASE("every status that is sent has its reason") {
    for (const int status :
         {200, 202, 302, 400, 401, 403, 404, 405, 408, 411, 413, 415, 417, 431, 500, 503, 505}) {
        INFO(status);
        CHECK(reason_phrase(status) != "Unknown");
    }
    CHECK(reason_phrase(299) == "Unknown");
}

TEST_CASE("percent-encoding goes there and back for any bytes") {
    std::string all;
    for (int byte = 1; byte < 256; ++byte) {
        all += static_cast<char>(byte);
    }
    const std::string encoded = percent_encode(all);
    CHECK(percent_decode(encoded) == all);
    CHECK(percent_encode("zabbix/trigger/1 é") == "zabbix%2Ftrigger%2F1%20%C3%A9");
    CHECK(percent_encode("A-z_0.9~") == "A-z_0.9~");
}

TEST_CASE("broken escapes and an encoded NUL are refused") {
    for (const char* const text : {"%", "a%2", "%zz", "%G0", "%00", "a%00b", "%-1"}) {
        INFO(text);
        CHECK_FALSE(percent_decode(text).has_value());
    }
    CHECK(percent_decode("") == "");
    CHECK(percent_decode("a+b%2fc") == "a+b/c");
}

TEST_CASE("Prefer: wait is found among other preferences and is at most 30 seconds") {
    const std::vector<std::pair<std::string, int>> cases{
        {"wait=2", 2},
        {"WAIT=2", 2},
        {" wait = 7 ", 7},
        {"respond-async, wait=10", 10},
        {"respond-async;x=1, wait=10; y", 10},
        {"wait=30", 30},
        {"wait=31", 30},
        {"wait=1000000", 30},
        {"wait=99999999999999999999", 0},
        {"wait=0", 0},
        {"wait=-5", 0},
        {"wait=", 0},
        {"wait", 0},
        {"wait=2s", 0},
        {"handling=strict", 0},
        {",,,", 0},
        {"wait=3, wait=9", 3},
        {"", 0}};
    for (const auto& [prefer, seconds] : cases) {
        INFO(prefer);
        CHECK(preferred_wait_s(prefer) == seconds);
    }
}

TEST_CASE("a fixed body is counted but not copied, a fed one has no length") {
    Response fixed;
    fixed.content_type = "text/css";
    fixed.fixed_body = "body {}";
    const std::string head = encode(fixed, Framing{});
    CHECK(head.find("Content-Length: 7\r\n") != std::string::npos);
    CHECK(head.find("Content-Type: text/css\r\n") != std::string::npos);
    CHECK(head.ends_with("\r\n\r\n"));
    struct Nothing final : Feed {
        boost::asio::awaitable<std::string> next() override { co_return std::string(); }
    };
    Response fed;
    fed.content_type = "text/event-stream";
    fed.feed = std::make_shared<Nothing>();
    const std::string fed_head = encode(fed, Framing{});
    CHECK(fed_head.find("Content-Length") == std::string::npos);
    CHECK(fed_head.find("Content-Type: text/event-stream\r\n") != std::string::npos);
}
