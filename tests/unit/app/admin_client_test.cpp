// SPDX-License-Identifier: MIT
#include "alert_bridge/app/admin_client.hpp"

#include <nlohmann/json.hpp>

#include "catch.hpp"

using namespace alert_bridge;
using nlohmann::json;

TEST_CASE("a refusal is told in the daemon's words, on one line, and an answer is none") {
    const auto told = [](const char* answer) { return app::refusal(json::parse(answer)); };
    CHECK(told(R"({"status": 200, "error": "not one"})").empty());
    CHECK(
        told(R"({"status": 503, "error": "the store:\n\u001b[31mis full"})") ==
        "the store: [31mis full"
    );
    CHECK(told(R"({"status": 404})") == "it answers with status 404");
    CHECK(told(R"({"status": 500, "error": 7})") == "it answers with status 500");
}

TEST_CASE("who does not answer is an error that says whether anything was sent") {
    const app::AdminClient daemon("/nowhere/admin.sock");
    CHECK(daemon.exchange("/status/show", json::object()).error().code == "no_socket");
}
