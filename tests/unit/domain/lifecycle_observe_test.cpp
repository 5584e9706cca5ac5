// SPDX-License-Identifier: MIT
// mode: observe decides as always and owes nothing; what it would have written can be looked at.
#include "alert_bridge/domain/lifecycle.hpp"

#include "catch.hpp"
#include "lifecycle_world.hpp"

using namespace test_support;
using namespace std::chrono_literals;

namespace {

World observing() {
    World world;
    world.rules.plan.policy.mode = Mode::observe;
    return world;
}

std::vector<std::string> skipped(const World& world) {
    std::vector<std::string> result;
    for (const Operation& operation : world.operations) {
        if (operation.state == OperationState::skipped && operation.last_error == kObserved) {
            result.push_back(
                std::string(to_string(operation.kind)) + ":" + operation.content.event
            );
        }
    }
    return result;
}

}  // namespace

TEST_CASE("an observed problem goes its whole way and owes GLPI nothing") {
    World world = observing();
    world.take(world.alert(AlertKind::problem));
    CHECK(world.last_reason == "opens a ticket");
    CHECK(world.owed() == nullptr);
    REQUIRE(world.operations.size() == 1);
    CHECK(world.operations[0].content.title == "title/opened/connection refused");
    world.pass(1min);
    world.take(world.alert(AlertKind::update));
    world.take(world.alert(AlertKind::recovery));
    world.pass(6min);
    world.take(world.alert(AlertKind::problem, "2"));
    world.pass(1min);
    CHECK(world.owed() == nullptr);
    CHECK(
        skipped(world) ==
        std::vector<std::string>{
            "open:opened", "followup:update", "solve:recovered", "reopen:reopened"}
    );
    CHECK(world.operations.size() == 4);
    CHECK(world.incidents.size() == 1);  // one ticket it would have been
}

TEST_CASE("an observed problem that never lasts would have made no ticket") {
    World world = observing();
    world.rules.plan.policy.open_after = {{"", 2min}};
    world.take(world.alert(AlertKind::problem));
    world.pass(1min);
    world.take(world.alert(AlertKind::recovery));
    world.pass(1h);
    CHECK(skipped(world).empty());
}

TEST_CASE("once it is acted upon, the next notice of what was observed opens its ticket") {
    World world = observing();
    world.take(world.alert(AlertKind::problem));
    SECTION("while it goes on: at its next repeat") {
        world.pass(1h);
        world.rules.plan.policy.mode = Mode::act;
        world.take(world.alert(AlertKind::problem));
    }
    SECTION("an occurrence after it was over") {
        world.take(world.alert(AlertKind::recovery));
        world.pass(6min);
        world.rules.plan.policy.mode = Mode::act;
        world.take(world.alert(AlertKind::problem, "2"));
    }
    REQUIRE(world.incidents.size() == 2);
    CHECK(world.incident(0).state == IncidentState::ended);
    CHECK(world.incident(0).end_reason == "only observed");
    CHECK(world.incident(1).group_key == world.incident(0).group_key);
    world.deliver_all();
    CHECK(world.written == std::vector<std::string>{"open:opened"});
    CHECK(world.incident(1).previous_ticket == 0);
}

TEST_CASE("a recovery or a comment does not end the observation") {
    World world = observing();
    world.take(world.alert(AlertKind::problem));
    world.rules.plan.policy.mode = Mode::act;
    world.take(world.alert(AlertKind::acknowledgement));
    world.take(world.alert(AlertKind::recovery));
    world.pass(48h);
    CHECK(world.owed() == nullptr);
    CHECK(world.incidents.size() == 1);
}

TEST_CASE("a ticket that exists is seen through after a change to observe") {
    World world = with_open_ticket();
    world.rules.plan.policy.mode = Mode::observe;
    world.take(world.alert(AlertKind::recovery));
    world.pass(6min);
    world.deliver_all();
    CHECK(world.written.back() == "solve:recovered");
}

TEST_CASE("once one of an observed group is acted upon, the others go on with its ticket") {
    World world = observing();
    world.rules.plan.policy.group_by = {"host"};
    world.take(world.alert(AlertKind::problem));
    Alert other = world.alert(AlertKind::problem, "9");
    other.problem_key = "nagios/service/web01/Disk";
    world.take(other);
    world.pass(1h);
    world.rules.plan.policy.mode = Mode::act;
    world.take(world.alert(AlertKind::problem));
    world.deliver_all();
    REQUIRE(world.incidents.size() == 2);
    world.take(world.alert(AlertKind::recovery));
    world.pass(6min);
    world.deliver_all();
    CHECK(world.incident(1).state == IncidentState::open);  // the other one goes on
    Alert end = world.alert(AlertKind::recovery, "9");
    end.problem_key = other.problem_key;
    world.take(end);
    world.pass(6min);
    world.deliver_all();
    CHECK(world.written.back() == "solve:recovered");
}
