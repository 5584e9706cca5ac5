// SPDX-License-Identifier: MIT
// Contract of ports::Store: decide() reads a snapshot, asks a pure function, and writes its answer.
#include "catch.hpp"
#include "store_bench.hpp"

namespace alert_bridge::test {
namespace {

using domain::Decision;
using domain::IncidentState;
using domain::OperationKind;
using domain::OperationState;
using domain::Snapshot;
using domain::TimerKind;
using domain::Verdict;

TEMPLATE_LIST_TEST_CASE("of an unknown problem the snapshot is empty", "[store]", Stores) {
    TestType bench;
    const auto snapshot = snapshot_for(bench, about_alert(0, "zabbix/1", "e1", "g1"));
    CHECK_FALSE(snapshot.problem);
    CHECK_FALSE(snapshot.episode);
    CHECK_FALSE(snapshot.incident);
    CHECK_FALSE(snapshot.previous);
    CHECK(snapshot.episodes.empty());
    CHECK(snapshot.operations.empty());
}

TEMPLATE_LIST_TEST_CASE("what a decision says is what the next snapshot shows", "[store]", Stores) {
    TestType bench;
    auto decision = an_opening();
    decision.operations.push_back(an_operation("i1", OperationKind::open));
    decision.operations.push_back(an_operation("i1", OperationKind::followup));
    const auto written = write(bench, decision);
    CHECK(written.operations[0].id > 0);
    CHECK(written.operations[0].seq == 1);
    CHECK(written.operations[1].seq == 2);

    const auto snapshot = snapshot_for(bench, about_alert(0));
    CHECK(snapshot.problem == decision.problem);
    CHECK(snapshot.episode == decision.episodes[0]);
    CHECK(snapshot.incident == decision.incidents[0]);
    CHECK(snapshot.episodes == decision.episodes);
    CHECK(snapshot.operations == written.operations);
}

TEMPLATE_LIST_TEST_CASE(
    "a decided alert leaves the pending list with its reason", "[store]", Stores
) {
    TestType bench;
    const auto seq = append_one(bench, "a1");
    REQUIRE(bench.run(bench.store().decide(about_alert(seq), always(an_opening()))).has_value());
    CHECK(bench.run(bench.store().pending(0, 10))->empty());
    CHECK((*bench.run(bench.store().standing("a1")))->decision == "opens a ticket");
}

TEMPLATE_LIST_TEST_CASE("an ignored alert is decided as well", "[store]", Stores) {
    TestType bench;
    const auto seq = append_one(bench, "a1");
    Decision decision;
    decision.reason = "nothing open that this is about";
    REQUIRE(bench.run(bench.store().decide(about_alert(seq), always(decision))).has_value());
    CHECK(bench.run(bench.store().pending(0, 10))->empty());
    const auto standing = *bench.run(bench.store().standing("a1"));
    CHECK(standing->decision == decision.reason);
    CHECK(standing->incident_id.empty());
}

TEMPLATE_LIST_TEST_CASE(
    "needs_placement leaves the alert pending and writes nothing", "[store]", Stores
) {
    TestType bench;
    const auto seq = append_one(bench, "a1");
    auto decision = an_opening();
    decision.verdict = Verdict::needs_placement;
    const auto answer = bench.run(bench.store().decide(about_alert(seq), always(decision)));
    CHECK(answer->verdict == Verdict::needs_placement);
    CHECK(bench.run(bench.store().pending(0, 10))->size() == 1);
    const auto snapshot = snapshot_for(bench, about_alert(seq, "zabbix/1", "e1", "g1"));
    CHECK_FALSE(snapshot.problem);
    CHECK_FALSE(snapshot.incident);
}

TEMPLATE_LIST_TEST_CASE("an alert is decided once", "[store]", Stores) {
    TestType bench;
    const auto seq = append_one(bench, "a1");
    REQUIRE(bench.run(bench.store().decide(about_alert(seq), always(applied("first")))).has_value()
    );
    int asked = 0;
    auto function = [&asked](const Snapshot&) {
        ++asked;
        return applied("second");
    };
    const auto again = bench.run(bench.store().decide(about_alert(seq), function));
    CHECK(again->verdict == Verdict::ignored);
    CHECK(asked == 0);
    CHECK((*bench.run(bench.store().standing("a1")))->decision == "first");
}

TEMPLATE_LIST_TEST_CASE("a function that throws fails its own call only", "[store]", Stores) {
    TestType bench;
    const auto seq = append_one(bench, "a1");
    auto throwing = [](const Snapshot&) -> Decision { throw std::runtime_error("bad rule"); };
    std::vector<ports::Awaitable<Result<Decision>>> calls;
    calls.push_back(bench.store().decide(about_alert(seq), throwing));
    calls.push_back(bench.store().decide(about_alert(0), always(an_opening())));
    const auto results = bench.run_all(std::move(calls));
    REQUIRE(results[0].has_error());
    CHECK(results[0].error().code == "store_decide");
    CHECK(results[0].error().kind == ErrorClass::later);
    CHECK_THAT(results[0].error().message, ContainsSubstring("bad rule"));
    CHECK(results[1].has_value());
    CHECK(bench.run(bench.store().pending(0, 10))->size() == 1);
    CHECK(bench.run(bench.store().decide(about_alert(seq), always(applied()))).has_value());
}

TEMPLATE_LIST_TEST_CASE(
    "the problem's open episode finds its incident before any group", "[store]", Stores
) {
    TestType bench;
    write(bench, an_opening());
    auto other = applied();
    other.incidents.push_back(an_incident("i2", "g2"));
    write(bench, other);
    CHECK(snapshot_for(bench, about_alert(0, "zabbix/1", "e2", "g2")).incident->id == "i1");
    CHECK(snapshot_for(bench, about_alert(0, "zabbix/9", "e1", "g2")).incident->id == "i2");
    CHECK_FALSE(snapshot_for(bench, about_alert(0, "zabbix/9", "e1", "")).incident);
}

TEMPLATE_LIST_TEST_CASE(
    "a recovered problem still finds its quiet or solved incident", "[store]", Stores
) {
    TestType bench;
    const auto state = GENERATE(IncidentState::quiet, IncidentState::solved);
    auto decision = an_opening();
    decision.incidents[0].state = state;
    decision.episodes[0].state = domain::EpisodeState::recovered;
    decision.episodes[0].ended_at = kNow;
    write(bench, decision);
    const auto snapshot = snapshot_for(bench, about_alert(0, "zabbix/1", "e2"));
    REQUIRE(snapshot.incident);
    CHECK(snapshot.incident->state == state);
    CHECK_FALSE(snapshot.episode);
    CHECK(snapshot.episodes.size() == 1);
}

TEMPLATE_LIST_TEST_CASE(
    "an ended incident is the previous one, the newest of its group", "[store]", Stores
) {
    TestType bench;
    for (const auto* id : {"i9", "i1"}) {  // not in the order of their ids
        auto decision = an_opening();
        decision.incidents[0] = an_incident(id);
        decision.episodes[0].incident_id = id;
        decision.episodes[0].episode = id;
        write(bench, decision);
        decision.incidents[0].state = IncidentState::ended;
        decision.incidents[0].end_reason = "recovered";
        decision.episodes[0].state = domain::EpisodeState::recovered;
        decision.episodes[0].ended_at = kNow;
        write(bench, decision);
    }
    const auto by_group = snapshot_for(bench, about_alert(0, "zabbix/2", "e", "g1"));
    CHECK_FALSE(by_group.incident);
    REQUIRE(by_group.previous);
    CHECK(by_group.previous->id == "i1");
    const auto by_problem = snapshot_for(bench, about_alert(0, "zabbix/1", "e3"));
    REQUIRE(by_problem.previous);
    CHECK(by_problem.previous->id == "i1");
}

TEMPLATE_LIST_TEST_CASE(
    "an incident can end and its group go on in a new one at once", "[store]", Stores
) {
    TestType bench;
    write(bench, an_opening());
    auto decision = applied();
    auto old_one = an_incident("i1");
    old_one.state = IncidentState::ended;
    old_one.end_reason = "ticket closed";
    decision.incidents = {old_one, an_incident("i2")};
    decision.episodes.push_back(an_episode("zabbix/1", "e1", "i2"));
    write(bench, decision);
    const auto snapshot = snapshot_for(bench, about_alert(0));
    CHECK(snapshot.incident->id == "i2");
    CHECK(snapshot.previous->id == "i1");
    CHECK(snapshot.episodes.size() == 1);
}

TEMPLATE_LIST_TEST_CASE("many decisions at once make one incident per group", "[store]", Stores) {
    TestType bench;
    std::vector<ports::Awaitable<Result<Decision>>> calls;
    for (int i = 0; i < 100; ++i) {
        auto function = [i](const Snapshot& known) {
            auto decision = applied();
            const auto problem = "zabbix/" + std::to_string(i);
            const auto id = known.incident ? known.incident->id : "i" + std::to_string(i);
            if (!known.incident) {
                decision.incidents.push_back(an_incident(id));
            }
            decision.episodes.push_back(an_episode(problem, "e", id));
            return decision;
        };
        const auto subject = about_alert(0, "zabbix/" + std::to_string(i), "e", "g1");
        calls.push_back(bench.store().decide(subject, function));
    }
    for (const auto& result : bench.run_all(std::move(calls))) {
        CHECK(result.has_value());
    }
    const auto rows = whole_incidents(bench);
    REQUIRE(rows.size() == 1);
    CHECK(rows.front().episodes.size() == 100);
}

TEMPLATE_LIST_TEST_CASE(
    "a second open incident of a group is refused by the store itself", "[store]", Stores
) {
    TestType bench;
    write(bench, an_opening());
    auto decision = applied();
    decision.incidents.push_back(an_incident("i2"));
    const auto result =
        bench.run(bench.store().decide(about_alert(0, "zabbix/2"), always(decision)));
    REQUIRE(result.has_error());
    CHECK(result.error().code == "store_constraint");
    CHECK(bench.run(bench.seat().incidents("", true, 10))->size() == 1);
}

TEMPLATE_LIST_TEST_CASE(
    "a second unfinished opening of an incident is refused", "[store]", Stores
) {
    TestType bench;
    const auto first = seed_incident(bench, "i1", {an_operation("i1", OperationKind::open)});
    auto decision = applied();
    decision.operations.push_back(an_operation("i1", OperationKind::open));
    const auto refused = bench.run(bench.store().decide(about_alert(0), always(decision)));
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == "store_constraint");

