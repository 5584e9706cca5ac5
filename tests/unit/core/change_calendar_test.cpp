// SPDX-License-Identifier: MIT
#include "alert_bridge/core/change_calendar.hpp"

#include "catch.hpp"
#include "core_world.hpp"

using namespace alert_bridge;
using namespace std::chrono_literals;
using core::ChangeCalendar;
using test::CoreWorld;

namespace {

struct FakeChanges final : ports::PlannedChanges {
    std::vector<domain::PlannedChange> changes;
    std::optional<Error> error;
    int asked = 0;
    Task<std::vector<domain::PlannedChange>> planned(WallTime) override {
        ++asked;
        if (error) {
            co_return *error;
        }
        co_return changes;
    }
};

struct World {
    World() {
        core.rules->asks = true;
        const WallTime now = core.clock.time;
        changes.changes = {
            {1, "short", now - 1h, now + 1h, {{"Computer", 17}}},
            {2, "long", now - 1h, now + 2h, {{"Computer", 17}, {"Printer", 3}}},
            {3, "later", now + 1h, now + 9h, {{"Computer", 17}}}};
        core.tasks.spawn("changes", calendar.run());
        core.settle();
    }
    ~World() {
        calendar.stop();
        core.settle();
    }
    std::int64_t covering(const std::string& type, std::int64_t id) {
        const auto change = calendar.covering(type, id, core.clock.time);
        return change ? change->id : 0;
    }

    CoreWorld core;
    FakeChanges changes;
    ChangeCalendar calendar{{changes, core.clock, core.events, core.metrics, core.policies}};
};

}  // namespace

TEST_CASE("of the changes that cover an asset now, the last to end counts") {
    World world;
    CHECK(world.covering("Computer", 17) == 2);
    CHECK(world.covering("Printer", 3) == 2);
    CHECK(world.covering("Printer", 17) == 0);
    world.core.clock.time += 2h;
    CHECK(world.covering("Computer", 17) == 3);
    CHECK(world.covering("Printer", 3) == 0);
}

TEST_CASE("what was read last counts on while GLPI does not answer, and is told once") {
    World world;
    world.changes.error = Error{ErrorClass::later, "timeout", ""};
    for (int i = 0; i < 3; ++i) {
        world.calendar.look_again();
        world.core.settle();
    }
    CHECK(world.changes.asked > 1);
    CHECK(world.covering("Computer", 17) == 2);
    CHECK(world.core.events.count("changes_unreadable") == 1);
    world.changes.error.reset();
    world.changes.changes.clear();
    world.calendar.look_again();
    world.core.settle();
    CHECK(world.covering("Computer", 17) == 0);
}

TEST_CASE("nobody asks GLPI while no rule asks for changes, or while it should be left in peace") {
    World world;
    const int before = world.changes.asked;
    world.calendar.may_ask = [] { return false; };
    world.calendar.look_again();
    world.core.settle();
    CHECK(world.changes.asked == before);
    CHECK(world.covering("Computer", 17) == 2);
    world.calendar.may_ask = [] { return true; };
    world.core.rules->asks = false;
    world.calendar.look_again();
    world.core.settle();
    CHECK(world.changes.asked == before);
    CHECK(world.covering("Computer", 17) == 0);
}
