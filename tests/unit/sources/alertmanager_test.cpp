// SPDX-License-Identifier: MIT
#include "alert_bridge/sources/alertmanager.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "alert_bridge/sources/decoders.hpp"
#include "catch.hpp"

using namespace alert_bridge;
using domain::Alert;
using domain::AlertKind;
using domain::ProblemState;
using domain::Severity;
using nlohmann::json;
using std::string;

namespace {

const WallTime kReceived = from_unix_ms(1'795'500'000'000);

ports::SourceOptions options() {
    ports::SourceOptions made;
    made.name = "am";
    made.type = "alertmanager";
    return made;
}

json firing(const json& labels = json::object(), const json& annotations = json::object()) {
    json element;
    element["status"] = "firing";
    element["labels"] = json{{"alertname", "InstanceDown"}, {"instance", "web01:9100"}};
    element["labels"].update(labels);
    element["annotations"] = json{{"summary", "web01 is down"}};
    element["annotations"].update(annotations);
    element["startsAt"] = "2026-11-23T21:02:32.640578Z";
    element["endsAt"] = "0001-01-01T00:00:00Z";
    element["generatorURL"] = "http://prom.example:9090/graph?g0.expr=up";
    element["fingerprint"] = "0786946c7ccb2aec";
    return element;
}

json changed(json element, const string& name, const json& value) {
    element[name] = value;
    return element;
}

json message(std::vector<json> elements) {
    json body;
    body["version"] = "4";
    body["status"] = "firing";
    body["externalURL"] = "http://am.example:9093";
    body["alerts"] = std::move(elements);
    return body;
}

ports::Decoded decode(const json& body, const ports::SourceOptions& given = options()) {
    const auto decoder = sources::make_decoder(given);
    REQUIRE(decoder.has_value());
    auto decoded = (*decoder)->decode(body.dump(), kReceived);
    REQUIRE(decoded.has_value());
    return *decoded;
}

Alert one(const json& element, const ports::SourceOptions& given = options()) {
    const ports::Decoded decoded = decode(message({element}), given);
    REQUIRE(decoded.alerts.size() == 1);
    REQUIRE(decoded.unusable.empty());
    return decoded.alerts.front();
}

string reason(const json& element) {
    const ports::Decoded decoded = decode(message({firing(), element}));
    CHECK(decoded.alerts.size() == 1);
    REQUIRE(decoded.unusable.size() == 1);
    return decoded.unusable.front().reason;
}

}  // namespace

TEST_CASE("an alert that fires is a problem named by fingerprint and start") {
    const Alert alert = one(firing());
    CHECK(alert.source == "am");
    CHECK(alert.received_at == kReceived);
    CHECK(alert.kind == AlertKind::problem);
    CHECK(alert.state == ProblemState::failing);
    CHECK(alert.problem_key == "am/alert/0786946c7ccb2aec");
    CHECK(alert.episode == "2026-11-23T21:02:32.640Z");
    CHECK(
        alert.idempotency_key ==
        "am/alert/0786946c7ccb2aec/2026-11-23T21:02:32.640Z/firing/2026-11-24T06:00:00.000Z"
    );
    CHECK(alert.whole_problem);
    CHECK_FALSE(alert.host_problem);
    CHECK(format_utc(alert.started_at.value()) == "2026-11-23T21:02:32Z");
    CHECK(alert.service == "InstanceDown");
    CHECK(alert.problem_name == "web01 is down");
    CHECK(
        alert.links ==
        std::vector<string>{"http://prom.example:9090/graph?g0.expr=up", "http://am.example:9093"}
    );
}

TEST_CASE("what is resolved belongs to the episode that fired, is later, and another delivery") {
    const Alert problem = one(firing());
    json element = changed(firing(), "status", "resolved");
    element["endsAt"] = "2026-11-23T21:03:58.9Z";
    const Alert recovery = one(element);
    CHECK(recovery.kind == AlertKind::recovery);
    CHECK(recovery.state == ProblemState::ok);
    CHECK(recovery.problem_key == problem.problem_key);
    CHECK(recovery.episode == problem.episode);
    CHECK(recovery.idempotency_key != problem.idempotency_key);
    CHECK(problem.order < recovery.order);
    const Alert again = one(changed(firing(), "startsAt", "2026-11-23T21:04:02Z"));
    CHECK(again.problem_key == problem.problem_key);
    CHECK(again.episode != problem.episode);
    CHECK(recovery.order < again.order);
    const Alert endless = one(changed(element, "endsAt", "0001-01-01T00:00:00Z"));
    CHECK_FALSE(endless.order < problem.order);
}

