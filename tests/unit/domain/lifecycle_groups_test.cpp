// SPDX-License-Identifier: MIT
// Which problems share a ticket, and when such a ticket is over.
#include "alert_bridge/domain/lifecycle.hpp"

#include "catch.hpp"
#include "lifecycle_world.hpp"

using namespace test_support;
using namespace std::chrono_literals;

TEST_CASE("problems of two entities never share a ticket, whatever groups them") {
    World world;
    world.rules.plan.policy.group_by = {"host"};
    world.take(world.alert(AlertKind::problem));
    Alert other = world.alert(AlertKind::problem, "9");
    other.source = "zabbix";  // another customer's, who has a web01 too
    other.problem_key = "zabbix/trigger/500";
    world.placement.entity_id = 4;
    world.take(other);
    CHECK(world.incidents.size() == 2);
    world.placement.entity_id = 3;
    other.problem_key = "zabbix/trigger/501";
    world.take(other);
    CHECK(world.incidents.size() == 2);
}

TEST_CASE("of five problems of a group only the last recovery solves") {
    World world;
    world.rules.plan.policy.group_by = {"host"};
    const auto of = [&](AlertKind kind, int number) {
        Alert alert = world.alert(kind, std::to_string(number));
        alert.problem_key = "nagios/service/web01/" + std::to_string(number);
        return alert;
    };
    for (int number = 0; number < 5; ++number) {
        world.take(of(AlertKind::problem, number));
    }
    for (int number = 0; number < 5; ++number) {
        world.pass(1h);
        world.deliver_all();
        CHECK(world.count_operations(OperationKind::solve) == 0);
        world.take(of(AlertKind::recovery, number));
    }
    world.pass(1h);
    CHECK(world.count_operations(OperationKind::open) == 1);
    CHECK(world.count_operations(OperationKind::solve) == 1);
}
