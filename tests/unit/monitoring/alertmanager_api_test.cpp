// SPDX-License-Identifier: MIT
// AlertmanagerApi against a scripted server that answers as Alertmanager 0.25's /api/v2 does.
#include "alert_bridge/monitoring/alertmanager_api.hpp"

#include "api_bench.hpp"
#include "catch.hpp"

namespace alert_bridge::test {
namespace {

using nlohmann::json;

ScriptedServer::Script serving(std::string uptime, std::string alerts) {
    return [uptime = std::move(uptime), alerts = std::move(alerts)](const SeenRequest& request) {
        const bool is_status = request.target == "/base/api/v2/status";
        return answer(200, is_status ? R"({"uptime":")" + uptime + R"("})" : alerts);
    };
}

Result<ports::Sight> look(const std::string& uptime, const std::string& alerts) {
    ApiBench bench(serving(uptime, alerts));  // its clock: 2026-11-23T20:48:30Z
    return run(bench.io, bench.back("alertmanager").look({open_problem("a/alert/1f", "x")}));
}

const std::string kLongAgo = "2026-11-23T20:00:00.000Z";

std::string alert(const std::string& fingerprint, const std::string& state) {
    return R"({"fingerprint":")" + fingerprint + R"(","startsAt":"2026-11-23T20:02:32.640Z",
        "endsAt":"2026-11-23T21:02:32.640Z","updatedAt":"2026-11-23T20:02:32.640Z",
        "generatorURL":"http://prom","annotations":{"summary":"down"},
        "labels":{"alertname":"Down"},"receivers":[{"name":"bridge"}],
        "status":{"state":")" +
           state + R"(","inhibitedBy":[],"silencedBy":[]}})";
}

}  // namespace

TEST_CASE("Alertmanager's alerts come as its webhook would bring them", "[alertmanager]") {
    const auto sight =
        look(kLongAgo, "[" + alert("1f", "active") + "," + alert("2f", "suppressed") + "]");
    REQUIRE(sight.has_value());
    CHECK(sight->known.empty());  // what the list lacks is over
    REQUIRE(sight->present.size() == 1);
    REQUIRE(sight->hushed.size() == 1);
    const json body = json::parse(sight->present[0]);
    CHECK(body["version"] == "4");
    REQUIRE(body["alerts"].size() == 1);
    const json& element = body["alerts"][0];
    CHECK(element["status"] == "firing");
    CHECK(element["fingerprint"] == "1f");
    CHECK(element["startsAt"] == "2026-11-23T20:02:32.640Z");
    CHECK(element["labels"]["alertname"] == "Down");
    CHECK(element["annotations"]["summary"] == "down");
    CHECK_FALSE(element.contains("endsAt"));  // a forecast, not an end
    CHECK(json::parse(sight->hushed[0])["alerts"][0]["fingerprint"] == "2f");
}

TEST_CASE("many alerts come in bodies of bounded size", "[alertmanager]") {
    std::string list = "[";
    for (int i = 0; i < 401; ++i) {
        list += (i == 0 ? "" : ",") + alert(std::to_string(i), "active");
    }
    const auto sight = look(kLongAgo, list + "]");
    REQUIRE(sight.has_value());
    REQUIRE(sight->present.size() == 3);
    CHECK(json::parse(sight->present[0])["alerts"].size() == 200);
    CHECK(json::parse(sight->present[2])["alerts"].size() == 1);
}

TEST_CASE("nothing is concluded from one that was started lately", "[alertmanager]") {
    const auto sight = look("2026-11-23T20:45:00.000Z", "[]");
    REQUIRE(sight.has_error());
    CHECK(sight.error().kind == ErrorClass::later);
    CHECK(sight.error().code == "not_settled");
    CHECK(look(kLongAgo, "[]").has_value());
}

TEST_CASE("an Alertmanager that makes no sense changes nothing", "[alertmanager]") {
    for (const char* alerts : {"{}", "[1]", "null", "<html>", ""}) {
        CAPTURE(alerts);
        CHECK(look(kLongAgo, alerts).error().kind == ErrorClass::later);
    }
    CHECK(look("yesterday", "[]").error().kind == ErrorClass::later);
}

TEST_CASE("Alertmanager cannot be told anything", "[alertmanager]") {
    ApiBench bench(serving(kLongAgo, "[]"));
    auto& back = bench.back("alertmanager");
    const auto told =
        run(bench.io, back.tell(notice_about("a/alert/1f", "x", domain::NoticeAction::comment)));
    CHECK(told.error().kind == ErrorClass::refused);
    CHECK(bench.server.seen.empty());
}

}  // namespace alert_bridge::test