TEST_CASE("the status of each alert counts, the top-level one is not looked at") {
    json body = message({firing(), changed(firing(), "status", "resolved")});
    for (const char* status : {"firing", "resolved", "nonsense"}) {
        body["status"] = status;
        const ports::Decoded decoded = decode(body);
        REQUIRE(decoded.alerts.size() == 2);
        CHECK(decoded.alerts[0].kind == AlertKind::problem);
        CHECK(decoded.alerts[1].kind == AlertKind::recovery);
    }
}

TEST_CASE("a body sent again for another reason is the same delivery") {
    json body = message({firing()});
    const string key = decode(body).alerts.front().idempotency_key;
    body["groupKey"] = "{}:{other=\"route\"}";
    body["receiver"] = "other";
    body["alerts"].push_back(changed(firing(), "fingerprint", "other"));
    body["alerts"][0]["annotations"]["summary"] = "down for 3 minutes";
    CHECK(decode(body).alerts.front().idempotency_key == key);
}

TEST_CASE("the host is the first of the configured labels, without its port") {
    struct Row {
        json labels;
        string host, address;
    };
    for (const Row& row : std::vector<Row>{
             {{{"instance", "web01:9100"}, {"node", "other"}}, "web01", ""},
             {{{"instance", ""}, {"node", "n1"}, {"hostname", "h1"}}, "n1", ""},
             {{{"instance", ""}, {"host", "h2"}}, "h2", ""},
             {{{"instance", "192.0.2.7:9100"}}, "192.0.2.7", "192.0.2.7"},
             {{{"instance", "[2001:db8::7]:9100"}}, "2001:db8::7", "2001:db8::7"},
             {{{"instance", "2001:db8::7"}}, "2001:db8::7", "2001:db8::7"},
             {{{"instance", "https://shop.example:8443/health?x=1"}}, "shop.example", ""},
             {{{"instance", ""}}, "", ""},
         }) {
        CAPTURE(row.labels.dump());
        const Alert alert = one(firing(row.labels));
        CHECK(alert.host.name == row.host);
        CHECK(alert.host.address == row.address);
    }
    ports::SourceOptions by_node = options();
    by_node.host_labels = {"node"};
    CHECK(one(firing({{"node", "n1"}}), by_node).host.name == "n1");
    CHECK(one(firing(), by_node).host.name.empty());
}

TEST_CASE("severity comes from its label, the source's map first, and opens a ticket in doubt") {
    const std::vector<std::pair<string, Severity>> usual{
        {"critical", Severity::high},      {"Page", Severity::high},
        {"error", Severity::average},      {"warning", Severity::warning},
        {"info", Severity::information},   {"none", Severity::not_classified},
        {"emergency", Severity::disaster}, {"sev-9", Severity::average},
        {"", Severity::average},
    };
    for (const auto& [word, severity] : usual) {
        CAPTURE(word);
        CHECK(one(firing({{"severity", word}})).severity == severity);
    }
    CHECK(one(firing()).severity == Severity::average);
    ports::SourceOptions mapped = options();
    mapped.severity_label = "level";
    mapped.severity_map = {{"critical", Severity::disaster}, {"others", Severity::information}};
    CHECK(one(firing({{"level", "Critical"}}), mapped).severity == Severity::disaster);
    CHECK(one(firing({{"level", "warning"}}), mapped).severity == Severity::warning);
    CHECK(one(firing({{"level", "odd"}}), mapped).severity == Severity::information);
    CHECK(one(firing({{"severity", "critical"}}), mapped).severity == Severity::information);
}

TEST_CASE("annotations become name, text, links and details") {
    const Alert alert = one(firing(
        json::object(), {{"summary", "one\ntwo"},
                         {"description", "line 1\nline 2 <b>"},
                         {"runbook_url", "https://wiki.example/x"},
                         {"impact", "customers wait"},
                         {"script", "javascript:alert(1)"}}
    ));
    CHECK(alert.problem_name == "one two");
    CHECK(alert.text == "line 1\nline 2 <b>");
    CHECK(alert.details == "impact: customers wait\nscript: javascript:alert(1)");
    CHECK(alert.links.front() == "https://wiki.example/x");
    CHECK(alert.links.size() == 3);
    const Alert grafana =
        one(firing(json::object(), {{"summary", ""}, {"title", "t"}, {"message", "m"}}));
    CHECK(grafana.problem_name == "t");
    CHECK(grafana.text == "m");
    const Alert bare = one(changed(firing(), "annotations", json::object()));
    CHECK(bare.problem_name == "InstanceDown");
    CHECK(bare.text.empty());
}

