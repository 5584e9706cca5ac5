// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/plan_fields.hpp"

#include "rule_book_sample.hpp"

namespace alert_bridge::domain {
namespace {

using namespace test_support;

PlanField field(const Plan& plan, const std::string& name) {
    const auto fields = plan_fields(plan);
    const PlanField* const found = find_field(fields, name);
    REQUIRE(found != nullptr);
    return *found;
}

}  // namespace

TEST_CASE("each field comes with its value and where it is from") {
    RuleBook rules = book();
    rules.sources["zabbix-prod"].within.value = "Root > All";
    rules.rules = {
        rule(
            "first", all_of({}),
            [](auto& t) {
                t.category = "A";
                t.entity = named("Root > {{tag.customer}}");
                t.observers = std::vector<std::string>{"ann", "bob"};
                t.open_after = std::map<std::string, Duration>{{"", minutes(3)}};
                t.notify_open = false;
                t.drop = true;
            }
        ),
        rule("second", all_of({}), [](auto& t) { t.category = "B"; }),
    };
    const Plan plan = evaluated(rules);
    const PlanField expected[] = {
        {"category", "B", "second", ""},
        {"entity", "Root > acme", "first", ""},
        {"within", "Root > All", "source zabbix-prod", ""},
        {"observers", "ann, bob", "first", ""},
        {"open_after", "3m", "first", ""},
        {"notify.open", "false", "first", ""},
        {"notify.reopen", "true", "", ""},
        {"drop", "true", "first", ""},
        {"priority", "p2", "severity high", ""},
        {"default_entity", "Unassigned", "", ""},
        {"on_recovery", "solve_untouched", "", ""},
        {"assign_group", "", "", ""},
    };
    for (const PlanField& one : expected) {
        INFO(one.name);
        CHECK(field(plan, one.name) == one);
    }
}

TEST_CASE("what gave nothing is told beside the value that stays") {
    RuleBook rules = book();
    rules.rules = {
        rule("first", all_of({}), [](auto& t) { t.assign_group = "NOC"; }),
        rule("second", all_of({}), [](auto& t) { t.assign_group = "{{tag.team}}"; }),
    };
    const PlanField group = field(evaluated(rules), "assign_group");
    CHECK(group.value == "NOC");
    CHECK(group.from == "first");
    CHECK(group.remark == "second: {{tag.team}} gives nothing here");
}

TEST_CASE("a value in parentheses is a value") {
    RuleBook rules = book();
    rules.rules = {
        rule("first", all_of({}), [](auto& t) { t.assign_group = "(NOC)"; }),
        rule("second", all_of({}), [](auto& t) { t.category = "(a) or b"; }),
    };
    const Plan plan = evaluated(rules);
    CHECK(field(plan, "assign_group") == PlanField{"assign_group", "(NOC)", "first", ""});
    CHECK(field(plan, "category") == PlanField{"category", "(a) or b", "second", ""});
}

TEST_CASE("why something gave nothing is told whole, but for its length") {
    RuleBook rules = book();
    const std::string source = "{{tag.team}}{{tag." + std::string(300, 'x') + "}}";
    rules.rules = {rule("long", all_of({}), [&](auto& t) { t.assign_group = source; })};
    const std::string remark = field(evaluated(rules), "assign_group").remark;
    CHECK(remark.starts_with("long: {{tag.team}}{{tag.xxx"));
    CHECK(remark.ends_with("…"));
}

TEST_CASE("every field that a rule can set has its row") {
    const auto fields = plan_fields(Plan());
    for (const PlanField& one : fields) {
        CHECK(find_field(fields, one.name) == &one);  // each name once
    }
    for (const char* name : {"location", "sla", "flapping.quiet", "under_wait", "ticket_date"}) {
        CHECK(find_field(fields, name) != nullptr);
    }
    CHECK(find_field(fields, "nonsense") == nullptr);
}

}  // namespace alert_bridge::domain
