// SPDX-License-Identifier: MIT
// Contract of ports::BacklogStore.
#include "catch.hpp"
#include "store_bench.hpp"

namespace alert_bridge::test {

using domain::OperationKind;
using domain::OperationState;
using domain::WaitingOpening;
using std::chrono::hours;
using std::chrono::minutes;

namespace {

const domain::WaitLimits kLimits{{{"p1", minutes(10)}}, hours(1)};

// An opening that is owed since `age` before kNow.
template <class Bench>
domain::Operation owed(
    Bench& bench, const std::string& id, const std::string& priority, Duration age,
    OperationKind kind = OperationKind::open
) {
    auto decision = applied();
    auto incident = an_incident(id, "group of " + id);
    incident.plan.priority.name = priority;
    incident.created_at = kNow - age;
    incident.opener = an_alert("alert of " + id);
    decision.incidents.push_back(incident);
    auto operation = an_operation(id, kind);
    operation.created_at = kNow - age;
    operation.last_error = "timeout";
    decision.operations.push_back(operation);
    return write(bench, std::move(decision)).operations.at(0);
}

template <class Bench>
std::vector<std::string> late(Bench& bench, int limit = 100) {
    std::vector<std::string> ids;
    for (const auto& one : *bench.run(bench.backlog().late_openings(kLimits, kNow, limit))) {
        ids.push_back(one.id);
    }
    return ids;
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("an opening is late by its priority, oldest first", "[store]", Stores) {
    TestType bench;
    owed(bench, "p1-old", "p1", minutes(10));
    owed(bench, "p1-young", "p1", minutes(9));
    owed(bench, "p3-young", "p3", minutes(59));
    owed(bench, "p3-old", "p3", minutes(61));
    CHECK(late(bench) == std::vector<std::string>{"p3-old", "p1-old"});
    CHECK(late(bench, 1) == std::vector<std::string>{"p3-old"});
    const auto rows = *bench.run(bench.backlog().late_openings(kLimits, kNow, 1));
    CHECK(rows.at(0).host == "web01");
    CHECK(rows.at(0).problem == "disk full");
    CHECK(rows.at(0).priority == "p3");
    CHECK(rows.at(0).last_error == "timeout");
    CHECK(rows.at(0).since == kNow - minutes(61));
}

TEMPLATE_LIST_TEST_CASE("what is done, dead or no opening is not late", "[store]", Stores) {
    TestType bench;
    owed(bench, "followup", "p1", hours(2), OperationKind::followup);
    for (const auto state : {OperationState::done, OperationState::dead, OperationState::skipped}) {
        const std::string id(to_string(state));
        auto operation = owed(bench, id, "p1", hours(2));
        operation.attempts = 1;
        settle(bench, operation, state);
    }
    CHECK(late(bench).empty());
    auto uncertain = owed(bench, "uncertain", "p1", hours(2));
    uncertain.attempts = 1;
    uncertain.sent_at = kNow;
    settle(bench, uncertain, OperationState::uncertain);
    CHECK(late(bench) == std::vector<std::string>{"uncertain"});
}

TEMPLATE_LIST_TEST_CASE("the priority that an opening has now counts", "[store]", Stores) {
    TestType bench;
    owed(bench, "i1", "p3", minutes(30));
    REQUIRE(late(bench).empty());
    auto decision = applied();
    auto incident = an_incident("i1", "group of i1");
    incident.plan.priority.name = "p1";
    incident.created_at = kNow - minutes(30);
    decision.incidents.push_back(incident);
    write(bench, std::move(decision));
    CHECK(late(bench) == std::vector<std::string>{"i1"});
}

TEMPLATE_LIST_TEST_CASE("an opening that was retried waits from then on", "[store]", Stores) {
    TestType bench;
    auto opening = owed(bench, "i1", "p1", hours(2));
    opening.retried_at = kNow - minutes(9);
    settle(bench, opening, OperationState::due);
    CHECK(late(bench).empty());
    opening.retried_at = kNow - minutes(10);
    settle(bench, opening, OperationState::due);
    REQUIRE(late(bench).size() == 1);
    CHECK(
        bench.run(bench.backlog().late_openings(kLimits, kNow, 1))->at(0).since ==
        kNow - minutes(10)
    );
}

TEMPLATE_LIST_TEST_CASE("an opening waits as long after the clock was set", "[store]", Stores) {
    TestType bench;
    const Duration jump = GENERATE(Duration(hours(5)), Duration(-hours(5)));
    owed(bench, "late", "p1", minutes(11));
    owed(bench, "young", "p1", minutes(9));
    REQUIRE(bench.run(bench.store().shift_waits(jump)).has_value());
    const auto rows = *bench.run(bench.backlog().late_openings(kLimits, kNow + jump, 10));
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].id == "late");
    CHECK(rows[0].since == kNow + jump - minutes(11));
}

TEMPLATE_LIST_TEST_CASE(
    "what is undecided came when it came, whatever the clock", "[store]", Stores
) {
    TestType bench;
    for (const char* id : {"a1", "a2", "a3"}) {
        append_one(bench, id);
    }
    REQUIRE(bench.run(bench.store().decide(about_alert(1), always(applied()))).has_value());
    const Duration jump = -hours(1);
    REQUIRE(bench.run(bench.store().shift_waits(jump)).has_value());
    auto last = an_alert("a4");
    last.received_at = kNow + jump + minutes(1);
    REQUIRE(bench.run(bench.store().append(a_batch(last))).has_value());
    auto rows = *bench.run(bench.store().pending(0, 10));
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].seq == 2);
    CHECK(rows[0].alert.id == "a2");
    CHECK(rows[0].alert.received_at == kNow + jump);
    CHECK(rows[2].alert.received_at == kNow + jump + minutes(1));
    rows = *bench.run(bench.store().pending(rows[0].seq, 1));
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].alert.id == "a3");
}

TEMPLATE_LIST_TEST_CASE("openings are counted from a time on", "[store]", Stores) {
    TestType bench;
    for (const int age : {90, 30, 10}) {
        auto decision = applied();
        decision.opened = domain::CountedOpening{1, kNow - minutes(age)};
        write(bench, std::move(decision));
    }
    CHECK(*bench.run(bench.backlog().openings_since(kNow - hours(1))) == 2);
    CHECK(*bench.run(bench.backlog().openings_since(kNow)) == 0);
}

}  // namespace alert_bridge::test
