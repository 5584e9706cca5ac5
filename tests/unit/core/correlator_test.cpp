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

TEST_CASE("while GLPI is away the placement waits on") {
    CoreWorld world;
    bool away = true;
    world.correlator.glpi_away = [&away] { return away; };
    world.assets.error = Error{ErrorClass::later, "glpi_away", ""};
    world.assets.errors_left = 100;
    world.clock.on_sleep = [&] { away = world.assets.errors_left > 0; };
    world.take(world.alert(AlertKind::problem));
    REQUIRE(world.store.incidents_table.size() == 1);
    CHECK_FALSE(world.store.incidents_table[0].placement.provisional);
    CHECK(world.assets.lookups == 101);
}

TEST_CASE("a problem that was over before its ticket was due opens none after an outage of GLPI") {
    CoreWorld world;
    world.rules->plan.policy.open_after = {{"", 10min}};
    bool away = true;
    world.correlator.glpi_away = [&away] { return away; };
    world.assets.error = Error{ErrorClass::later, "glpi_away", ""};
    world.assets.errors_left = 900;
    world.clock.on_sleep = [&] { away = world.assets.errors_left > 0; };
    const WallTime start = world.clock.time;
    const domain::Alert problem = world.alert(AlertKind::problem);
    domain::Alert recovery = world.alert(AlertKind::recovery);
    recovery.received_at += 30s;
    world.store.journal.push_back({1, problem});
    world.take(recovery);
    REQUIRE(world.clock.time > start + 10min);
    world.pass(1h);
    CHECK(world.desk.tickets.empty());
    REQUIRE(world.store.incidents_table.size() == 1);
    CHECK(world.store.incidents_table[0].end_reason == "never lasted");
}

TEST_CASE("a default entity that GLPI does not have opens nothing until it is there") {
    CoreWorld world;
    world.rules->plan.glpi_default_entity.value = "Nowhere";
    int naps = 0;
    world.clock.on_sleep = [&] {
        if (++naps == 3) {
            world.rules->plan.glpi_default_entity.value = "Root";
        }
    };
    world.take(world.alert(AlertKind::problem));
    CHECK(world.events.count("default_entity_missing") == 3);
    CHECK(world.desk.tickets.size() == 1);
}
