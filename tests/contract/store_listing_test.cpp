// SPDX-License-Identifier: MIT
// Contract of ports::OperatorStore: pages of owed writes and incidents, and the quarantine.
#include "catch.hpp"
#include "store_bench.hpp"

namespace alert_bridge::test {
namespace {

using domain::OperationKind;
using domain::OperationState;

template <class Bench>
std::vector<std::int64_t> ids_of(
    Bench& bench, const std::vector<OperationState>& states, ports::OperationCursor after, int limit
) {
    std::vector<std::int64_t> ids;
    for (const auto& row : *bench.run(bench.seat().operations(states, after, limit))) {
        CHECK(row.operation.incident_id == row.incident.id);
        ids.push_back(row.operation.id);
    }
    return ids;
}

ports::Batch an_unusable_body(const std::string& body) {
    ports::QuarantineEntry entry;
    entry.source = "zabbix";
    entry.reason = "not JSON";
    entry.body = body;
    entry.received_at = kNow;
    ports::Batch batch;
    batch.unusable.push_back(entry);
    return batch;
}

template <class Bench>
std::int64_t quarantine_one(Bench& bench, const std::string& body) {
    REQUIRE(bench.run(bench.store().append(an_unusable_body(body))).has_value());
    return bench.run(bench.seat().quarantined(0, 10))->back().id;
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("storms come with what is under them", "[store]", Stores) {
    TestType bench;
    const auto seed = [&bench](const std::string& id, domain::IncidentState state, auto change) {
        domain::Incident incident = an_incident(id, "group of " + id);
        incident.state = state;
        change(incident);
        auto decision = applied();
        decision.incidents.push_back(std::move(incident));
        (void)write(bench, std::move(decision));
    };
    using domain::IncidentState;
    const auto umbrella_of = [](std::int64_t entity) {
        return [entity](domain::Incident& incident) {
            incident.umbrella = true;
            incident.group_key = domain::umbrella_group(entity);
        };
    };
    const auto member_at = [](Duration after) {
        return [after](domain::Incident& incident) {
            incident.parent_id = "u1";
            incident.sheltered_at = kNow + after;
        };
    };
    seed("u1", IncidentState::open, umbrella_of(3));
    seed("u2", IncidentState::open, umbrella_of(4));
    seed("u3", IncidentState::ended, umbrella_of(5));
    seed("m1", IncidentState::sheltered, member_at(Duration(1'000)));
    seed("m2", IncidentState::sheltered, member_at(Duration(3'000)));
    seed("m3", IncidentState::ended, member_at(Duration(2'000)));
    seed("other", IncidentState::open, [](domain::Incident&) {});

    const auto rows = *bench.run(bench.seat().storms("", false, 10));
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].incident.id == "u1");
    CHECK(rows[0].members == 3);
    CHECK(rows[0].failing == 2);
    CHECK(rows[0].last_joined == kNow + Duration(3'000));
    CHECK(rows[1].members == 0);
    CHECK_FALSE(rows[1].last_joined.has_value());
    CHECK(bench.run(bench.seat().storms("", false, 1))->size() == 1);
    CHECK(bench.run(bench.seat().storms("u1", false, 10))->front().incident.id == "u2");
    CHECK(bench.run(bench.seat().storms("", true, 10))->back().incident.id == "u3");
    const auto figures = *bench.run(bench.store().figures());
    CHECK(figures.storms == 2);
    CHECK(figures.sheltered == 2);
}

TEMPLATE_LIST_TEST_CASE(
    "owed writes come by state in the order in which they are due", "[store]", Stores
) {
    TestType bench;
    const auto later = kNow + Duration(5'000);
    const auto first = seed_incident(bench, "i1", {an_operation("i1", OperationKind::open, later)});
    const auto second = seed_incident(bench, "i2", {an_operation("i2", OperationKind::open)});
    const auto third = seed_incident(bench, "i3", {an_operation("i3", OperationKind::open)});
    const std::vector<OperationState> waiting{OperationState::due, OperationState::uncertain};
    const std::int64_t a = second[0].id, b = third[0].id, c = first[0].id;
    CHECK(ids_of(bench, waiting, {}, 10) == std::vector<std::int64_t>{a, b, c});
    CHECK(ids_of(bench, waiting, {}, 2) == std::vector<std::int64_t>{a, b});
    CHECK(ids_of(bench, waiting, {kNow, a}, 10) == std::vector<std::int64_t>{b, c});
    CHECK(ids_of(bench, waiting, {later, c}, 10).empty());

    // Of several states in one order: the one that is due last moved to another state.
    const auto claimed = *bench.run(bench.store().claim(kNow, 1, Duration(1'000)));
    REQUIRE(claimed.size() == 1);
    CHECK(ids_of(bench, waiting, {}, 10) == std::vector<std::int64_t>{b, c});
    CHECK(ids_of(bench, {OperationState::sending}, {}, 10) == std::vector<std::int64_t>{a});
    auto all = waiting;
    all.push_back(OperationState::sending);
    CHECK(ids_of(bench, all, {}, 10) == std::vector<std::int64_t>{a, b, c});

    settle(bench, claimed[0].operation, OperationState::dead);
    CHECK(ids_of(bench, {OperationState::dead}, {}, 10) == std::vector<std::int64_t>{a});
}

TEMPLATE_LIST_TEST_CASE("a write tells which one of its incident it waits for", "[store]", Stores) {
    TestType bench;
    const auto rows = seed_incident(
        bench, "i1",
        {an_operation("i1", OperationKind::open), an_operation("i1", OperationKind::followup)}
    );
    const auto waits_for = [&bench](std::int64_t id) {
        return (*bench.run(bench.seat().operation(id)))->waits_for;
    };
    CHECK(waits_for(rows[0].id) == 0);
    CHECK(waits_for(rows[1].id) == rows[0].id);
    const auto claimed = *bench.run(bench.store().claim(kNow, 1, Duration(1'000)));
    settle(bench, claimed.at(0).operation, OperationState::done);
    CHECK(waits_for(rows[1].id) == 0);
}

TEMPLATE_LIST_TEST_CASE("one write is found by its id, finished or not", "[store]", Stores) {
    TestType bench;
    const auto row = seed_incident(bench, "i1", {an_operation("i1", OperationKind::open)}).at(0);
    auto found = *bench.run(bench.seat().operation(row.id));
    REQUIRE(found.has_value());
    CHECK(found->operation == row);
    CHECK(found->incident.id == "i1");
    const auto claimed = *bench.run(bench.store().claim(kNow, 1, Duration(1'000)));
    settle(bench, claimed.at(0).operation, OperationState::done);
    CHECK((*bench.run(bench.seat().operation(row.id)))->operation.state == OperationState::done);
    CHECK_FALSE(bench.run(bench.seat().operation(99))->has_value());
}

TEMPLATE_LIST_TEST_CASE("when an operator retried a write is remembered", "[store]", Stores) {
    TestType bench;
    auto operation = an_operation("i1", OperationKind::open);
    const auto row = seed_incident(bench, "i1", {operation}).at(0);
    CHECK_FALSE(row.retried_at.has_value());
    const auto claimed = *bench.run(bench.store().claim(kNow, 1, Duration(1'000)));
    auto retried = claimed.at(0).operation;
    retried.retried_at = kNow + Duration(7);
    settle(bench, retried, OperationState::due);
    bench.restart();
    CHECK((*bench.run(bench.seat().operation(row.id)))->operation.retried_at == kNow + Duration(7));
}

TEMPLATE_LIST_TEST_CASE(
    "incidents that go on are listed, ended ones when asked for", "[store]", Stores
) {
    TestType bench;
    auto decision = applied();
    decision.incidents = {
        an_incident("i1", "g1"), an_incident("i2", "g2"), an_incident("i3", "g3")};
    decision.incidents[1].state = domain::IncidentState::ended;
    decision.incidents[0].ticket_id = 4711;
    decision.incidents[1].ticket_id = 4711;
    write(bench, decision);
    const auto names = [&bench](const std::string& after, bool ended_too, int limit) {
        std::string text;
        for (const auto& row : *bench.run(bench.seat().incidents(after, ended_too, limit))) {
            text += row.incident.id + " ";
        }
        return text;
    };
    CHECK(names("", false, 10) == "i1 i3 ");
    CHECK(names("", true, 10) == "i1 i2 i3 ");
    CHECK(names("", false, 1) == "i1 ");
    CHECK(names("i1", false, 10) == "i3 ");

    CHECK((*bench.run(bench.seat().incident("i1")))->incident.id == "i1");
    CHECK((*bench.run(bench.seat().incident("4711")))->incident.id == "i2");  // the newest
    CHECK_FALSE(bench.run(bench.seat().incident("4712"))->has_value());
    CHECK_FALSE(bench.run(bench.seat().incident("0"))->has_value());
    CHECK_FALSE(bench.run(bench.seat().incident(""))->has_value());
    CHECK_FALSE(bench.run(bench.seat().incident("i1' OR 1=1 --"))->has_value());
}

TEMPLATE_LIST_TEST_CASE("an alert's id leads to the incident it belongs to", "[store]", Stores) {
    TestType bench;
    const auto opens = append_one(bench, "a1");
    REQUIRE(bench.run(bench.store().decide(about_alert(opens), always(an_opening()))).has_value());
    const auto repeats = append_one(bench, "a2");
    REQUIRE(bench.run(bench.store().decide(about_alert(repeats), always(applied()))).has_value());
    const auto other = about_alert(append_one(bench, "a3"), "zabbix/2", "e2");
    REQUIRE(bench.run(bench.store().decide(other, always(applied()))).has_value());
    append_one(bench, "a4");
    for (const char* const id : {"a1", "a2"}) {
        const auto found = *bench.run(bench.seat().incident(id));
        REQUIRE(found.has_value());
        CHECK(found->incident.id == "i1");
    }
    CHECK_FALSE(bench.run(bench.seat().incident("a3"))->has_value());
    CHECK_FALSE(bench.run(bench.seat().incident("a4"))->has_value());
}

TEMPLATE_LIST_TEST_CASE(
    "the quarantine is listed with the beginning of each body", "[store]", Stores
) {
    TestType bench;
    const std::string body(1'000, 'x');
    const auto id = quarantine_one(bench, body);
    const auto rows = *bench.run(bench.seat().quarantined(0, 10));
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].body == body.substr(0, ports::OperatorStore::kExcerptBytes));
    const auto whole = *bench.run(bench.seat().quarantine_entry(id));
    REQUIRE(whole.has_value());
    CHECK(whole->body == body);
    CHECK(whole->reason == "not JSON");
    CHECK_FALSE(bench.run(bench.seat().quarantine_entry(id + 1))->has_value());
}

TEMPLATE_LIST_TEST_CASE(
    "what is readmitted is journalled once and no longer in quarantine", "[store]", Stores
) {
    TestType bench;
    const auto id = quarantine_one(bench, "body");
    const auto receipts = *bench.run(bench.seat().readmit(id, {an_alert("a1")}));
    REQUIRE(receipts.has_value());
    REQUIRE(receipts->size() == 1);
    CHECK(receipts->front().status == ports::ReceiptStatus::accepted);
    bench.restart();
    CHECK(bench.run(bench.seat().quarantined(0, 10))->empty());
    REQUIRE(bench.run(bench.store().pending(0, 10))->size() == 1);
    // The second command comes too late, whatever it brings.
    CHECK_FALSE(bench.run(bench.seat().readmit(id, {an_alert("a2")}))->has_value());
    CHECK(bench.run(bench.store().pending(0, 10))->size() == 1);
}

TEMPLATE_LIST_TEST_CASE("a discarded entry of the quarantine is gone for good", "[store]", Stores) {
    TestType bench;
    const auto id = quarantine_one(bench, "body");
    CHECK(*bench.run(bench.seat().discard_quarantined(id)) == 1);
    bench.restart();
    CHECK(bench.run(bench.seat().quarantined(0, 10))->empty());
    CHECK(*bench.run(bench.seat().discard_quarantined(id)) == 0);
}

}  // namespace alert_bridge::test
