// SPDX-License-Identifier: MIT
#include "alert_bridge/app/status_command.hpp"

#include <nlohmann/json.hpp>

#include "catch.hpp"

using namespace alert_bridge;
using nlohmann::json;

namespace {

json healthy() {
    json row;
    row["ready"] = true;
    row["open_incidents"] = 7;
    row["due"] = 2;
    row["oldest_due_seconds"] = 3;
    row["checks"] = json::array();
    json check;
    check["name"] = "glpi";
    check["ok"] = true;
    check["message"] = "up";
    row["checks"].push_back(check);
    return row;
}

app::PluginResult judge(const json& row) {
    return app::judge_status(row, app::StatusLimits{});
}

}  // namespace

TEST_CASE("a healthy bridge is OK, with its figures as performance data") {
    const auto result = judge(healthy());
    CHECK(result.status == 0);
    CHECK_THAT(result.line, ContainsSubstring("7 incidents, 2 writes owed | oldest=3s;300;900;0"));
    CHECK_THAT(result.line, ContainsSubstring(" dead=0;;;0 "));
}

TEST_CASE("a bridge that takes no alerts is critical, and the reason is told") {
    json row = healthy();
    row["ready"] = false;
    row["checks"].at(0)["ok"] = false;
    row["checks"].at(0)["message"] = "disk is full";
    const auto result = judge(row);
    CHECK(result.status == 2);
    CHECK_THAT(result.line, ContainsSubstring("no alerts are taken, glpi: disk is full"));
}

TEST_CASE("GLPI away, dead letters and quarantine are warnings") {
    json away = healthy();
    away["checks"].at(0)["ok"] = false;
    away["checks"].at(0)["message"] = "away";
    CHECK(judge(away).status == 1);
    for (const char* key : {"dead", "quarantined"}) {
        INFO(key);
        json row = healthy();
        row[key] = 2;
        const auto result = judge(row);
        CHECK(result.status == 1);
        CHECK(result.line.starts_with("2 "));
    }
}

TEST_CASE("a write that waits goes from warning to critical at the limits") {
    const std::pair<int, int> cases[] = {{299, 0}, {300, 1}, {899, 1}, {900, 2}};
    for (const auto& [seconds, status] : cases) {
        INFO(seconds);
        json row = healthy();
        row["oldest_due_seconds"] = seconds;
        CHECK(judge(row).status == status);
    }
    json row = healthy();
    row["oldest_due_seconds"] = 900;
    CHECK_THAT(judge(row).line, ContainsSubstring("a write has waited for 15m"));
}

TEST_CASE("the worst comes first") {
    json row = healthy();
    row["dead"] = 1;
    row["oldest_due_seconds"] = 7200;
    CHECK(judge(row).line.starts_with("a write has waited for 2h, 1 dead letters"));
}

TEST_CASE("hostile texts neither end the line nor begin performance data") {
    json row = healthy();
    row["checks"].at(0)["ok"] = false;
    row["checks"].at(0)["message"] = "a|dead=9\nb\x1b[31m\xff";
    const std::string line = judge(row).line;
    CHECK(line.find('\n') == std::string::npos);
    CHECK(line.find('\x1b') == std::string::npos);
    CHECK(line.find('|') == line.rfind('|'));
}

TEST_CASE("a row of another version is judged by what it has") {
    const auto result = judge(json::object());
    CHECK(result.status == 2);
    CHECK_THAT(result.line, ContainsSubstring("no alerts are taken"));
}
