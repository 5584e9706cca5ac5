// SPDX-License-Identifier: MIT
#include "alert_bridge/core/observed.hpp"

#include "catch.hpp"
#include "core_world.hpp"

using namespace alert_bridge;
using namespace std::chrono_literals;
using domain::AlertKind;
using test::CoreWorld;

namespace {

std::string last_count(const CoreWorld& world) {
    std::string tickets = "never told";
    for (const auto& event : world.events.events) {
        if (event.id == "tickets_observed") {
            tickets = event.fields.at("tickets");
        }
    }
    return tickets;
}

void open_one(CoreWorld& world, const std::string& key) {
    world.take(world.alert(AlertKind::problem, "1", key));
}

}  // namespace

TEST_CASE("what mode observe did not open is counted at once and told once a day") {
    CoreWorld world;
    world.rules->plan.policy.mode = domain::Mode::observe;
    world.settle();
    world.pass(1min);
    open_one(world, "z/trigger/1");
    open_one(world, "z/trigger/2");
    CHECK(world.desk.tickets.empty());
    CHECK(world.metrics.value("tickets_observed_total{source=z}") == 2);
    world.pass(23h);
    CHECK(last_count(world) == "never told");
    world.pass(1h);
    CHECK(last_count(world) == "2");
    open_one(world, "z/trigger/3");
    world.pass(23h);
    CHECK(world.events.count("tickets_observed") == 1);
    world.pass(1h);
    CHECK(last_count(world) == "1");
    world.pass(24h);
    CHECK(world.events.count("tickets_observed") == 2);  // nothing to tell
}

TEST_CASE("an opening by timer is counted too") {
    CoreWorld world;
    world.rules->plan.policy.mode = domain::Mode::observe;
    world.rules->plan.policy.open_after = {{"", 2min}};
    open_one(world, "z/trigger/1");
    CHECK(world.metrics.value("tickets_observed_total{source=z}") == 0);
    world.pass(2min);
    CHECK(world.metrics.value("tickets_observed_total{source=z}") == 1);
}

TEST_CASE("without mode observe there is no daily line") {
    CoreWorld world;
    open_one(world, "z/trigger/1");
    for (int day = 0; day < 3; ++day) {
        world.pass(24h);
    }
    CHECK(world.events.count("tickets_observed") == 0);
    CHECK(world.desk.tickets.size() == 1);
}

TEST_CASE("where a rule observes, a day without a ticket is told as well") {
    CoreWorld world;
    auto changed = std::make_shared<core::Policies>(*world.policies.current());
    changed->observes = true;
    world.policies.set(std::move(changed));
    world.settle();
    world.pass(1min);
    world.pass(24h);
    CHECK(last_count(world) == "0");
}
