// SPDX-License-Identifier: MIT
#include "alert_bridge/core/correlator.hpp"

#include "catch.hpp"
#include "core_world.hpp"

using namespace alert_bridge;
using namespace std::chrono_literals;
using domain::AlertKind;
using test::CoreWorld;

TEST_CASE("an alert becomes a ticket in the asset's entity, with the asset linked") {
    CoreWorld world;
    world.take(world.alert(AlertKind::problem));
    REQUIRE(world.desk.tickets.size() == 1);
    const domain::NewTicket& ticket = world.desk.tickets.begin()->second;
    CHECK(ticket.entity_id == 1);
    REQUIRE(ticket.asset.has_value());
    CHECK(ticket.asset->id == 17);
    CHECK(is_reference(ticket.reference));
    CHECK(world.desk.calls == std::vector<std::string>{"open"});
}

TEST_CASE("a host that GLPI does not know gets its ticket in the default entity and is listed") {
    CoreWorld world;
    domain::Alert stranger = world.alert(AlertKind::problem);
    stranger.host.name = "nobody";
    world.take(stranger);
    REQUIRE(world.desk.tickets.size() == 1);
    CHECK(world.desk.tickets.begin()->second.entity_id == 0);
    REQUIRE(world.store.unmatched_table.size() == 1);
    CHECK(world.store.unmatched_table[0].host == "nobody");
}

TEST_CASE("an alert about no host asks for no asset and misses none") {
    CoreWorld world;
    domain::Alert request = world.alert(AlertKind::problem);
    request.host = {};
    world.take(request);
    REQUIRE(world.desk.tickets.size() == 1);
    const domain::NewTicket& ticket = world.desk.tickets.begin()->second;
    CHECK_FALSE(ticket.asset.has_value());
    CHECK(ticket.entity_id == 0);
    CHECK(world.assets.lookups == 0);
    CHECK(world.store.unmatched_table.empty());
}

TEST_CASE("a remembered host costs no look-up") {
    CoreWorld world;
    world.assets.remembers = true;
    world.take(world.alert(AlertKind::problem));
    CHECK(world.assets.lookups == 0);
    CHECK(world.desk.tickets.size() == 1);
}

TEST_CASE("alerts of one problem wait behind its placement and are decided in order") {
    CoreWorld world;
    world.assets.error = Error{ErrorClass::later, "timeout", ""};
    world.assets.errors_left = 3;
    const domain::Alert problem = world.alert(AlertKind::problem);
    const domain::Alert recovery = world.alert(AlertKind::recovery);
    world.store.journal.push_back({1, problem});
    world.store.journal.push_back({2, recovery});
    world.correlator.ring();
    world.settle();
    REQUIRE(world.store.decided.size() == 2);
    CHECK(world.store.decided[1] == "opens a ticket");
    CHECK(world.store.decided[2] == "recovered");
    CHECK(world.assets.lookups == 4);
}

TEST_CASE("a slow GLPI is waited for only so long, then hint or default decide") {
    CoreWorld world;
    world.assets.error = Error{ErrorClass::later, "timeout", ""};
    world.assets.errors_left = 1000;
    world.take(world.alert(AlertKind::problem));
    REQUIRE(world.store.incidents_table.size() == 1);
    CHECK(world.store.incidents_table[0].placement.provisional);
    CHECK(world.store.incidents_table[0].placement.entity_id == 0);
    CHECK(world.events.count("placed_without_glpi") == 1);
    CHECK(world.assets.lookups <= 32);
}

TEST_CASE("while GLPI is away the placement waits on, and asks again when it is back") {
    CoreWorld world;
    bool away = true;
    world.correlator.glpi_away = [&away] { return away; };
    world.assets.error = Error{ErrorClass::later, "glpi_away", ""};
    world.assets.errors_left = 2;
    world.take(world.alert(AlertKind::problem));
    world.clock.time += 1h;
    world.correlator.look_again();
    world.settle();
    CHECK(world.store.incidents_table.empty());
    CHECK(world.assets.lookups == 1);
    away = false;
    world.correlator.look_again();  // one more try goes wrong: the outage used no patience up
    world.settle();
    REQUIRE(world.store.incidents_table.size() == 1);
    CHECK_FALSE(world.store.incidents_table[0].placement.provisional);
    CHECK(world.assets.lookups == 3);
}

