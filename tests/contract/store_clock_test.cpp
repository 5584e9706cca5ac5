// SPDX-License-Identifier: MIT
// Contract of ports::Store: what waits when the wall clock is set.
#include "alert_bridge/domain/lifecycle.hpp"
#include "catch.hpp"
#include "store_bench.hpp"

namespace alert_bridge::test {

using domain::OperationKind;
using domain::OperationState;

TEMPLATE_LIST_TEST_CASE("waits move with the clock, finished writes do not", "[store]", Stores) {
    TestType bench;
    auto decision = applied();
    decision.incidents = {
        an_incident("i1", "g1"), an_incident("i2", "g2"), an_incident("i3", "g3")};
    decision.operations = {
        an_operation("i1", OperationKind::open), an_operation("i2", OperationKind::open),
        an_operation("i3", OperationKind::open)};
    decision.set_timers = {{"i1", domain::TimerKind::resolve, kNow}};
    const auto rows = write(bench, decision).operations;
    const auto claimed = *bench.run(bench.store().claim(kNow, 2, Duration(1'000)));
    REQUIRE(claimed.size() == 2);
    settle(bench, claimed[0].operation, OperationState::done);
    settle(bench, claimed[1].operation, OperationState::uncertain);

    const Duration jump{60'000};
    CHECK(*bench.run(bench.store().shift_waits(jump)) == 3);
    bench.restart();
    const auto row = [&bench](std::int64_t id) {
        return (*bench.run(bench.seat().operation(id)))->operation;
    };
    CHECK(row(claimed[0].operation.id).due_at == kNow);
    CHECK(row(claimed[0].operation.id).sent_at == kNow);
    CHECK(row(claimed[1].operation.id).due_at == kNow + jump);
    CHECK(row(claimed[1].operation.id).sent_at == kNow + jump);
    CHECK(row(claimed[1].operation.id).created_at == kNow + jump);
    CHECK_FALSE(row(rows[2].id).sent_at.has_value());
    CHECK(bench.run(bench.store().claim(kNow + jump - Duration(1), 10, Duration(1)))->empty());
    CHECK(*bench.run(bench.store().next_timer()) == kNow + jump);

    CHECK(*bench.run(bench.store().shift_waits(-jump)) == 3);
    CHECK(*bench.run(bench.store().next_timer()) == kNow);
    CHECK(bench.run(bench.store().claim(kNow, 10, Duration(1)))->size() == 2);
}

TEMPLATE_LIST_TEST_CASE("a result counts although the clock was set meanwhile", "[store]", Stores) {
    TestType bench;
    seed_incident(bench, "i1", {an_operation("i1", OperationKind::open)});
    auto claimed = bench.run(bench.store().claim(kNow, 1, Duration(1'000)))->at(0).operation;
    SECTION("of a write") {}
    SECTION("of a look-up") {
        settle(bench, claimed, OperationState::uncertain);
        claimed = bench.run(bench.store().claim(kNow, 1, Duration(1'000)))->at(0).operation;
        REQUIRE(claimed.state == OperationState::uncertain);
    }
    const Duration jump{-3'600'000};
    REQUIRE(*bench.run(bench.store().shift_waits(jump)) == 1);
    domain::ResultEvent event;
    event.operation = claimed;
    event.result.what = domain::OperationResult::What::done;
    event.result.result_id = 77;
    auto function = [event](const domain::Snapshot& known) {
        return domain::decide(domain::LifecycleContext{}, known, event, kNow);
    };
    const auto decision = *bench.run(bench.store().decide(about_result(claimed.id), function));
    CHECK(decision.verdict == domain::Verdict::applied);
    const auto row = whole_incidents(bench).at(0);
    CHECK(row.incident.ticket_id == 77);
    CHECK(row.operations.at(0).state == OperationState::done);
}

TEMPLATE_LIST_TEST_CASE(
    "what is on hold is counted from a time that moves too", "[store]", Stores
) {
    TestType bench;
    auto decision = applied();
    decision.incidents = {an_incident("i1", "g1"), an_incident("i2", "g2")};
    decision.incidents[0].state = domain::IncidentState::holding;
    decision.incidents[1].ticket_id = 7;
    for (auto& incident : decision.incidents) {
        incident.opener = an_alert("a1");
    }
    write(bench, decision);
    const Duration jump{60'000};
    CHECK(*bench.run(bench.store().shift_waits(jump)) == 1);
    const auto rows = whole_incidents(bench);
    CHECK(rows.at(0).incident.opener.received_at == kNow + jump);
    CHECK(rows.at(0).incident.created_at == kNow + jump);
    CHECK(rows.at(1).incident == decision.incidents[1]);
}

}  // namespace alert_bridge::test
