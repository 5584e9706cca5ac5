// SPDX-License-Identifier: MIT
// How the survey reads GLPI's answers: recorded ones where there are any.
#include "alert_bridge/glpi/survey.hpp"

#include <fstream>

#include "alert_bridge/glpi/reply.hpp"
#include "catch.hpp"
#include "paths.hpp"

using namespace alert_bridge;
using glpi::NameStanding;
using nlohmann::json;
using State = glpi::NameStanding::State;

namespace {

// The body of a recorded answer by its label.
json recorded(const std::string& version, const std::string& topic, const std::string& label) {
    const auto path =
        tests_dir() / "recorded" / "glpi" / ("glpi-" + version + "-" + topic + ".json");
    std::ifstream file(path);
    const json record = json::parse(file);
    for (const json& exchange : record.at("exchanges")) {
        if (exchange.at("label") == label) {
            return exchange.at("response").at("body");
        }
    }
    FAIL("no exchange '" << label << "' in " << path);
    return {};
}

domain::EntityTree tree() {
    std::vector<domain::Entity> entities(3);
    entities[0] = {0, -1, "Root", "Root", "", ""};
    entities[1] = {1, 0, "A", "Root > A", "", ""};
    entities[2] = {3, 0, "B", "Root > B", "", ""};
    return domain::EntityTree(entities);
}

NameStanding stands(
    const std::string& rows, const glpi::NameKind& kind, const std::string& name,
    const std::vector<std::int64_t>& path_up
) {
    glpi::NameQuestion question;
    question.kind = kind;
    question.name = name;
    return glpi::standing_of(json::parse(rows), question, path_up, tree());
}

}  // namespace

TEST_CASE("recorded: who the bridge is, and GLPI's clock", "[survey]") {
    for (const char* version : {"10.0.19", "11.0.6"}) {
        const glpi::LoginFacts facts =
            glpi::session_facts(recorded(version, "01-auth", "getFullSession"));
        CHECK(facts.user_id == 7);
        CHECK(facts.user_name == "svc-bridge");
        CHECK(facts.time_text.size() == 19);
        CHECK(facts.preferences.empty());  // the recording left those keys out
    }
    const json told = json::parse(
        R"({"session":{"glpiset_default_tech":"1","glpiset_followup_tech":0,"glpiset_solution_tech":null}})"
    );
    CHECK(
        glpi::session_facts(told).preferences ==
        std::map<std::string, bool>{{"set_default_tech", true}, {"set_followup_tech", false}}
    );
}

TEST_CASE("recorded: version and notifications", "[survey]") {
    for (const std::string version : {"10.0.19", "11.0.6"}) {
        const glpi::ServerFacts facts =
            glpi::server_facts(recorded(version, "01-auth", "getGlpiConfig (trimmed to some keys)")
            );
        CHECK(facts.version == version);
        CHECK(facts.major == std::stoi(version));
        CHECK(facts.notifications == false);
    }
    const auto notifies = [](const char* config) {
        return glpi::server_facts(json::parse(config)).notifications;
    };
    CHECK(notifies(R"({"cfg_glpi":{"use_notifications":"1"}})") == true);
    CHECK(notifies(R"({"cfg_glpi":{"use_notifications":1,"notifications_mailing":"0"}})") == false);
    CHECK(notifies(R"({"cfg_glpi":{"use_notifications":1,"notifications_mailing":"1"}})") == true);
    CHECK(notifies(R"({"cfg_glpi":{}})") == std::nullopt);
}

TEST_CASE("recorded: the profile's rights and where it holds", "[survey]") {
    const glpi::ProfileFacts facts =
        glpi::profile_facts(recorded("10.0.19", "01-auth", "getActiveProfile (trimmed)"));
    CHECK(facts.name == "Super-Admin");
    CHECK(facts.is_central);
    CHECK(facts.rights.at("ticket") == 261'151);
    CHECK(facts.rights.at("computer") == 255);
    CHECK(facts.rights.count("id") == 0);
    const json mine = recorded("11.0.6", "04-rights-and-entities", "[svc-bonly] getMyProfiles");
    const auto entities = glpi::profile_entities(mine, "Technician");
    REQUIRE(entities.size() == 1);
    CHECK(entities[0].id == 3);
    CHECK(entities[0].name == "Customer B");
    CHECK_FALSE(entities[0].recursive);
    CHECK(glpi::profile_entities(mine, "Other").empty());
}

TEST_CASE("an entity's settings keep their signs, and absent ones stay absent", "[survey]") {
    const glpi::EntityFacts facts = glpi::entity_facts(json::parse(
        R"({"id":1,"entities_id":0,"name":"A","completename":"Root > A","autoclose_delay":-10,
            "inquest_config":"-2","inquest_rate":30,"tickettemplates_id":null,"tickettemplates_strategy":"x"})"
    ));
    CHECK(facts.entity.complete_name == "Root > A");
    CHECK(facts.autoclose_days == glpi::kNever);
    CHECK(facts.survey_config == glpi::kInherited);
    CHECK(facts.survey_rate == 30);
    CHECK(facts.template_id == std::nullopt);
    CHECK(facts.template_strategy == std::nullopt);
}

