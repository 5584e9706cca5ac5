// SPDX-License-Identifier: MIT
#include "examined_sample.hpp"

using namespace alert_bridge;
using namespace alert_bridge::test;
using app::Examined;
using app::Findings;
using app::Level;
using glpi::NameStanding;

namespace {

domain::EntitySpec entity_named(std::string name) {
    domain::EntitySpec spec;
    spec.text = std::move(name);
    return spec;
}

// A configuration whose one rule names a category; GLPI says about it what is given.
Examined with_category(const std::string& name, Result<NameStanding> standing) {
    Examined examined = healthy();
    domain::RuleSpec network = rule("network gear");
    network.then.category = name;
    examined.loaded.config->rules.rules.push_back(network);
    examined.names = app::names_in(examined.config());
    examined.glpi.names.push_back(std::move(standing));
    return examined;
}

NameStanding standing(NameStanding::State state, std::string detail, std::string nearest) {
    NameStanding out;
    out.state = state;
    out.detail = std::move(detail);
    out.nearest = std::move(nearest);
    return out;
}

std::vector<std::string> places(const std::vector<app::EntityInUse>& entities) {
    std::vector<std::string> out;
    for (const app::EntityInUse& each : entities) {
        out.push_back(each.where + " = " + each.ref.value);
    }
    return out;
}

}  // namespace

TEST_CASE("names that are known before an alert comes are looked up, where their rule is") {
    config::Config config = small_config();
    domain::RuleSpec one = rule("one");
    one.then.category = "Network";
    one.then.assign_group = "{{tag.team}}";
    one.then.assign_user = "#12";
    one.then.observers = std::vector<std::string>{"ann", "{{tag.owner}}"};
    one.then.entity = entity_named("Root entity > {{match.customer}}");
    one.then.within = entity_named("Root entity > Customer A");
    config.rules.rules.push_back(one);
    const auto names = app::names_in(config);
    REQUIRE(names.size() == 2);
    CHECK(names[0].places.front() == "rule 'one': category");
    CHECK(names[0].question.name == "Network");
    CHECK(names[0].question.from.value == "Root entity > Customer A");
    CHECK(names[1].places.front() == "rule 'one': observers");
    CHECK(names[1].question.name == "ann");
}

TEST_CASE("every entity of the configuration is looked for, those of maps too") {
    config::Config config = small_config();
    config.rules.storm_entity = {domain::EntityBy::name, "Staff"};
    config.rules.maps["customers"]["acme"]["entity"] = "ACME";
    config.rules.maps["customers"]["none"]["entity"] = "";
    domain::RuleSpec by_map = rule("by map");
    by_map.then.entity = domain::EntitySpec{};
    by_map.then.entity->map = "customers";
    by_map.then.entity->column = "entity";
    config.rules.rules.push_back(by_map);
    CHECK(
        places(app::entities_in(config)) ==
        std::vector<std::string>{
            "glpi.default_entity = Root entity", "storm.entity = Staff",
            "sources.zabbix.within = Root entity > Customer A",
            "map 'customers', row 'acme': entity = ACME"}
    );
}

TEST_CASE("item types are those of the configuration, addresses, and changes where asked for") {
    config::Config config = small_config();
    CHECK(app::item_types_in(config) == std::vector<std::string>{"Computer", "IPAddress"});
    domain::RuleSpec one = rule("one");
    one.then.changes = domain::OnChange::hold;
    config.rules.rules.push_back(one);
    CHECK(app::item_types_in(config).back() == "Change");
}

