// SPDX-License-Identifier: MIT
#include "alert_bridge/glpi/ticket_news.hpp"

#include <nlohmann/json.hpp>

#include "catch.hpp"

using namespace alert_bridge;
using nlohmann::json;

namespace {

json row(const char* text) {
    return json::parse(text);
}

json answer(const json& data) {
    json out;
    out["totalcount"] = data.size();
    out["data"] = data;
    return out;
}

// As recorded from 10.0.19, with the columns that are asked for.
const char* const kRow = R"({"2": 7, "1": "Disk", "80": "Root entity > Customer A", "12": 2, "3": 5,
    "5": null, "8": "NOC", "19": "2026-11-23 22:19:28", "64": "7"})";

std::string mark_of(const json& changed) {
    return glpi::ticket_states(answer(json::array({changed})), 7).at(0).mark;
}

}  // namespace

TEST_CASE("a row tells status, time and whether we changed it last") {
    const auto states = glpi::ticket_states(answer(json::array({row(kRow)})), 7);
    REQUIRE(states.size() == 1);
    CHECK(states[0].id == 7);
    CHECK(states[0].status == 2);
    CHECK(states[0].changed == "2026-11-23 22:19:28");
    CHECK(states[0].changed_by_us);
    CHECK_FALSE(glpi::ticket_states(answer(json::array({row(kRow)})), 8).at(0).changed_by_us);
    CHECK_FALSE(glpi::ticket_states(answer(json::array({row(kRow)})), 0).at(0).changed_by_us);
}

TEST_CASE("the mark changes with status, priority, entity and assignees, and with nothing else") {
    const std::string mark = mark_of(row(kRow));
    CHECK(mark.size() == 16);
    for (const auto& [column, value] :
         {std::pair("12", json(5)), std::pair("3", json(2)), std::pair("80", json("Root entity")),
          std::pair("5", json("13")), std::pair("8", json::array({"NOC", "B"}))}) {
        json changed = row(kRow);
        changed[column] = value;
        INFO(column);
        CHECK(mark_of(changed) != mark);
    }
    json same = row(kRow);
    same["19"] = "2026-11-24 01:00:00";
    same["1"] = "Other title";
    same["64"] = "13";
    CHECK(mark_of(same) == mark);
}

TEST_CASE("rows that are none are left out, and so is an answer without rows") {
    json rows =
        json::array({row(R"({"2": 0, "12": 1})"), row(R"({"2": 3})"), json("x"), row(kRow)});
    CHECK(glpi::ticket_states(answer(rows), 7).size() == 1);
    CHECK(glpi::ticket_states(json::object(), 7).empty());
    // withindexes, or another version: keyed by id.
    json keyed;
    keyed["data"]["7"] = row(kRow);
    CHECK(glpi::ticket_states(keyed, 7).size() == 1);
}

TEST_CASE("known tickets are asked for in one body, as recorded") {
    const json body = json::parse(glpi::state_search_body({1, 2}));
    REQUIRE(body.at("criteria").size() == 2);
    CHECK(
        body.at("criteria").at(1) ==
        row(R"({"link":"OR","field":2,"searchtype":"equals","value":2})")
    );
    CHECK(body.at("range") == "0-499");
    CHECK_FALSE(body.contains("is_deleted"));
}

TEST_CASE("changes are asked for by GLPI's own clock, whole minutes, rounded up") {
    const json body = json::parse(glpi::changed_search_body(Duration(121'000), 7, 1, true));
    CHECK(body.at("criteria").at(0).at("value") == "-3MINUTE");
    CHECK(body.at("criteria").at(1).at("value") == 7);
    CHECK(body.at("range") == "200-399");
    CHECK(body.at("is_deleted") == 1);
    const json anybody = json::parse(glpi::changed_search_body(Duration(0), 0, 0, false));
    CHECK(anybody.at("criteria").size() == 1);
    CHECK(anybody.at("criteria").at(0).at("value") == "-1MINUTE");
    CHECK_FALSE(anybody.contains("is_deleted"));
}

TEST_CASE("where a ticket was merged into") {
    const json duplicate = row(R"({"id": 1, "tickets_id_1": 7, "tickets_id_2": 9, "link": 2})");
    const json other_way = row(R"({"id": 2, "tickets_id_1": 9, "tickets_id_2": 7, "link": 2})");
    const json linked = row(R"({"id": 3, "tickets_id_1": 7, "tickets_id_2": 5, "link": 1})");
    const json foreign = row(R"({"id": 4, "tickets_id_1": 1, "tickets_id_2": 2, "link": 2})");
    const auto target = [](const json& links, std::int64_t own, bool in_trash) {
        return glpi::merge_target(links, 7, own, in_trash);
    };
    CHECK(target(json::array({duplicate, linked, foreign, json(1)}), 5, false) == 9);
    CHECK(target(json::array({other_way, linked}), 0, false) == 0);
    CHECK(target(json::array({linked}), 0, true) == 5);
    CHECK(target(json::array({linked}), 5, true) == 0);
    CHECK(target(json::array({other_way}), 5, true) == 9);
    CHECK(target(json::array(), 0, true) == 0);
    json later = duplicate;
    later["id"] = 8;
    later["tickets_id_2"] = 11;
    CHECK(target(json::array({later, duplicate}), 0, false) == 11);
}
