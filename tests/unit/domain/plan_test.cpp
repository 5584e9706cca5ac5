// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/plan.hpp"

#include <initializer_list>

#include "catch.hpp"

namespace alert_bridge::domain {
namespace {

using std::chrono::minutes;

// Every value goes out and comes back, names are distinct, and other spellings are refused.
template <class Value, class Parse>
void check_names(std::initializer_list<Value> values, Parse parse) {
    for (const Value value : values) {
        INFO(to_string(value));
        REQUIRE(to_string(value) != "unknown");
        REQUIRE(parse(to_string(value)) == value);
        for (const Value other : values) {
            REQUIRE((to_string(value) == to_string(other)) == (value == other));
        }
        REQUIRE_FALSE(parse(std::string(to_string(value)) + " ").has_value());
    }
    REQUIRE_FALSE(parse("").has_value());
    REQUIRE_FALSE(parse("unknown").has_value());
    REQUIRE_FALSE(parse("Silent").has_value());
}

}  // namespace

TEST_CASE("every policy value is read back from its name") {
    check_names({OnRepeat::silent, OnRepeat::each}, parse_on_repeat);
    check_names(
        {OnRecovery::solve_untouched, OnRecovery::solve, OnRecovery::followup, OnRecovery::none},
        parse_on_recovery
    );
    check_names(
        {OnSeverityChange::raise, OnSeverityChange::follow, OnSeverityChange::none},
        parse_on_severity_change
    );
    check_names(
        {OnAcknowledge::followup, OnAcknowledge::take, OnAcknowledge::none}, parse_on_acknowledge
    );
    check_names({Fold::report, Fold::each, Fold::drop}, parse_fold);
    check_names({Mode::act, Mode::observe}, parse_mode);
    check_names({TicketDate::received, TicketDate::started}, parse_ticket_date);
    check_names({TicketType::incident, TicketType::request}, parse_ticket_type);
    check_names({EntityBy::name, EntityBy::tag, EntityBy::registration_number}, parse_entity_by);
}

TEST_CASE("the waiting time before a ticket goes by the priority's name, then by the common entry"
) {
    Plan plan;
    plan.priority.name = "p2";
    SECTION("nothing said means at once") {
        REQUIRE(open_after(plan) == Duration::zero());
    }
    SECTION("the priority's own entry wins") {
        plan.policy.open_after = {{"p2", minutes(2)}, {"", minutes(10)}};
        REQUIRE(open_after(plan) == minutes(2));
    }
    SECTION("the common entry serves all others") {
        plan.policy.open_after = {{"p1", minutes(0)}, {"", minutes(10)}};
        REQUIRE(open_after(plan) == minutes(10));
    }
    SECTION("an entry of another priority does not count") {
        plan.policy.open_after = {{"p3", minutes(10)}};
        REQUIRE(open_after(plan) == Duration::zero());
    }
    SECTION("a plan without a named priority takes the common entry") {
        plan.priority.name.clear();
        plan.policy.open_after = {{"p3", minutes(10)}, {"", minutes(1)}};
        REQUIRE(open_after(plan) == minutes(1));
    }
}

TEST_CASE("a new plan has the documented defaults") {
    const Plan plan;
    REQUIRE(plan.policy.open == Severity::average);
    REQUIRE(plan.policy.on_repeat == OnRepeat::silent);
    REQUIRE(plan.policy.on_recovery == OnRecovery::solve_untouched);
    REQUIRE(plan.policy.resolve_after == minutes(5));
    REQUIRE(plan.policy.reopen_within == std::chrono::hours(24));
    REQUIRE(plan.policy.on_severity_change == OnSeverityChange::raise);
    REQUIRE(plan.policy.on_acknowledge == OnAcknowledge::followup);
    REQUIRE(plan.policy.mode == Mode::act);
    REQUIRE(plan.policy.ticket_date == TicketDate::received);
    REQUIRE(plan.policy.group_by == std::vector<std::string>{"problem"});
    REQUIRE(plan.policy.notify == Notify{true, false, false, true});
    REQUIRE(plan.policy.followup_private);
    REQUIRE(plan.type == TicketType::incident);
    REQUIRE(plan.trust_names);
    REQUIRE_FALSE(plan.drop);
    REQUIRE(plan.entity.empty());
}

}  // namespace alert_bridge::domain