TEST_CASE("labels become tags, those for GLPI evidence of the asset, before annotations") {
    const Alert alert = one(firing(
        {{"team", "db"}, {"glpi_id", "17"}, {"glpi_entity", "ACME"}, {"empty", ""}},
        {{"glpi_id", "18"}, {"glpi_type", "networkequipment"}, {"glpi_entity", "other"}}
    ));
    CHECK(alert.host.glpi_id == 17);
    CHECK(alert.host.glpi_type == "NetworkEquipment");
    CHECK(domain::tag_value(alert, "team") == "db");
    CHECK(domain::tag_value(alert, "alertname") == "InstanceDown");
    CHECK(domain::tag_value(alert, "glpi_entity") == "ACME");
    CHECK(domain::tag_value(alert, "instance") == "web01:9100");
    json many = json::object();
    for (int i = 0; i < 200; ++i) {
        many["l" + std::to_string(i)] = string(5000, 'x');
    }
    CHECK(one(firing(many)).tags.size() == domain::kMaxTags);
}

TEST_CASE("an element that cannot be used says why and does not spoil the others") {
    const std::vector<std::pair<json, string>> table{
        {json("text"), "alerts/1: it is not an object"},
        {changed(firing(), "status", nullptr), "alerts/1: status is missing"},
        {changed(firing(), "status", "suppressed\n"), "alerts/1: status is unknown: suppressed"},
        {changed(firing(), "startsAt", "yesterday"), "startsAt is missing or not a time"},
        {changed(firing(), "startsAt", 17), "startsAt is missing or not a time"},
        {changed(changed(firing(), "fingerprint", ""), "labels", json::object()),
         "fingerprint is missing, and so are labels"},
    };
    for (const auto& [element, message] : table) {
        CAPTURE(element.dump());
        CHECK_THAT(reason(element), ContainsSubstring(message));
    }
}

TEST_CASE("what is kept of an unusable element is a body that reads the same") {
    const ports::Decoded decoded = decode(message({changed(firing(), "status", "odd")}));
    REQUIRE(decoded.unusable.size() == 1);
    const ports::Decoded again = decode(json::parse(decoded.unusable.front().body));
    REQUIRE(again.unusable.size() == 1);
    CHECK(again.unusable.front().body == decoded.unusable.front().body);
}

TEST_CASE("without a fingerprint the labels tell problems apart") {
    const json nameless = changed(firing(), "fingerprint", nullptr);
    json other = nameless;
    other["labels"]["instance"] = "web02:9100";
    CHECK(one(nameless).problem_key == one(nameless).problem_key);
    CHECK(one(nameless).problem_key != one(other).problem_key);
}

TEST_CASE("alerts that Alertmanager left out of its list are told") {
    json body = message({firing()});
    CHECK(decode(body).left_out == 0);
    body["truncatedAlerts"] = 3;
    CHECK(decode(body).left_out == 3);
    for (const json& odd : {json(-1), json("3"), json(3.5), json(nullptr)}) {
        body["truncatedAlerts"] = odd;
        CHECK(decode(body).left_out == 0);
    }
}

TEST_CASE("an empty list is an empty batch; a body without a list, or too long a one, is refused") {
    CHECK(decode(message({})).alerts.empty());
    const auto decoder = sources::make_decoder(options());
    REQUIRE(decoder.has_value());
    for (const char* body : {"{}", "[]", R"({"alerts":{}})", R"({"alerts":null})"}) {
        const auto decoded = (*decoder)->decode(body, kReceived);
        REQUIRE_FALSE(decoded.has_value());
        CHECK(decoded.error().code == "shape");
        CHECK_THAT(decoded.error().message, ContainsSubstring("no list \"alerts\""));
    }
    const json full = message(std::vector<json>(ports::kMaxBatch, json("x")));
    CHECK(decode(full).unusable.size() == ports::kMaxBatch);
    const json over = message(std::vector<json>(ports::kMaxBatch + 1, json("x")));
    const auto decoded = (*decoder)->decode(over.dump(), kReceived);
    REQUIRE_FALSE(decoded.has_value());
    CHECK(decoded.error().message == "more than 10000 alerts");
}
