// SPDX-License-Identifier: MIT
#include "alert_bridge/glpi/lookup.hpp"

#include "alert_bridge/glpi/reply.hpp"
#include "catch.hpp"

using namespace alert_bridge;
using domain::Evidence;
using nlohmann::json;

TEST_CASE("only values that GLPI's patterns cannot misread are searched for") {
    for (const char* fine : {"web01", "SN-A-0001", "10.1.1.10", "2001:db8::1", "a b", "R_D", "é"}) {
        INFO(fine);
        CHECK(glpi::is_searchable(fine));
    }
    for (const char* bad :
         {"", "^web", "pc$", "100%", "a<b", "a>b", "a&b", "NULL", "null", " a", "a ", "a\nb",
          "a\\b"}) {
        INFO(bad);
        CHECK_FALSE(glpi::is_searchable(bad));
    }
    CHECK(glpi::is_searchable(std::string(255, 'x')));
    CHECK_FALSE(glpi::is_searchable(std::string(256, 'x')));
}

TEST_CASE("a search is anchored at both ends and encoded") {
    CHECK(
        glpi::exact_path("Computer", "name", "web 01+é") ==
        "/Computer?searchText[name]=%5Eweb%2001%2B%C3%A9%24&"
    );
    CHECK(glpi::all_path("Entity") == "/Entity?");
}

TEST_CASE("a list is walked to its end, and a longer one is known to be cut") {
    struct Page {
        std::size_t rows;
        std::int64_t total;
    };
    struct Walk {
        std::string about;
        std::vector<Page> pages;
        bool is_cut;
        std::string last_range;  // asked for
    };
    for (const Walk& walk : std::vector<Walk>{
             {"one page", {{3, 3}}, false, "range=0-999"},
             {"total not told", {{3, -1}}, false, "range=0-999"},
             {"nothing there", {{0, -1}}, false, "range=0-999"},
             {"full page, total not told", {{1000, -1}, {5, -1}}, false, "range=1000-1999"},
             {"full page, no more", {{1000, 1000}}, false, "range=0-999"},
             {"GLPI gives less at once",
              {{50, 120}, {50, 120}, {20, 120}},
              false,
              "range=100-1099"},
             {"GLPI gives nothing more", {{50, 120}, {0, 120}}, false, "range=50-1049"},
             {"longer than may be read",
              {{1000, 9000}, {1000, 9000}, {1000, 9000}},
              true,
              "range=2000-2999"},
         }) {
        INFO(walk.about);
        glpi::Pager pager("/Computer?x&", 3);
        std::string path;
        for (const Page& page : walk.pages) {
            REQUIRE(pager.has_next());
            path = pager.next_path();
            pager.took(page.rows, page.total);
        }
        CHECK_FALSE(pager.has_next());
        CHECK(pager.is_cut() == walk.is_cut);
        CHECK(path == "/Computer?x&" + walk.last_range + "&get_hateoas=false");
    }
    glpi::Pager past("/Computer?", 3);
    past.reached_end();
    CHECK_FALSE(past.has_next());
    CHECK_FALSE(past.is_cut());
}

TEST_CASE("columns that an item type lacks are never asked for") {
    CHECK(glpi::column_for("Computer", Evidence::uuid) == "uuid");
    CHECK(glpi::column_for("Computer", Evidence::inventory_number) == "otherserial");
    CHECK(glpi::column_for("Computer", Evidence::serial) == "serial");
    CHECK(glpi::column_for("Cluster", Evidence::serial).empty());
    CHECK(glpi::column_for("Cluster", Evidence::uuid) == "uuid");
    CHECK(glpi::column_for("Appliance", Evidence::uuid).empty());
    CHECK(glpi::column_for("PluginThing", Evidence::serial).empty());
    CHECK(glpi::column_for("PluginThing", Evidence::short_name) == "name");
    CHECK(glpi::column_for("Computer", Evidence::address).empty());
}

TEST_CASE("hits are exact, and neither templates nor in the trash") {
    const auto rows = json::parse(
        R"([{"id":1,"name":"web01","entities_id":1,"is_deleted":0,"is_template":0},
            {"id":4,"name":"WEB01","entities_id":3,"is_deleted":0,"is_template":0},
            {"id":5,"name":"web010","entities_id":3},
            {"id":6,"name":"web01","entities_id":3,"is_template":1},
            {"id":7,"name":"web01","entities_id":3,"is_deleted":1},
            {"id":0,"name":"web01"}, 5, null])"
    );
    const auto hits = glpi::asset_hits(rows, "Computer", "name", "web01", Evidence::name);
    REQUIRE(hits.size() == 2);
    CHECK(hits[0] == domain::AssetHit{"Computer", 1, "web01", 1, Evidence::name});
    CHECK(hits[1].id == 4);
    const auto escaped = json::parse(R"([{"id":1,"name":"a &#38; b","entities_id":0}])");
    CHECK(glpi::asset_hits(escaped, "Computer", "name", "a & b", Evidence::name).size() == 1);
    CHECK(glpi::asset_hits(rows, "Computer", "", "", Evidence::glpi_id).size() == 3);
}

