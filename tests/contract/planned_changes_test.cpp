// SPDX-License-Identifier: MIT
// ports::PlannedChanges over the simulated GLPI 10 and 11.
#include "glpi_world.hpp"

using namespace alert_bridge;
using glpi_sim::Json;
using test::GlpiWorld;
using Planned = std::vector<domain::PlannedChange>;
using Item = domain::PlannedChange::Item;

namespace {

constexpr std::chrono::hours kHour(1);

std::string sql(WallTime time, const std::string& zone = "UTC") {
    return format_local_plain(time, zone);
}

// An accepted change of Customer A's web01 with one task, from an hour ago to two hours ahead.
Json change(const GlpiWorld& world) {
    Json out;
    out["name"] = "New disks";
    out["entities_id"] = 1;
    out["status"] = 7;
    out["tasks"][0]["begin"] = sql(world.clock.time - kHour);
    out["tasks"][0]["end"] = sql(world.clock.time + 2 * kHour);
    out["items"][0]["itemtype"] = "Computer";
    out["items"][0]["items_id"] = 1;
    return out;
}

void seed(GlpiWorld& world, const Json& change) {
    Json body;
    body["changes"] = Json::array();
    body["changes"].push_back(change);
    REQUIRE(world.control("POST", "seed", body.dump()).at("seeded") == true);
}

Planned planned(GlpiWorld& world) {
    const auto found = world.run(world.client->changes().planned(world.clock.time));
    REQUIRE(found.has_value());
    return *found;
}

}  // namespace

TEST_CASE("an approved change that covers the hour comes with its items") {
    GlpiWorld world(GENERATE(10, 11));
    Json given = change(world);
    given["name"] = "R&D <web01>\nnew disks";
    given["items"][1]["itemtype"] = "NetworkEquipment";
    given["items"][1]["items_id"] = 1;
    seed(world, given);
    const Planned found = planned(world);
    REQUIRE(found.size() == 1);
    CHECK(found[0].id == 1);
    CHECK(found[0].title == "R&D <web01> new disks");
    CHECK(sql(found[0].begin) == sql(world.clock.time - kHour));
    CHECK(sql(found[0].end) == sql(world.clock.time + 2 * kHour));
    CHECK(found[0].items == std::vector{Item{"Computer", 1}, Item{"NetworkEquipment", 1}});
    CHECK(world.events.count("glpi_changes_unreadable") == 0);
    CHECK(world.events.count("glpi_changes_cut") == 0);
}

TEST_CASE("the items of another change are not mixed in, and one may have none") {
    GlpiWorld world(GENERATE(10, 11));
    Json without = change(world);
    without["items"] = Json::array();
    seed(world, without);
    seed(world, change(world));
    const Planned found = planned(world);
    REQUIRE(found.size() == 2);
    CHECK(found[0].items.empty());
    CHECK(found[1].items == std::vector{Item{"Computer", 1}});
}

TEST_CASE("a change that nobody approved, that is over or in the trash does not count") {
    GlpiWorld world(GENERATE(10, 11));
    Json given = change(world);
    SECTION("new") {
        given["status"] = 1;
    }
    SECTION("waiting for approval") {
        given["status"] = 10;
        given["global_validation"] = 2;
    }
    SECTION("approval refused") {
        given["global_validation"] = 4;
    }
    SECTION("applied") {
        given["status"] = 5;
    }
    SECTION("closed") {
        given["status"] = 6;
    }
    SECTION("refused") {
        given["status"] = 13;
    }
    SECTION("cancelled, though approved") {
        given["status"] = 14;
        given["global_validation"] = 3;
    }
    SECTION("in the trash") {
        given["is_deleted"] = 1;
    }
    SECTION("its work is done") {
        given["tasks"][0]["state"] = 2;
    }
    seed(world, given);
    CHECK(planned(world).empty());
}

TEST_CASE("a validation approves as well as the status") {
    GlpiWorld world(GENERATE(10, 11));
    Json given = change(world);
    given["status"] = GENERATE(1, 10);
    given["global_validation"] = 3;
    seed(world, given);
    CHECK(planned(world).size() == 1);
}

TEST_CASE("only hours that are not over and begin within a day count, and they cost one request") {
    GlpiWorld world(GENERATE(10, 11));
    Json given = change(world);
    SECTION("over") {
        given["tasks"][0]["end"] = sql(world.clock.time);
    }
    SECTION("in two days") {
        given["tasks"][0]["begin"] = sql(world.clock.time + 48 * kHour);
        given["tasks"][0]["end"] = sql(world.clock.time + 50 * kHour);
    }
    SECTION("not planned") {
        given["tasks"][0]["begin"] = nullptr;
        given["tasks"][0]["end"] = nullptr;
    }
    SECTION("without tasks") {
        given["tasks"] = Json::array();
    }
    seed(world, given);
    world.run(world.client->start());
    world.reset_requests();
    CHECK(planned(world).empty());
    CHECK(world.requests() == 1);
}

