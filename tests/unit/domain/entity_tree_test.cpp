// SPDX-License-Identifier: MIT
#include <memory>
#include <vector>

#include "alert_bridge/domain/placement.hpp"
#include "catch.hpp"

namespace alert_bridge::domain {
namespace {

EntityTree sample() {
    return EntityTree({
        {0, -1, "Root entity", "Root entity", "", ""},
        {1, 0, "ACME", "Root entity > ACME", "acme", "FR-1"},
        {2, 1, "Site", "Root entity > ACME > Site", "acme-site", ""},
        {3, 0, "Bolt", "Root entity > Bolt", "bolt", "FR-2"},
        {4, 3, "Site", "Root entity > Bolt > Site", "twice", "FR-9"},
        {5, 3, "#1", "Root entity > Bolt > #1", "twice", "FR-9"},
    });
}

std::int64_t found(const EntityRef& ref) {
    const EntityTree tree = sample();
    const Entity* entity = tree.find(ref);
    return entity == nullptr ? kNoEntity : entity->id;
}

}  // namespace

TEST_CASE("an entity is found by id, complete name or unique short name") {
    struct Case {
        std::string name;
        std::int64_t id;
    };
    const std::vector<Case> cases{
        {"Root entity", 0},
        {"Root entity > ACME", 1},
        {"root entity>acme", 1},
        {"  Root entity  >   ACME  >Site ", 2},
        {"ACME", 1},
        {" bolt ", 3},
        {"Site", kNoEntity},         // two of them: not guessed
        {"ACME > Site", kNoEntity},  // neither complete nor short
        {"Root entity > ", kNoEntity},
        {"#2", 2},
        {"#0", 0},
        {"#1", 1},  // an id, whatever an entity calls itself
        {"#99", kNoEntity},
        {"#-1", kNoEntity},
        {"#", kNoEntity},
        {"#1x", kNoEntity},
        {"#99999999999999999999999", kNoEntity},
        {"", kNoEntity},
        {"   ", kNoEntity},
        {"Customer", kNoEntity},
    };
    for (const Case& c : cases) {
        INFO(c.name);
        REQUIRE(found({EntityBy::name, c.name}) == c.id);
    }
}

TEST_CASE("an entity is found by GLPI's own tag and registration number when they are unique") {
    REQUIRE(found({EntityBy::tag, "acme"}) == 1);
    REQUIRE(found({EntityBy::tag, "ACME-Site"}) == 2);
    REQUIRE(found({EntityBy::tag, "twice"}) == kNoEntity);
    REQUIRE(found({EntityBy::tag, "FR-1"}) == kNoEntity);
    REQUIRE(found({EntityBy::tag, ""}) == kNoEntity);
    REQUIRE(found({EntityBy::registration_number, "fr-2"}) == 3);
    REQUIRE(found({EntityBy::registration_number, "FR-9"}) == kNoEntity);
    REQUIRE(found({EntityBy::registration_number, "#3"}) == kNoEntity);
}

TEST_CASE("an entity is inside itself and its ancestors, nowhere else") {
    const EntityTree tree = sample();
    REQUIRE(tree.is_inside(2, 2));
    REQUIRE(tree.is_inside(2, 1));
    REQUIRE(tree.is_inside(2, 0));
    REQUIRE_FALSE(tree.is_inside(2, 3));
    REQUIRE_FALSE(tree.is_inside(1, 2));
    REQUIRE_FALSE(tree.is_inside(0, 1));
    REQUIRE_FALSE(tree.is_inside(99, 0));
    REQUIRE_FALSE(tree.is_inside(0, -1));
}

TEST_CASE("the path goes from the entity up to the root") {
    const EntityTree tree = sample();
    REQUIRE(tree.path_up(2) == std::vector<std::int64_t>{2, 1, 0});
    REQUIRE(tree.path_up(0) == std::vector<std::int64_t>{0});
    REQUIRE(tree.path_up(99).empty());
}

TEST_CASE("a loop among parents is walked once") {
    const EntityTree tree({{1, 2, "a", "a", "", ""}, {2, 1, "b", "b", "", ""}});
    REQUIRE(tree.path_up(1) == std::vector<std::int64_t>{1, 2});
    REQUIRE(tree.is_inside(1, 2));
    REQUIRE_FALSE(tree.is_inside(1, 7));
}

TEST_CASE("an empty tree knows nothing") {
    const EntityTree tree;
    REQUIRE(tree.all().empty());
    REQUIRE(tree.by_id(0) == nullptr);
    REQUIRE(tree.find({EntityBy::name, "Root entity"}) == nullptr);
    REQUIRE(tree.is_inside(3, 3));
    REQUIRE_FALSE(tree.is_inside(3, 0));
    REQUIRE(tree.path_up(0).empty());
}

TEST_CASE("a copied tree answers by itself") {
    auto original = std::make_unique<EntityTree>(sample());
    const EntityTree copy = *original;
    original.reset();
    REQUIRE(copy.find({EntityBy::name, "ACME"})->id == 1);
    REQUIRE(copy.by_id(4)->complete_name == "Root entity > Bolt > Site");
}

}  // namespace alert_bridge::domain
