// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/plan_builder.hpp"

#include <functional>
#include <vector>

#include "catch.hpp"
#include "rule_book_sample.hpp"

namespace alert_bridge::domain {

using namespace test_support;

TEST_CASE("each result sets its field of the plan and tells so") {
    struct Case {
        std::string field;
        Change change;
        std::function<bool(const Plan&)> is_set;
        std::string trace;
    };
    const std::vector<Case> cases{
        {"drop", [](auto& t) { t.drop = true; }, [](auto& p) { return p.drop; }, "true"},
        {"host_down", [](auto& t) { t.host_down = true; }, [](auto& p) { return p.host_down; },
         "true"},
        {"trust_names", [](auto& t) { t.trust_names = false; },
         [](auto& p) { return !p.trust_names; }, "false"},
        {"entity", [](auto& t) { t.entity = named("A"); },
         [](auto& p) {
             return p.entity == EntityRef{EntityBy::name, "A"};
         },
         "A"},
        {"entity", [](auto& t) { t.entity = named("x1", EntityBy::tag); },
         [](auto& p) {
             return p.entity == EntityRef{EntityBy::tag, "x1"};
         },
         "tag x1"},
        {"within", [](auto& t) { t.within = named("9", EntityBy::registration_number); },
         [](auto& p) {
             return p.within == EntityRef{EntityBy::registration_number, "9"};
         },
         "registration_number 9"},
        {"category", [](auto& t) { t.category = "C"; }, [](auto& p) { return p.category == "C"; },
         "C"},
        {"assign_group", [](auto& t) { t.assign_group = "G"; },
         [](auto& p) { return p.assign_group == "G"; }, "G"},
        {"assign_user", [](auto& t) { t.assign_user = "U"; },
         [](auto& p) { return p.assign_user == "U"; }, "U"},
        {"requester", [](auto& t) { t.requester = "R"; },
         [](auto& p) { return p.requester == "R"; }, "R"},
        {"observers",
         [](auto& t) {
             t.observers = {"a", "{{tag.none}}", "{{tag.customer}}"};
         },
         [](auto& p) {
             return p.observers == std::vector<std::string>{"a", "acme"};
         },
         "({{tag.none}} gives nothing here); r=a, acme"},
        {"location", [](auto& t) { t.location = "L"; }, [](auto& p) { return p.location == "L"; },
         "L"},
        {"sla", [](auto& t) { t.sla = "4h"; }, [](auto& p) { return p.sla == "4h"; }, "4h"},
        {"request_source", [](auto& t) { t.request_source = "M"; },
         [](auto& p) { return p.request_source == "M"; }, "M"},
        {"solution_type", [](auto& t) { t.solution_type = "S"; },
         [](auto& p) { return p.solution_type == "S"; }, "S"},
        {"type", [](auto& t) { t.type = TicketType::request; },
         [](auto& p) { return p.type == TicketType::request; }, "request"},
        {"templates", [](auto& t) { t.templates = "fr"; },
         [](auto& p) { return p.templates == "fr"; }, "fr"},
        {"time_zone", [](auto& t) { t.time_zone = "Europe/Paris"; },
         [](auto& p) { return p.time_zone == "Europe/Paris"; }, "Europe/Paris"},
        {"open", [](auto& t) { t.open = Severity::warning; },
         [](auto& p) { return p.policy.open == Severity::warning; }, "warning"},
        {"open_after",
         [](auto& t) {
             t.open_after = {{"", minutes(7)}, {"p1", minutes(1)}};
         },
         [](auto& p) { return open_after(p) == minutes(7); }, "7m, p1: 1m"},
        {"group_by",
         [](auto& t) {
             t.group_by = {"host", "tag:x"};
         },
         [](auto& p) { return p.policy.group_by.size() == 2; }, "host, tag:x"},
        {"on_repeat", [](auto& t) { t.on_repeat = OnRepeat::each; },
         [](auto& p) { return p.policy.on_repeat == OnRepeat::each; }, "each"},
        {"on_recovery", [](auto& t) { t.on_recovery = OnRecovery::none; },
         [](auto& p) { return p.policy.on_recovery == OnRecovery::none; }, "none"},
        {"resolve_after", [](auto& t) { t.resolve_after = minutes(1); },
         [](auto& p) { return p.policy.resolve_after == minutes(1); }, "1m"},
        {"reopen_within", [](auto& t) { t.reopen_within = minutes(2); },
         [](auto& p) { return p.policy.reopen_within == minutes(2); }, "2m"},
        {"recheck_after", [](auto& t) { t.recheck_after = minutes(3); },
         [](auto& p) { return p.policy.recheck_after == minutes(3); }, "3m"},
        {"on_severity_change", [](auto& t) { t.on_severity_change = OnSeverityChange::follow; },
         [](auto& p) { return p.policy.on_severity_change == OnSeverityChange::follow; }, "follow"},
        {"on_acknowledge", [](auto& t) { t.on_acknowledge = OnAcknowledge::take; },
         [](auto& p) { return p.policy.on_acknowledge == OnAcknowledge::take; }, "take"},
        {"fold", [](auto& t) { t.fold = Fold::each; },
         [](auto& p) { return p.policy.fold == Fold::each; }, "each"},
        {"mode", [](auto& t) { t.mode = Mode::observe; },
         [](auto& p) { return p.policy.mode == Mode::observe; }, "observe"},
        {"notify.open", [](auto& t) { t.notify_open = false; },
         [](auto& p) { return !p.policy.notify.open; }, "false"},
        {"notify.followup", [](auto& t) { t.notify_followup = true; },
         [](auto& p) { return p.policy.notify.followup; }, "true"},
        {"notify.solve", [](auto& t) { t.notify_solve = true; },
         [](auto& p) { return p.policy.notify.solve; }, "true"},
        {"notify.reopen", [](auto& t) { t.notify_reopen = false; },
         [](auto& p) { return !p.policy.notify.reopen; }, "false"},
        {"ticket_date", [](auto& t) { t.ticket_date = TicketDate::started; },
         [](auto& p) { return p.policy.ticket_date == TicketDate::started; }, "started"},
        {"followup_private", [](auto& t) { t.followup_private = false; },
         [](auto& p) { return !p.policy.followup_private; }, "false"},
        {"priority", [](auto& t) { t.priority = "p1"; },
         [](auto& p) {
             return p.priority == Priority{"p1", 5, 5, 6};
         },
         "p1"},
    };
    const Plan untouched = evaluated(book());
    for (const Case& c : cases) {
        INFO(c.field);
        REQUIRE_FALSE(c.is_set(untouched));
        const Plan plan = after(c.change);
        REQUIRE(c.is_set(plan));
        REQUIRE(told(plan, c.field) == "r=" + c.trace);
    }
}

TEST_CASE("a limit that gives nothing is remembered as missing until a rule sets one") {
    const auto from_map = [](std::string column) {
        return EntitySpec{EntityBy::name, {}, "customers", "{{tag.customer}}", std::move(column)};
    };
    Alert stranger = full_alert();
    stranger.tags = {{"customer", "nobody"}};
    RuleBook rules = book();
    rules.rules = {rule("known", all_of({}), [](auto& t) { t.within = named("Root > A"); })};
    SECTION("the map has no such row") {
        rules.rules.push_back(rule("map", all_of({}), [&](auto& t) {
            t.within = from_map("entity");
        }));
        const Plan plan = evaluated(rules, stranger);
        CHECK(plan.within_missing == "customers: nobody");
        CHECK(plan.within.value == "Root > A");  // the other limit still holds
        CHECK(evaluated(rules, full_alert()).within_missing.empty());
    }
    SECTION("the cell is empty") {
        rules.rules.push_back(rule("map", all_of({}), [&](auto& t) {
            t.within = from_map("empty");
        }));
        CHECK(evaluated(rules).within_missing == "customers: acme");
    }
    SECTION("the template gives nothing") {
        rules.rules.push_back(rule("template", all_of({}), [](auto& t) {
            t.within = named("{{tag.none}}");
        }));
        CHECK(evaluated(rules).within_missing == "{{tag.none}}");
    }
    SECTION("a later rule knows the limit, or takes it back") {
        const std::string later = GENERATE(as<std::string>{}, "Root > B", "");
        rules.rules.push_back(rule("template", all_of({}), [](auto& t) {
            t.within = named("{{tag.none}}");
        }));
        rules.rules.push_back(rule("later", all_of({}), [&](auto& t) { t.within = named(later); }));
        const Plan plan = evaluated(rules);
        CHECK(plan.within_missing.empty());
        CHECK(plan.within.value == later);
    }
}

}  // namespace alert_bridge::domain
