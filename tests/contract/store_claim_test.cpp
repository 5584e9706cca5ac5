// SPDX-License-Identifier: MIT
// Contract of ports::Store: the outbox. In order per incident, one at a time, nothing lost in a
// crash.
#include <set>

#include "catch.hpp"
#include "store_bench.hpp"

namespace alert_bridge::test {
namespace {

using domain::OperationKind;
using domain::OperationState;
using domain::Verdict;

constexpr Duration kLease{30'000};

template <class Bench>
std::vector<ports::Claimed> claim(Bench& bench, WallTime now = kNow, int limit = 100) {
    auto result = bench.run(bench.store().claim(now, limit, kLease));
    REQUIRE(result.has_value());
    return *result;
}

std::vector<domain::Operation> opening_and_followups(const std::string& incident_id) {
    return {
        an_operation(incident_id, OperationKind::open),
        an_operation(incident_id, OperationKind::followup),
        an_operation(incident_id, OperationKind::solve),
    };
}

TEMPLATE_LIST_TEST_CASE(
    "a claimed operation is sending, with its time and attempt", "[store]", Stores
) {
    TestType bench;
    seed_incident(bench, "i1", {an_operation("i1", OperationKind::open)});
    const auto claimed = claim(bench, kNow + Duration(3));
    REQUIRE(claimed.size() == 1);
    CHECK(claimed[0].incident.id == "i1");
    CHECK(claimed[0].operation.state == OperationState::sending);
    CHECK(claimed[0].operation.attempts == 1);
    CHECK(claimed[0].operation.sent_at == kNow + Duration(3));
    CHECK(claimed[0].operation.content.html == "<p>text</p>");
    CHECK(bench.run(bench.store().figures())->sending == 1);
}

TEMPLATE_LIST_TEST_CASE("nothing is handed out before it is due", "[store]", Stores) {
    TestType bench;
    seed_incident(bench, "i1", {an_operation("i1", OperationKind::open, kNow + Duration(10))});
    CHECK(*bench.run(bench.store().next_due()) == std::optional(kNow + Duration(10)));
    CHECK(claim(bench, kNow + Duration(9)).empty());
    CHECK(claim(bench, kNow + Duration(10)).size() == 1);
    CHECK_FALSE(bench.run(bench.store().next_due())->has_value());
}

TEMPLATE_LIST_TEST_CASE(
    "operations of one incident go out in order, one at a time", "[store]", Stores
) {
    TestType bench;
    seed_incident(bench, "i1", opening_and_followups("i1"));
    std::vector<OperationKind> order;
    for (auto claimed = claim(bench); !claimed.empty(); claimed = claim(bench)) {
        REQUIRE(claimed.size() == 1);
        CHECK(claim(bench).empty());  // while it is sending, nobody gets the next one
        order.push_back(claimed[0].operation.kind);
        settle(bench, claimed[0].operation, OperationState::done);
    }
    CHECK(order == std::vector{OperationKind::open, OperationKind::followup, OperationKind::solve});
}

TEMPLATE_LIST_TEST_CASE("incidents go side by side, the longest due first", "[store]", Stores) {
    TestType bench;
    for (int i = 0; i < 5; ++i) {
        const auto id = "i" + std::to_string(i);
        seed_incident(bench, id, {an_operation(id, OperationKind::open, kNow - Duration(i))});
    }
    const auto first = claim(bench, kNow, 2);
    REQUIRE(first.size() == 2);
    CHECK(first[0].incident.id == "i4");
    CHECK(first[1].incident.id == "i3");
    const auto rest = claim(bench);
    REQUIRE(rest.size() == 3);
    CHECK(rest[2].incident.id == "i0");
}

TEMPLATE_LIST_TEST_CASE("claims at the same time never share an incident", "[store]", Stores) {
    TestType bench;
    for (int i = 0; i < 40; ++i) {
        const auto id = "i" + std::to_string(i);
        seed_incident(bench, id, opening_and_followups(id));
    }
    std::vector<ports::Awaitable<Result<std::vector<ports::Claimed>>>> calls;
    for (int i = 0; i < 20; ++i) {
        calls.push_back(bench.store().claim(kNow, 3, kLease));
    }
    std::set<std::string> incidents;
    std::size_t total = 0;
    for (const auto& result : bench.run_all(std::move(calls))) {
        REQUIRE(result.has_value());
        for (const auto& claimed : *result) {
            incidents.insert(claimed.incident.id);
            ++total;
        }
    }
    CHECK(total == 40);
    CHECK(incidents.size() == 40);
}

TEMPLATE_LIST_TEST_CASE("a retry later holds the rest of its incident back", "[store]", Stores) {
    TestType bench;
    seed_incident(bench, "i1", opening_and_followups("i1"));
    auto operation = claim(bench)[0].operation;
    operation.due_at = kNow + Duration(500);
    settle(bench, operation, OperationState::due);
    CHECK(claim(bench).empty());
    const auto again = claim(bench, kNow + Duration(500));
    REQUIRE(again.size() == 1);
    CHECK(again[0].operation.id == operation.id);
    CHECK(again[0].operation.attempts == 2);
}

TEMPLATE_LIST_TEST_CASE("a dead opening holds the rest until it is retried", "[store]", Stores) {
    TestType bench;
    seed_incident(bench, "i1", opening_and_followups("i1"));
    auto operation = claim(bench)[0].operation;
    settle(bench, operation, OperationState::dead);
    CHECK(claim(bench, kNow + storage::kDay).empty());
    CHECK_FALSE(bench.run(bench.store().next_due())->has_value());

    auto retry = applied();
    operation.state = OperationState::due;
    retry.operations.push_back(operation);
    write(bench, retry);
    const auto again = claim(bench);
    REQUIRE(again.size() == 1);
    CHECK(again[0].operation.kind == OperationKind::open);
}

TEMPLATE_LIST_TEST_CASE("a dead opening that is discarded lets the rest go", "[store]", Stores) {
    TestType bench;
    seed_incident(bench, "i1", opening_and_followups("i1"));
    auto operation = claim(bench)[0].operation;
    settle(bench, operation, OperationState::dead);
    auto discard = applied();
    operation.state = OperationState::skipped;
    discard.operations.push_back(operation);
    write(bench, discard);
    REQUIRE(claim(bench).size() == 1);
}

TEMPLATE_LIST_TEST_CASE("any other dead operation is passed by", "[store]", Stores) {
    TestType bench;
    seed_incident(bench, "i1", opening_and_followups("i1"));
    settle(bench, claim(bench)[0].operation, OperationState::done);
    auto followup = claim(bench)[0].operation;
    settle(bench, followup, OperationState::dead);
    const auto next = claim(bench);
    REQUIRE(next.size() == 1);
    CHECK(next[0].operation.kind == OperationKind::solve);

    // Retried while a later one is being sent: it waits for that one.
    auto retry = applied();
    followup.state = OperationState::due;
    retry.operations.push_back(followup);
    write(bench, retry);
    CHECK(claim(bench).empty());
    settle(bench, next[0].operation, OperationState::done);
    const auto late = claim(bench);
    REQUIRE(late.size() == 1);
    CHECK(late[0].operation.id == followup.id);
}

TEMPLATE_LIST_TEST_CASE(
    "a dead write that is looked for again waits for the one that is being sent", "[store]", Stores
) {
    TestType bench;
    seed_incident(
        bench, "i1",
        {an_operation("i1", OperationKind::followup), an_operation("i1", OperationKind::solve)}
    );
    auto retried = claim(bench)[0].operation;
    settle(bench, retried, OperationState::dead);
    const auto sent = claim(bench)[0].operation;
    REQUIRE(sent.kind == OperationKind::solve);
    settle(bench, retried, OperationState::uncertain);
    CHECK(claim(bench).empty());
    settle(bench, sent, OperationState::done);
    const auto look = claim(bench);
    REQUIRE(look.size() == 1);
    CHECK(look[0].operation.id == retried.id);
    CHECK(look[0].operation.state == OperationState::uncertain);
}

TEMPLATE_LIST_TEST_CASE(
    "an uncertain operation is handed out for one look-up at a time", "[store]", Stores
) {
    TestType bench;
    seed_incident(bench, "i1", opening_and_followups("i1"));
    auto operation = claim(bench)[0].operation;
    operation.due_at = kNow + Duration(120'000);
    settle(bench, operation, OperationState::uncertain);
    CHECK(claim(bench, kNow + Duration(119'999)).empty());

    const auto look = claim(bench, kNow + Duration(120'000));
    REQUIRE(look.size() == 1);
    CHECK(look[0].operation.state == OperationState::uncertain);
    CHECK(look[0].operation.attempts == 1);
    CHECK(look[0].operation.sent_at == kNow);
    CHECK(look[0].operation.due_at == kNow + Duration(120'000) + kLease);
    CHECK(claim(bench, kNow + Duration(120'001)).empty());
    CHECK(claim(bench, kNow + Duration(120'000) + kLease).size() == 1);
}

// What the lifecycle makes of a result, as the dispatcher asks for it.
ports::DecideFunction lifecycle(
    domain::Operation claimed, domain::OperationResult::What what, std::int64_t result_id = 0
) {
    domain::ResultEvent event;
    event.operation = std::move(claimed);
    event.result.what = what;
    event.result.result_id = result_id;
    return [event = std::move(event)](const domain::Snapshot& known) {
        return domain::decide(domain::LifecycleContext{}, known, event, kNow + Duration(200'000));
    };
}

TEMPLATE_LIST_TEST_CASE(
    "a look-up that outlived its lease does not overwrite what came after it", "[store]", Stores
) {
    using What = domain::OperationResult::What;
    TestType bench;
    seed_incident(bench, "i1", {an_operation("i1", OperationKind::open)});
    auto sent = claim(bench)[0].operation;
    sent.due_at = kNow + Duration(120'000);
    settle(bench, sent, OperationState::uncertain);
    const auto slow = claim(bench, kNow + Duration(120'000))[0].operation;
    auto next = claim(bench, kNow + Duration(120'000) + kLease)[0].operation;
    const auto result = [&](What what, std::int64_t id) {
        return bench.run(bench.store().decide(about_result(slow.id), lifecycle(slow, what, id)));
    };
    const auto ticket = [&] {
        return bench.run(bench.seat().incidents("", true, 1))->front().incident.ticket_id;
    };
    SECTION("while the next look-up runs") {
        CHECK(result(What::not_found, 0)->verdict == Verdict::ignored);
        CHECK(bench.run(bench.store().figures())->uncertain == 1);
        CHECK(claim(bench, kNow + Duration(120'000) + kLease).empty());
    }
    SECTION("while it is sent again") {
        next.due_at = kNow;
        settle(bench, next, OperationState::due);
        const auto again = claim(bench);
        REQUIRE(again.size() == 1);
        CHECK(result(What::not_found, 0)->verdict == Verdict::ignored);
        CHECK(bench.run(bench.store().figures())->sending == 1);
        // What it found is kept until the second request is answered, and wins over its failure.
        CHECK(result(What::done, 77)->verdict == Verdict::applied);
        CHECK(bench.run(bench.store().figures())->sending == 1);
        auto end = bench.store().decide(
            about_result(slow.id), lifecycle(again[0].operation, What::failed)
        );
        CHECK(bench.run(std::move(end))->verdict == Verdict::applied);
        CHECK(ticket() == 77);
    }
    SECTION("but what it found settles a row that waits") {
        CHECK(result(What::done, 77)->verdict == Verdict::applied);
        CHECK(ticket() == 77);
        CHECK(bench.run(bench.store().figures())->uncertain == 0);
    }
}

TEMPLATE_LIST_TEST_CASE("operations added while one is sent wait their turn", "[store]", Stores) {
    TestType bench;
    seed_incident(bench, "i1", {an_operation("i1", OperationKind::open)});
    const auto opening = claim(bench)[0].operation;
    auto more = applied();
    more.operations.push_back(an_operation("i1", OperationKind::followup));
    CHECK(write(bench, more).operations[0].seq == 2);
    CHECK(claim(bench).empty());
    settle(bench, opening, OperationState::done);
    CHECK(claim(bench).size() == 1);
}

TEMPLATE_LIST_TEST_CASE(
    "a claim of nothing is not an error and asks for no sync", "[store]", Stores
) {
    TestType bench;
    CHECK(claim(bench).empty());
    CHECK(claim(bench, kNow, 0).empty());
    CHECK(claim(bench, kNow, -5).empty());
}

TEMPLATE_LIST_TEST_CASE(
    "what was sent when the power went is uncertain, never due", "[store]", Stores
) {
    TestType bench;
    seed_incident(bench, "i1", opening_and_followups("i1"));
    seed_incident(bench, "i2", {an_operation("i2", OperationKind::open, kNow + Duration(1))});
    const auto sent = claim(bench);
    REQUIRE(sent.size() == 1);

    auto after = bench.crash_copy();
    CHECK(after->sqlite().interrupted() == 1);
    const auto figures = after->run(after->store().figures());
    CHECK(figures->sending == 0);
    CHECK(figures->uncertain == 1);
    // It may have left just before the end, long after it was claimed.
    const auto quarantine_ends = after->opened_at + after->retry.quarantine;
    const auto due = claim(*after, quarantine_ends - Duration(1));
    REQUIRE(due.size() == 1);
    CHECK(due[0].incident.id == "i2");
    const auto look = claim(*after, quarantine_ends);
    REQUIRE(look.size() == 1);
    CHECK(look[0].operation.id == sent[0].operation.id);
    CHECK(look[0].operation.state == OperationState::uncertain);
    CHECK(look[0].operation.reference == sent[0].operation.reference);
}

TEMPLATE_LIST_TEST_CASE(
    "a look-up that was under way when the power went is made again soon", "[store]", Stores
) {
    TestType bench;
    seed_incident(bench, "i1", {an_operation("i1", OperationKind::open)});
    settle(bench, claim(bench)[0].operation, OperationState::uncertain);
    constexpr Duration kLongLease{100'000'000};
    REQUIRE(bench.run(bench.store().claim(kNow, 1, kLongLease))->size() == 1);
    auto after = bench.crash_copy();
    CHECK(claim(*after, after->opened_at + after->retry.quarantine).size() == 1);
}

TEMPLATE_LIST_TEST_CASE("what was acknowledged survives a power cut", "[store]", Stores) {
    TestType bench;
    for (int i = 0; i < 50; ++i) {
        REQUIRE(
            bench.run(bench.store().append(a_batch(an_alert("a" + std::to_string(i))))).has_value()
        );
    }
    auto after = bench.crash_copy();
    CHECK(after->run(after->store().pending(0, 100))->size() == 50);
    CHECK(after->sqlite().interrupted() == 0);
}

}  // namespace
}  // namespace alert_bridge::test