    auto done = applied();
    done.operations.push_back(first[0]);
    done.operations[0].state = OperationState::done;
    write(bench, done);
    CHECK(bench.run(bench.store().decide(about_alert(0), always(decision))).has_value());
}

TEMPLATE_LIST_TEST_CASE("what belongs to no incident is refused", "[store]", Stores) {
    TestType bench;
    auto with_operation = applied();
    with_operation.operations.push_back(an_operation("ghost", OperationKind::open));
    auto with_timer = applied();
    with_timer.set_timers.push_back({"ghost", TimerKind::hold, kNow});
    auto with_episode = applied();
    with_episode.episodes.push_back(an_episode("zabbix/1", "e1", "ghost"));
    auto unknown_operation = applied();
    unknown_operation.operations.push_back(an_operation("ghost", OperationKind::open));
    unknown_operation.operations[0].id = 77;
    for (const auto& decision : {with_operation, with_timer, with_episode, unknown_operation}) {
        const auto result = bench.run(bench.store().decide(about_alert(0), always(decision)));
        REQUIRE(result.has_error());
        CHECK(result.error().code == "store_constraint");
    }
}

TEMPLATE_LIST_TEST_CASE("a timer fires once and is gone", "[store]", Stores) {
    TestType bench;
    auto decision = an_opening();
    const domain::Timer timer{"i1", TimerKind::resolve, kNow + Duration(10)};
    decision.set_timers.push_back(timer);
    decision.set_timers.push_back({"i1", TimerKind::digest, kNow + Duration(20)});
    write(bench, decision);
    CHECK(*bench.run(bench.store().next_timer()) == std::optional(timer.due_at));
    CHECK(bench.run(bench.store().due_timers(kNow + Duration(9), 10))->empty());
    CHECK(*bench.run(bench.store().due_timers(kNow + Duration(10), 10)) == std::vector{timer});

    Snapshot seen;
    auto function = [&seen](const Snapshot& known) {
        seen = known;
        return applied("quiet long enough");
    };
    const auto fired = bench.run(bench.store().decide(about_timer(timer), function));
    CHECK(fired->verdict == Verdict::applied);
    REQUIRE(seen.incident);
    CHECK(seen.incident->id == "i1");
    CHECK(seen.episodes.size() == 1);
    const auto again = bench.run(bench.store().decide(about_timer(timer), function));
    CHECK(again->verdict == Verdict::ignored);
    CHECK(*bench.run(bench.store().next_timer()) == std::optional(kNow + Duration(20)));
}

TEMPLATE_LIST_TEST_CASE("a timer that was moved or cancelled does not fire", "[store]", Stores) {
    TestType bench;
    auto decision = an_opening();
    const domain::Timer timer{"i1", TimerKind::resolve, kNow};
    decision.set_timers.push_back(timer);
    write(bench, decision);
    auto moved = applied();
    moved.set_timers.push_back({"i1", TimerKind::resolve, kNow + Duration(5)});
    write(bench, moved);
    const auto old_time = bench.run(bench.store().decide(about_timer(timer), always(applied())));
    CHECK(old_time->verdict == Verdict::ignored);
    CHECK(*bench.run(bench.store().next_timer()) == std::optional(kNow + Duration(5)));
    auto cancelled = applied();
    cancelled.cancel_timers.push_back({"i1", TimerKind::resolve, {}});
    write(bench, cancelled);
    CHECK_FALSE(bench.run(bench.store().next_timer())->has_value());
}

TEMPLATE_LIST_TEST_CASE("a timer whose decision fails stays", "[store]", Stores) {
    TestType bench;
    auto decision = an_opening();
    const domain::Timer timer{"i1", TimerKind::hold, kNow};
    decision.set_timers.push_back(timer);
    write(bench, decision);
    auto throwing = [](const Snapshot&) -> Decision { throw std::runtime_error("no"); };
    CHECK(bench.run(bench.store().decide(about_timer(timer), throwing)).has_error());
    CHECK(bench.run(bench.store().due_timers(kNow, 10))->size() == 1);
}

TEMPLATE_LIST_TEST_CASE("a result sees its incident, even an ended one", "[store]", Stores) {
    TestType bench;
    const auto operations = seed_incident(bench, "i1", {an_operation("i1", OperationKind::open)});
    REQUIRE(bench.run(bench.store().claim(kNow, 10, Duration(1)))->size() == 1);
    auto end = applied();
    end.incidents.push_back(an_incident("i1", "group of i1"));
    end.incidents[0].state = IncidentState::ended;
    end.incidents[0].end_reason = "recovered";
    write(bench, end);

    const auto snapshot = snapshot_for(bench, about_result(operations[0].id));
    REQUIRE(snapshot.incident);
    CHECK(snapshot.incident->state == IncidentState::ended);
    CHECK_FALSE(snapshot.previous);
    REQUIRE(snapshot.operations.size() == 1);
    CHECK(snapshot.operations[0].state == OperationState::sending);
}

TEMPLATE_LIST_TEST_CASE(
    "the result of an operation that is finished is ignored", "[store]", Stores
) {
    TestType bench;
    const auto operations = seed_incident(bench, "i1", {an_operation("i1", OperationKind::open)});
    int asked = 0;
    auto function = [&asked](const Snapshot&) {
        ++asked;
        return applied();
    };
    const auto id = operations[0].id;
    const auto claimed = bench.run(bench.store().claim(kNow, 1, Duration(1)));
    settle(bench, claimed->front().operation, OperationState::done);
    CHECK(bench.run(bench.store().decide(about_result(id), function))->verdict == Verdict::ignored);
    CHECK(
        bench.run(bench.store().decide(about_result(999), function))->verdict == Verdict::ignored
    );
    CHECK(asked == 0);
}

TEMPLATE_LIST_TEST_CASE(
    "a problem that flaps for months finds its last incident", "[store]", Stores
) {
    TestType bench;
    for (int i = 0; i < 40; ++i) {
        auto decision = applied();
        const auto id = "i" + std::to_string(100 + i);
        decision.incidents.push_back(an_incident(id, "g" + id));
        decision.incidents[0].state = i == 39 ? IncidentState::solved : IncidentState::ended;
        decision.episodes.push_back(an_episode("zabbix/1", id, id));
        decision.episodes[0].state = domain::EpisodeState::recovered;
        decision.episodes[0].ended_at = kNow;
        write(bench, decision);
    }
    const auto snapshot = snapshot_for(bench, about_alert(0, "zabbix/1", "new"));
    REQUIRE(snapshot.incident);
    CHECK(snapshot.incident->id == "i139");
}

}  // namespace
}  // namespace alert_bridge::test
