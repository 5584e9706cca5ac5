// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/condition.hpp"

#include <vector>

#include "catch.hpp"
#include "rule_sample.hpp"
#include "text_sample.hpp"

namespace alert_bridge::domain {
namespace {

using namespace test_support;
using Kind = Condition::Kind;

constexpr auto kAnyTime = from_unix_ms(1'795'000'000'000);

CompiledCondition compiled(const Condition& spec) {
    std::vector<std::string> mistakes;
    CompiledCondition condition = CompiledCondition::compile(spec, mistakes);
    INFO((mistakes.empty() ? "" : mistakes.front()));
    REQUIRE(mistakes.empty());
    return condition;
}

bool holds(const Condition& spec, const Alert& alert, WallTime now = kAnyTime) {
    Captures captures;
    return compiled(spec).test({alert, now}, captures) == Truth::yes;
}

Captures captured(const Condition& spec, const Alert& alert) {
    Captures captures;
    REQUIRE((compiled(spec).test({alert, kAnyTime}, captures) == Truth::yes));
    return captures;
}

std::vector<std::string> mistakes_of(const Condition& spec) {
    std::vector<std::string> mistakes;
    static_cast<void>(CompiledCondition::compile(spec, mistakes));
    return mistakes;
}

Alert sample() {
    Alert alert = full_alert();
    alert.tags.push_back({"empty", ""});
    alert.tags.push_back({"customer", "second"});
    alert.host.inventory = {{"os", "Debian 12"}, {"blank", ""}};
    alert.host.uuid = "4c4c";
    return alert;
}

}  // namespace

TEST_CASE("each condition looks at its own values") {
    struct Case {
        Condition condition;
        bool holds;
    };
    const std::vector<Case> cases{
        {when(Kind::source, "zabbix-prod"), true},
        {when(Kind::source, "zabbix-*"), true},
        {when(Kind::source, "zabbix"), false},
        {when(Kind::kind, "problem"), true},
        {when(Kind::kind, "recovery"), false},
        {when(Kind::kind, "*"), true},
        {when(Kind::host, "web01"), true},
        {when(Kind::host, "Web server 1"), true},  // the visible name
        {when(Kind::host, "web*"), true},
        {when(Kind::host, "192.0.2.10"), false},
        {when(Kind::host, {TextPattern::of("x"), TextPattern::of("web01")}), true},
        {when_regex(Kind::host, "^(sw|fw)-"), false},
        {when(Kind::host_group, "Linux servers"), true},
        {when(Kind::host_group, "Customers/*"), true},
        {when(Kind::host_group, "Customers/ACME, Linux servers"), false},
        {when(Kind::service, "HTTP"), true},
        {when(Kind::service, "*"), true},
        {when(Kind::text, "Web server does not answer"), true},
        {when_regex(Kind::text, "refused"), true},
        {when_regex(Kind::text, "load balancer"), true},
        {when_regex(Kind::text, "looking at it"), false},  // a comment is not the problem's text
        {severity("high"), true},
        {severity(">= average"), true},
        {severity("disaster"), false},
        {any_of({severity("warning"), severity("high")}), true},
        {address({"192.0.2.0/24"}), true},
        {address({"10.0.0.0/8", "192.0.2.10"}), true},
        {address({"10.0.0.0/8", "2001:db8::/32"}), false},
        {tag("customer", "acme"), true},
        {tag("customer", "second"), true},  // any tag of that name
        {tag("customer", "*"), true},
        {tag("customer", "bolt"), false},
        {tag("scope.kind", "avail*"), true},
        {tag("empty", "*"), true},
        {tag("empty", "x"), false},
        {tag("missing", "*"), false},
        {inventory("os", "Debian*"), true},
        {inventory("blank", "*"), false},
        {inventory("missing", "*"), false},
        {inventory("serial", "SN-4711"), true},
        {inventory("inventory_number", "INV-9"), true},
        {inventory("uuid", "4c4c"), true},
    };
    const Alert alert = sample();
    for (std::size_t number = 0; number < cases.size(); ++number) {
        INFO(number << ": " << to_string(cases[number].condition.what));
        REQUIRE(holds(cases[number].condition, alert) == cases[number].holds);
        REQUIRE(holds(none_of(cases[number].condition), alert) != cases[number].holds);
    }
}

TEST_CASE("an absent value matches no pattern") {
    Alert alert;
    alert.source = "s";
    for (const Kind kind : {Kind::host, Kind::host_group, Kind::service, Kind::text}) {
        INFO(to_string(kind));
        REQUIRE_FALSE(holds(when(kind, "*"), alert));
        REQUIRE_FALSE(holds(when_regex(kind, ""), alert));
    }
    REQUIRE_FALSE(holds(address({"0.0.0.0/0", "::/0"}), alert));
    alert.host.address = "not an address";
    REQUIRE_FALSE(holds(address({"0.0.0.0/0", "::/0"}), alert));
}

TEST_CASE("all, any and not combine, nested as one likes") {
    const Alert alert = sample();
    const Condition yes = when(Kind::host, "web01");
    const Condition no = when(Kind::host, "db01");
    REQUIRE(holds(all_of({}), alert));
    REQUIRE(holds(all_of({yes, yes}), alert));
    REQUIRE_FALSE(holds(all_of({yes, no}), alert));
    REQUIRE(holds(any_of({no, yes}), alert));
    REQUIRE_FALSE(holds(any_of({no, no}), alert));
    REQUIRE(holds(all_of({any_of({no, yes}), none_of(all_of({yes, no}))}), alert));
    REQUIRE(holds(none_of(any_of({no, none_of(yes)})), alert));
}

TEST_CASE("several tags in one condition must all match") {
    Condition both = tag("customer", "acme");
    both.tags.push_back({"scope.kind", TextPattern::of("availability")});
    REQUIRE(holds(both, sample()));
    both.tags.push_back({"missing", TextPattern::of("*")});
    REQUIRE_FALSE(holds(both, sample()));
}

TEST_CASE("severity ranges are read in every form") {
    struct Case {
        std::string text;
        Severity low, high;
    };
    const std::vector<Case> good{
        {"average", Severity::average, Severity::average},
        {"= average", Severity::average, Severity::average},
        {">= average", Severity::average, Severity::disaster},
        {">=average", Severity::average, Severity::disaster},
        {" <= warning ", Severity::not_classified, Severity::warning},
        {"< high", Severity::not_classified, Severity::average},
        {"> information", Severity::warning, Severity::disaster},
        {">= not_classified", Severity::not_classified, Severity::disaster},
    };
    for (const Case& c : good) {
        INFO(c.text);
        const auto range = SeverityRange::parse(c.text);
        REQUIRE(range.has_value());
        REQUIRE(range->low == c.low);
        REQUIRE(range->high == c.high);
    }
    for (const char* wrong :
         {"", ">=", "fatal", "> disaster", "< not_classified", "=> high", "== high",
          "high, disaster", ">< high", "high >", "<> high"}) {
        INFO(wrong);
        REQUIRE_FALSE(SeverityRange::parse(wrong).has_value());
    }
}

TEST_CASE("a time window is in its zone, and over midnight it belongs to the day it began") {
    constexpr std::uint8_t kMonday = 1, kFriday = 1 << 4, kWorkdays = 0x1f, kAll = 0x7f;
    // 2026-11-23 is a Monday.
    const auto at = [](int day, int hour, int minute) {
        return *from_local({2026, 11, day, hour, minute, 0}, "UTC");
    };
    struct Case {
        TimeWindow window;
        WallTime now;
        bool inside;
    };
    const std::vector<Case> cases{
        {{kAll, 0, 1440, ""}, at(23, 12, 0), true},
        {{kMonday, 0, 1440, ""}, at(23, 0, 0), true},
        {{kMonday, 0, 1440, ""}, at(23, 23, 59), true},
        {{kMonday, 0, 1440, ""}, at(24, 0, 0), false},
        {{kWorkdays, 480, 1080, ""}, at(23, 8, 0), true},
        {{kWorkdays, 480, 1080, ""}, at(23, 7, 59), false},
        {{kWorkdays, 480, 1080, ""}, at(23, 18, 0), false},
        {{kWorkdays, 480, 1080, ""}, at(28, 9, 0), false},  // Saturday
        {{kFriday, 1320, 360, ""}, at(27, 22, 0), true},
        {{kFriday, 1320, 360, ""}, at(28, 5, 59), true},  // Saturday morning, began on Friday
        {{kFriday, 1320, 360, ""}, at(28, 6, 0), false},
        {{kFriday, 1320, 360, ""}, at(27, 5, 0), false},  // Friday morning began on Thursday
        {{kFriday, 1320, 360, ""}, at(28, 22, 30), false},
        {{kMonday, 480, 540, "Europe/Paris"}, at(23, 7, 30), true},
        {{kMonday, 480, 540, "Europe/Paris"}, at(23, 8, 30), false},
        {{1 << 6, 1320, 120, ""}, at(23, 1, 0), true},  // Sunday night
    };
    for (std::size_t number = 0; number < cases.size(); ++number) {
        INFO(number);
        REQUIRE(
            holds(at_time(cases[number].window), sample(), cases[number].now) ==
            cases[number].inside
        );
    }
}

TEST_CASE("captures come from the conditions that held") {
    const Alert alert = sample();
    const Condition customer = when_regex(Kind::host_group, "^Customers/(?P<customer>[^/]+)");
    REQUIRE(captured(customer, alert) == Captures{{"customer", "ACME"}});
    REQUIRE(
        captured(all_of({customer, when_regex(Kind::host, "^web(?P<number>\\d+)")}), alert) ==
        Captures{{"customer", "ACME"}, {"number", "01"}}
    );
    // The first branch captures and fails: nothing of it is left.
    const Condition half = all_of({customer, when(Kind::host, "db01")});
    REQUIRE(
        captured(any_of({half, when_regex(Kind::host, "(?P<h>.+)")}), alert) ==
        Captures{{"h", "web01"}}
    );
    REQUIRE(captured(none_of(when_regex(Kind::host, "(?P<x>db)")), alert).empty());
    REQUIRE(
        captured(tag("customer", TextPattern::regex("^(?P<c>ac)")), alert) == Captures{{"c", "ac"}}
    );
}

TEST_CASE("the names of captures are known beforehand, but not those of negations") {
    std::vector<std::string> names;
    compiled(all_of(
                 {when_regex(Kind::host, "(?P<a>x)"),
                  any_of({tag("t", TextPattern::regex("(?P<b>x)"))}),
                  none_of(when_regex(Kind::host, "(?P<c>x)"))}
             ))
        .add_capture_names(names);
    REQUIRE(names == std::vector<std::string>{"a", "b"});
}

TEST_CASE("each mistake in a condition is told") {
    struct Case {
        Condition condition;
        std::string mistake;
    };
    Condition deep = when(Kind::host, "x");
    for (int i = 0; i < 16; ++i) {
        deep = none_of(deep);
    }
    Condition upside_down = severity("high");
    upside_down.severity = {Severity::high, Severity::warning};
    const std::vector<Case> cases{
        {when_regex(Kind::host, "("), "host: the expression '(' is wrong"},
        {tag("t", TextPattern::regex("[")), "tag: t: the expression '[' is wrong"},
        {when(Kind::host, std::vector<TextPattern>{}), "host: at least one value"},
        {when(Kind::service, ""), "service: an empty value matches nothing"},
        {when(Kind::kind, "problems"), "kind: 'problems' is no kind of alert"},
        {address({"10.0.0.1/8"}), "address: '10.0.0.1/8' has bits set"},
        {address({"office"}), "address: 'office' is no IP address"},
        {address({}), "address: at least one network"},
        {tag("", "x"), "tag: a name is empty"},
        {combine(Kind::tag, {}), "tag: at least one name"},
        {any_of({}), "any: at least one condition"},
        {combine(Kind::negation, {}), "not: at least one condition"},
        {combine(Kind::negation, {severity("high"), severity("high")}), "not: exactly one"},
        {upside_down, "severity: no severity lies in this range"},
        {at_time({0, 0, 1440, ""}), "time: no day of the week"},
        {at_time({0x7f, 60, 60, ""}), "time: the window is empty"},
        {at_time({0x7f, -1, 60, ""}), "time: hours go from"},
        {at_time({0x7f, 0, 1441, ""}), "time: hours go from"},
        {at_time({0x7f, 0, 1440, "Mars/Base"}), "time: the time zone 'Mars/Base' is unknown"},
        {deep, "nested more than 16 deep"},
    };
    for (const Case& c : cases) {
        INFO(c.mistake);
        const auto mistakes = mistakes_of(c.condition);
        REQUIRE(mistakes.size() == 1);
        REQUIRE_THAT(mistakes.front(), ContainsSubstring(c.mistake));
    }
    REQUIRE(mistakes_of(all_of({when_regex(Kind::host, "("), address({"x", "y"})})).size() == 3);
}

}  // namespace alert_bridge::domain
