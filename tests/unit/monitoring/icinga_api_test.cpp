// SPDX-License-Identifier: MIT
// IcingaApi against a scripted server that answers as Icinga 2.13's /v1 does.
#include "alert_bridge/monitoring/icinga_api.hpp"

#include "api_bench.hpp"
#include "catch.hpp"

namespace alert_bridge::test {
namespace {

using domain::NoticeAction;
using nlohmann::json;
using ports::ProblemNow;

const char* const kDone = R"({"results":[{"code":200.0,"status":"Successfully done."}]})";

Result<void> told(int status, const std::string& body) {
    ApiBench bench([&](const SeenRequest&) { return answer(status, body); });
    return run(
        bench.io, bench.back("icinga2").tell(notice_about("i/host/a", "1", NoticeAction::comment))
    );
}

bool asks_for_known(const SeenRequest& request) {
    return request.body.find("\"flapping\"") != std::string::npos;
}
bool asks_for_names(const SeenRequest& request) {
    return request.body.find("in names") == std::string::npos;
}
bool is_about_services(const SeenRequest& request) {
    return request.target == "/base/v1/objects/services";
}

}  // namespace

TEST_CASE("Icinga is told by host and service", "[icinga]") {
    ApiBench bench([](const SeenRequest&) { return answer(200, kDone); });
    auto& back = bench.back("icinga2");
    REQUIRE(run(bench.io,
                back.tell(notice_about("i/service/web 01/a%2Fb", "1", NoticeAction::acknowledge)))
                .has_value());
    REQUIRE(run(bench.io, back.tell(notice_about("i/host/web01", "1", NoticeAction::comment)))
                .has_value());
    REQUIRE(bench.server.seen.size() == 2);
    CHECK(bench.server.seen[0].target == "/base/v1/actions/acknowledge-problem");
    CHECK(bench.server.seen[0].header("Authorization") == "Basic YnJpZGdlOnBhc3M=");
    const json service = bench.asked(0);
    CHECK(service["type"] == "Service");
    CHECK(service["service"] == "web 01!a/b");
    CHECK(service["author"] == "glpi-alert-bridge");
    CHECK(service["comment"] == "GLPI ticket 4711: https://bridge/t/1");
    CHECK(service["notify"] == false);
    CHECK(service["sticky"] == false);
    CHECK(bench.server.seen[1].target == "/base/v1/actions/add-comment");
    CHECK(bench.asked(1)["type"] == "Host");
    CHECK(bench.asked(1)["host"] == "web01");
    CHECK_FALSE(bench.asked(1).contains("notify"));
}

TEST_CASE("what Icinga answers decides what becomes of the notice", "[icinga]") {
    CHECK(told(200, kDone).has_value());
    CHECK(told(409, R"({"results":[{"code":409.0}]})").has_value());  // acknowledged, or well
    CHECK(told(401, "").error().kind == ErrorClass::misconfigured);
    CHECK(told(403, "").error().kind == ErrorClass::misconfigured);
    CHECK(
        told(404, R"({"error":404.0,"status":"No objects found."})").error().kind ==
        ErrorClass::refused
    );
    CHECK(told(503, "").error().kind == ErrorClass::later);
    CHECK(told(302, "").error().kind == ErrorClass::refused);
    CHECK(told(200, "<html>").error().kind == ErrorClass::later);

    ApiBench bench([](const SeenRequest&) { return answer(200, kDone); });
    auto& back = bench.back("icinga2");
    const auto no_object =
        run(bench.io, back.tell(notice_about("i/trigger/1", "1", NoticeAction::comment)));
    CHECK(no_object.error().kind == ErrorClass::refused);
    CHECK(bench.server.seen.empty());
}

TEST_CASE("Icinga tells the state of what is known, and what else fails", "[icinga]") {
    ApiBench bench([](const SeenRequest& request) {
        if (asks_for_known(request) && is_about_services(request)) {
            return answer(200, R"({"results":[
                {"name":"web01!OK","attrs":{"state":0.0,"flapping":false}},
                {"name":"web01!FLAPS","attrs":{"state":0.0,"flapping":true}},
                {"name":"web01!BAD","attrs":{"state":2.0,"flapping":false}},
                {"name":"web01!ODD","attrs":{}}]})");
        }
        if (asks_for_known(request)) {
            return answer(404, R"({"error":404.0,"status":"No objects found."})");
        }
        if (asks_for_names(request)) {
            return answer(
                200, is_about_services(request) ? R"({"results":[
                {"name":"web01!BAD","attrs":{"state":2.0}},
                {"name":"web01!NEW","attrs":{"state":1.0}},
                {"name":"web01!WELL","attrs":{"state":1.0}},
                {"name":"web01!ACK","attrs":{"state":1.0}}]})"
                                                : R"({"results":[
                {"name":"db01","attrs":{"state":1.0}}]})"
            );
        }
        if (is_about_services(request)) {
            return answer(200, R"({"results":[
                {"name":"web01!WELL","attrs":{"name":"WELL","host_name":"web01","state":0.0}},
                {"name":"web01!NEW","attrs":{"name":"NEW","display_name":"New one",
                 "host_name":"web01","state":1.0,"last_state_change":1795466910.25,
                 "downtime_depth":0.0,"acknowledgement":0.0,"enable_notifications":true,
                 "last_check_result":{"output":"not \"well\""}},
                 "joins":{"host":{"address":"192.0.2.1","display_name":"Web 01"}}},
                {"name":"web01!ACK","attrs":{"name":"ACK","host_name":"web01","state":1.0,
                 "acknowledgement":1.0}}]})");
        }
        return answer(200, R"({"results":[
            {"name":"db01","attrs":{"name":"db01","state":1.0,"address":"192.0.2.2"}}]})");
    });
    std::vector<ports::OpenProblem> known;
    for (const char* name : {"OK", "FLAPS", "BAD", "ODD", "LOST"}) {
        known.push_back(open_problem("i/service/web01/" + std::string(name), "1"));
    }
    known.push_back(open_problem("i/host/web09", "1"));
    auto sight = run(bench.io, bench.back("icinga2").look(known));
    REQUIRE(sight.has_value());
    CHECK(
        sight->known ==
        std::vector<ProblemNow>{
            ProblemNow::ok, ProblemNow::failing, ProblemNow::failing, ProblemNow::failing,
            ProblemNow::unknown, ProblemNow::unknown}
    );
    for (const SeenRequest& request : bench.server.seen) {
        const bool is_long = request.body.find("last_check_result") != std::string::npos;
        const bool is_for_all = asks_for_names(request);
        const bool is_about_known = request.body.find(R"("web01!BAD")") != std::string::npos;
        CHECK_FALSE((is_long && (is_for_all || is_about_known)));
        CHECK(request.method == "POST");
        CHECK(request.header("X-HTTP-Method-Override") == "GET");
    }
    REQUIRE(sight->present.size() == 2);
    CHECK(sight->hushed.size() == 1);
    const json host = json::parse(sight->present[0]);
    CHECK(host["host_name"] == "db01");
    CHECK(host["host_state"] == "DOWN");
    CHECK(host["address"] == "192.0.2.2");
    const json service = json::parse(sight->present[1]);
    CHECK(service["notification_type"] == "PROBLEM");
    CHECK(service["host_name"] == "web01");
    CHECK(service["service_name"] == "NEW");
    CHECK(service["service_state"] == "WARNING");
    CHECK(service["service_output"] == "not \"well\"");
    CHECK(service["service_last_state_change"] == "1795466910");
    CHECK(service["host_display"] == "Web 01");
}