TEST_CASE("hits and entities survive the cache, and a spoilt cache is harmless") {
    const std::vector<domain::AssetHit> hits{
        {"Computer", 1, "web01", 1, Evidence::name},
        {"Printer", 2, "p\"1", 0, Evidence::address, true}};
    CHECK(glpi::decode_hits(glpi::encode_hits(hits)) == hits);
    CHECK(glpi::decode_hits(R"([["Computer",1,"web01",1,4]])").at(0) == hits[0]);
    for (const char* spoilt : {"", "nonsense", "{}", "[1]", "[[1,2,3,4,5]]", "[[\"a\"]]"}) {
        INFO(spoilt);
        CHECK(glpi::decode_hits(spoilt).empty());
        CHECK(glpi::parse_entities(spoilt).empty());
    }
    const std::vector<domain::Entity> entities{
        {0, -1, "Root entity", "Root entity", "", ""},
        {2, 1, "Site A1", "Root entity > Customer A > Site A1", "a1", "42"}};
    CHECK(glpi::parse_entities(glpi::encode_entities(entities)) == entities);
}

TEST_CASE("an entity's row is read and the root has no parent in any version") {
    const auto root = glpi::entity_from(json::parse(
        R"({"id":0,"name":"Root entity","entities_id":null,"completename":"Root entity"})"
    ));
    CHECK(root.id == 0);
    CHECK(root.parent == -1);
    CHECK(glpi::entity_from(json::parse(R"({"id":0,"entities_id":-1})")).parent == -1);
    const auto site = glpi::entity_from(json::parse(
        R"({"id":2,"name":"R&#38;D","entities_id":1,"completename":"Root &#62; R&#38;D","tag":"t","registration_number":"9"})"
    ));
    CHECK(site.parent == 1);
    CHECK(site.name == "R&D");
    CHECK(site.complete_name == "Root > R&D");
    CHECK(site.tag == "t");
    CHECK(site.registration_number == "9");
}

TEST_CASE("names match by complete name, or by short name when no path is given") {
    const glpi::NameKind category{"category", "ITILCategory", true, false};
    const auto rows = json::parse(
        R"([{"id":1,"name":"Network","completename":"Monitoring > Network","entities_id":0,"is_recursive":1},
            {"id":2,"name":"Network","completename":"Network","entities_id":1,"is_recursive":0}])"
    );
    CHECK(glpi::rows_named(rows, category, "network").size() == 2);
    const auto by_path = glpi::rows_named(rows, category, "Monitoring>Network");
    REQUIRE(by_path.size() == 1);
    CHECK(by_path[0].id == 1);
    CHECK(by_path[0].recursive);
    CHECK(glpi::rows_named(rows, category, "Other > Network").empty());
}

TEST_CASE("groups that take no tickets, inactive users and other agreements are left out") {
    const glpi::NameKind group{"group", "Group", true, true};
    CHECK(glpi::rows_named(json::parse(R"([{"id":1,"name":"NOC","is_assign":0}])"), group, "NOC")
              .empty());
    CHECK(
        glpi::rows_named(json::parse(R"([{"id":1,"name":"NOC","is_assign":1}])"), group, "NOC")
            .size() == 1
    );
    CHECK(glpi::rows_named(json::parse(R"([{"id":1,"name":"NOC"}])"), group, "NOC").size() == 1);
    const glpi::NameKind user{"user", "User", false, false};
    CHECK(
        glpi::rows_named(json::parse(R"([{"id":1,"name":"al","is_active":0}])"), user, "al").empty()
    );
    CHECK(glpi::rows_named(json::parse(R"([{"id":1,"name":"al","is_deleted":1}])"), user, "al")
              .empty());
    const glpi::NameKind sla{"sla", "SLA", true, false};
    CHECK(glpi::rows_named(json::parse(R"([{"id":1,"name":"4h","type":1}])"), sla, "4h").empty());
    CHECK(
        glpi::rows_named(json::parse(R"([{"id":1,"name":"4h","type":0}])"), sla, "4h").size() == 1
    );
}

TEST_CASE("the nearest thing seen from the entity is chosen, and never guessed") {
    const glpi::NameKind bound{"category", "ITILCategory", true, false};
    const glpi::NameKind free{"user", "User", false, false};
    const std::vector<std::int64_t> path{2, 1, 0};
    using Rows = std::vector<glpi::NamedRow>;
    CHECK(glpi::choose_visible(Rows{{5, 0, true}, {6, 1, true}}, bound, path).id == 6);
    CHECK(glpi::choose_visible(Rows{{5, 0, true}, {6, 1, false}}, bound, path).id == 5);
    CHECK(glpi::choose_visible(Rows{{5, 2, false}}, bound, path).id == 5);
    CHECK(glpi::choose_visible(Rows{{5, 3, true}}, bound, path).id == 0);
    CHECK(glpi::choose_visible(Rows{{5, 0, true}, {6, 0, true}}, bound, path).ambiguous);
    CHECK_FALSE(
        glpi::choose_visible(Rows{{5, 0, true}, {6, 0, true}, {7, 1, true}}, bound, path).ambiguous
    );
    CHECK_FALSE(glpi::choose_visible(Rows{{5, 0, true}, {5, 0, true}}, bound, path).ambiguous);
    CHECK(glpi::choose_visible(Rows{{5, 99, false}}, free, path).id == 5);
    CHECK(glpi::choose_visible(Rows{}, free, path).id == 0);
}

TEST_CASE("an id may stand for a name") {
    CHECK(glpi::id_in("#12") == 12);
    CHECK(glpi::id_in(" #12 ") == 12);
    for (const char* none : {"", "#", "12", "#0", "#-1", "#1x", "#99999999999999999999"}) {
        INFO(none);
        CHECK(glpi::id_in(none) == 0);
    }
    CHECK(glpi::last_part("A > B > C") == "C");
    CHECK(glpi::last_part("C") == "C");
}