TEST_CASE("a wrong name is told with its place, and with what to do", "[doctor]") {
    using State = NameStanding::State;
    struct Row {
        Result<NameStanding> answer;
        Level level;
        std::string what, to_do;
    };
    const Error no_right{ErrorClass::refused, "ERROR_RIGHT_MISSING", ""};
    const Error outage{ErrorClass::later, "http_502", "the server answered 502"};
    for (const Row& row : std::vector<Row>{
             {standing(State::found, "", ""), Level::ok, "knows all 1 names", ""},
             {standing(State::unknown, "", "Network"), Level::error,
              "rule 'network gear': category: GLPI has no category 'Netwrok'",
              "did you mean 'Network'?"},
             {standing(State::unknown, "", ""), Level::error, "has no category", "make it in GLPI"},
             {standing(State::several, "", ""), Level::error, "several", "complete name"},
             {standing(State::elsewhere, "Root entity > Customer B", ""), Level::error,
              "it belongs to 'Root entity > Customer B'", "sub-entities"},
             {standing(State::unusable, "is not active", ""), Level::error, "is not active",
              "another"},
             {no_right, Level::error, "may not read ITILCategory", "Setup > ITIL categories: Read"},
             {outage, Level::skipped, "answered 502", ""},
         }) {
        const Findings found = app::check_names(with_category("Netwrok", row.answer));
        REQUIRE(found.size() == 1);
        INFO(told_by(found));
        CHECK(found[0].level == row.level);
        CHECK_THAT(found[0].what, ContainsSubstring(row.what));
        CHECK_THAT(found[0].to_do, ContainsSubstring(row.to_do));
    }
}

TEST_CASE("one name in many rules is one question, and one finding with its places", "[doctor]") {
    Examined examined = healthy();
    for (int at = 0; at < 300; ++at) {
        domain::RuleSpec each = rule("r" + std::to_string(at));
        each.then.category = "Netwrok";
        if (at % 2 == 1) {
            each.then.entity = entity_named("Root entity > Customer A");
        }
        examined.loaded.config->rules.rules.push_back(each);
    }
    examined.names = app::names_in(examined.config());
    REQUIRE(examined.names.size() == 2);  // seen from anywhere, and from Customer A
    CHECK(examined.names[0].places.size() == 150);
    examined.glpi.names.assign(2, standing(NameStanding::State::unknown, "", "Network"));
    const Findings found = app::check_names(examined);
    REQUIRE(found.size() == 1);
    CHECK(
        found[0].what ==
        "rule 'r0': category, rule 'r2': category, rule 'r4': category and 297 more: GLPI has no "
        "category 'Netwrok'"
    );
}

TEST_CASE("without the right to read entities nothing can be opened: an error", "[doctor]") {
    Examined examined = healthy();
    examined.glpi.entities = Error{ErrorClass::refused, "ERROR_RIGHT_MISSING", ""};
    examined.tree = {};
    const Findings found = app::check_entities(examined);
    REQUIRE(found.size() == 1);
    CHECK(found[0].level == Level::error);
    CHECK_THAT(found[0].to_do, ContainsSubstring("'Administration > Entities: Read'"));
    examined.glpi.entities = Error{ErrorClass::later, "list_too_long", "the list is longer"};
    CHECK(app::check_entities(examined).front().level == Level::skipped);
}

TEST_CASE("an entity's name that several have is told as such, not as missing", "[doctor]") {
    Examined examined = healthy();
    std::vector<glpi::EntityFacts> facts{
        entity(0, -1, "Root entity", "Root entity"),
        entity(1, 0, "Customer A", "Root entity > Customer A"),
        entity(2, 1, "Paris", "Root entity > Customer A > Paris"),
        entity(3, 0, "Paris", "Root entity > Paris")};
    facts[2].entity.tag = facts[3].entity.tag = "T1";
    plant_entities(examined, facts);
    auto& within = examined.loaded.config->rules.sources["zabbix"].within;
    within.value = "paris";
    Findings found = app::check_entities(examined);
    REQUIRE(found.size() == 1);
    CHECK(
        found[0].what ==
        "sources.zabbix.within: GLPI has several entities 'paris': 'Root entity > Customer A > "
        "Paris', 'Root entity > Paris'"
    );
    CHECK_THAT(found[0].to_do, ContainsSubstring("complete name"));
    within = {domain::EntityBy::tag, "T1"};
    found = app::check_entities(examined);
    REQUIRE(found.size() == 1);
    CHECK_THAT(found[0].what, ContainsSubstring("several entities 'T1'"));
    CHECK_THAT(found[0].to_do, ContainsSubstring("give each its own"));
    within = {domain::EntityBy::name, "Root entity > Paris"};
    CHECK(app::check_entities(examined).front().level == Level::ok);
}