TEST_CASE("each span of hours of a change comes on its own, the change is read once") {
    GlpiWorld world(GENERATE(10, 11));
    Json given = change(world);
    given["tasks"][1]["begin"] = sql(world.clock.time + 20 * kHour);
    given["tasks"][1]["end"] = sql(world.clock.time + 30 * kHour);
    given["tasks"][2]["begin"] = sql(world.clock.time - 9 * kHour);
    given["tasks"][2]["end"] = sql(world.clock.time - 8 * kHour);
    seed(world, given);
    world.run(world.client->start());
    world.reset_requests();
    const Planned found = planned(world);
    CHECK(world.requests() == 3);
    REQUIRE(found.size() == 2);
    CHECK(found[0].id == found[1].id);
    CHECK(sql(found[1].begin) == sql(world.clock.time + 20 * kHour));
    CHECK(found[1].items == found[0].items);
}

TEST_CASE("dates are those of the zone of GLPI's user") {
    GlpiWorld world(GENERATE(10, 11));
    Json given = change(world);
    given["tasks"][0]["begin"] = sql(world.clock.time - kHour, "America/New_York");
    given["tasks"][0]["end"] = sql(world.clock.time + kHour, "America/New_York");
    seed(world, given);
    CHECK(planned(world).empty());
    glpi::Options options;
    options.url = world.server.url();
    options.app_token = Secret("sim-app-token");
    options.user_token = Secret("sim-bridge-token");
    options.time_zone = "America/New_York";
    world.client = world.make(options);
    const Planned found = planned(world);
    REQUIRE(found.size() == 1);
    CHECK(sql(found[0].end) == sql(world.clock.time + kHour));
}

TEST_CASE("a profile without the right to read changes sees none, and hears of it once") {
    GlpiWorld world(GENERATE(10, 11), "sim-self-service-token");
    seed(world, change(world));
    CHECK(planned(world).empty());
    CHECK(planned(world).empty());
    CHECK(world.events.count("glpi_changes_unreadable") == 1);
    world.sim.world().profiles.at(1).read_changes = true;
    CHECK(planned(world).size() == 1);
    world.sim.world().profiles.at(1).read_changes = false;
    CHECK(planned(world).empty());
    CHECK(world.events.count("glpi_changes_unreadable") == 2);
}

TEST_CASE("a GLPI that does not know changes has none") {
    GlpiWorld world(GENERATE(10, 11));
    world.sim.world().tables.erase("ChangeTask");
    CHECK(planned(world).empty());
    CHECK(world.events.count("glpi_changes_unreadable") == 1);
}

TEST_CASE("changes out of the user's sight are left out, quietly if others are in it") {
    GlpiWorld world(GENERATE(10, 11), "sim-customer-b-token");
    seed(world, change(world));
    CHECK(planned(world).empty());
    CHECK(world.events.count("glpi_changes_unreadable") == 1);
    Json own = change(world);
    own["entities_id"] = 3;
    seed(world, own);
    const Planned found = planned(world);
    REQUIRE(found.size() == 1);
    CHECK(found[0].id == 2);
    CHECK(world.events.count("glpi_changes_unreadable") == 1);
}

TEST_CASE("a change that was purged meanwhile is left out") {
    GlpiWorld world(GENERATE(10, 11));
    seed(world, change(world));
    seed(world, change(world));
    world.sim.world().table("Change").erase(1);
    const Planned found = planned(world);
    REQUIRE(found.size() == 1);
    CHECK(found[0].id == 2);
    CHECK(world.events.count("glpi_changes_unreadable") == 0);
}

TEST_CASE("of more changes than the bound those that begin first are kept, and it is told once") {
    GlpiWorld world(GENERATE(10, 11));
    Json later = change(world);
    later["tasks"][0]["begin"] = sql(world.clock.time + kHour);
    seed(world, later);
    for (std::size_t i = 0; i < ports::PlannedChanges::kChangesMax; ++i) {
        seed(world, change(world));
    }
    for (int i = 0; i < 2; ++i) {
        const Planned found = planned(world);
        REQUIRE(found.size() == ports::PlannedChanges::kChangesMax);
        CHECK(found.front().id == 2);
        CHECK(found.back().id == ports::PlannedChanges::kChangesMax + 1);
    }
    CHECK(world.events.count("glpi_changes_cut") == 1);
}

TEST_CASE("of more items than the bound the first are kept, and it is told") {
    GlpiWorld world(GENERATE(10, 11));
    const std::size_t more = GENERATE(0U, 1U);
    Json given = change(world);
    for (std::size_t i = 0; i < ports::PlannedChanges::kItemsMax + more; ++i) {
        given["items"][i]["itemtype"] = "Computer";
        given["items"][i]["items_id"] = i + 1;
    }
    seed(world, given);
    const Planned found = planned(world);
    REQUIRE(found.size() == 1);
    CHECK(found[0].items.size() == ports::PlannedChanges::kItemsMax);
    CHECK(found[0].items.back().id == ports::PlannedChanges::kItemsMax);
    CHECK(world.events.count("glpi_changes_cut") == static_cast<int>(more));
}

TEST_CASE("a GLPI that is away is an error, wherever it stops to answer") {
    GlpiWorld world(GENERATE(10, 11));
    seed(world, change(world));
    const std::string where =
        GENERATE("/ChangeTask$", "/Change/[0-9]+$", "/Change/[0-9]+/Change_Item$");
    INFO(where);
    world.fault("html_500", "GET", where, -1);
    const auto found = world.run(world.client->changes().planned(world.clock.time));
    REQUIRE_FALSE(found.has_value());
    CHECK(found.error().kind == ErrorClass::later);
    CHECK(world.events.count("glpi_changes_unreadable") == 0);
}