TEST_CASE("an Icinga that makes no sense changes nothing", "[icinga]") {
    for (const char* body : {"[]", "{}", R"({"results":{}})", "null"}) {
        ApiBench bench([body](const SeenRequest&) { return answer(200, body); });
        auto sight = run(bench.io, bench.back("icinga2").look({open_problem("i/host/web01", "1")}));
        CAPTURE(body);
        CHECK(sight.error().kind == ErrorClass::later);
    }
}

TEST_CASE("nothing but a zero proves that an object is well", "[icinga]") {
    for (const char* state : {"null", "\"\"", "\"OK\"", "\"0\"", "false", "0.5", "1e300", "-1"}) {
        CAPTURE(state);
        ApiBench bench([state](const SeenRequest& request) {
            const std::string row =
                R"({"name":"web01","attrs":{"state":)" + std::string(state) + "}}";
            return answer(200, R"({"results":[)" + (asks_for_known(request) ? row : "") + "]}");
        });
        auto sight = run(bench.io, bench.back("icinga2").look({open_problem("i/host/web01", "1")}));
        REQUIRE(sight.has_value());
        CHECK(sight->known == std::vector<ProblemNow>{ProblemNow::failing});
    }
}

TEST_CASE("of very many problems only some are asked for in full", "[icinga]") {
    ApiBench bench([](const SeenRequest& request) {
        if (is_about_services(request)) {
            return answer(404, "");
        }
        json body = json::object();
        body["results"] = json::array();
        const json query = json::parse(request.body);
        const auto add = [&body](const std::string& name) {
            json row = json::object();
            row["name"] = row["attrs"]["name"] = name;
            row["attrs"]["state"] = 1.0;
            row["attrs"]["last_state_change"] = 1e300;
            body["results"].push_back(std::move(row));
        };
        if (asks_for_names(request)) {
            for (int i = 0; i < 2'500; ++i) {
                add("h" + std::to_string(i));
            }
        } else {
            for (const json& name : query["filter_vars"]["names"]) {
                add(name.get<std::string>());
            }
        }
        return answer(200, body.dump());
    });
    auto sight = run(bench.io, bench.back("icinga2").look({}));
    REQUIRE(sight.has_value());
    CHECK(sight->present.size() == monitoring::IcingaApi::kPresentMax);
    CHECK(bench.server.seen.size() == 12);  // names of hosts and services, and ten times 200
    CHECK(json::parse(sight->present[0])["timet"] == "9007199254740992");
}

}  // namespace alert_bridge::test
