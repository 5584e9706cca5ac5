// SPDX-License-Identifier: MIT
// Problems whose sender numbers no occurrence (Icinga 2, many JSON senders): one episode for all.
#include "alert_bridge/domain/lifecycle.hpp"
#include "catch.hpp"
#include "lifecycle_world.hpp"

using namespace test_support;
using namespace std::chrono_literals;

namespace {

Alert unnumbered(World& world, AlertKind kind) {
    Alert alert = world.alert(kind, "state");
    alert.whole_problem = true;
    return alert;
}

}  // namespace

TEST_CASE("a recovery that the next problem has overtaken ends nothing, where nothing is numbered"
) {
    World world;
    world.take(unnumbered(world, AlertKind::problem));
    world.deliver_all();
    world.pass(1s);
    const Alert recovery = unnumbered(world, AlertKind::recovery);
    world.pass(1s);
    world.take(unnumbered(world, AlertKind::problem));
    world.take(recovery);
    CHECK(world.last_reason == "older than the news that it goes on");
    world.pass(1h);
    world.deliver_all();
    CHECK(world.incident().state == IncidentState::open);
    CHECK(world.count_operations(OperationKind::solve) == 0);
    world.take(unnumbered(world, AlertKind::recovery));
    world.pass(1h);
    CHECK(world.incident().state == IncidentState::solved);
}

TEST_CASE("a recovery that comes before its problem opens nothing; the next problem does") {
    World world;
    const Alert problem = unnumbered(world, AlertKind::problem);
    world.pass(1s);
    world.take(unnumbered(world, AlertKind::recovery));
    world.take(problem);
    CHECK(world.incidents.empty());
    world.pass(1s);
    world.take(unnumbered(world, AlertKind::problem));
    CHECK(world.incidents.size() == 1);
}

TEST_CASE("an unnumbered problem that comes back begins anew on the same ticket") {
    World world;
    const Alert first = unnumbered(world, AlertKind::problem);
    world.take(first);
    world.deliver_all();
    for (int i = 0; i < 2; ++i) {
        world.pass(1s);
        world.take(unnumbered(world, AlertKind::recovery));
        world.pass(10min);
        CHECK(world.incident().state == IncidentState::solved);
        world.deliver_all();
        world.take(first);  // an old notice, late: it was over
        CHECK(world.last_reason == "this occurrence is over already");
        world.take(unnumbered(world, AlertKind::problem));
        world.deliver_all();
        CHECK(world.incident().state == IncidentState::open);
    }
    CHECK(world.incidents.size() == 1);
}

TEST_CASE("below the threshold an unnumbered problem ends too, and its next one starts afresh") {
    World world;
    Alert mild = unnumbered(world, AlertKind::problem);
    mild.severity = Severity::warning;
    world.take(mild);
    world.pass(1h);
    world.take(unnumbered(world, AlertKind::recovery));
    CHECK(world.episodes.at(0).state == EpisodeState::recovered);
    world.pass(1h);
    world.take(unnumbered(world, AlertKind::problem));
    REQUIRE(world.incidents.size() == 1);
    CHECK(world.episodes.at(0).started_at == world.now);
}
