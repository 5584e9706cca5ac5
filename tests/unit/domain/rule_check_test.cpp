// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/rule_check.hpp"

#include <functional>
#include <vector>

#include "alert_bridge/base/text.hpp"
#include "catch.hpp"
#include "rule_sample.hpp"

namespace alert_bridge::domain {
namespace {

using namespace test_support;
using Kind = Condition::Kind;

RuleBook book_with(RuleSpec rule) {
    RuleBook book;
    book.priorities = {
        {{"p1", 5, 5, 6}, {Severity::disaster}}, {{"p2", 4, 4, 0}, {Severity::high}}};
    book.maps["customers"] = {{"acme", {{"entity", "Root > ACME"}, {"group", "NOC"}}}};
    book.rules.push_back(std::move(rule));
    return book;
}

RuleSpec rule(const std::function<void(RuleResult&)>& change) {
    RuleSpec spec;
    spec.name = "r";
    change(spec.then);
    return spec;
}

EntitySpec from_map(std::string map, std::string from, std::string column) {
    return {EntityBy::name, {}, std::move(map), std::move(from), std::move(column)};
}

}  // namespace

TEST_CASE("a rule that is fine has no mistakes") {
    RuleSpec spec = rule([](RuleResult& then) {
        then.entity = EntitySpec{EntityBy::name, "Root > {{match.customer}}", {}, {}, {}};
        then.within = from_map("customers", "{{tag.customer}}", "entity");
        then.category = "Monitoring > {{problem.severity}}";
        then.priority = "p1";
        then.open_after = {{"", Duration(1)}, {"p2", Duration(2)}};
        then.group_by = {"problem", "host", "service", "asset", "entity", "tag:team"};
        then.time_zone = "Europe/Paris";
        then.observers = {"ann", "{{tag.owner}}"};
    });
    spec.when = when_regex(Kind::host_group, "^(?P<customer>.+)");
    REQUIRE(check_rules(book_with(spec)).mistakes.empty());
    REQUIRE(check_rules(book_with(spec)).conditions.size() == 1);
    REQUIRE(check_rules(RuleBook{}).mistakes.empty());
}

TEST_CASE("each mistake of a rule is told with the rule's name") {
    struct Case {
        std::function<void(RuleResult&)> change;
        std::string mistake;
    };
    const std::vector<Case> cases{
        {[](auto& then) { then.category = "{{host.nam}}"; },
         "category: line 1: unknown name 'host.nam'; did you mean 'host.name'?"},
        {[](auto& then) { then.assign_group = "{{match.x}}"; },
         "assign_group: line 1: 'match.x': no"},
        {[](auto& then) { then.assign_user = "{{>x}}"; },
         "assign_user: line 1: {{> is not allowed"},
        {[](auto& then) { then.requester = "{{#tag.x}}"; }, "requester: line 1: section"},
        {[](auto& then) { then.location = "{{ticket.entity}}"; }, "not known yet when rules run"},
        {[](auto& then) { then.sla = "{{"; }, "sla: line 1: a tag"},
        {[](auto& then) { then.request_source = "{{event}}"; }, "request_source:"},
        {[](auto& then) { then.solution_type = "{{x}}"; }, "solution_type:"},
        {[](auto& then) { then.templates = "{{x}}"; }, "templates:"},
        {[](auto& then) {
             then.observers = {"ann", "{{x}}"};
         },
         "observers: line 1: unknown name"},
        {[](auto& then) { then.priority = "p7"; }, "there is no priority 'p7'; did you mean 'p"},
        {[](auto& then) { then.priority = "{{x}}"; }, "priority: line 1: unknown name"},
        {[](auto& then) {
             then.open_after = {{"p3", Duration(1)}};
         },
         "open_after: there is no priority 'p3'"},
        {[](auto& then) { then.group_by = {"hosts"}; }, "group_by: 'hosts' is none of"},
        {[](auto& then) { then.group_by = {"tag:"}; }, "group_by: 'tag:' is none of"},
        {[](auto& then) { then.group_by = std::vector<std::string>{}; }, "group_by: at least one"},
        {[](auto& then) { then.time_zone = "Mars/Base"; }, "the time zone 'Mars/Base' is unknown"},
        {[](auto& then) {
             then.entity = EntitySpec{EntityBy::tag, "{{x}}", {}, {}, {}};
         },
         "entity: line 1: unknown name"},
        {[](auto& then) {
             then.within = EntitySpec{EntityBy::name, "{{match.q}}", {}, {}, {}};
         },
         "within: line 1: 'match.q'"},
        {[](auto& then) { then.entity = from_map("costumers", "x", "entity"); },
         "entity: there is no map 'costumers'; did you mean 'customers'?"},
        {[](auto& then) { then.entity = from_map("customers", "x", "entty"); },
         "the map 'customers' has no column 'entty'; did you mean 'entity'?"},
        {[](auto& then) { then.within = from_map("customers", "{{x}}", "entity"); },
         "within: line 1: unknown name"},
    };
    for (const Case& c : cases) {
        INFO(c.mistake);
        const auto mistakes = check_rules(book_with(rule(c.change))).mistakes;
        REQUIRE(mistakes.size() == 1);
        REQUIRE(mistakes.front().starts_with("rule 'r': "));
        REQUIRE_THAT(mistakes.front(), ContainsSubstring(c.mistake));
    }
}

TEST_CASE("all mistakes of all rules come at once, unnamed rules by number") {
    RuleBook book = book_with(rule([](auto& then) { then.category = "{{x}}"; }));
    book.rules.push_back(book.rules.front());
    RuleSpec unnamed;
    unnamed.when = all_of({when_regex(Kind::host, "("), address({"10.0.0.1/8"})});
    book.rules.push_back(unnamed);
    const auto mistakes = check_rules(book).mistakes;
    REQUIRE(mistakes.size() == 5);
    REQUIRE_THAT(mistakes[0], ContainsSubstring("rule 'r': category"));
    REQUIRE_THAT(mistakes[1], ContainsSubstring("rule 'r': another rule has this name"));
    REQUIRE_THAT(mistakes[3], ContainsSubstring("rule 3: host: the expression"));
    REQUIRE_THAT(mistakes[4], ContainsSubstring("rule 3: address: '10.0.0.1/8'"));
    const auto result = RuleEngine::compile(book);
    REQUIRE(result.has_error());
    REQUIRE(result.error().code == "rule");
    REQUIRE(result.error().kind == ErrorClass::misconfigured);
    REQUIRE(split(result.error().message, "\n").size() == 5);
}

TEST_CASE("priorities and defaults are checked too") {
    struct Case {
        std::function<void(RuleBook&)> change;
        std::string mistake;
    };
    const std::vector<Case> cases{
        {[](auto& book) { book.priorities[1].priority.name = "p1"; },
         "priority 'p1': a priority needs"},
        {[](auto& book) { book.priorities[0].priority.name = ""; },
         "priority '': a priority needs"},
        {[](auto& book) { book.priorities[0].priority.urgency = 6; }, "from 1 to 5"},
        {[](auto& book) { book.priorities[0].priority.impact = 0; }, "from 1 to 5"},
        {[](auto& book) { book.priorities[0].priority.glpi_priority = 7; }, "from 1 to 6"},
        {[](auto& book) { book.priorities[0].severities.push_back(Severity::high); },
         "priority 'p2': the severity high is listed twice"},
        {[](auto& book) {
             book.default_policy.open_after = {{"p9", Duration(1)}};
         },
         "defaults: open_after: there is no priority 'p9'"},
        {[](auto& book) { book.default_policy.group_by = {"x"}; }, "defaults: group_by"},
        {[](auto& book) { book.default_time_zone = "Nowhere"; },
         "defaults: the time zone 'Nowhere'"},
        {[](auto& book) { book.sources["s"].time_zone = "Nowhere"; },
         "source 's': the time zone 'Nowhere'"},
    };
    for (const Case& c : cases) {
        INFO(c.mistake);
        RuleBook book = book_with(RuleSpec{});
        c.change(book);
        const auto mistakes = check_rules(book).mistakes;
        REQUIRE(mistakes.size() == 1);
        REQUIRE_THAT(mistakes.front(), ContainsSubstring(c.mistake));
    }
}

}  // namespace alert_bridge::domain
