// SPDX-License-Identifier: MIT
// Several episodes, states that hold for a whole problem, groups, dead openings, order of arrival.
#include "alert_bridge/domain/lifecycle.hpp"

#include "catch.hpp"
#include "lifecycle_world.hpp"

using namespace test_support;
using alert_bridge::ErrorClass;
using namespace std::chrono_literals;
using Written = std::vector<std::string>;

TEST_CASE("RECOVERY(79) does not solve a ticket that PROBLEM(81) keeps open") {
    World world = with_open_ticket();
    world.take(world.alert(AlertKind::problem, "81"));
    world.take(world.alert(AlertKind::recovery, "1"));
    world.pass(1h);
    world.deliver_all();
    CHECK(world.count_operations(OperationKind::solve) == 0);
    CHECK(world.incident().state == IncidentState::open);
    world.take(world.alert(AlertKind::recovery, "81"));
    world.pass(1h);
    CHECK(world.count_operations(OperationKind::solve) == 1);
}

TEST_CASE("a recovery of something never seen is harmless and cancels the problem behind it") {
    World world;
    const Alert problem = world.alert(AlertKind::problem);
    world.pass(1s);
    world.take(world.alert(AlertKind::recovery));
    CHECK(world.operations.empty());
    CHECK(world.last_verdict == Verdict::applied);
    world.take(problem);
    CHECK(world.operations.empty());
    CHECK(world.last_reason == "this occurrence is over already");
}

TEST_CASE("an older recovery settles its own episode and not the problem") {
    World world = with_open_ticket();
    Alert late = world.alert(AlertKind::recovery, "0");
    late.whole_problem = true;
    late.order = {1, 0};
    world.take(late);
    CHECK(world.incident().state == IncidentState::open);
}

TEST_CASE("a state that holds for the whole problem ends every open episode") {
    World world = with_open_ticket();
    SECTION("a recovery whose ids started anew") {
        Alert recovery = world.alert(AlertKind::recovery, "other");
        recovery.whole_problem = true;
        world.take(recovery);
    }
    SECTION("flapping that stopped with state OK") {
        world.take(world.alert(AlertKind::flapping_stop, "22"));
    }
    SECTION("a downtime that ended with state OK") {
        Alert end = world.alert(AlertKind::downtime_end, "22");
        end.state = ProblemState::ok;
        world.take(end);
    }
    CHECK(world.incident().state == IncidentState::quiet);
}

TEST_CASE("flapping and downtime notices of a failing problem end nothing") {
    World world = with_open_ticket();
    Alert stop = world.alert(AlertKind::flapping_stop);
    stop.state = ProblemState::failing;
    world.take(stop);
    Alert end = world.alert(AlertKind::downtime_end);
    end.state = ProblemState::failing;
    world.take(end);
    CHECK(world.incident().state == IncidentState::open);
}

TEST_CASE("a cancelled problem is told and left to people") {
    World world = with_open_ticket();
    world.take(world.alert(AlertKind::cancelled));
    world.deliver_all();
    CHECK(world.written.back() == "followup:cancelled");
    CHECK(world.incident().state == IncidentState::ended);
    CHECK(world.episodes[0].state == EpisodeState::cancelled);
}

TEST_CASE("several problems of a host share a ticket when the rule says so") {
    World world;
    world.rules.plan.policy.group_by = {"host"};
    world.take(world.alert(AlertKind::problem));
    world.deliver_all();
    Alert other = world.alert(AlertKind::problem, "9");
    other.problem_key = "nagios/service/web01/Disk";
    world.take(other);
    world.deliver_all();
    CHECK(world.incidents.size() == 1);
    CHECK(world.written == Written{"open:opened", "reopen:joined"});
    world.take(world.alert(AlertKind::recovery));
    world.pass(1h);
    CHECK(world.incident().state == IncidentState::open);
    Alert last = world.alert(AlertKind::recovery, "9");
    last.problem_key = other.problem_key;
    world.take(last);
    world.pass(1h);
    CHECK(world.incident().state == IncidentState::solved);
}

