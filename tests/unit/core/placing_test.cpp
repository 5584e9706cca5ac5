// SPDX-License-Identifier: MIT
// Correlator: what is asked about the asset once it is found.
#include "catch.hpp"
#include "core_world.hpp"

using namespace alert_bridge;
using namespace std::chrono_literals;
using domain::AlertKind;
using domain::Priority;
using test::CoreWorld;

namespace {

struct World : CoreWorld {
    World() {
        rules->plan.asks_asset = true;
        rules->details = {"criticality"};
        rules->with_details = Priority{"p1", 5, 5, 0};
        assets.known_details.values = {{"criticality", "High"}};
    }
    const domain::Incident& incident() {
        REQUIRE(store.incidents_table.size() == 1);
        return store.incidents_table.front();
    }
};

}  // namespace

TEST_CASE("rules about the asset are asked with what GLPI tells of it, once") {
    World world;
    world.take(world.alert(AlertKind::problem));
    CHECK(world.incident().plan.priority.name == "p1");
    CHECK(world.assets.asked_details == std::vector<std::string>{"criticality"});
    CHECK(world.assets.detail_lookups == 1);
    REQUIRE(world.incident().placement.details);
    CHECK(world.incident().placement.details->value("criticality") == "High");
}

TEST_CASE("remembered details cost no request") {
    World world;
    world.assets.remembers = true;
    world.take(world.alert(AlertKind::problem));
    CHECK(world.incident().plan.priority.name == "p1");
    CHECK(world.assets.detail_lookups == 0);
}

TEST_CASE("a raised severity is judged with the asset that the ticket was opened for") {
    World world;
    world.take(world.alert(AlertKind::problem));
    world.rules->with_details = Priority{"p0", 5, 5, 6};
    domain::Alert worse = world.alert(AlertKind::update);
    worse.severity = domain::Severity::disaster;
    worse.severity_changed = true;
    world.take(worse);
    CHECK(world.incident().plan.priority.name == "p0");
    CHECK(world.assets.detail_lookups == 1);
}

TEST_CASE("no asset: rules are asked with no details, and GLPI is not asked for them") {
    World world;
    domain::Alert stranger = world.alert(AlertKind::problem);
    stranger.host.name = "nobody";
    world.take(stranger);
    CHECK(world.incident().plan.priority.name == "p1");
    CHECK(world.assets.detail_lookups == 0);
    REQUIRE(world.incident().placement.details);
    CHECK(world.incident().placement.details->values.empty());
}

TEST_CASE("details that GLPI does not tell in time: the asset stays, rules about it do not count") {
    World world;
    world.assets.error = Error{ErrorClass::later, "timeout", ""};
    world.assets.detail_errors = 1'000'000;
    world.assets.remembers_hosts = true;
    world.take(world.alert(AlertKind::problem));
    CHECK(world.incident().placement.asset.has_value());
    CHECK(world.incident().placement.entity_id == 1);
    CHECK_FALSE(world.incident().placement.details);
    CHECK(world.incident().plan.priority.name == "p2");
    CHECK(world.events.count("placed_without_glpi") == 1);
    CHECK(world.assets.detail_lookups > 1);
}

TEST_CASE("nobody asks for details while no rule needs them") {
    World world;
    world.rules->plan.asks_asset = false;
    world.take(world.alert(AlertKind::problem));
    CHECK(world.incident().plan.priority.name == "p2");
    CHECK(world.assets.detail_lookups == 0);
    CHECK_FALSE(world.incident().placement.details);
}

TEST_CASE("a planned change of the asset is told, and by policy holds the ticket to its end") {
    CoreWorld world;
    const bool hold = GENERATE(false, true);
    world.rules->plan.policy.changes = hold ? domain::OnChange::hold : domain::OnChange::annotate;
    const WallTime now = world.clock.time;
    const domain::PlannedChange swap{12, "Swap", now - 1h, now + 2h, {}};
    world.correlator.change_of = [&](const domain::AssetHit& asset, WallTime) {
        CHECK(asset.id == 17);
        return &swap;
    };
    world.take(world.alert(AlertKind::problem));
    CHECK(world.desk.tickets.size() == (hold ? 0 : 1));
    world.pass(1h);
    CHECK(world.desk.tickets.size() == (hold ? 0 : 1));
    world.pass(1h + 1min);
    REQUIRE(world.desk.tickets.size() == 1);
    const auto& notes = world.store.incidents_table.at(0).placement.notes;
    REQUIRE(notes.size() == 1);
    CHECK(notes[0].name.rfind("#12 Swap (", 0) == 0);
}

TEST_CASE("a problem that is over before the change is opens no ticket") {
    CoreWorld world;
    world.rules->plan.policy.changes = domain::OnChange::hold;
    const WallTime now = world.clock.time;
    const domain::PlannedChange swap{12, "Swap", now - 1h, now + 2h, {}};
    world.correlator.change_of = [&](const domain::AssetHit&, WallTime) { return &swap; };
    world.take(world.alert(AlertKind::problem));
    world.pass(1h);
    world.take(world.alert(AlertKind::recovery));
    world.pass(3h);
    CHECK(world.desk.tickets.empty());
}
