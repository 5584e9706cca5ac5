// SPDX-License-Identifier: MIT
// Contract of ports::Store: what a snapshot tells of an incident that waits to open its ticket.
#include "catch.hpp"
#include "store_bench.hpp"

namespace alert_bridge::test {
namespace {

using domain::IncidentState;
using domain::Snapshot;
using domain::TimerKind;

TEMPLATE_LIST_TEST_CASE(
    "until when an incident is held is part of what is known", "[store]", Stores
) {
    TestType bench;
    auto decision = an_opening();
    decision.incidents[0].state = IncidentState::holding;
    decision.set_timers.push_back({"i1", TimerKind::digest, kNow});
    decision.set_timers.push_back({"i1", TimerKind::hold, kNow + Duration(10)});
    write(bench, decision);
    CHECK(snapshot_for(bench, about_alert(0)).held_until == kNow + Duration(10));
    CHECK_FALSE(snapshot_for(bench, about_alert(0, "zabbix/9", "e1", "g9")).held_until);
}

TEMPLATE_LIST_TEST_CASE(
    "news that wait in the journal are part of what is known", "[store]", Stores
) {
    TestType bench;
    const auto first = append_one(bench, "a1");
    CHECK_FALSE(snapshot_for(bench, about_alert(first)).news_waiting);
    const auto second = append_one(bench, "a2");
    auto elsewhere = a_batch(an_alert("a3", "zabbix/2"));
    REQUIRE(bench.run(bench.store().append(elsewhere)).has_value());
    CHECK(snapshot_for(bench, about_alert(first)).news_waiting);
    CHECK_FALSE(snapshot_for(bench, about_alert(second)).news_waiting);

    auto decision = an_opening();
    decision.incidents[0].state = IncidentState::holding;
    const domain::Timer timer{"i1", TimerKind::hold, kNow};
    decision.set_timers.push_back(timer);
    REQUIRE(bench.run(bench.store().decide(about_alert(first), always(decision))).has_value());
    Snapshot seen;
    auto hold_on = [&](const Snapshot& known) {
        seen = known;
        auto again = applied();
        again.set_timers.push_back(timer);
        return again;
    };
    REQUIRE(bench.run(bench.store().decide(about_timer(timer), hold_on)).has_value());
    CHECK(seen.news_waiting);
    REQUIRE(bench.run(bench.store().decide(about_alert(second), always(applied()))).has_value());
    REQUIRE(bench.run(bench.store().decide(about_timer(timer), hold_on)).has_value());
    CHECK_FALSE(seen.news_waiting);  // of others only
}

}  // namespace
}  // namespace alert_bridge::test