namespace {

// Another service of the same host, which a rule puts on the same ticket.
Alert on_the_same_host(World& world, Severity severity) {
    Alert alert = world.alert(AlertKind::problem, "9");
    alert.problem_key = "nagios/service/web01/Disk";
    alert.severity = severity;
    return alert;
}

// An average problem whose ticket is not due before ten minutes have passed; a disaster's is at
// once, one of high severity after two minutes.
World holding_for_a_host() {
    World world;
    world.rules.plan.policy.group_by = {"host"};
    world.rules.plan.policy.open_after = {{"p1", 0min}, {"p2", 2min}, {"", 10min}};
    Alert average = world.alert(AlertKind::problem);
    average.severity = Severity::average;
    world.take(average);
    REQUIRE(world.incident().state == IncidentState::holding);
    return world;
}

}  // namespace

TEST_CASE("a worse problem that joins a ticket raises it; a lesser one lowers nothing") {
    World world;
    world.rules.plan.policy.group_by = {"host"};
    world.rules.plan.policy.on_severity_change =
        GENERATE(OnSeverityChange::raise, OnSeverityChange::follow);
    world.take(world.alert(AlertKind::problem));
    world.deliver_all();
    SECTION("while it is open") {}
    SECTION("in the quiet time") {
        world.take(world.alert(AlertKind::recovery));
    }
    SECTION("after it was solved") {
        world.take(world.alert(AlertKind::recovery));
        world.pass(6min);
        world.deliver_all();
    }
    world.take(on_the_same_host(world, Severity::disaster));
    world.deliver_all();
    CHECK(world.written.back() == "update:priority");
    CHECK(world.operations.back().content.urgency == 5);
    CHECK(world.incident().severity == Severity::disaster);
    Alert lesser = on_the_same_host(world, Severity::average);
    lesser.problem_key += "2";
    world.take(lesser);
    CHECK(world.count_operations(OperationKind::update) == 1);
    CHECK(world.incident().plan.priority.name == "p1");
}

TEST_CASE("a worse problem that joins a ticket leaves its priority alone when the rule says so") {
    World world;
    world.rules.plan.policy.group_by = {"host"};
    world.rules.plan.policy.on_severity_change = OnSeverityChange::none;
    world.take(world.alert(AlertKind::problem));
    world.deliver_all();
    world.take(on_the_same_host(world, Severity::disaster));
    world.deliver_all();
    CHECK(world.written == Written{"open:opened", "reopen:joined"});
}

TEST_CASE("a disaster that joins a problem on hold opens the ticket at once, as a disaster") {
    World world = holding_for_a_host();
    world.take(on_the_same_host(world, Severity::disaster));
    REQUIRE(world.operations.size() == 1);
    CHECK(world.operations[0].kind == OperationKind::open);
    CHECK(world.operations[0].content.urgency == 5);
    CHECK(world.incident().state == IncidentState::open);
    CHECK(world.timers.empty());
}

TEST_CASE("a ticket on hold opens when the first of its problems is due") {
    World world = holding_for_a_host();
    SECTION("which is one that joined") {
        world.pass(1min);
        world.take(on_the_same_host(world, Severity::high));
        world.pass(1min);
        Alert late = on_the_same_host(world, Severity::average);
        late.problem_key += "2";
        world.take(late);  // joins what has become urgent, and waits for its own ten minutes
        CHECK(world.operations.empty());
        world.pass(1min);
    }
    SECTION("which is the one that was there") {
        world.pass(9min);
        world.take(on_the_same_host(world, Severity::high));
        CHECK(world.operations.empty());
        world.pass(1min);
    }
    REQUIRE(world.operations.size() == 1);
    CHECK(world.operations[0].content.urgency == 4);
}

