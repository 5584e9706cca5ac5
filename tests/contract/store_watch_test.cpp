// SPDX-License-Identifier: MIT
// ports::WatchStore, and decide() about a ticket, for every implementation.
#include "catch.hpp"
#include "store_bench.hpp"

using namespace alert_bridge;
using namespace alert_bridge::test;

namespace {

template <class Bench>
void seed(Bench& bench, const std::string& id, std::int64_t ticket, domain::IncidentState state) {
    auto decision = applied();
    domain::Incident incident = an_incident(id, "group of " + id);
    incident.ticket_id = ticket;
    incident.state = state;
    incident.previous_ticket = 5;
    incident.ticket.mark = "mark of " + id;
    incident.ticket.ended = 6;
    decision.incidents.push_back(incident);
    (void)write(bench, std::move(decision));
}

std::vector<std::string> ids_of(const std::vector<ports::WatchedTicket>& rows) {
    std::vector<std::string> ids;
    for (const ports::WatchedTicket& row : rows) {
        ids.push_back(row.incident_id);
    }
    return ids;
}

using Ids = std::vector<std::string>;

}  // namespace

TEMPLATE_LIST_TEST_CASE("tickets of incidents that go on are watched, page by page", "", Stores) {
    TestType bench;
    seed(bench, "i1", 11, domain::IncidentState::open);
    seed(bench, "i2", 0, domain::IncidentState::open);
    seed(bench, "i3", 13, domain::IncidentState::ended);
    seed(bench, "i4", 14, domain::IncidentState::solved);
    seed(bench, "i5", 11, domain::IncidentState::quiet);
    const auto all = bench.run(bench.watch().watched("", 10));
    REQUIRE(all.has_value());
    CHECK(ids_of(*all) == Ids{"i1", "i4", "i5"});
    CHECK(all->at(0).ticket_id == 11);
    CHECK(all->at(0).previous_ticket == 5);
    CHECK(all->at(0).memory.mark == "mark of i1");
    CHECK(all->at(0).memory.ended == 6);
    CHECK(all->at(1).state == domain::IncidentState::solved);
    CHECK(ids_of(*bench.run(bench.watch().watched("", 2))) == Ids{"i1", "i4"});
    CHECK(ids_of(*bench.run(bench.watch().watched("i4", 2))) == Ids{"i5"});
    CHECK(
        ids_of(*bench.run(bench.watch().watched_of({14, 11, 13, 99, 0}))) == Ids{"i4", "i1", "i5"}
    );
    CHECK(bench.run(bench.watch().watched_of({}))->empty());
}

TEMPLATE_LIST_TEST_CASE("a decision about a ticket sees its incident and is written", "", Stores) {
    TestType bench;
    seed(bench, "i1", 11, domain::IncidentState::open);
    ports::Subject subject;
    subject.seen_incident = "i1";
    const domain::Snapshot known = snapshot_for(bench, subject);
    REQUIRE(known.incident.has_value());
    CHECK(known.incident->ticket.mark == "mark of i1");
    auto decision = applied("solved by a person");
    decision.incidents.push_back(*known.incident);
    decision.incidents.front().ticket.mark = "other";
    decision.incidents.front().ticket.taken = true;
    domain::Timer timer{"i1", domain::TimerKind::recheck, kNow};
    decision.set_timers.push_back(timer);
    REQUIRE(bench.run(bench.store().decide(subject, always(decision))).has_value());
    const auto rows = bench.run(bench.watch().watched("", 10));
    CHECK(rows->at(0).memory.mark == "other");
    CHECK(rows->at(0).memory.taken);
    CHECK(bench.run(bench.store().due_timers(kNow, 10))->at(0) == timer);
    subject.seen_incident = "nobody";
    CHECK_FALSE(snapshot_for(bench, subject).incident.has_value());
}