TEST_CASE("a problem that was over before its ticket was due opens none after an outage of GLPI") {
    CoreWorld world;
    world.rules->plan.policy.open_after = {{"", 10min}};
    bool away = true;
    world.correlator.glpi_away = [&away] { return away; };
    world.assets.error = Error{ErrorClass::later, "glpi_away", ""};
    world.assets.errors_left = 1;
    const domain::Alert problem = world.alert(AlertKind::problem);
    domain::Alert recovery = world.alert(AlertKind::recovery);
    recovery.received_at += 30s;
    world.store.journal.push_back({1, problem});
    world.take(recovery);
    world.clock.time += 1h;
    away = false;
    world.correlator.look_again();
    world.settle();
    world.pass(1h);
    CHECK(world.desk.tickets.empty());
    REQUIRE(world.store.incidents_table.size() == 1);
    CHECK(world.store.incidents_table[0].end_reason == "never lasted");
}

TEST_CASE("a default entity that GLPI does not have matters only where nothing else gives one") {
    CoreWorld world;
    world.rules->plan.default_entity.value = "Nowhere";
    world.rules->plan.glpi_default_entity.value = "Nowhere";
    SECTION("the asset's entity, found just now") {}
    SECTION("the asset's entity, remembered") {
        world.assets.remembers = true;
    }
    SECTION("a rule's entity") {
        world.assets.by_name.clear();
        world.rules->plan.entity.value = "ACME";
    }
    SECTION("a rule's entity, and no answer about the host") {
        world.assets.error = Error{ErrorClass::refused, "no", ""};
        world.assets.errors_left = 1000;
        world.rules->plan.entity.value = "ACME";
    }
    world.take(world.alert(AlertKind::problem));
    REQUIRE(world.desk.tickets.size() == 1);
    CHECK(world.desk.tickets.begin()->second.entity_id == 1);
    CHECK(world.events.count("default_entity_missing") == 0);
    CHECK(world.correlator.without_entity() == 0);
}

TEST_CASE("an opening that GLPI refuses stays where it is when there is no default entity") {
    CoreWorld world;
    world.rules->plan.default_entity.value = "Nowhere";
    world.rules->plan.glpi_default_entity.value = "Nowhere";
    world.desk.write_errors = {
        Error{ErrorClass::uncertain, "ERROR_GLPI_ADD", "no"},
        Error{ErrorClass::uncertain, "ERROR_GLPI_ADD", "no"}};
    world.take(world.alert(AlertKind::problem));
    for (int minutes = 0; minutes < 10; ++minutes) {
        world.pass(1min);
    }
    CHECK(world.desk.tickets.empty());
    CHECK(world.store.operations_table.back().state == domain::OperationState::dead);
}

TEST_CASE("a host without any entity waits, says so, and opens when there is one") {
    CoreWorld world;
    world.assets.by_name.clear();
    world.rules->plan.default_entity.value = "Nowhere";
    world.rules->plan.glpi_default_entity.value = "Nowhere";
    world.take(world.alert(AlertKind::problem));
    CHECK(world.events.count("default_entity_missing") == 1);
    CHECK(world.correlator.without_entity() == 1);
    CHECK(world.desk.tickets.empty());
    world.rules->plan.glpi_default_entity.value = "Root";
    world.correlator.look_again();
    world.settle();
    CHECK(world.correlator.without_entity() == 0);
    CHECK(world.desk.tickets.size() == 1);
}

namespace {

// web01 stands in a site of ACME; what nobody places goes to a desk that is not ACME's.
void limit_to_acme(CoreWorld& world) {
    world.assets.tree = domain::EntityTree(
        {{0, -1, "Root", "Root", "", ""},
         {1, 0, "ACME", "Root > ACME", "", ""},
         {2, 1, "Lyon", "Root > ACME > Lyon", "", ""},
         {3, 0, "Unassigned", "Root > Unassigned", "", ""}}
    );
    world.assets.by_name["web01"] = {{"Computer", 17, "web01", 2, domain::Evidence::name}};
    world.rules->plan.default_entity.value = "Root > Unassigned";
    world.rules->plan.glpi_default_entity.value = "Root > Unassigned";
    world.rules->plan.source_within.value = "Root > ACME";
}

}  // namespace

TEST_CASE("an opening that GLPI refuses stays inside the limit of its source") {
    CoreWorld world;
    limit_to_acme(world);
    SECTION("a host found just now") {}
    SECTION("a host remembered") {
        world.assets.remembers = true;
    }
    world.desk.write_errors = {
        Error{ErrorClass::uncertain, "ERROR_GLPI_ADD", "no"},
        Error{ErrorClass::uncertain, "ERROR_GLPI_ADD", "no"}};
    world.take(world.alert(AlertKind::problem));
    for (int minutes = 0; minutes < 60 && world.desk.tickets.empty(); ++minutes) {
        world.pass(1min);
    }
    REQUIRE(world.desk.tickets.size() == 1);
    CHECK(world.desk.tickets.begin()->second.entity_id == 1);
    CHECK(world.store.incidents_table[0].placement.entity_name == "Root > ACME");
}

