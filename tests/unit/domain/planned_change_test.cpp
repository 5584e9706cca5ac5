// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/planned_change.hpp"

#include "catch.hpp"

using namespace alert_bridge;
using namespace alert_bridge::domain;
using std::chrono::hours;

namespace {

constexpr auto kNow = from_unix_ms(1'795'000'000'000);

PlannedChange swap() {
    return {12, "Swap\nof the <router>", kNow - hours(1), kNow + hours(2), {}};
}

Plan plan_with(OnChange policy) {
    Plan plan;
    plan.time_zone = "UTC";
    plan.policy.changes = policy;
    return plan;
}

}  // namespace

TEST_CASE("a planned change is told in the ticket, with its number, title and hours") {
    Plan plan = plan_with(OnChange::annotate);
    Placement placement;
    apply_change(swap(), plan, placement);
    REQUIRE(placement.notes.size() == 1);
    CHECK(placement.notes[0].code == NoteCode::planned_change);
    CHECK(placement.notes[0].name.rfind("#12 Swap of the <router> (2026-11-18", 0) == 0);
    CHECK_FALSE(plan.maintenance);
}

TEST_CASE("hold: the ticket waits for the end of the change") {
    Plan plan = plan_with(OnChange::hold);
    Placement placement;
    apply_change(swap(), plan, placement);
    REQUIRE(plan.maintenance);
    CHECK(plan.maintenance->until == kNow + hours(2));
    CHECK(plan.maintenance->is_change);
    CHECK_FALSE(plan.maintenance->drop);
    CHECK(placement.notes.size() == 1);
    CHECK(plan.trace.back().field == "maintenance");
}

TEST_CASE("a window that drops, or holds for longer, stays") {
    const bool drop = GENERATE(true, false);
    Plan plan = plan_with(OnChange::hold);
    plan.maintenance = Maintenance{"night", drop, kNow + hours(drop ? 1 : 3), false};
    const Maintenance before = *plan.maintenance;
    Placement placement;
    apply_change(swap(), plan, placement);
    CHECK(*plan.maintenance == before);
}

TEST_CASE("without the policy nothing happens") {
    Plan plan = plan_with(OnChange::none);
    Placement placement;
    apply_change(swap(), plan, placement);
    CHECK(placement.notes.empty());
    CHECK_FALSE(plan.maintenance);
}
