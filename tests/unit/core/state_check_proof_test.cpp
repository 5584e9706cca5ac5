// SPDX-License-Identifier: MIT
// StateCheck: what counts as a proof that a problem is over, and what does not.
#include "alert_bridge/core/state_check.hpp"

#include "check_world.hpp"

namespace alert_bridge::test {

using domain::AlertKind;
using ports::ProblemNow;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_CASE("news of this minute are left to their own notices", "[state_check]") {
    CheckWorld world;
    world.open("a");
    world.notices.open[0].heard_at = world.clock.time - seconds(20);
    world.says({ProblemNow::ok});
    CHECK(world.look());
    CHECK(world.journal().empty());
    world.clock.time += seconds(15);
    CHECK(world.look());
    CHECK(world.journal().size() == 1);
}

TEST_CASE("where a list is everything there is, what it lacks is over", "[state_check]") {
    CheckWorld world;
    world.open("a", "1");
    world.open("b", "1");
    world.open("c", "1");
    world.says({}, {"a=1 c=2"});
    CHECK(world.look_twice());
    CHECK(world.over() == std::vector<std::string>{"z/b", "z/c"});  // c has begun anew
    CHECK(world.journal()[0].kind == AlertKind::recovery);
}

TEST_CASE("what is missing once is not over", "[state_check]") {
    CheckWorld world;
    world.open("a", "1");
    SECTION("in a list of all there is") {
        world.says({}, {"b=1"});
        CHECK(world.look());
        CHECK(world.journal().empty());
        world.clock.time += seconds(10);  // nearly the same picture
        CHECK(world.look());
        CHECK(world.journal().empty());
        world.says({}, {"a=1"});
        world.clock.time += seconds(30);
        CHECK(world.look());
        world.says({}, {"b=1"});
        CHECK(world.look());  // not in a row
        CHECK(world.journal().empty());
        world.clock.time += seconds(30);
        CHECK(world.look());
        CHECK(world.over() == std::vector<std::string>{"z/a"});
    }
    SECTION("when monitoring has given it up") {
        world.says({ProblemNow::gone});
        CHECK(world.look());
        CHECK(world.journal().empty());
        world.clock.time += seconds(30);
        CHECK(world.look());
        REQUIRE(world.journal().size() == 1);
        CHECK(world.journal()[0].kind == AlertKind::cancelled);
    }
    SECTION("nor when the second look is at another system") {
        world.says({ProblemNow::gone});
        CHECK(world.look());
        world.check.use(std::make_shared<const core::Backs>());
        world.clock.time += seconds(30);
        CHECK(world.look());
        CHECK(world.journal().empty());
    }
}

TEST_CASE("the second look at what is missing comes soon", "[state_check]") {
    core::Back settings;
    settings.reconcile = minutes(10);
    CheckWorld world(settings);
    world.open("a", "1");
    world.says({ProblemNow::gone});
    world.tasks.spawn("state_check", world.check.run());
    world.settle();
    CHECK(world.port->asked.size() == 1);
    world.clock.time += seconds(31);
    world.check.clock_was_set(Duration::zero());  // rings
    world.settle();
    CHECK(world.port->asked.size() == 2);
    CHECK(world.over() == std::vector<std::string>{"z/a"});
    world.check.stop();
    world.settle();
}

TEST_CASE("an answer that cannot be read in full changes nothing", "[state_check]") {
    CheckWorld world;
    world.open("a", "1");
    std::vector<std::string> bodies;
    SECTION("a body") {
        bodies = {"b=1", "?"};
    }
    SECTION("an element") {
        bodies = {"b=1 #"};
    }
    world.says({}, bodies);
    CHECK_FALSE(world.look());
    world.clock.time += minutes(1);
    CHECK_FALSE(world.look());
    CHECK(world.journal().empty());
    CHECK(world.events.count("state_check_failed") == 1);
    world.says({ProblemNow::ok}, bodies);
    CHECK_FALSE(world.look());
    CHECK(world.journal().empty());
}

TEST_CASE("an answer about a source that is gone meanwhile changes nothing", "[state_check]") {
    CheckWorld world;
    world.open("a", "1");
    std::vector<ProblemNow> known;
    std::vector<std::string> present;
    SECTION("in a list") {
        present = {"b=1"};
    }
    SECTION("by name") {
        known = {ProblemNow::ok};
    }
    world.says(known, present);
    world.intake.use({});
    CHECK_FALSE(world.look());
    world.clock.time += minutes(1);
    CHECK_FALSE(world.look());
    CHECK(world.journal().empty());
}

TEST_CASE("an answer to another number of questions changes nothing", "[state_check]") {
    CheckWorld world;
    world.open("a", "1");
    world.open("b", "1");
    world.says({ProblemNow::ok});
    CHECK_FALSE(world.look());
    CHECK(world.journal().empty());
}

TEST_CASE("a problem that is one as a whole goes on whenever it began", "[state_check]") {
    CheckWorld world;
    world.open("a", "1");
    world.says({}, {"!a=2"});
    CHECK(world.look_twice());
    CHECK(world.journal().empty());
}

TEST_CASE("news that came after the picture was made are left alone", "[state_check]") {
    CheckWorld world;
    world.open("a");
    world.notices.open[0].heard_at = world.clock.time - seconds(50);
    WallTime as_of = world.clock.time - seconds(40);
    world.port->on_look = [&as_of] {
        ports::Sight sight;
        sight.known = {ProblemNow::ok};
        sight.as_of = as_of;
        return Result<ports::Sight>(sight);
    };
    CHECK(world.look());
    CHECK(world.journal().empty());
    as_of = world.clock.time + minutes(5);  // its clock runs ahead
    world.notices.open[0].heard_at = world.clock.time - seconds(10);
    CHECK(world.look());
    CHECK(world.journal().empty());
    as_of = world.clock.time;
    world.clock.time += seconds(30);
    world.notices.open[0].heard_at = as_of - seconds(30);
    CHECK(world.look());
    CHECK(world.journal().size() == 1);
}

TEST_CASE("one picture looked at twice is one look", "[state_check]") {
    CheckWorld world;
    world.open("a");
    const WallTime as_of = world.clock.time;
    world.port->on_look = [as_of] {
        ports::Sight sight;
        sight.known = {ProblemNow::gone};
        sight.as_of = as_of;
        return Result<ports::Sight>(sight);
    };
    CHECK(world.look_twice());
    CHECK(world.journal().empty());
}

TEST_CASE("what is hushed goes on, and is not missed", "[state_check]") {
    CheckWorld world;
    world.open("a", "1");
    world.port->on_look = [] {
        ports::Sight sight;
        sight.hushed = {"a=1 b=1"};
        return Result<ports::Sight>(sight);
    };
    CHECK(world.look_twice());
    CHECK(world.journal().empty());
    CHECK(world.metrics.value("problems_unheard{source=z}") == 0);
}

TEST_CASE("an answer from before the clock was set changes nothing", "[state_check]") {
    CheckWorld world;
    world.open("a");
    world.port->on_look = [&world] {
        world.check.clock_was_set(std::chrono::hours(1));
        ports::Sight sight;
        sight.known = {ProblemNow::ok};
        return Result<ports::Sight>(sight);
    };
    CHECK_FALSE(world.look());
    CHECK(world.journal().empty());
    CHECK(world.events.count("state_check_failed") == 0);
}

}  // namespace alert_bridge::test
