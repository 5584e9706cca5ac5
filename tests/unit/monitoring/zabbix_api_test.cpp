// SPDX-License-Identifier: MIT
// ZabbixApi against a scripted server that answers as Zabbix 6.0's api_jsonrpc.php does.
#include "alert_bridge/monitoring/zabbix_api.hpp"

#include <map>

#include "api_bench.hpp"
#include "catch.hpp"

namespace alert_bridge::test {
namespace {

using domain::NoticeAction;
using nlohmann::json;
using ports::ProblemNow;

const std::string kKey = "zabbix/trigger/13";

std::string result(const std::string& value) {
    return R"({"jsonrpc":"2.0","result":)" + value + R"(,"id":1})";
}
std::string rpc_error(int code, const std::string& data) {
    return R"({"jsonrpc":"2.0","error":{"code":)" + std::to_string(code) +
           R"(,"message":"Invalid params.","data":")" + data + R"("},"id":1})";
}

// Answers by method; what is not in the table is an empty list.
ScriptedServer::Script by_method(std::map<std::string, std::string> answers) {
    return [answers = std::move(answers)](const SeenRequest& request) {
        const json body = json::parse(request.body, nullptr, false);
        const auto found = answers.find(body.value("method", ""));
        return answer(200, found == answers.end() ? result("[]") : found->second);
    };
}

const std::string kVersion6 = result(R"("6.0.14")");

Error error_of(const std::string& told) {
    ApiBench bench(by_method({{"apiinfo.version", kVersion6}, {"event.acknowledge", told}}));
    auto done =
        run(bench.io, bench.back("zabbix").tell(notice_about(kKey, "12", NoticeAction::comment)));
    return done ? Error{ErrorClass::later, "told", ""} : done.error();
}

}  // namespace

TEST_CASE("Zabbix is told by the event's id, with our mark", "[zabbix]") {
    struct Row {
        NoticeAction action;
        int bits;
    };
    for (const Row row :
         {Row{NoticeAction::comment, 4}, Row{NoticeAction::acknowledge, 6},
          Row{NoticeAction::close, 5}}) {
        ApiBench bench(by_method({{"apiinfo.version", kVersion6}}));
        auto& back = bench.back("zabbix");
        REQUIRE(run(bench.io, back.tell(notice_about(kKey, "12@20261123T203353", row.action)))
                    .has_value());
        REQUIRE(bench.server.seen.size() == 2);
        CHECK(bench.server.seen[1].target == "/base/api_jsonrpc.php");
        CHECK(bench.server.seen[1].header("Authorization").empty());
        const json asked = bench.asked(1);
        CHECK(asked["method"] == "event.acknowledge");
        CHECK(asked["auth"] == "tok");
        CHECK(asked["params"]["eventids"] == "12");
        CHECK(asked["params"]["action"] == row.bits);
        CHECK(
            asked["params"]["message"] == "GLPI ticket 4711: https://bridge/t/1 [glpi-alert-bridge]"
        );
        CHECK_FALSE(bench.asked(0).contains("auth"));
        // The version is asked once.
        REQUIRE(run(bench.io, back.tell(notice_about(kKey, "12", row.action))).has_value());
        CHECK(bench.server.seen.size() == 3);
    }
}

TEST_CASE("from 6.4 on the token stands in the header", "[zabbix]") {
    for (const char* version : {"6.4.0", "7.0.1", "10.0"}) {
        ApiBench bench(by_method({{"apiinfo.version", result("\"" + std::string(version) + "\"")}})
        );
        auto& back = bench.back("zabbix");
        auto done = run(bench.io, back.tell(notice_about(kKey, "12", NoticeAction::comment)));
        REQUIRE(done.has_value());
        CHECK(bench.server.seen[1].header("Authorization") == "Bearer tok");
        CHECK_FALSE(bench.asked(1).contains("auth"));
    }
}

TEST_CASE("a close that the trigger does not allow becomes a comment", "[zabbix]") {
    ApiBench bench([](const SeenRequest& request) {
        const json body = json::parse(request.body, nullptr, false);
        const bool closes = body["params"].is_object() && body["params"].value("action", 0) == 5;
        if (body["method"] == "apiinfo.version") {
            return answer(200, kVersion6);
        }
        const char* no = "Cannot close problem: trigger does not allow manual closing.";
        return answer(200, closes ? rpc_error(-32500, no) : result(R"({"eventids":[12]})"));
    });
    auto& back = bench.back("zabbix");
    REQUIRE(run(bench.io, back.tell(notice_about(kKey, "12", NoticeAction::close))).has_value());
    REQUIRE(bench.server.seen.size() == 3);
    CHECK(bench.asked(2)["params"]["action"] == 4);
}

TEST_CASE("what Zabbix answers decides what becomes of the notice", "[zabbix]") {
    CHECK(error_of(rpc_error(-32602, "Not authorised.")).kind == ErrorClass::misconfigured);
    CHECK(error_of(rpc_error(-32602, "API token expired.")).kind == ErrorClass::misconfigured);
    CHECK(
        error_of(rpc_error(-32602, "No permissions to referred object or it does not exist!"))
            .kind == ErrorClass::refused
    );
    CHECK(error_of(rpc_error(-32603, "Internal error.")).kind == ErrorClass::later);
    CHECK(error_of("<html>busy</html>").kind == ErrorClass::later);
    CHECK(error_of("[]").kind == ErrorClass::later);
    CHECK(error_of(R"({"jsonrpc":"2.0"})").kind == ErrorClass::later);
    CHECK(error_of(std::string(100'000, '[')).kind == ErrorClass::later);
    CHECK(error_of(result(R"({"eventids":[12]})")).code == "told");

    ApiBench bench(by_method({}));
    auto done =
        run(bench.io, bench.back("zabbix").tell(notice_about(kKey, "x", NoticeAction::comment)));
    CHECK(done.error().kind == ErrorClass::refused);
    CHECK(bench.server.seen.empty());
}

TEST_CASE("a Zabbix that is away changes nothing", "[zabbix]") {
    ApiBench bench([](const SeenRequest&) { return cut(); });
    auto& back = bench.back("zabbix");
    auto told = run(bench.io, back.tell(notice_about(kKey, "12", NoticeAction::comment)));
    CHECK(told.error().kind == ErrorClass::later);
    auto seen = run(bench.io, back.look({open_problem(kKey, "12")}));
    CHECK(seen.error().kind == ErrorClass::later);
}

TEST_CASE("Zabbix tells what became of an event by its recovery event", "[zabbix]") {
    ApiBench bench(by_method({
        {"apiinfo.version", kVersion6},
        {"event.get", result(R"([
            {"eventid":"1","objectid":"13","r_eventid":"9","value":"1"},
            {"eventid":"2","objectid":"13","r_eventid":"0","value":"1"},
            {"eventid":"3","objectid":"14","r_eventid":"0","value":"1"},
            {"eventid":"4","objectid":"15","r_eventid":"0","value":"1"},
            {"eventid":"5","objectid":"16","r_eventid":"0","value":"1"}])")},
        {"trigger.get", result(R"([
            {"triggerid":"13","status":"0","hosts":[{"host":"a","name":"A","status":"0"}],
             "items":[{"status":"0"}]},
            {"triggerid":"14","status":"1","hosts":[],"items":[]},
            {"triggerid":"15","status":"0","hosts":[{"host":"b","name":"B","status":"1"}]},
            {"triggerid":"16","status":"0","hosts":[],"items":[{"status":"1"}]}])")},
    }));
    std::vector<ports::OpenProblem> known;
    for (const char* id : {"1@20261123T203353", "2", "3", "4", "5", "6", "words"}) {
        known.push_back(open_problem(kKey, id));
    }
    auto sight = run(bench.io, bench.back("zabbix").look(known));
    REQUIRE(sight.has_value());
    CHECK(
        sight->known ==
        std::vector<ProblemNow>{
            ProblemNow::ok, ProblemNow::failing, ProblemNow::gone, ProblemNow::gone,
            ProblemNow::gone, ProblemNow::unknown, ProblemNow::unknown}
    );
    CHECK(sight->present.empty());
}

TEST_CASE("problems that the bridge does not know come as their notices would", "[zabbix]") {
    ApiBench bench(by_method({
        {"apiinfo.version", kVersion6},
        {"event.get", result(R"([{"eventid":"1","objectid":"13","r_eventid":"0"}])")},
        {"problem.get", result(R"([
            {"eventid":"1","objectid":"13","clock":"1795466910","name":"known","severity":"4",
             "suppressed":"0","opdata":"","tags":[]},
            {"eventid":"7","objectid":"13","clock":"1795466910","name":"Disk \"full\"",
             "severity":"4","suppressed":"0","opdata":"99 %",
             "tags":[{"tag":"scope","value":"capacity"}]},
            {"eventid":"8","objectid":"13","clock":"1795466910","name":"hushed","severity":"4",
             "suppressed":"1","opdata":"","tags":[]}])")},
        {"trigger.get", result(R"([
            {"triggerid":"13","status":"0","hosts":[{"host":"web01","name":"Web 01","status":"0"}],
             "items":[]}])")},
    }));
    auto sight = run(bench.io, bench.back("zabbix").look({open_problem(kKey, "1")}));
    REQUIRE(sight.has_value());
    REQUIRE(sight->present.size() == 1);
    CHECK(sight->hushed.size() == 1);
    const json body = json::parse(sight->present[0]);
    CHECK(body["event_id"] == "7");
    CHECK(body["event_name"] == "Disk \"full\"");
    CHECK(body["event_date"] == "2026.11.23");
    CHECK(body["event_time"] == "21:48:30");  // in the source's zone
    CHECK(body["event_nseverity"] == "4");
    CHECK(body["trigger_id"] == "13");
    CHECK(body["host_host"] == "web01");
    CHECK(json::parse(body["event_tagsjson"].get<std::string>())[0]["value"] == "capacity");
}

TEST_CASE("a time of any size is told as one that can be", "[zabbix]") {
    for (const char* clock : {"1e300", "\"-5\"", "99999999999999999999", "null"}) {
        CAPTURE(clock);
        ApiBench bench(by_method({
            {"apiinfo.version", kVersion6},
            {"problem.get", result(
                                R"([{"eventid":"7","objectid":"13","name":"x","severity":"4",
                 "suppressed":"0","clock":)" +
                                std::string(clock) + "}]"
                            )},
            {"trigger.get", result(R"([{"triggerid":"13","status":"0","hosts":[],"items":[]}])")},
        }));
        auto sight = run(bench.io, bench.back("zabbix").look({}));
        REQUIRE(sight.has_value());
        REQUIRE(sight->present.size() == 1);
        CHECK(json::parse(sight->present[0])["event_date"].get<std::string>().size() == 10);
    }
}

}  // namespace alert_bridge::test
