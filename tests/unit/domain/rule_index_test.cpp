// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/rule_index.hpp"

#include <algorithm>
#include <vector>

#include "catch.hpp"
#include "rule_sample.hpp"
#include "text_sample.hpp"

namespace alert_bridge::domain {
namespace {

using namespace test_support;
using Kind = Condition::Kind;
using Ids = std::vector<std::uint32_t>;

constexpr auto kNow = from_unix_ms(1'795'000'000'000);

std::vector<CompiledCondition> compiled(const std::vector<Condition>& specs) {
    std::vector<CompiledCondition> conditions;
    std::vector<std::string> mistakes;
    for (const Condition& spec : specs) {
        conditions.push_back(CompiledCondition::compile(spec, mistakes));
    }
    REQUIRE(mistakes.empty());
    return conditions;
}

Ids candidates(const std::vector<Condition>& specs, const Alert& alert) {
    return RuleIndex(compiled(specs)).candidates(alert);
}

// One customer among many, in the ways in which people write such rules.
Condition customer_rule(int number, int style) {
    const std::string name = "customer" + std::to_string(number);
    const Condition shared = all_of({when(Kind::source, "zabbix-prod"), severity(">= average")});
    switch (style) {
        case 0:
            return all_of({shared, when(Kind::host_group, "Customers/" + name)});
        case 1:
            return all_of({shared, tag("customer", name), tag("env", "prod")});
        case 2:
            return all_of({when(Kind::host, name + "-*"), shared});
        case 3:
            return all_of({shared, when(Kind::host, "*." + name + ".example.com")});
        case 4:
            return any_of({when(Kind::host, name), all_of({shared, tag("customer", name)})});
        case 5:
            return all_of(
                {shared, address(
                             {"10." + std::to_string(number / 256 % 256) + "." +
                              std::to_string(number % 256) + ".0/24"}
                         )}
            );
        case 6:
            return all_of({shared, inventory("owner", name)});
        default:
            return all_of({shared, when_regex(Kind::host, "^" + name + "-[0-9]+$")});
    }
}

Alert alert_of_customer(int number) {
    const std::string name = "customer" + std::to_string(number);
    Alert alert = full_alert();
    alert.host.name = name + "-7";
    alert.host.visible_name = "a." + name + ".example.com";
    alert.host.groups = {"Linux servers", "Customers/" + name};
    alert.host.address = "10.0." + std::to_string(number) + ".9";
    alert.host.inventory = {{"owner", name}};
    alert.tags = {{"customer", name}, {"env", "prod"}};
    return alert;
}

std::size_t count_for(int rules, int style, const Alert& alert) {
    std::vector<Condition> specs;
    for (int number = 0; number < rules; ++number) {
        specs.push_back(customer_rule(number, style));
    }
    return candidates(specs, alert).size();
}

}  // namespace

TEST_CASE("ten thousand rules give as many candidates as ten") {
    for (int style = 0; style <= 7; ++style) {
        INFO("style " << style);
        // Expressions are dear to compile; a thousand of them show the same.
        const int many = style == 7 ? 1'000 : 10'000;
        const Alert alert = alert_of_customer(3);
        REQUIRE(count_for(10, style, alert) == 1);
        REQUIRE(count_for(many, style, alert) == 1);
        REQUIRE(count_for(many, style, full_alert()) == 0);
    }
}

TEST_CASE("all styles mixed: the candidates grow with the styles, not with the rules") {
    std::vector<Condition> specs;
    for (int number = 0; number < 10'000; ++number) {
        specs.push_back(customer_rule(number / 7, number % 7));
    }
    REQUIRE(candidates(specs, alert_of_customer(3)) == Ids{21, 22, 23, 24, 25, 26, 27});
    REQUIRE(candidates(specs, full_alert()).empty());
}

TEST_CASE("rules without an indexable condition are candidates for every alert") {
    const std::vector<Condition> specs{
        all_of({}),
        severity("disaster"),
        none_of(when(Kind::host, "web01")),
        at_time({}),
        any_of({when(Kind::host, "db01"), severity("high")}),
        all_of({severity("disaster"), when(Kind::host, "db01")}),
        when(Kind::host, "db01"),
    };
    REQUIRE(candidates(specs, full_alert()) == Ids{0, 1, 2, 3, 4});
}

TEST_CASE("of several conditions the one that few rules share is looked up") {
    std::vector<Condition> specs;
    for (int number = 0; number < 100; ++number) {
        specs.push_back(all_of(
            {tag("env", "prod"), when(Kind::service, "s" + std::to_string(number)),
             when(Kind::host_group, "Linux servers")}
        ));
    }
    Alert alert = full_alert();
    alert.tags = {{"env", "prod"}};
    alert.service = "s42";
    REQUIRE(candidates(specs, alert) == Ids{42});
    alert.service = "other";
    REQUIRE(candidates(specs, alert).empty());
}

TEST_CASE("a rule that several values point to is one candidate, in the order of the rules") {
    const std::vector<Condition> specs{
        when(Kind::text, "*"),
        any_of({when(Kind::host, "web*"), when(Kind::host, "Web*"), tag("customer", "*")}),
        when(Kind::host_group, "*"),
        address({"192.0.2.0/24", "192.0.2.10", "192.0.0.0/16"}),
    };
    REQUIRE(candidates(specs, full_alert()) == Ids{0, 1, 2, 3});
}

TEST_CASE("no rule that matches is ever missing from the candidates") {
    std::uint32_t state = 5;
    const auto pick = [&state](std::uint32_t below) {
        state = state * 1664525U + 1013904223U;
        return (state >> 16U) % below;
    };
    const std::vector<std::string> words{"a", "b", "ab", "a*", "*b", "?", "*", "*a*", "web01"};
    const auto leaf = [&] {
        const std::string& word = words[pick(9)];
        switch (pick(10)) {
            case 0:
                return when(Kind::host, word);
            case 1:
                return when(Kind::host_group, word);
            case 2:
                return when(Kind::service, word);
            case 3:
                return when_regex(Kind::text, pick(2) == 0 ? "a+b" : "^b");
            case 4:
                return tag(pick(2) == 0 ? "x" : "y", word);
            case 5:
                return inventory("x", word);
            case 6:
                return address({pick(2) == 0 ? "10.0.0.0/8" : "10.1.0.0/16"});
            case 7:
                return severity(pick(2) == 0 ? ">= high" : "warning");
            case 8:
                return when(Kind::source, word);
            default:
                return none_of(when(Kind::host, word));
        }
    };
    std::vector<Condition> specs;
    for (int i = 0; i < 300; ++i) {
        const Condition inner = pick(2) == 0 ? any_of({leaf(), leaf()}) : all_of({leaf(), leaf()});
        specs.push_back(pick(2) == 0 ? all_of({inner, leaf()}) : any_of({inner, leaf()}));
    }
    const auto conditions = compiled(specs);
    const RuleIndex index(conditions);
    std::size_t matches = 0;
    for (int round = 0; round < 200; ++round) {
        const auto word = [&] {
            return std::vector<std::string>{"", "a", "b", "ab", "aab"}[pick(5)];
        };
        Alert alert;
        alert.source = word();
        alert.host.name = word();
        alert.host.visible_name = word();
        alert.host.groups = {word(), word()};
        alert.service = word();
        alert.text = word();
        alert.tags = {{"x", word()}, {"y", word()}};
        alert.host.inventory = {{"x", word()}};
        alert.host.address = pick(2) == 0 ? "10.1.2.3" : "10.2.2.3";
        alert.severity = pick(2) == 0 ? Severity::high : Severity::warning;
        const Ids found = index.candidates(alert);
        REQUIRE(std::is_sorted(found.begin(), found.end()));
        for (std::uint32_t id = 0; id < conditions.size(); ++id) {
            Captures captures;
            if (conditions[id].test({alert, kNow}, captures) == Truth::yes) {
                ++matches;
                REQUIRE(std::binary_search(found.begin(), found.end(), id));
            }
        }
    }
    REQUIRE(matches > 1000);
}

TEST_CASE("an index of no rules has no candidates") {
    REQUIRE(candidates({}, full_alert()).empty());
}

}  // namespace alert_bridge::domain
