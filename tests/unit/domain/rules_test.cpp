// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/rules.hpp"

#include <functional>
#include <vector>

#include "alert_bridge/domain/plan_builder.hpp"
#include "catch.hpp"
#include "rule_book_sample.hpp"

namespace alert_bridge::domain {
namespace {

using namespace test_support;
using Kind = Condition::Kind;

}  // namespace

TEST_CASE("without rules the plan is made of defaults and the severity's priority") {
    const Plan plan = evaluated(book());
    REQUIRE(plan.priority == Priority{"p2", 4, 4, 0});
    REQUIRE(open_after(plan) == minutes(2));
    REQUIRE(plan.default_entity.value == "Unassigned");
    REQUIRE(plan.glpi_default_entity.value == "Unassigned");
    REQUIRE(plan.templates == "en");
    REQUIRE(plan.time_zone == "UTC");
    REQUIRE(plan.entity.empty());
    REQUIRE_FALSE(plan.drop);
    REQUIRE(plan.trace == std::vector<PlanTrace>{{"severity high", "priority", "p2"}});
}

TEST_CASE("later rules win field by field, and stop ends") {
    RuleBook rules = book();
    rules.rules = {
        rule(
            "first", all_of({}),
            [](auto& t) {
                t.category = "A";
                t.assign_group = "G1";
            }
        ),
        rule("second", when(Kind::host, "web*"), [](auto& t) { t.category = "B"; }),
        rule("other", when(Kind::host, "db*"), [](auto& t) { t.category = "never"; }),
        rule(
            "third", all_of({}), [](auto& t) { t.priority = "p3"; }, true
        ),
        rule("late", all_of({}), [](auto& t) { t.drop = true; }),
    };
    const Plan plan = evaluated(rules);
    REQUIRE(plan.category == "B");
    REQUIRE(plan.assign_group == "G1");
    REQUIRE(plan.priority.name == "p3");
    REQUIRE_FALSE(plan.drop);
    REQUIRE(told(plan, "category") == "first=A; second=B");
    REQUIRE(told(plan, "priority") == "third=p3");
    rules.rules[3].when = severity("disaster");
    REQUIRE(evaluated(rules).drop);
}

TEST_CASE("an empty text takes back what an earlier rule said") {
    RuleBook rules = book();
    rules.rules = {
        rule(
            "first", all_of({}),
            [](auto& t) {
                t.assign_group = "NOC";
                t.entity = named("A");
            }
        ),
        rule(
            "second", all_of({}),
            [](auto& t) {
                t.assign_group = "";
                t.entity = named("");
            }
        ),
    };
    REQUIRE(evaluated(rules).assign_group.empty());
    REQUIRE(evaluated(rules).entity.empty());
}

TEST_CASE("results are templates over the alert and the rule's own captures") {
    RuleBook rules = book();
    rules.rules = {
        rule(
            "customer", when_regex(Kind::host_group, "^Customers/(?P<customer>[^/]+)"),
            [](auto& t) {
                t.entity = named("Root > {{match.customer}}");
                t.within = named("Root > {{match.customer}}");
                t.category = "{{problem.severity}} / {{tag.scope.kind}}";
                t.location = "{{host.name}}: {{problem.text}}";
            }
        ),
    };
    const Plan plan = evaluated(rules);
    REQUIRE(plan.entity.value == "Root > ACME");
    REQUIRE(plan.within.value == "Root > ACME");
    REQUIRE(plan.category == "high / availability");
    REQUIRE(plan.location == "web01: connection refused after 3 tries");
}

TEST_CASE("hostile values reach the plan as one literal, bounded line") {
    Alert alert = full_alert();
    alert.tags = {{"customer", "{{host.serial}}\n<b>\x1b[2J"}, {"long", std::string(5000, 'x')}};
    const Plan plan = after(
        [](auto& t) {
            t.category = "{{tag.customer}}";
            t.location = "{{tag.long}}";
        },
        alert
    );
    REQUIRE(plan.category == "{{host.serial}} <b>[2J");
    REQUIRE(plan.location.size() <= kMaxLabel + 2);
    REQUIRE(told(plan, "location").size() < 300);
}

TEST_CASE("a template without values, an unknown priority or zone leave the field alone") {
    RuleBook rules = book();
    rules.rules = {
        rule(
            "first", all_of({}),
            [](auto& t) {
                t.category = "A";
                t.priority = "p1";
                t.time_zone = "Europe/Paris";
                t.entity = named("E");
            }
        ),
        rule(
            "second", all_of({}),
            [](auto& t) {
                t.category = "{{tag.none}}";
                t.priority = "{{tag.customer}}";
                t.time_zone = "{{tag.customer}}";
                t.entity = named("{{tag.none}}");
            }
        ),
    };
    const Plan plan = evaluated(rules);
    REQUIRE(plan.category == "A");
    REQUIRE(plan.priority.name == "p1");
    REQUIRE(plan.time_zone == "Europe/Paris");
    REQUIRE(plan.entity.value == "E");
    REQUIRE(told(plan, "category") == "first=A; second=({{tag.none}} gives nothing here)");
    REQUIRE(told(plan, "priority") == "first=p1; second=(no priority is called acme)");
    REQUIRE(
        told(plan, "time_zone") == "first=Europe/Paris; second=(the time zone acme is unknown)"
    );
}

TEST_CASE("an entity may come from a map, and a missing row is told") {
    const auto from_map = [](const std::string& from, const std::string& column) {
        return [=](RuleResult& t) {
            t.entity = EntitySpec{EntityBy::name, {}, "customers", from, column};
        };
    };
    Plan plan = after(from_map("{{tag.customer}}", "entity"));
    REQUIRE(plan.entity.value == "Root > ACME");
    REQUIRE(told(plan, "entity") == "r=Root > ACME");
    plan = after(from_map("{{host.name}}", "entity"));
    REQUIRE(plan.entity.empty());
    REQUIRE(told(plan, "entity") == "r=(map customers has no entity for 'web01')");
    plan = after(from_map("{{tag.customer}}", "empty"));
    REQUIRE(plan.entity.empty());
    REQUIRE(told(plan, "entity") == "r=(map customers has no empty for 'acme')");
}

TEST_CASE("a source brings its own limit, defaults and waiting times by state") {
    RuleBook rules = book();
    SourceDefaults& source = rules.sources["zabbix-prod"];
    source.within.value = "Root > ACME";
    source.default_entity.value = "Root > ACME > Desk";
    source.templates = "fr";
    source.time_zone = "Europe/Paris";
    source.mode = Mode::observe;
    source.open_after_by_state = {{"unknown", minutes(15)}};
    Alert alert = full_alert();
    Plan plan = evaluated(rules, alert);
    REQUIRE(plan.source_within.value == "Root > ACME");
    REQUIRE(plan.within.empty());
    REQUIRE(plan.default_entity.value == "Root > ACME > Desk");
    REQUIRE(plan.glpi_default_entity.value == "Unassigned");
    REQUIRE(plan.templates == "fr");
    REQUIRE(plan.time_zone == "Europe/Paris");
    REQUIRE(plan.policy.mode == Mode::observe);
    REQUIRE(open_after(plan) == minutes(2));
    REQUIRE(told(plan, "within") == "source zabbix-prod=Root > ACME");
    alert.sender_state = "critical";
    REQUIRE(open_after(evaluated(rules, alert)) == minutes(2));
    alert.sender_state = "unknown";
    REQUIRE(open_after(evaluated(rules, alert)) == minutes(15));
    rules.rules.push_back(rule("r", all_of({}), [](auto& t) {
        t.open_after = {{"", minutes(1)}};
        t.within = named("Elsewhere");
        t.mode = Mode::act;
    }));
    plan = evaluated(rules, alert);
    REQUIRE(open_after(plan) == minutes(1));
    REQUIRE(plan.within.value == "Elsewhere");
    REQUIRE(plan.source_within.value == "Root > ACME");
    REQUIRE(plan.policy.mode == Mode::act);
    alert.source = "nagios-dc1";
    REQUIRE(evaluated(rules, alert).source_within.empty());
}

TEST_CASE("a host problem is one without a rule saying so") {
    Alert alert = full_alert();
    REQUIRE_FALSE(evaluated(book(), alert).host_down);
    alert.host_problem = true;
    REQUIRE(evaluated(book(), alert).host_down);
    REQUIRE_FALSE(after([](auto& t) { t.host_down = false; }, alert).host_down);
}

TEST_CASE("priorities are found by severity and by name") {
    const auto engine = RuleEngine::compile(book());
    REQUIRE(engine.has_value());
    REQUIRE((*engine)->priority_of(Severity::disaster).name == "p1");
    REQUIRE((*engine)->priority_of(Severity::warning).name == "p3");
    REQUIRE((*engine)->priority_of(Severity::information) == Priority{});
    REQUIRE((*engine)->priority_named("p2") == Priority{"p2", 4, 4, 0});
    REQUIRE_FALSE((*engine)->priority_named("p9").has_value());
    REQUIRE_FALSE((*engine)->priority_named("").has_value());
}

TEST_CASE("time conditions go by the moment of arrival") {
    RuleBook rules = book();
    rules.rules.push_back(rule("night", at_time({0x7f, 22 * 60, 6 * 60, "UTC"}), [](auto& t) {
        t.drop = true;
    }));
    const auto engine = RuleEngine::compile(rules);
    REQUIRE(engine.has_value());
    const auto at = [](int hour) { return *from_local({2026, 11, 23, hour, 0, 0}, "UTC"); };
    REQUIRE((*engine)->evaluate(full_alert(), at(23)).drop);
    REQUIRE_FALSE((*engine)->evaluate(full_alert(), at(12)).drop);
}

TEST_CASE("the trace of a plan is bounded however many rules match") {
    RuleBook rules = book();
    for (int number = 0; number < 1000; ++number) {
        rules.rules.push_back(rule("r" + std::to_string(number), all_of({}), [=](auto& t) {
            t.category = "c" + std::to_string(number);
        }));
    }
    const Plan plan = evaluated(rules);
    REQUIRE(plan.category == "c999");
    REQUIRE(plan.trace.size() == kMaxTrace);
}

TEST_CASE("one engine serves the documented example") {
    RuleBook rules = book();
    rules.rules = {
        rule(
            "customer by tag", tag("customer", "*"),
            [](auto& t) {
                t.entity =
                    EntitySpec{EntityBy::name, {}, "customers", "{{tag.customer}}", "entity"};
            }
        ),
        rule(
            "network gear", all_of({when_regex(Kind::host, "^(sw|fw)-"), severity(">= average")}),
            [](auto& t) {
                t.category = "Monitoring > Network";
                t.group_by = {"host"};
                t.priority = "p1";
            }
        ),
        rule(
            "lab is silent", any_of({tag("env", "lab"), when(Kind::host, "lab-*")}),
            [](auto& t) { t.drop = true; }
        ),
    };
    Alert alert = full_alert();
    REQUIRE(evaluated(rules, alert).entity.value == "Root > ACME");
    REQUIRE(evaluated(rules, alert).priority.name == "p2");
    alert.host.name = "fw-7";
    REQUIRE(evaluated(rules, alert).priority.name == "p1");
    REQUIRE(evaluated(rules, alert).policy.group_by == std::vector<std::string>{"host"});
    alert.severity = Severity::warning;
    REQUIRE(evaluated(rules, alert).priority.name == "p3");
    alert.host.name = "lab-fw-7";
    REQUIRE(evaluated(rules, alert).drop);
}

}  // namespace alert_bridge::domain