TEST_CASE("an absent element of group_by makes an episode its own group") {
    Plan plan;
    plan.policy.group_by = {"host", "tag:team"};
    World world;
    Alert alert = world.alert(AlertKind::problem);
    CHECK(group_key(plan, alert, {}) == "problem=nagios/service/web01/HTTP");
    alert.tags = {{"team", "db"}};
    CHECK(group_key(plan, alert, {}).starts_with("host=web01|tag:team=db|entity="));
    plan.policy.group_by = {"asset", "entity"};
    CHECK(group_key(plan, alert, {}) == "problem=nagios/service/web01/HTTP");
    Placement placement;
    placement.asset = AssetHit{"Computer", 17, "web01", 3, Evidence::name};
    placement.entity_id = 3;
    CHECK(group_key(plan, alert, placement) == "asset=Computer#17|entity=3");
}

TEST_CASE("a dead opening ends with its recovery and writes nothing more") {
    World world;
    world.take(world.alert(AlertKind::problem));
    world.settle(refusal());
    CHECK(world.operations[0].state == OperationState::dead);
    world.take(world.alert(AlertKind::update));
    world.take(world.alert(AlertKind::recovery));
    world.pass(1h);
    CHECK(world.incident().state == IncidentState::ended);
    CHECK(world.owed() == nullptr);
}

TEST_CASE("an opening that dies after its problem is over ends the incident at once") {
    // GLPI was away the whole time, so that the solution waits behind the opening.
    World world;
    world.take(world.alert(AlertKind::problem));
    world.take(world.alert(AlertKind::recovery));
    const bool quiet_is_over = GENERATE(true, false);
    if (quiet_is_over) {
        world.pass(6min);
        REQUIRE(world.count_operations(OperationKind::solve) == 1);
    }
    world.settle(refusal());
    CHECK(world.operations[0].state == OperationState::dead);
    CHECK(world.incident().state == IncidentState::ended);
    CHECK(world.owed() == nullptr);
    CHECK(world.timers.empty());
    world.take(world.alert(AlertKind::problem, "2"));
    world.deliver_all();
    REQUIRE(world.incidents.size() == 2);
    CHECK(world.incident(1).ticket_id == 100);
}

TEST_CASE("a problem that returns to an incident without a ticket begins a new one") {
    World world;
    world.take(world.alert(AlertKind::problem));
    world.settle(refusal());
    world.take(world.alert(AlertKind::update));
    world.take(world.alert(AlertKind::recovery));
    REQUIRE(world.incident().state == IncidentState::quiet);
    world.take(world.alert(AlertKind::problem, "2"));
    REQUIRE(world.incidents.size() == 2);
    CHECK(world.incident(0).state == IncidentState::ended);
    CHECK(world.operations[0].state == OperationState::dead);
    world.deliver_all();
    CHECK(world.written == Written{"open:opened"});
    CHECK(world.incident(1).ticket_id == 100);
    CHECK(world.episodes.back().incident_id == world.incident(1).id);
}

TEST_CASE("a problem that returns while its ticket could not be opened asks for a place again") {
    World world;
    world.take(world.alert(AlertKind::problem));
    world.settle(refusal());
    world.take(world.alert(AlertKind::recovery));
    const Alert again = world.alert(AlertKind::problem, "2");
    AlertEvent event;
    event.alert = &again;
    event.plan = world.rules.evaluate(again, world.now);
    Snapshot known;
    known.incident = world.incident();
    known.episodes = world.episodes;
    known.operations = world.operations;
    CHECK(decide(world.context(), known, event, world.now).verdict == Verdict::needs_placement);
}

TEST_CASE("a cancelled problem whose ticket could not be opened owes nothing more") {
    World world;
    world.take(world.alert(AlertKind::problem));
    const bool refused_first = GENERATE(true, false);
    if (refused_first) {
        world.settle(refusal());
    }
    world.take(world.alert(AlertKind::cancelled));
    if (!refused_first) {
        world.settle(refusal());
    }
    CHECK(world.incident().state == IncidentState::ended);
    CHECK(world.owed() == nullptr);
}

