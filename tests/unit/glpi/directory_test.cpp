// SPDX-License-Identifier: MIT
// Long lists against a scripted GLPI: every page is read, and too many are told.
#include <algorithm>

#include "client_bench.hpp"

using namespace alert_bridge;
using namespace alert_bridge::glpi_test;

TEST_CASE("entities are read page by page") {
    Bench bench;
    bench.special = [](const SeenRequest& r) -> std::optional<Act> {
        if (r.target.find("/Entity?range=") == std::string::npos) {
            return std::nullopt;
        }
        const bool first = r.target.find("range=0-999") != std::string::npos;
        auto rows = nlohmann::json::array();
        for (int i = first ? 0 : 1000; i < (first ? 1000 : 1500); ++i) {
            nlohmann::json row;
            row["id"] = i;
            row["name"] = "E" + std::to_string(i);
            row["completename"] = "Root > E" + std::to_string(i);
            row["entities_id"] = 0;
            rows.push_back(row);
        }
        return answer(206, rows.dump());
    };
    const auto tree = bench.run(bench.client->directory().entities());
    REQUIRE(tree.has_value());
    CHECK((*tree)->all().size() == 1500);
    CHECK((*tree)->by_id(1499)->name == "E1499");
}

namespace {

// Computers (and groups) 1…`count`, one for each customer, all of one name. Gives `rows_at_once`
// rows of what is asked for.
struct Customers {
    int count = 0;
    int rows_at_once = 1000;

    std::optional<Act> operator()(const SeenRequest& request) const {
        const bool computers =
            request.target.find("/Computer?searchText[name]") != std::string::npos;
        const bool groups = request.target.find("/Group?searchText[name]") != std::string::npos;
        const bool addresses = request.target.find("/IPAddress?") != std::string::npos;
        if (!computers && !groups && !addresses) {
            const bool list = request.target.find("searchText") != std::string::npos;
            return list ? std::optional(answer(200, "[]")) : std::nullopt;
        }
        const int first = std::stoi(request.target.substr(request.target.find("range=") + 6));
        if (first >= count) {
            return refusal(400, "ERROR_RANGE_EXCEED_TOTAL");
        }
        auto rows = nlohmann::json::array();
        for (int i = first; i < std::min(count, first + rows_at_once); ++i) {
            nlohmann::json row;
            row["id"] = i + 1;
            row["name"] = addresses ? "192.0.2.1" : groups ? "NOC" : "srv-dc01";
            row["entities_id"] = i + 1;
            row["mainitemtype"] = "Computer";
            row["mainitems_id"] = i + 1;
            rows.push_back(row);
        }
        return answer(
            206, rows.dump(), "application/json",
            "Content-Range: " + std::to_string(first) + "-x/" + std::to_string(count) + "\r\n"
        );
    }
};

domain::AssetQuery host(const std::string& name) {
    domain::AssetQuery query;
    query.name = name;
    return query;
}

}  // namespace

TEST_CASE("every customer's asset of a common name is seen") {
    Bench bench;
    const int count = GENERATE(200, 2500);
    bench.special = Customers{count, count == 200 ? 70 : 1000};  // also from a GLPI that gives less
    const auto hits = bench.run(bench.client->directory().find(host("srv-dc01")));
    REQUIRE(hits.has_value());
    REQUIRE(hits->size() == static_cast<std::size_t>(count));
    CHECK(hits->at(119).entity_id == 120);
    CHECK_FALSE(hits->at(119).one_of_many);
}

TEST_CASE("a name of more assets than are read is told as such and soon forgotten") {
    Bench bench;
    bench.special = Customers{6000};
    const auto hits = bench.run(bench.client->directory().find(host("srv-dc01")));
    REQUIRE(hits.has_value());
    CHECK(hits->size() == 6);
    CHECK(std::all_of(hits->begin(), hits->end(), [](const auto& hit) { return hit.one_of_many; }));
    CHECK(bench.events.count("glpi_list_too_long") == 1);
    REQUIRE(bench.client->directory().remembered(host("srv-dc01")).has_value());
    bench.clock.time += glpi::Options().misses_life;
    CHECK_FALSE(bench.client->directory().remembered(host("srv-dc01")).has_value());
}

TEST_CASE("an address of many assets identifies none of them") {
    Bench bench;
    bench.special = Customers{11};
    domain::AssetQuery query;
    query.address = "192.0.2.1";
    const auto hits = bench.run(bench.client->directory().find(query));
    REQUIRE(hits.has_value());
    REQUIRE_FALSE(hits->empty());
    CHECK(hits->front().one_of_many);
    CHECK(hits->front().entity_id == 1);
}

TEST_CASE("a group is found among all that share its name, or said to be one of too many") {
    Bench bench;
    const int count = GENERATE(200, 11'000);
    bench.special = [count](const SeenRequest& request) -> std::optional<Act> {
        if (request.target.find("/Entity?") != std::string::npos) {
            return answer(200, R"([{"id":0,"name":"Root"},{"id":120,"name":"C","entities_id":0}])");
        }
        return Customers{count}(request);
    };
    ports::Names names;
    names.entity_id = 120;
    names.assign_group = "NOC";
    const auto resolved = bench.run(bench.client->directory().resolve(names));
    REQUIRE(resolved.has_value());
    CHECK(resolved->assign_group_id == (count == 200 ? 120 : 0));
    CHECK(resolved->missing.empty() == (count == 200));
}