TEST_CASE("a host placed without GLPI's answer has no way out of its source's limit") {
    CoreWorld world;
    limit_to_acme(world);
    world.assets.error = Error{ErrorClass::later, "timeout", ""};
    world.assets.errors_left = 1000;
    world.take(world.alert(AlertKind::problem));
    REQUIRE(world.store.incidents_table.size() == 1);
    CHECK(world.store.incidents_table[0].placement.entity_id == 1);
    CHECK(world.store.incidents_table[0].placement.default_entity_id == 1);
}

TEST_CASE("evidence outside the limit does not hide weaker evidence inside it") {
    CoreWorld world;
    limit_to_acme(world);
    world.assets.by_serial["SN1"] = {{"Computer", 30, "web01", 3, domain::Evidence::serial}};
    SECTION("a host found just now") {}
    SECTION("a host remembered") {
        world.assets.remembers = true;
    }
    domain::Alert alert = world.alert(AlertKind::problem);
    alert.host.serial = "SN1";
    world.take(alert);
    REQUIRE(world.desk.tickets.size() == 1);
    const domain::NewTicket& ticket = world.desk.tickets.begin()->second;
    CHECK(ticket.entity_id == 2);
    REQUIRE(ticket.asset.has_value());
    CHECK(ticket.asset->id == 17);
    CHECK(world.assets.lookups == (world.assets.remembers ? 0 : 2));
}

TEST_CASE("evidence inside the limit asks for nothing weaker") {
    CoreWorld world;
    limit_to_acme(world);
    world.assets.by_serial["SN1"] = {{"Computer", 18, "web01", 1, domain::Evidence::serial}};
    domain::Alert alert = world.alert(AlertKind::problem);
    alert.host.serial = "SN1";
    world.take(alert);
    REQUIRE(world.desk.tickets.size() == 1);
    CHECK(world.desk.tickets.begin()->second.asset->id == 18);
    CHECK(world.assets.lookups == 1);
}

TEST_CASE("a host remembered is placed by entities that are fresh") {
    CoreWorld world;
    limit_to_acme(world);
    world.assets.remembers = true;
    world.assets.next_tree = world.assets.tree;
    SECTION("a fresh tree is not asked for again") {
        world.take(world.alert(AlertKind::problem));
        CHECK(world.assets.tree_loads == 0);
        CHECK(world.assets.doubts == 0);
        CHECK(world.desk.tickets.begin()->second.entity_id == 2);
    }
    SECTION("an old one is: the site has moved to another customer") {
        world.assets.next_tree = domain::EntityTree(
            {{0, -1, "Root", "Root", "", ""},
             {1, 0, "ACME", "Root > ACME", "", ""},
             {2, 0, "Lyon", "Root > Lyon", "", ""},
             {3, 0, "Unassigned", "Root > Unassigned", "", ""}}
        );
        world.assets.tree_is_fresh = false;
        world.take(world.alert(AlertKind::problem));
        CHECK(world.assets.tree_loads == 1);
        REQUIRE(world.desk.tickets.size() == 1);
        CHECK(world.desk.tickets.begin()->second.entity_id == 1);
        CHECK_FALSE(world.desk.tickets.begin()->second.asset.has_value());
    }
}

TEST_CASE("an entity that the tree lacks is asked for once, not for each alert") {
    CoreWorld world;
    world.assets.remembers = true;
    world.rules->plan.entity.value = "Root > New";
    SECTION("it is there now") {
        world.assets.next_tree = domain::EntityTree(
            {{0, -1, "Root", "Root", "", ""}, {7, 0, "New", "Root > New", "", ""}}
        );
        world.take(world.alert(AlertKind::problem));
        CHECK(world.assets.tree_loads == 1);
        CHECK(world.desk.tickets.begin()->second.entity_id == 7);
    }
    SECTION("it is not") {
        for (const char* key : {"z/trigger/1", "z/trigger/2", "z/trigger/3"}) {
            world.take(world.alert(AlertKind::problem, "1", key));
        }
        CHECK(world.assets.tree_loads == 1);
        CHECK(world.assets.doubts >= 3);
        CHECK(world.desk.tickets.size() == 3);
    }
}