TEST_CASE("an entity that GLPI does not show is told with the nearest one", "[doctor]") {
    Examined examined = healthy();
    examined.loaded.config->glpi.default_entity.value = "Root entity > Custmer A";
    examined.loaded.config->rules.sources["zabbix"].within.value = "Elsewhere";
    const Findings found = app::check_entities(examined);
    REQUIRE(found.size() == 2);
    CHECK(
        found[0].what ==
        "glpi.default_entity: GLPI has no entity 'Root entity > Custmer A', or "
        "does not show it to 'alert-bridge'"
    );
    CHECK_THAT(found[0].why, ContainsSubstring("cannot be opened"));
    CHECK_THAT(found[0].to_do, ContainsSubstring("did you mean 'Root entity > Customer A'?"));
    CHECK_THAT(found[1].what, ContainsSubstring("sources.zabbix.within"));
    CHECK_THAT(found[1].why, ContainsSubstring("no asset is linked"));
    CHECK_THAT(found[1].to_do, !ContainsSubstring("did you mean"));
}

TEST_CASE("a profile that does not reach below its entity is warned about", "[doctor]") {
    Examined examined = healthy();
    examined.glpi.profile_entities =
        std::vector<glpi::ProfileEntity>{{0, "Root entity", true}, {3, "Customer B", false}};
    const Findings found = app::check_entities(examined);
    REQUIRE(found.size() == 1);
    CHECK(found[0].level == Level::warning);
    CHECK_THAT(found[0].what, ContainsSubstring("'Customer B' does not reach"));
}

TEST_CASE("a long list of wrong entities is cut, and says so", "[doctor]") {
    Examined examined = healthy();
    for (int at = 0; at < 30; ++at) {
        domain::RuleSpec each = narrow_rule("r" + std::to_string(at));
        each.then.entity = entity_named("Nowhere " + std::to_string(at));
        examined.loaded.config->rules.rules.push_back(each);
    }
    const Findings found = app::check_entities(examined);
    REQUIRE(found.size() == 21);
    CHECK(found.back().what == "and 10 more");
}

TEST_CASE(
    "a source that can reach several entities is warned about, unless it is held", "[doctor]"
) {
    const auto level_with = [](auto change) {
        Examined examined = healthy();
        examined.loaded.config->rules.sources["zabbix"].within = {};
        change(examined);
        return app::check_limits(examined).front().level;
    };
    const auto with_rule = [](domain::RuleSpec each) {
        each.then.within = entity_named("Root entity > {{match.customer}}");
        return [each](Examined& e) { e.loaded.config->rules.rules.push_back(each); };
    };
    domain::RuleSpec of_source = rule("all of zabbix");
    of_source.when.what = domain::Condition::Kind::source;
    of_source.when.patterns = {domain::TextPattern::of("zabbix")};
    CHECK(level_with([](Examined&) {}) == Level::warning);
    CHECK(level_with(with_rule(narrow_rule("one host"))) == Level::warning);
    CHECK(level_with(with_rule(rule("everything"))) == Level::ok);
    CHECK(level_with(with_rule(of_source)) == Level::ok);
    CHECK(level_with([](Examined& e) {
              plant_entities(e, {entity(0, -1, "Root entity", "Root entity")});
          }) == Level::ok);
    CHECK(app::check_limits(healthy()).front().level == Level::ok);
}
