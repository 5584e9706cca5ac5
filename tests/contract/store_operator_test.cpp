// SPDX-License-Identifier: MIT
// Contract of ports::Store: retry and discard of dead letters, each in one transaction.
#include "alert_bridge/domain/operator.hpp"
#include "catch.hpp"
#include "store_bench.hpp"

namespace alert_bridge::test {
namespace {

using domain::OperationKind;
using domain::OperationState;
using domain::OperatorAction;

template <class Bench>
std::vector<ports::Claimed> claim(Bench& bench) {
    return *bench.run(bench.store().claim(kNow, 10, Duration(30'000)));
}

// The incident i1 with an open episode, its dead opening and a follow-up that waits behind it.
template <class Bench>
domain::Operation dead_opening(Bench& bench) {
    auto decision = an_opening();
    decision.operations = {
        an_operation("i1", OperationKind::open), an_operation("i1", OperationKind::followup)};
    write(bench, std::move(decision));
    const auto sent = claim(bench).at(0).operation;
    settle(bench, sent, OperationState::dead);
    REQUIRE(claim(bench).empty());
    return sent;
}

template <class Bench>
domain::Decision command(Bench& bench, std::int64_t id, OperatorAction action) {
    const domain::OperatorEvent event{action, id, "test"};
    auto function = [event](const domain::Snapshot& known) {
        return domain::decide(domain::LifecycleContext{}, known, event, kNow);
    };
    return *bench.run(bench.store().decide(about_result(id), function));
}

TEMPLATE_LIST_TEST_CASE("a retried opening is handed out for a look-up first", "[store]", Stores) {
    TestType bench;
    const auto dead = dead_opening(bench);
    CHECK(command(bench, dead.id, OperatorAction::retry).verdict == domain::Verdict::applied);
    bench.restart();
    const auto look = claim(bench);
    REQUIRE(look.size() == 1);
    CHECK(look[0].operation.id == dead.id);
    CHECK(look[0].operation.state == OperationState::uncertain);
    CHECK(look[0].operation.reference == dead.reference);
    CHECK(look[0].operation.attempts == dead.attempts);
    // The second command finds it no longer dead.
    CHECK(command(bench, dead.id, OperatorAction::retry).verdict == domain::Verdict::ignored);
}

TEMPLATE_LIST_TEST_CASE("a discarded opening ends its incident for good", "[store]", Stores) {
    TestType bench;
    const auto dead = dead_opening(bench);
    CHECK(command(bench, dead.id, OperatorAction::discard).verdict == domain::Verdict::applied);
    bench.restart();
    CHECK(claim(bench).empty());
    const auto rows = whole_incidents(bench);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].incident.state == domain::IncidentState::ended);
    REQUIRE(rows[0].operations.size() == 2);
    CHECK(rows[0].operations[0].state == OperationState::skipped);
    CHECK(rows[0].operations[1].state == OperationState::skipped);
    CHECK(bench.run(bench.store().figures())->dead == 0);
    // What is finished stays so.
    CHECK(command(bench, dead.id, OperatorAction::retry).verdict == domain::Verdict::ignored);
}

}  // namespace
}  // namespace alert_bridge::test
