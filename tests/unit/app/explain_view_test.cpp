// SPDX-License-Identifier: MIT
#include "alert_bridge/app/explain_view.hpp"

#include <nlohmann/json.hpp>

#include "catch.hpp"

using namespace alert_bridge;
using app::explanation_json;
using app::explanation_text;

namespace {

core::Explanation sample() {
    core::Explanation out;
    out.alert.source = "zabbix";
    out.alert.kind = domain::AlertKind::problem;
    out.alert.host.name = "web01";
    out.alert.problem_name = "down";
    out.alert.problem_key = "zabbix/trigger/1";
    out.rules = {{"first", domain::RuleOutcome::matched, {{"host: 'web*'", "'web01'"}}, true}};
    out.fields = {{"category", "Web", "first", ""}, {"sla", "", "", "first: x gives nothing"}};
    out.asked_for_place = true;
    out.placement.emplace();
    out.placement->entity_id = 3;
    out.placement->entity_name = "Root > ACME";
    domain::AssetHit hit{"Computer", 7, "web01", 3, domain::Evidence::serial};
    out.trace.candidates = {{hit, "Root > ACME", true, "the only one"}};
    out.verdict = domain::Verdict::applied;
    out.reason = "opens a ticket";
    core::ExplainedWrite open;
    open.event = "opened";
    open.requests = {{"POST", "/apirest.php/Ticket", R"({"input":{"name":"web01: down"}})"}};
    core::ExplainedWrite link;
    link.kind = domain::OperationKind::link_ticket;
    const std::string made = std::to_string(core::kNewTicket);
    link.requests = {{"PUT", "/apirest.php/Ticket/" + made, R"({"input":{"id":)" + made + "}}"}};
    out.writes = {open, link};
    return out;
}

}  // namespace

TEST_CASE("the JSON holds everything, and no number of a ticket that does not exist") {
    const nlohmann::json told = explanation_json(sample());
    CHECK(told.at("keys").at("problem") == "zabbix/trigger/1");
    CHECK(told.at("rules").at(0).at("because").at(0).at("had") == "'web01'");
    CHECK(told.at("plan").at(0).at("from") == "first");
    CHECK(told.at("plan").at(1).at("from") == "defaults");
    CHECK(told.at("place").at("candidates").at(0).at("score") == 4);
    CHECK(told.at("current_incident").is_null());
    const auto& writes = told.at("writes");
    CHECK(writes.at(0).at("requests").at(0).at("body").at("input").at("name") == "web01: down");
    CHECK(writes.at(1).at("requests").at(0).at("path") == "/apirest.php/Ticket/{new ticket}");
    CHECK(writes.at(1).at("requests").at(0).at("body").at("input").at("id") == "{new ticket}");
    CHECK(told.dump().find(std::to_string(core::kNewTicket)) == std::string::npos);
}

TEST_CASE("what monitoring said stays as it is, whatever its digits") {
    core::Explanation odd = sample();
    const std::string digits = std::to_string(core::kNewTicket);
    odd.writes[0].requests[0].body = R"({"input":{"name":"\"digits\" )" + digits +
                                     R"(","entities_id":-1,"ids":[)" + digits + R"(,7]}})";
    const nlohmann::json told = explanation_json(odd);
    const auto& input = told.at("writes").at(0).at("requests").at(0).at("body").at("input");
    CHECK(input.at("name") == "\"digits\" " + digits);
    CHECK(input.at("entities_id").is_null());
    CHECK(input.at("ids").at(0) == "{new ticket}");
    CHECK(input.at("ids").at(1) == 7);
}

TEST_CASE("the text says what decided, in sections") {
    const std::string text = explanation_text(explanation_json(sample()), 0, false);
    for (const char* part :
         {"1. matched: first (stop)", "host: 'web*'   (the alert has: 'web01')", "category  Web",
          "not set: sla", "gave nothing: sla: first: x gives nothing", "Computer 7 web01",
          "serial number", "Root > ACME (id 3)", "opens a ticket", "POST /apirest.php/Ticket",
          "\"name\": \"web01: down\""}) {
        INFO(part);
        CHECK_THAT(text, ContainsSubstring(part));
    }
    CHECK(text.find('\033') == std::string::npos);
    CHECK(explanation_text(explanation_json(sample()), 80, true).find('\033') == 0);
}

TEST_CASE("hostile text neither moves the cursor nor breaks a line") {
    core::Explanation hostile = sample();
    hostile.alert.problem_name = "a\033[2Jb\nc\x9d \xe2\x80\xae d\xff";
    hostile.rules[0].rule = "x\ny\033";
    hostile.rules[0].reasons[0].had = "\033]0;title\a";
    hostile.alert.tags = {{"k\n\033", "v\r\n"}};
    const nlohmann::json told = explanation_json(hostile);
    const std::string text = explanation_text(told, 0, false);
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        CHECK((byte >= 0x20 || letter == '\n'));
        CHECK(byte != 0x7f);
    }
    CHECK(text.find("\xe2\x80\xae") == std::string::npos);
    CHECK(text.find("\nc") == std::string::npos);
}

TEST_CASE("thousands of rules that did not match are counted, those that did are shown") {
    core::Explanation many = sample();
    many.rules.clear();
    for (int i = 0; i < 5000; ++i) {
        const bool matched = i == 4000;
        many.rules.push_back(
            {"rule " + std::to_string(i),
             matched ? domain::RuleOutcome::matched : domain::RuleOutcome::not_matched,
             {},
             false}
        );
    }
    const std::string text = explanation_text(explanation_json(many), 0, false);
    CHECK_THAT(text, ContainsSubstring("4001. matched: rule 4000"));
    CHECK_THAT(text, ContainsSubstring("4969 more that did not match"));
    CHECK(text.size() < 20'000);
}
