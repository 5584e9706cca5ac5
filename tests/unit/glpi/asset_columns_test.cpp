// SPDX-License-Identifier: MIT
#include "alert_bridge/glpi/asset_columns.hpp"

#include <fstream>
#include <nlohmann/json.hpp>

#include "alert_bridge/base/text.hpp"
#include "catch.hpp"
#include "paths.hpp"

using namespace alert_bridge;
using namespace alert_bridge::glpi;
using nlohmann::json;

namespace {

// What listSearchOptions/ITEMTYPE answered, with the names of the options that the record leaves
// out.
json recorded_options(const std::string& version, const std::string& item_type) {
    const auto path =
        project_dir() / "tests/recorded/glpi" / ("glpi-" + version + "-07-search-options.json");
    std::ifstream file(path);
    const json record = json::parse(file);
    for (const json& exchange : record.at("exchanges")) {
        if (exchange.at("label") == item_type) {
            json options = exchange.at("response").at("body");
            for (const auto& [id, name] : options.at("_names").items()) {
                if (!options.contains(id)) {
                    options[id] = {{"name", name}};
                }
            }
            return options;
        }
    }
    FAIL("no record of " << item_type);
    return {};
}

const std::vector<std::string> kAll{"comment", "criticality", "group",      "item_type", "location",
                                    "name",    "state",       "tech_group", "type"};

}  // namespace

TEST_CASE("the recorded GLPIs have every detail, each where it is expected") {
    const std::string version = GENERATE(std::string("10.0.19"), std::string("11.0.6"));
    const std::string item_type =
        GENERATE(std::string("Computer"), std::string("NetworkEquipment"));
    CHECK(
        columns_of(recorded_options(version, item_type), kAll) ==
        DetailColumns{
            {"comment", 16},
            {"criticality", 173},
            {"group", 71},
            {"location", 3},
            {"state", 31},
            {"tech_group", 49},
            {"type", 4}}
    );
}

TEST_CASE("any other column is found by its label, without case; of two the first") {
    const json options = json::parse(R"({"common": "x", "7001": {"name": "Contract level"},
        "80": {"name": "Contract Level"}, "5": "Serial number", "_names": {"9": "Contract level"}})"
    );
    CHECK(
        columns_of(options, {"field.contract level", "field.Serial Number", "field.Nothing"}) ==
        DetailColumns{{"field.contract level", 80}, {"field.Serial Number", 5}}
    );
}

TEST_CASE("a type that keeps a detail elsewhere is told by its table; groups are not guessed") {
    const json options = json::parse(R"({"31": {"name": "x", "table": "glpi_users"},
        "32": {"name": "Status", "table": "glpi_states"}, "49": {"name": "x", "table": "glpi_users"},
        "50": {"name": "Group", "table": "glpi_groups"}})");
    CHECK(columns_of(options, {"state", "tech_group"}) == DetailColumns{{"state", 32}});
    CHECK(columns_of(json::parse("[1]"), {"state"}).empty());
}

TEST_CASE("the row of the asset gives its details, whatever form they have") {
    const domain::AssetHit asset{"Computer", 7, "web01", 1, domain::Evidence::name};
    const DetailColumns columns{{"comment", 16}, {"group", 71}, {"location", 3}, {"state", 31}};
    const json search = json::parse(R"({"totalcount": 2, "data": [
        {"2": 8, "31": "Other"},
        {"2": "7", "31": "Prod &#62; Live", "3": null, "16": " a\nb ", "71": ["Sales", "", "R&#38;D"]}]})"
    );
    const domain::AssetDetails details = details_from(search, asset, columns);
    CHECK(details.value("item_type") == "Computer");
    CHECK(details.value("name") == "web01");
    CHECK(details.value("state") == "Prod > Live");
    CHECK(details.value("comment") == "a b");
    CHECK(details.value("location").empty());
    CHECK(
        details.values ==
        std::vector<domain::Tag>{
            {"item_type", "Computer"},
            {"name", "web01"},
            {"comment", "a b"},
            {"group", "Sales"},
            {"group", "R&D"},
            {"state", "Prod > Live"}}
    );
    for (const char* strange : {"{}", R"({"data": 1})", R"({"data": [1, {"2": 8}]})"}) {
        CHECK(details_from(json::parse(strange), asset, columns).values.size() == 2);
    }
}

TEST_CASE("details are bounded") {
    const domain::AssetHit asset{"Computer", 7, "web01", 1, domain::Evidence::name};
    json row{{"2", 7}, {"31", std::string(100'000, 'x')}, {"71", json::array()}};
    for (int i = 0; i < 1000; ++i) {
        row["71"].push_back("group " + std::to_string(i));
    }
    const json search{{"data", json::array({row})}};
    const auto details = details_from(search, asset, {{"state", 31}, {"group", 71}});
    CHECK(count_code_points(details.value("state")) == domain::kMaxLabel);
    CHECK(details.values.size() == 2 + kMaxValues + 1);
}

TEST_CASE("details and columns survive the cache; nonsense there is nothing") {
    domain::AssetDetails details;
    details.values = {{"state", "a\"b"}, {"group", "é"}};
    CHECK(decode_details(encode_details(details)) == details);
    const DetailColumns columns{{"field.Contract level", 7001}, {"state", 31}};
    CHECK(decode_columns(encode_columns(columns)) == columns);
    for (const char* nonsense : {"", "{", "7", "[1,[2],[\"a\"]]"}) {
        CHECK(decode_details(nonsense).values.empty());
        CHECK(decode_columns(nonsense).empty());
    }
}
