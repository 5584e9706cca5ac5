// SPDX-License-Identifier: MIT
#include "alert_bridge/app/send_client.hpp"

#include <map>

#include "catch.hpp"

using namespace alert_bridge;
using namespace alert_bridge::app;
using Kind = SendAnswer::Kind;

namespace {

enum class From { bridge, another };

SendAnswer answer(int status, const std::string& body, From from = From::bridge) {
    net::Exchange exchange;
    exchange.answered = true;
    exchange.response.status = status;
    exchange.response.body = body;
    if (from == From::bridge) {
        exchange.response.headers.push_back({"x-bridge", "glpi-alert-bridge"});
    }
    return judge_answer(exchange);
}

SendAnswer silence(const std::string& code) {
    net::Exchange exchange;
    exchange.code = code;
    exchange.message = "of the\ntransport";
    return judge_answer(exchange);
}

std::string header(const net::HttpRequest& request, const std::string& name) {
    for (const net::Header& each : request.headers) {
        if (each.name == name) {
            return each.value;
        }
    }
    return "";
}

}  // namespace

TEST_CASE("what each answer means for the alert") {
    const std::string ours = R"({"error":"shape: HOSTNAME is missing"})";
    const std::string proxy = "<html>400 The plain HTTP request was sent to HTTPS port</html>";
    const std::map<std::pair<int, std::string>, Kind> cases{
        {{202, "{}"}, Kind::accepted}, {{200, "{}"}, Kind::mistaken}, {{204, ""}, Kind::mistaken},
        {{301, ""}, Kind::mistaken},   {{400, ours}, Kind::refused},  {{401, ours}, Kind::mistaken},
        {{403, ours}, Kind::mistaken}, {{404, ours}, Kind::mistaken}, {{405, ours}, Kind::mistaken},
        {{408, ours}, Kind::away},     {{413, ours}, Kind::refused},  {{429, ""}, Kind::away},
        {{500, ""}, Kind::away},       {{503, ours}, Kind::away},
    };
    for (const auto& [said, kind] : cases) {
        INFO(said.first << " " << said.second);
        CHECK(answer(said.first, said.second).kind == kind);
    }
    for (const int status : {200, 202, 301, 400, 401, 404, 413}) {
        INFO(status);
        CHECK(answer(status, ours, From::another).kind == Kind::mistaken);
        CHECK(answer(status, proxy, From::another).kind == Kind::mistaken);
    }
    CHECK(answer(202, "{}", From::another).why.find("not the bridge") != std::string::npos);
    CHECK(answer(301, "", From::another).why.find("redirects") != std::string::npos);
    CHECK(answer(502, proxy, From::another).kind == Kind::away);
    CHECK(answer(400, ours).why == "the answer is 400 (shape: HOSTNAME is missing)");
    CHECK(answer(401, "").why.find("token") != std::string::npos);
}

TEST_CASE("no answer is an absence, but for what a person must repair") {
    for (const char* code : {"resolve", "connect", "timeout", "closed", "reset", "busy"}) {
        CHECK(silence(code).kind == Kind::away);
    }
    for (const char* code :
         {"tls_certificate", "certificate_required", "bad_request", "tls", "bad_answer",
          "too_large", "no_such_host"}) {
        CHECK(silence(code).kind == Kind::mistaken);
    }
    CHECK(silence("timeout").why == "no answer: timeout of the transport");
}

TEST_CASE("an alert is signed when it is sent, over the time and the body") {
    const SendSecrets secrets{Secret("token"), Secret("key")};
    const auto request = send_request(
        "/bridge", "nagios-dc1", secrets, "{\"a\":1}", from_unix_ms(1'795'000'000'999)
    );
    CHECK(request.method == net::Method::post);
    CHECK(request.target == "/bridge/v1/alerts/nagios-dc1");
    CHECK(request.idempotent);
    CHECK(request.body == "{\"a\":1}");
    CHECK(header(request, "Content-Type") == "application/json");
    CHECK(header(request, "Authorization") == "Bearer token");
    CHECK(header(request, "X-Bridge-Timestamp") == "1795000000");
    CHECK(
        header(request, "X-Bridge-Signature") ==
        "sha256=" + hmac_sha256_hex("key", "1795000000.{\"a\":1}")
    );
    const auto bare = send_request("", "n", {}, "a=b", from_unix_ms(0));
    CHECK(header(bare, "Authorization").empty());
    CHECK(header(bare, "X-Bridge-Signature").empty());
    CHECK(header(bare, "Content-Type") == "application/x-www-form-urlencoded");
}

TEST_CASE("an address with the path of the intake is told") {
    config::SendSettings settings;
    settings.source = "nagios";
    settings.timeout = Duration(1'000);
    settings.url = "http://127.0.0.1:8480/v1/alerts/nagios";
    auto client = SendClient::create(settings);
    REQUIRE(!client);
    CHECK(client.error().message.find("without /v1/alerts") != std::string::npos);
    settings.url = "127.0.0.1:8480";
    CHECK(SendClient::create(settings).error().code == "url");
    settings.url = "http://127.0.0.1:8480";
    CHECK(SendClient::create(settings).has_value());
    settings.token_file = "/nowhere/token";
    CHECK(SendClient::create(settings).error().message.find("/nowhere/token") != std::string::npos);
}
