// SPDX-License-Identifier: MIT
// Retry and discard of dead letters.
#include "alert_bridge/domain/operator.hpp"

#include "catch.hpp"
#include "lifecycle_world.hpp"

using namespace test_support;
using namespace std::chrono_literals;

namespace {

constexpr const char* kReference = "GAB-00000000000000000000000001";

// An incident with one open episode, a dead write that was sent once and a follow-up behind it.
struct Desk {
    World world;
    Snapshot known;

    explicit Desk(OperationKind kind) {
        Incident incident;
        incident.id = "i1";
        incident.state = IncidentState::open;
        known.incident = incident;
        Episode episode;
        episode.problem_key = "p";
        episode.episode = "1";
        episode.incident_id = "i1";
        known.episodes = {episode};
        Operation dead;
        dead.id = 7;
        dead.incident_id = "i1";
        dead.kind = kind;
        dead.state = OperationState::dead;
        dead.reference = kReference;
        dead.attempts = 2;
        dead.lookups_empty = 1;
        dead.refusals = 2;
        dead.refusal = "ERROR_GLPI_ADD no";
        dead.last_error = "[refused] no";
        dead.created_at = world.now - 1h;
        dead.sent_at = world.now - 1h;
        Operation behind = dead;
        behind.id = 8;
        behind.kind = OperationKind::followup;
        behind.state = OperationState::due;
        known.operations = {dead, behind};
    }
    void recover() { known.episodes.front().state = EpisodeState::recovered; }
    [[nodiscard]] Decision ask(OperatorAction action, std::int64_t id = 7) {
        return decide(world.context(), known, OperatorEvent{action, id, "not ours"}, world.now);
    }
    void refuses(const std::string& words) {
        const Decision decision = ask(OperatorAction::retry);
        CHECK(decision.verdict == Verdict::ignored);
        CHECK(decision.operations.empty());
        CHECK(decision.reason.find(words) != std::string::npos);
    }
};

}  // namespace

TEST_CASE("a dead write that may have left is looked for before it is sent again") {
    for (const auto kind : {OperationKind::open, OperationKind::followup, OperationKind::reopen}) {
        Desk desk(kind);
        const Decision decision = desk.ask(OperatorAction::retry);
        REQUIRE(decision.operations.size() == 1);
        const Operation& row = decision.operations.front();
        CHECK(row.id == 7);
        CHECK(row.state == OperationState::uncertain);
        CHECK(row.due_at == desk.world.now);
        CHECK(row.reference == kReference);
        CHECK(row.refusals == 0);
        CHECK(row.refusal.empty());
        CHECK(row.lookups_empty == 0);
    }
}

TEST_CASE("a retried opening that is not found is sent again and not taken for refused") {
    Desk desk(OperationKind::open);
    Operation row = desk.ask(OperatorAction::retry).operations.front();
    OperationResult nothing;
    nothing.what = OperationResult::What::not_found;
    row = after_attempt(row, nothing, {}, desk.world.now, 0);
    CHECK(row.state == OperationState::uncertain);
    row = after_attempt(row, nothing, {}, desk.world.now, 0);
    CHECK(row.state == OperationState::due);
}

TEST_CASE("what never left, and what may be written twice, is due at once") {
    Desk unsent(OperationKind::open);
    unsent.known.operations.front().attempts = 0;
    CHECK(unsent.ask(OperatorAction::retry).operations.front().state == OperationState::due);
    Desk update(OperationKind::update);
    CHECK(update.ask(OperatorAction::retry).operations.front().state == OperationState::due);
    Desk link(OperationKind::link_ticket);
    CHECK(link.ask(OperatorAction::retry).operations.front().state == OperationState::due);
}

TEST_CASE("a retry that would leave a wrong ticket is refused and changes nothing") {
    for (const auto kind : {OperationKind::open, OperationKind::reopen}) {
        Desk over(kind);
        over.recover();
        over.refuses("the problem is over");
    }
    Desk goes_on(OperationKind::solve);
    goes_on.refuses("the problem goes on");
    goes_on.recover();
    CHECK(goes_on.ask(OperatorAction::retry).verdict == Verdict::applied);
}

TEST_CASE("a retried write has its whole time again, however old it is") {
    Desk old(OperationKind::open);
    old.known.operations.front().created_at = old.world.now - 24h * 60;
    old.known.operations.front().attempts = 0;
    Operation row = old.ask(OperatorAction::retry).operations.front();
    REQUIRE(row.retried_at == old.world.now);
    row.state = OperationState::sending;
    OperationResult away;
    away.what = OperationResult::What::failed;
    away.error = alert_bridge::Error{alert_bridge::ErrorClass::later, "connect_refused", "away"};
    const RetryPolicy policy;
    const auto last = old.world.now + policy.give_up_after;
    CHECK(after_attempt(row, away, policy, last, 0).state == OperationState::due);
    CHECK(after_attempt(row, away, policy, last + 1ms, 0).state == OperationState::dead);
}

TEST_CASE("only a dead write can be retried or discarded") {
    Desk desk(OperationKind::open);
    for (const auto action : {OperatorAction::retry, OperatorAction::discard}) {
        CHECK(desk.ask(action, 8).reason == "it is not dead but due");
        CHECK(desk.ask(action, 99).verdict == Verdict::ignored);
    }
}

TEST_CASE("a discarded opening ends its incident with all that waits behind it") {
    Desk desk(OperationKind::open);
    const Decision decision = desk.ask(OperatorAction::discard);
    REQUIRE(decision.operations.size() == 2);
    CHECK(decision.operations[0].state == OperationState::skipped);
    CHECK(
        decision.operations[0].last_error ==
        "discarded by the operator: not ours, last: [refused] no"
    );
    CHECK(decision.operations[1].id == 8);
    CHECK(decision.operations[1].state == OperationState::skipped);
    REQUIRE(decision.incidents.size() == 1);
    CHECK(decision.incidents.front().state == IncidentState::ended);
}

TEST_CASE("another discarded write leaves its incident as it is") {
    Desk desk(OperationKind::followup);
    const Decision decision = desk.ask(OperatorAction::discard);
    REQUIRE(decision.operations.size() == 1);
    CHECK(decision.operations[0].state == OperationState::skipped);
    CHECK(decision.incidents.front().state == IncidentState::open);
}
