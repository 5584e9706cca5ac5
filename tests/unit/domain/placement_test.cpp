// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/placement.hpp"

#include <vector>

#include "catch.hpp"

namespace alert_bridge::domain {
namespace {

constexpr std::int64_t kRoot = 0, kAcme = 1, kAcmeSite = 2, kBolt = 3, kBoltSite = 4, kStaff = 5,
                       kAcmeDesk = 6;

const EntityTree& tree() {
    static const EntityTree kTree({
        {kRoot, -1, "Root", "Root", "", ""},
        {kAcme, kRoot, "ACME", "Root > ACME", "", ""},
        {kAcmeSite, kAcme, "Lyon", "Root > ACME > Lyon", "", ""},
        {kAcmeDesk, kAcme, "Desk", "Root > ACME > Desk", "", ""},
        {kBolt, kRoot, "Bolt", "Root > Bolt", "", ""},
        {kBoltSite, kBolt, "Nice", "Root > Bolt > Nice", "", ""},
        {kStaff, kRoot, "Staff", "Root > Staff", "", ""},
    });
    return kTree;
}

AssetHit hit(std::int64_t id, std::int64_t entity, Evidence evidence = Evidence::name) {
    return {"Computer", id, "web01", entity, evidence};
}

struct Wishes {
    std::string entity;
    std::string within;
    std::string source_within;
    bool trust_names = true;
};

Plan plan_for(const Wishes& wishes) {
    Plan plan;
    plan.entity.value = wishes.entity;
    plan.within.value = wishes.within;
    plan.source_within.value = wishes.source_within;
    plan.trust_names = wishes.trust_names;
    plan.default_entity.value = "Staff";
    plan.glpi_default_entity.value = "Staff";
    return plan;
}

struct Case {
    std::string about;
    Wishes wishes;
    std::vector<AssetHit> hits;
    std::int64_t entity;
    std::int64_t asset;     // 0: none
    std::string note;       // "": no note at all
    std::string unmatched;  // "": not on the list
};

void check(const std::vector<Case>& cases) {
    for (const Case& c : cases) {
        INFO(c.about);
        const Placement placement = place(plan_for(c.wishes), c.hits, tree());
        INFO("note: " << placement.note);
        INFO("unmatched: " << placement.unmatched);
        REQUIRE(placement.entity_id == c.entity);
        REQUIRE(placement.entity_name == tree().by_id(c.entity)->complete_name);
        REQUIRE((placement.asset ? placement.asset->id : 0) == c.asset);
        REQUIRE(placement.note.empty() == c.note.empty());
        REQUIRE_THAT(placement.note, ContainsSubstring(c.note));
        REQUIRE(placement.unmatched.empty() == c.unmatched.empty());
        REQUIRE_THAT(placement.unmatched, ContainsSubstring(c.unmatched));
        REQUIRE_FALSE(placement.provisional);
    }
}

}  // namespace

TEST_CASE("the entity comes from the rule, then the asset, then the default") {
    check({
        {"asset decides", {}, {hit(7, kAcmeSite)}, kAcmeSite, 7, "", ""},
        {"rule before asset", {"ACME", "", ""}, {hit(7, kAcmeSite)}, kAcme, 7, "", ""},
        {"rule alone", {"ACME", "", ""}, {}, kAcme, 0, "No GLPI asset was found", "no asset found"},
        {"unknown host", {}, {}, kStaff, 0, "The ticket is in the default entity", "no asset"},
        {"rule's entity unknown, asset decides",
         {"Root > Gone", "", ""},
         {hit(7, kAcme)},
         kAcme,
         7,
         "\"Root > Gone\" named by a rule is not known",
         ""},
        {"rule's entity and host unknown",
         {"Root > Gone", "", ""},
         {},
         kStaff,
         0,
         "\"Root > Gone\" named by a rule is not known",
         "no asset found"},
        {"rule's entity by id", {"#3", "", ""}, {}, kBolt, 0, "No GLPI asset", "no asset found"},
        {"rule's entity is ambiguous text",
         {"Root > ", "", ""},
         {},
         kStaff,
         0,
         "not known",
         "no asset found"},
    });
}

TEST_CASE("several hits are decided by a hint or not at all") {
    const std::vector<AssetHit> two{hit(7, kAcmeSite), hit(8, kBolt)};
    const std::vector<AssetHit> both_acme{hit(7, kAcmeSite), hit(9, kAcme)};
    check({
        {"no hint",
         {},
         two,
         kStaff,
         0,
         "2 GLPI assets answer to this host's name",
         "2 assets found by name: Computer #7 \"web01\" in \"Root > ACME > Lyon\", Computer #8"},
        {"the hint decides", {"Root > ACME", "", ""}, two, kAcme, 7, "", ""},
        {"the other hint decides", {"Bolt", "", ""}, two, kBolt, 8, "", ""},
        {"the limit decides, its sub-entity wins", {"", "ACME", ""}, two, kAcmeSite, 7, "", ""},
        {"the source's limit decides", {"", "", "Bolt"}, two, kBolt, 8, "", ""},
        {"hint without a hit", {"Desk", "", ""}, two, kAcmeDesk, 0, "2 GLPI assets", "2 assets"},
        {"two inside the hint",
         {"ACME", "", ""},
         both_acme,
         kAcme,
         0,
         "2 GLPI assets",
         "2 assets found by name"},
        {"two inside the limit",
         {"", "ACME", ""},
         both_acme,
         kAcme,
         0,
         "2 GLPI assets",
         "2 assets"},
        {"two inside the limit, one inside the hint",
         {"Lyon", "ACME", ""},
         both_acme,
         kAcmeSite,
         7,
         "",
         ""},
        {"one asset found twice is one", {}, {hit(7, kAcme), hit(7, kAcme)}, kAcme, 7, "", ""},
        {"same number, other type",
         {},
         {hit(7, kAcme), {"Printer", 7, "web01", kAcme, Evidence::name}},
         kStaff,
         0,
         "2 GLPI assets",
         "Printer #7"},
    });
}

TEST_CASE("a limit holds for look-up and ticket, and inside it the asset's own entity wins") {
    check({
        {"asset inside", {"", "ACME", ""}, {hit(7, kAcmeSite)}, kAcmeSite, 7, "", ""},
        {"asset in the limit itself", {"", "ACME", ""}, {hit(7, kAcme)}, kAcme, 7, "", ""},
        {"asset inside wins over the hint",
         {"ACME", "ACME", ""},
         {hit(7, kAcmeSite)},
         kAcmeSite,
         7,
         "",
         ""},
        {"asset inside wins over a sibling hint",
         {"Desk", "ACME", ""},
         {hit(7, kAcmeSite)},
         kAcmeSite,
         7,
         "",
         ""},
        {"asset outside is not linked",
         {"", "ACME", ""},
         {hit(8, kBolt)},
         kAcme,
         0,
         "No GLPI asset was found for this host in its part",
         "found only outside \"Root > ACME\": Computer #8"},
        {"even by its serial number",
         {"", "ACME", ""},
         {hit(8, kBolt, Evidence::serial)},
         kAcme,
         0,
         "in its part",
         "found only outside"},
        {"even by its GLPI id",
         {"", "ACME", ""},
         {hit(8, kBolt, Evidence::glpi_id)},
         kAcme,
         0,
         "in its part",
         "found only outside"},
        {"hint inside", {"Desk", "ACME", ""}, {}, kAcmeDesk, 0, "No GLPI asset", "no asset found"},
        {"hint outside is not used",
         {"Bolt", "ACME", ""},
         {},
         kAcme,
         0,
         "\"Bolt\" named by a rule lies outside",
         "no asset found"},
        {"default outside is not used",
         {"", "ACME", ""},
         {},
         kAcme,
         0,
         "default entity",
         "no asset found"},
        {"a limit that is the root limits nothing",
         {"", "Root", ""},
         {hit(8, kBolt)},
         kBolt,
         8,
         "",
         ""},
    });
}

TEST_CASE("a rule can narrow the source's limit but never widen it") {
    check({
        {"narrower",
         {"", "Lyon", "ACME"},
         {hit(7, kAcme)},
         kAcmeSite,
         0,
         "in its part",
         "outside \"Root > ACME > Lyon\""},
        {"wider",
         {"", "Root", "ACME"},
         {hit(8, kBolt)},
         kAcme,
         0,
         "in its part",
         "outside \"Root > ACME\""},
        {"the same", {"", "ACME", "ACME"}, {hit(7, kAcmeSite)}, kAcmeSite, 7, "", ""},
        {"another customer's",
         {"", "Bolt", "ACME"},
         {hit(8, kBolt)},
         kAcme,
         0,
         "exclude each other",
         "a limit could not be checked"},
        {"hint and limit of another customer",
         {"Bolt", "Bolt", "ACME"},
         {hit(8, kBolt)},
         kAcme,
         0,
         "lies outside this alert's limit",
         "a limit could not be checked"},
    });
}

TEST_CASE("a limit that GLPI does not know lets no asset and no hint through") {
    check({
        {"rule's limit",
         {"", "Gone", ""},
         {hit(7, kAcme)},
         kStaff,
         0,
         "\"Gone\", which limits this alert, is not known",
         "Computer #7"},
        {"rule's limit with a hint",
         {"Bolt", "Gone", ""},
         {hit(7, kAcme)},
         kStaff,
         0,
         "not known",
         "a limit could not be checked"},
        {"source's limit",
         {"", "", "Gone"},
         {hit(7, kAcme)},
         kStaff,
         0,
         "not known",
         "a limit could not be checked"},
        {"rule's limit unknown, source's holds",
         {"", "Gone", "ACME"},
         {hit(7, kAcme)},
         kAcme,
         0,
         "not known",
         "a limit could not be checked"},
        {"source's limit unknown, rule's holds",
         {"", "ACME", "Gone"},
         {hit(7, kAcme)},
         kAcme,
         0,
         "not known",
         "a limit could not be checked"},
        {"no hits at all", {"", "Gone", ""}, {}, kStaff, 0, "not known", "no asset found"},
    });
}

TEST_CASE("where names are not trusted they link inside a hint or limit only") {
    const Wishes none{"", "", "", false};
    const Wishes hinted{"ACME", "", "", false};
    const Wishes limited{"", "ACME", "", false};
    check({
        {"no hint",
         none,
         {hit(7, kAcme)},
         kStaff,
         0,
         "names alone are not trusted",
         "names are not trusted, found by name: Computer #7"},
        {"short names neither",
         none,
         {hit(7, kAcme, Evidence::short_name)},
         kStaff,
         0,
         "names alone are not trusted",
         "found by name without domain"},
        {"inside the hint", hinted, {hit(7, kAcmeSite)}, kAcme, 7, "", ""},
        {"outside the hint", hinted, {hit(8, kBolt)}, kAcme, 0, "names alone", "not trusted"},
        {"one inside, one outside", hinted, {hit(8, kBolt), hit(7, kAcme)}, kAcme, 7, "", ""},
        {"inside the limit", limited, {hit(7, kAcmeSite)}, kAcmeSite, 7, "", ""},
        {"in the limit but not in the hint",
         {"Desk", "ACME", "", false},
         {hit(7, kAcmeSite)},
         kAcmeDesk,
         0,
         "names alone",
         "not trusted"},
        {"serial numbers are trusted", none, {hit(7, kAcme, Evidence::serial)}, kAcme, 7, "", ""},
        {"explicit ids are trusted", none, {hit(7, kAcme, Evidence::glpi_id)}, kAcme, 7, "", ""},
        {"inventory numbers are trusted",
         none,
         {hit(7, kAcme, Evidence::inventory_number)},
         kAcme,
         7,
         "",
         ""},
    });
}

TEST_CASE("an address alone never decides the entity") {
    const auto by_address = [](std::int64_t id, std::int64_t entity) {
        return hit(id, entity, Evidence::address);
    };
    check({
        {"no hint: not linked, default entity",
         {},
         {by_address(7, kAcme)},
         kStaff,
         0,
         "an address alone does not decide",
         "found by address: Computer #7"},
        {"inside the default entity: linked there",
         {},
         {by_address(7, kStaff)},
         kStaff,
         7,
         "default entity",
         ""},
        {"inside the hint: linked, the hint decides",
         {"ACME", "", ""},
         {by_address(7, kAcmeSite)},
         kAcme,
         7,
         "",
         ""},
        {"outside the hint",
         {"ACME", "", ""},
         {by_address(8, kBolt)},
         kAcme,
         0,
         "an address alone does not decide",
         "Computer #8"},
        {"inside the limit: linked, but the limit is the entity",
         {"", "ACME", ""},
         {by_address(7, kAcmeSite)},
         kAcme,
         7,
         "default entity",
         ""},
        {"the hint decides between overlapping networks",
         {"Bolt", "", ""},
         {by_address(7, kAcme), by_address(8, kBoltSite)},
         kBolt,
         8,
         "",
         ""},
        {"two inside the limit",
         {"", "ACME", ""},
         {by_address(7, kAcme), by_address(9, kAcmeSite)},
         kAcme,
         0,
         "2 GLPI assets answer to this host's address",
         "2 assets found by address"},
    });
}

TEST_CASE("a note for the ticket names no asset, the operator's list names at most five") {
    std::vector<AssetHit> many;
    for (std::int64_t id = 1; id <= 9; ++id) {
        many.push_back(hit(id, kBolt));
    }
    const Placement placement = place(plan_for({"ACME", "", ""}), many, tree());
    REQUIRE(placement.entity_id == kAcme);
    REQUIRE(placement.note.find("Bolt") == std::string::npos);
    REQUIRE(placement.note.find("Computer") == std::string::npos);
    REQUIRE_THAT(placement.unmatched, ContainsSubstring("9 assets"));
    REQUIRE_THAT(placement.unmatched, ContainsSubstring("Computer #5"));
    REQUIRE(placement.unmatched.find("Computer #6") == std::string::npos);
    REQUIRE_THAT(placement.unmatched, ContainsSubstring("and 4 more"));
}

TEST_CASE("the source's default comes before GLPI's, and a vanished one falls through") {
    Plan plan;
    plan.default_entity.value = "Bolt";
    plan.glpi_default_entity.value = "Staff";
    SECTION("source's default") {
        const Placement placement = place(plan, {}, tree());
        REQUIRE(placement.entity_id == kBolt);
        REQUIRE(placement.default_entity_id == kBolt);
        REQUIRE(placement.default_entity_name == "Root > Bolt");
    }
    SECTION("source's default is gone") {
        plan.default_entity.value = "Gone";
        REQUIRE(place(plan, {}, tree()).entity_id == kStaff);
    }
    SECTION("source's default is outside the limit, GLPI's is inside") {
        plan.within.value = "Root > Staff";
        REQUIRE(place(plan, {}, tree()).entity_id == kStaff);
    }
    SECTION("the root is a default only when named") {
        plan.default_entity.value = "#0";
        REQUIRE(place(plan, {}, tree()).entity_id == kRoot);
        plan.default_entity.value.clear();
        plan.glpi_default_entity.value.clear();
        const Placement placement = place(plan, {}, tree());
        REQUIRE(placement.entity_id == kNoEntity);
        REQUIRE(placement.entity_name.empty());
        REQUIRE_THAT(placement.note, ContainsSubstring("No default entity is known"));
    }
    SECTION("a refused opening goes to the default, inside the limit") {
        const Placement free = place(plan, {hit(7, kAcme)}, tree());
        REQUIRE(free.entity_id == kAcme);
        REQUIRE(free.default_entity_id == kBolt);
        plan.within.value = "ACME";
        const Placement limited = place(plan, {hit(7, kAcmeSite)}, tree());
        REQUIRE(limited.entity_id == kAcmeSite);
        REQUIRE(limited.default_entity_id == kAcme);
    }
}

TEST_CASE("without an answer from GLPI the host is placed provisionally by hint or default") {
    const Placement hinted = place_without_answer(plan_for({"ACME", "", ""}), tree());
    REQUIRE(hinted.provisional);
    REQUIRE(hinted.entity_id == kAcme);
    REQUIRE_FALSE(hinted.asset.has_value());
    REQUIRE_THAT(hinted.note, ContainsSubstring("did not answer in time"));
    REQUIRE(hinted.unmatched.empty());
    const Placement lost = place_without_answer(plan_for({}), tree());
    REQUIRE(lost.entity_id == kStaff);
    REQUIRE_THAT(lost.note, ContainsSubstring("default entity"));
    const Placement limited = place_without_answer(plan_for({"Bolt", "ACME", ""}), tree());
    REQUIRE(limited.entity_id == kAcme);
}

TEST_CASE("without a tree only numbered entities can be used") {
    const EntityTree nothing;
    Plan plan;
    plan.default_entity.value = "#5";
    plan.entity.value = "Root > ACME";
    Placement placement = place(plan, {}, nothing);
    REQUIRE(placement.entity_id == 5);
    REQUIRE(placement.entity_name == "#5");
    plan.entity.value = "#3";
    placement = place(plan, {}, nothing);
    REQUIRE(placement.entity_id == 3);
    plan.within.value = "#3";
    placement = place(plan, {hit(7, 3), hit(8, 4)}, nothing);
    REQUIRE(placement.asset->id == 7);
    for (const char* wrong : {"#", "#x", "#-3", "#3 4", "#99999999999999999999"}) {
        plan = Plan{};
        plan.default_entity.value = wrong;
        REQUIRE(place(plan, {}, nothing).entity_id == kNoEntity);
    }
}

TEST_CASE("hostile names in a note are one short line") {
    Plan plan = plan_for({});
    plan.entity.value = "Root >\n" + std::string(1000, 'x');
    const Placement placement = place(plan, {}, tree());
    REQUIRE(placement.note.find('\n') == std::string::npos);
    REQUIRE(placement.note.size() < 500);
}

TEST_CASE("the query takes each piece of evidence, cleaned") {
    Alert alert;
    alert.host.name = " web01.example.com ";
    alert.host.visible_name = "Web server";
    alert.host.address = "192.0.2.10";
    alert.host.uuid = " 4c4c ";
    alert.host.serial = "SN1";
    alert.host.inventory_number = "INV1";
    alert.host.glpi_type = "Computer";
    alert.host.glpi_id = 12;
    const AssetQuery query = asset_query(alert);
    REQUIRE(query.name == "web01.example.com");
    REQUIRE(query.short_name == "web01");
    REQUIRE(query.address == "192.0.2.10");
    REQUIRE(query.uuid == "4c4c");
    REQUIRE(query.serial == "SN1");
    REQUIRE(query.inventory_number == "INV1");
    REQUIRE(query.glpi_type == "Computer");
    REQUIRE(query.glpi_id == 12);
    REQUIRE_FALSE(query.empty());
    REQUIRE(asset_query(Alert{}).empty());
}

TEST_CASE("names, short names and addresses of a host become what GLPI can be asked for") {
    struct NameCase {
        std::string name, visible, address, wanted_name, wanted_short, wanted_address;
    };
    const std::vector<NameCase> cases{
        {"web01", "", "", "web01", "", ""},
        {"", "Web 01", "", "Web 01", "", ""},
        {"web01.a.b", "x", "", "web01.a.b", "web01", ""},
        {".hidden", "", "", ".hidden", "", ""},
        {"192.0.2.7", "", "", "192.0.2.7", "", "192.0.2.7"},
        {"192.0.2.7", "", "192.0.2.8", "192.0.2.7", "", "192.0.2.8"},
        {"2001:db8::7", "", "", "2001:db8::7", "", "2001:db8::7"},
        {"web01", "", "2001:0DB8::0007", "web01", "", "2001:db8::7"},
        {"web01", "", "not an address", "web01", "", ""},
        {"Zabbix server", "", "127.0.0.1", "Zabbix server", "", ""},
        {"h", "", "::1", "h", "", ""},
        {"h", "", "0.0.0.0", "h", "", ""},
        {"h", "", "169.254.3.4", "h", "", ""},
        {"h", "", "fe80::1", "h", "", ""},
    };
    for (const NameCase& c : cases) {
        INFO(c.name << " " << c.address);
        Alert alert;
        alert.host.name = c.name;
        alert.host.visible_name = c.visible;
        alert.host.address = c.address;
        const AssetQuery query = asset_query(alert);
        REQUIRE(query.name == c.wanted_name);
        REQUIRE(query.short_name == c.wanted_short);
        REQUIRE(query.address == c.wanted_address);
    }
}

TEST_CASE("an id without its type and a type without its id are no evidence") {
    Alert alert;
    alert.host.glpi_id = 12;
    REQUIRE(asset_query(alert).empty());
    alert.host.glpi_type = "Computer";
    alert.host.glpi_id = 0;
    REQUIRE(asset_query(alert).empty());
    REQUIRE(asset_query(alert).glpi_type.empty());
    alert.host.glpi_id = -4;
    REQUIRE(asset_query(alert).empty());
}

TEST_CASE("different queries have different cache keys") {
    std::vector<AssetQuery> queries(8);
    queries[0].name = "web01";
    queries[1].serial = "web01";
    queries[2].name = "web01,0:,";
    queries[3].address = "web01";
    queries[4].glpi_type = "Computer";
    queries[4].glpi_id = 5;
    queries[5].glpi_type = "Printer";
    queries[5].glpi_id = 5;
    queries[6].name = "web01";
    queries[6].short_name = "web";
    for (std::size_t a = 0; a < queries.size(); ++a) {
        for (std::size_t b = 0; b < queries.size(); ++b) {
            REQUIRE((queries[a].cache_key() == queries[b].cache_key()) == (a == b));
        }
    }
}

}  // namespace alert_bridge::domain
