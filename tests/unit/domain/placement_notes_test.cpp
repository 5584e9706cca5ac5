// SPDX-License-Identifier: MIT
#include <set>

#include "placement_sample.hpp"

namespace alert_bridge::domain {

TEST_CASE("a note for the ticket names no asset, the operator's list names at most five") {
    std::vector<AssetHit> many;
    for (std::int64_t id = 1; id <= 9; ++id) {
        many.push_back(hit(id, kBolt));
    }
    const Placement placement = place(plan_for({"ACME", "", ""}), many, tree());
    REQUIRE(placement.entity_id == kAcme);
    REQUIRE(note_of(placement).find("Bolt") == std::string::npos);
    REQUIRE(note_of(placement).find("Computer") == std::string::npos);
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
        REQUIRE_THAT(note_of(placement), ContainsSubstring("No default entity is known"));
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

TEST_CASE("a rule's limit that its look-up did not give lets no asset and no hint through") {
    Plan plan = plan_for({"Bolt", "", ""});
    plan.within_missing = "customers: nobody";
    const Placement placement = place(plan, {hit(8, kBolt)}, tree());
    REQUIRE_FALSE(placement.asset.has_value());
    REQUIRE(placement.entity_id == kStaff);
    REQUIRE_THAT(note_of(placement), ContainsSubstring("\"customers: nobody\""));
    REQUIRE_THAT(placement.unmatched, ContainsSubstring("a limit could not be checked"));
    plan.source_within.value = "ACME";
    REQUIRE(place(plan, {hit(7, kAcme)}, tree()).entity_id == kAcme);
}

TEST_CASE("an entity that the tree lacks is noticed wherever the plan names it") {
    REQUIRE_FALSE(names_unknown_entity(plan_for({"ACME", "Lyon", "#1"}), tree()));
    REQUIRE_FALSE(names_unknown_entity(Plan{}, tree()));
    for (EntityRef Plan::*ref :
         {&Plan::entity, &Plan::within, &Plan::source_within, &Plan::default_entity,
          &Plan::glpi_default_entity}) {
        Plan plan = plan_for({"ACME", "", ""});
        (plan.*ref).value = "Root > New";
        REQUIRE(names_unknown_entity(plan, tree()));
    }
}

TEST_CASE("nobody chooses from a part of too many hits") {
    AssetHit seen = hit(7, kAcmeSite);
    seen.one_of_many = true;
    AssetHit other = hit(8, kBolt);
    other.one_of_many = true;
    const Plan limited = plan_for({"", "ACME", ""});
    const Placement placement = place(limited, {seen, other}, tree());
    REQUIRE_FALSE(placement.asset.has_value());
    REQUIRE(placement.entity_id == kAcme);
    REQUIRE_THAT(note_of(placement), ContainsSubstring("Too many GLPI assets"));
    REQUIRE_THAT(placement.unmatched, ContainsSubstring("too many assets to compare"));
    AssetQuery query;
    query.name = "web01";
    query.address = "192.0.2.1";
    REQUIRE_FALSE(next_query(limited, query, {other}, tree()).has_value());
}

TEST_CASE("a note is said in the language of the ticket's template set") {
    const auto templates = Templates::compile({{"fr-acme", {"{{problem.name}}", "", "", ""}}});
    REQUIRE(templates.has_value());
    const std::vector<PlacementNote> notes{
        {NoteCode::several_assets, "", 3, Evidence::serial},
        {NoteCode::entity_unknown, "A {count} {name}", 0, Evidence::name}};
    CHECK(
        (*templates)->note("en", notes) ==
        "3 GLPI assets answer to this host's serial number; so no asset is linked. The entity "
        "\"A {count} {name}\" named by a rule is not known in GLPI."
    );
    const std::string french =
        "3 équipements GLPI correspondent à cet hôte (critère : numéro de série) ; aucun n’est "
        "donc lié. L’entité « A {count} {name} » désignée par une règle est inconnue dans GLPI.";
    CHECK((*templates)->note("fr", notes) == french);
    CHECK((*templates)->note("fr-acme", notes) == french);
    CHECK((*templates)->note("no such set", notes) == (*templates)->note("en", notes));
    CHECK((*templates)->note("fr", {}).empty());
    Alert alert;
    TextContext context;
    context.alert = &alert;
    context.placement_notes = {PlacementNote{}};
    CHECK_THAT(
        (*templates)->render("fr", TemplatePart::body, context),
        ContainsSubstring("<p><em>Aucun équipement GLPI n’a été trouvé pour cet hôte.</em></p>")
    );
}

TEST_CASE("every note has its own sentence in every language, and a name of its own") {
    for (const char* set : {"en", "fr"}) {
        INFO(set);
        std::set<std::string> sentences;
        std::set<std::string_view> codes;
        const Words& words = words_of(set);
        for (std::size_t i = 0; i < words.notes.size(); ++i) {
            const auto code = static_cast<NoteCode>(i);
            codes.insert(to_string(code));
            REQUIRE(parse_note_code(to_string(code)) == code);
            const std::string text = note_text({{code, "NAME", 4, Evidence::name}}, words);
            INFO(text);
            REQUIRE(text.ends_with('.'));
            REQUIRE(text.find('{') == std::string::npos);
            const bool names =
                code <= NoteCode::limit_missing || code == NoteCode::entity_unknown ||
                code == NoteCode::entity_outside || code == NoteCode::refused_elsewhere ||
                code == NoteCode::planned_change;
            REQUIRE((text.find("NAME") != std::string::npos) == names);
            sentences.insert(text);
        }
        REQUIRE(sentences.size() == words.notes.size());
        REQUIRE(codes.size() == words.notes.size());
    }
    REQUIRE_FALSE(parse_note_code("nonsense").has_value());
}

TEST_CASE("without an answer from GLPI the host is placed provisionally by hint or default") {
    const Placement hinted = place_without_answer(plan_for({"ACME", "", ""}), tree());
    REQUIRE(hinted.provisional);
    REQUIRE(hinted.entity_id == kAcme);
    REQUIRE_FALSE(hinted.asset.has_value());
    REQUIRE_THAT(note_of(hinted), ContainsSubstring("did not answer in time"));
    REQUIRE(hinted.unmatched.empty());
    const Placement lost = place_without_answer(plan_for({}), tree());
    REQUIRE(lost.entity_id == kStaff);
    REQUIRE_THAT(note_of(lost), ContainsSubstring("default entity"));
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
    REQUIRE(note_of(placement).find('\n') == std::string::npos);
    REQUIRE(note_of(placement).size() < 500);
}

TEST_CASE("only class names may stand in a path") {
    CHECK(is_item_type("Computer"));
    CHECK(is_item_type("PluginGenericobjectRack"));
    CHECK(is_item_type("Item_DeviceSimcard"));
    for (const char* bad :
         {"", "Computer/1", "../x", "1Computer", "Computer?x", "a b",
          "Glpi\\CustomAsset\\RackAsset"}) {
        INFO(bad);
        CHECK_FALSE(is_item_type(bad));
    }
    CHECK(is_item_type(std::string(64, 'a')));
    CHECK_FALSE(is_item_type(std::string(65, 'a')));
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

namespace {

AssetQuery full_query() {
    AssetQuery query;
    query.glpi_type = "Computer";
    query.glpi_id = 5;
    query.uuid = "u";
    query.inventory_number = "i";
    query.serial = "s";
    query.name = "web01.example";
    query.short_name = "web01";
    query.address = "192.0.2.1";
    return query;
}

}  // namespace

TEST_CASE("evidence that found nothing inside the limit gives way to the next weaker") {
    const Plan limited = plan_for({"", "ACME", ""});
    AssetQuery query = full_query();
    for (const Evidence evidence :
         {Evidence::glpi_id, Evidence::uuid, Evidence::inventory_number, Evidence::serial,
          Evidence::name, Evidence::short_name}) {
        INFO(to_string(evidence));
        const auto next = next_query(limited, query, {hit(8, kBolt, evidence)}, tree());
        REQUIRE(next.has_value());
        query = *next;
        REQUIRE(query.glpi_id == 0);
        REQUIRE(query.uuid.empty() == (evidence >= Evidence::uuid));
        REQUIRE(query.inventory_number.empty() == (evidence >= Evidence::inventory_number));
        REQUIRE(query.serial.empty() == (evidence >= Evidence::serial));
        REQUIRE(query.name.empty() == (evidence >= Evidence::name));
        REQUIRE(query.short_name.empty() == (evidence >= Evidence::short_name));
        REQUIRE(query.address == "192.0.2.1");
    }
    REQUIRE_FALSE(next_query(limited, query, {hit(8, kBolt, Evidence::address)}, tree()).has_value()
    );
}

TEST_CASE("nothing weaker is asked when what was found decides") {
    const AssetQuery query = full_query();
    const std::vector<AssetHit> outside{hit(8, kBolt, Evidence::serial)};
    const std::vector<AssetHit> one_inside{
        hit(8, kBolt, Evidence::serial), hit(7, kAcmeSite, Evidence::serial)};
    const Plan limited = plan_for({"", "ACME", ""});
    REQUIRE(next_query(limited, query, outside, tree()).has_value());
    REQUIRE_FALSE(next_query(limited, query, one_inside, tree()).has_value());
    REQUIRE_FALSE(next_query(limited, query, {}, tree()).has_value());
    REQUIRE_FALSE(next_query(plan_for({}), query, outside, tree()).has_value());
    REQUIRE_FALSE(next_query(plan_for({"", "Gone", ""}), query, outside, tree()).has_value());
    AssetQuery rest = query;
    rest.glpi_id = 0;
    rest.glpi_type = rest.uuid = rest.inventory_number = rest.serial = "";
    REQUIRE_FALSE(next_query(limited, rest, outside, tree()).has_value());
}

TEST_CASE("of the evidence asked for one after the other, the part inside the limit decides") {
    check({
        {"serial outside, name inside",
         {"", "ACME", ""},
         {hit(8, kBolt, Evidence::serial), hit(7, kAcmeSite)},
         kAcmeSite,
         7,
         "",
         ""},
        {"all of it outside",
         {"", "ACME", ""},
         {hit(8, kBolt, Evidence::serial), hit(9, kBoltSite)},
         kAcme,
         0,
         "in its part",
         "Computer #8 \"web01\" in \"Root > Bolt\", Computer #9"},
    });
}

}  // namespace alert_bridge::domain
