// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/pattern.hpp"

#include <vector>

#include "catch.hpp"

namespace alert_bridge::domain {
namespace {

Pattern compiled(const TextPattern& spec) {
    auto pattern = Pattern::compile(spec);
    REQUIRE(pattern.has_value());
    return *pattern;
}

}  // namespace

TEST_CASE("a text is exact unless it holds a wildcard") {
    REQUIRE(TextPattern::of("web01").kind == TextPattern::Kind::exact);
    REQUIRE(TextPattern::of("").kind == TextPattern::Kind::exact);
    REQUIRE(TextPattern::of("^web.[01]+$").kind == TextPattern::Kind::exact);
    REQUIRE(TextPattern::of("web*").kind == TextPattern::Kind::glob);
    REQUIRE(TextPattern::of("web0?").kind == TextPattern::Kind::glob);
    REQUIRE(TextPattern::regex("web").kind == TextPattern::Kind::regex);
}

TEST_CASE("patterns match as their sort says") {
    struct Case {
        TextPattern pattern;
        std::string text;
        bool matches;
    };
    const std::vector<Case> cases{
        {TextPattern::of("web01"), "web01", true},
        {TextPattern::of("web01"), "web012", false},
        {TextPattern::of("web01"), "WEB01", false},
        {TextPattern::of("web*"), "web", true},
        {TextPattern::of("web*"), "myweb", false},
        {TextPattern::of("*.example.com"), "a.example.com", true},
        {TextPattern::of("w?b*1"), "wxb-1", true},
        {TextPattern::of("a[b]*"), "a[b]c", true},
        {TextPattern::of("a[b]*"), "abc", false},
        {TextPattern::regex("eb0"), "web01", true},
        {TextPattern::regex("^(sw|fw)-"), "fw-2", true},
        {TextPattern::regex("^(sw|fw)-"), "x-fw-2", false},
        {TextPattern::regex("^$"), "", true},
        {TextPattern::regex("(?i)WEB"), "web01", true},
        {TextPattern::regex("^é.$"), "éü", true},
        {TextPattern::regex("a.b"), "a\nb", false},
        {TextPattern::regex("(?s)a.b"), "a\nb", true},
    };
    for (const Case& c : cases) {
        INFO(c.pattern.text << " on " << c.text);
        Captures captures;
        REQUIRE(compiled(c.pattern).matches(c.text) == c.matches);
        REQUIRE(compiled(c.pattern).matches(c.text, captures) == c.matches);
    }
}

TEST_CASE("named groups that took part are captured") {
    const Pattern pattern = compiled(TextPattern::regex("^(?P<a>[a-z]+)(-(?P<b>[0-9]+))?(x)?"));
    REQUIRE(pattern.capture_names() == std::vector<std::string>{"a", "b"});
    Captures captures{{"kept", "1"}};
    REQUIRE(pattern.matches("abc-42", captures));
    REQUIRE(captures == Captures{{"kept", "1"}, {"a", "abc"}, {"b", "42"}});
    captures.clear();
    REQUIRE(pattern.matches("abc", captures));
    REQUIRE(captures == Captures{{"a", "abc"}});
    captures.clear();
    REQUIRE_FALSE(pattern.matches("42", captures));
    REQUIRE(captures.empty());
    REQUIRE(compiled(TextPattern::of("web*")).capture_names().empty());
}

TEST_CASE("an expression that RE2 refuses is an error that shows it") {
    for (const char* wrong : {"(", "[a", "a**", "(?=look)", "\\1", "a{2000}"}) {
        INFO(wrong);
        const auto pattern = Pattern::compile(TextPattern::regex(wrong));
        REQUIRE(pattern.has_error());
        REQUIRE(pattern.error().code == "regex");
        REQUIRE_THAT(pattern.error().message, ContainsSubstring(wrong));
    }
}

}  // namespace alert_bridge::domain