TEST_CASE("mandatory fields belong to their template", "[survey]") {
    const auto facts = glpi::template_facts(
        json::parse(R"([{"id":1,"name":"Default"},{"id":2,"name":"R&#38;D"},7])"),
        json::parse(
            R"([{"id":1,"tickettemplates_id":1,"num":21},{"tickettemplates_id":"2","num":"7"},null])"
        )
    );
    REQUIRE(facts.size() == 2);
    CHECK(facts[0].mandatory == std::set<int>{21});
    CHECK(facts[1].name == "R&D");
    CHECK(facts[1].mandatory == std::set<int>{7});
}

TEST_CASE("where a name stands, seen from the rule's entity", "[survey]") {
    const std::string rows = R"([
        {"id":1,"name":"Network","completename":"Network","entities_id":0,"is_recursive":1,
         "tickettemplates_id_incident":4},
        {"id":2,"name":"Only B","completename":"Only B","entities_id":3,"is_recursive":0},
        {"id":3,"name":"Twice","completename":"X > Twice","entities_id":1,"is_recursive":0},
        {"id":4,"name":"Twice","completename":"Y > Twice","entities_id":1,"is_recursive":0}])";
    const std::vector<std::int64_t> from_a{1, 0};
    struct Row {
        std::string name;
        std::vector<std::int64_t> path_up;
        State state;
        std::string detail;
    };
    for (const Row& row : std::vector<Row>{
             {"Network", from_a, State::found, ""},
             {"network", {}, State::found, ""},
             {"Only B", from_a, State::elsewhere, "Root > B"},
             {"Only B", {}, State::found, ""},
             {"Twice", from_a, State::several, ""},
             {"X > Twice", from_a, State::found, ""},
             {"Netwrok", from_a, State::unknown, ""}}) {
        INFO(row.name);
        const NameStanding found = stands(rows, glpi::kCategory, row.name, row.path_up);
        CHECK(found.state == row.state);
        CHECK(found.detail == row.detail);
    }
    CHECK(stands(rows, glpi::kCategory, "Network", from_a).template_id == 4);
}

TEST_CASE("what has the name but cannot be used says why", "[survey]") {
    struct Row {
        glpi::NameKind kind;
        std::string row, why;
    };
    for (const Row& row : std::vector<Row>{
             {glpi::kGroup, R"([{"id":1,"name":"N","is_assign":0}])", "assigned to"},
             {glpi::kUser, R"([{"id":1,"name":"N","is_active":0}])", "not active"},
             {glpi::kUser, R"([{"id":1,"name":"N","is_deleted":1}])", "trash bin"},
             {glpi::kSla, R"([{"id":1,"name":"N","type":1}])", "time to own"}}) {
        const NameStanding found = stands(row.row, row.kind, "N", {});
        CHECK(found.state == State::unusable);
        CHECK_THAT(found.detail, ContainsSubstring(row.why));
    }
}

TEST_CASE("the nearest name is one that can be used, short or complete as it was written") {
    const json rows = json::parse(R"([
        {"id":1,"name":"Network","completename":"Monitoring > Network"},
        {"id":2,"name":"Netwrk","is_deleted":1}, 5])");
    CHECK(glpi::nearest_in(rows, glpi::kCategory, "Netwrok") == "Network");
    CHECK(
        glpi::nearest_in(rows, glpi::kCategory, "Monitoring > Netwrok") == "Monitoring > Network"
    );
    CHECK(glpi::nearest_in(rows, glpi::kCategory, "Printers").empty());
}

TEST_CASE("a reference is found in what a search shows, whole ones only", "[survey]") {
    const std::string reference = SeededIdSource(1).reference();
    const auto in = [](const std::string& content, const std::string& external_id) {
        json search;
        search["totalcount"] = 1;
        search["data"] = json::array();
        search["data"].push_back(json::object());
        search["data"][0]["21"] = content;
        search["data"][0]["87"] = external_id;
        return glpi::references_in(search);
    };
    CHECK(in("<p>text</p><p>" + reference + "</p>", "").sample == reference);
    CHECK(in("&#60;p&#62;GAB-short " + reference + "&#60;/p&#62;", "").sample == reference);
    CHECK(in("written anew by a rule", reference).sample == reference);
    CHECK(in("GAB-", "").sample.empty());
    CHECK(in("GAB-", "").tickets == 1);
    CHECK(glpi::references_in(json::parse(R"({"totalcount":0})")).tickets == 0);
    const json body = json::parse(glpi::own_tickets_body(7, 10));
    CHECK(body["criteria"][0]["field"] == 19);  // the date first, or the search is slow
    CHECK(body["criteria"][1]["field"] == 22);
    CHECK(body["criteria"][1]["value"] == "7");
    CHECK(body["forcedisplay"] == json::parse("[2,21]"));  // 10 has no column 87
    CHECK(json::parse(glpi::own_tickets_body(7, 11))["forcedisplay"] == json::parse("[2,21,87]"));
}