TEST_CASE("an opening that GLPI refuses for good in its entity moves to the default entity") {
    World world;
    world.placement.default_entity_id = 9;
    world.placement.default_entity_name = "Root entity > Unassigned";
    world.take(world.alert(AlertKind::problem));
    OperationResult unclear = outcome(OperationResult::What::failed);
    unclear.error = {ErrorClass::uncertain, "ERROR_GLPI_ADD", "You don't have permission"};
    for (int round = 0; round < 2; ++round) {
        world.settle(unclear);
        for (int look = 0; look < 2; ++look) {
            REQUIRE(world.operations[0].state == OperationState::uncertain);
            world.operations[0].state = OperationState::due;  // so that settle() picks it
            Operation looked = world.operations[0];
            looked.state = OperationState::uncertain;
            ResultEvent event{looked, outcome(OperationResult::What::not_found), 1};
            Snapshot known;
            known.incident = world.incident();
            known.operations = {looked};
            const Decision decision = decide(world.context(), known, event, world.now);
            world.operations[0] = decision.operations.back();
            if (!decision.incidents.empty()) {
                world.incidents[0] = decision.incidents.back();
            }
        }
    }
    CHECK(world.operations[0].state == OperationState::due);
    CHECK(world.incident().placement.entity_id == 9);
    CHECK_THAT(
        world.operations[0].content.html,
        ContainsSubstring("<p>en/refused_elsewhere/Root entity &gt; Customer A</p>")
    );
}

TEST_CASE("a comment on a problem that is over is told and reopens nothing") {
    World world = with_solved_ticket();
    Alert comment = world.alert(AlertKind::update);
    comment.state = ProblemState::ok;
    world.take(comment);
    world.deliver_all();
    CHECK(world.written.back() == "followup:update");
    CHECK(world.incident().state == IncidentState::solved);
}

TEST_CASE("an update about a problem whose first notice was lost opens its ticket") {
    World world;
    world.take(world.alert(AlertKind::update));
    CHECK(world.count_operations(OperationKind::open) == 1);
}

TEST_CASE("a ticket back-dated by policy carries the start of the problem") {
    World world;
    world.rules.plan.policy.ticket_date = TicketDate::started;
    Alert alert = world.alert(AlertKind::problem);
    alert.started_at = world.now - 2h;
    world.take(alert);
    CHECK(world.operations[0].content.date == alert.started_at);
}

TEST_CASE("two hundred alerts in random order never leave two open incidents of one group") {
    World world;
    std::uint64_t random = 12345;
    for (int i = 0; i < 200; ++i) {
        random = random * 6364136223846793005ULL + 1442695040888963407ULL;
        const auto kinds = {
            AlertKind::problem, AlertKind::recovery, AlertKind::update, AlertKind::cancelled,
            AlertKind::flapping_stop};
        const AlertKind kind = *(kinds.begin() + static_cast<long>((random >> 33) % kinds.size()));
        world.take(world.alert(kind, std::to_string((random >> 40) % 5)));
        if ((random >> 50) % 3 == 0) {
            world.deliver_all();
        }
        world.pass(std::chrono::minutes((random >> 20) % 20));
        const auto open =
            std::count_if(world.incidents.begin(), world.incidents.end(), [](const Incident& one) {
                return one.state != IncidentState::ended;
            });
        REQUIRE(open <= 1);
    }
    CHECK(world.incidents.size() >= 1);
}

TEST_CASE("a Nagios problem whose number was used before is a new one when it is newer") {
    World world = with_open_ticket();
    Alert recovery = world.alert(AlertKind::recovery);
    recovery.whole_problem = true;
    world.take(recovery);
    world.pass(6min);
    world.deliver_all();
    REQUIRE(world.incident().state == IncidentState::solved);
    Alert late = world.alert(AlertKind::problem);
    late.whole_problem = true;
    late.order = recovery.order;
    world.take(late);
    CHECK(world.incident().state == IncidentState::solved);
    Alert again = world.alert(AlertKind::problem);
    again.whole_problem = true;
    world.take(again);
    world.deliver_all();
    CHECK(world.written.back() == "reopen:reopened");
    CHECK(world.incident().state == IncidentState::open);
}
