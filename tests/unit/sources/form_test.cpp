// SPDX-License-Identifier: MIT
#include "alert_bridge/sources/form.hpp"

#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"

using namespace alert_bridge;
using alert_bridge::sources::parse_form;
using std::string;
using namespace std::string_literals;

using Form = std::map<string, string>;

TEST_CASE("forms are decoded as curl encodes them") {
    const std::vector<std::pair<string, Form>> table{
        {"a=1", {{"a", "1"}}},
        {"a=1&b=two+words&c=", {{"a", "1"}, {"b", "two words"}, {"c", ""}}},
        {"x=a%20b%26c%3Dd%2B", {{"x", "a b&c=d+"}}},
        {"x=%C3%A9%f0%9F%98%80", {{"x", "é😀"}}},
        {"x=a=b=c", {{"x", "a=b=c"}}},
        {"k%C3%A9y=v", {{"kéy", "v"}}},
        {"&&a=1&flag&=lost&", {{"a", "1"}}},
        {"a=1\r\n", {{"a", "1"}}},
        {"a=line1%0Aline2", {{"a", "line1\nline2"}}},
    };
    for (const auto& [body, fields] : table) {
        CAPTURE(body);
        const auto parsed = parse_form(body);
        REQUIRE(parsed.has_value());
        CHECK(*parsed == fields);
    }
}

TEST_CASE("a percent sign without two hex digits stays as it is") {
    const std::vector<std::pair<string, string>> table{
        {"100%", "100%"}, {"5%+of", "5% of"}, {"%zz", "%zz"}, {"%4", "%4"},
        {"%%41", "%A"},   {"%4g", "%4g"},     {"a%", "a%"},
    };
    for (const auto& [encoded, value] : table) {
        CAPTURE(encoded);
        const auto parsed = parse_form("x=" + encoded);
        REQUIRE(parsed.has_value());
        CHECK(parsed->at("x") == value);
    }
}

TEST_CASE("bytes that are not UTF-8 are repaired after decoding, in names too") {
    const auto parsed = parse_form("x=caf%E9&y=\xE9&n%FF=1");
    REQUIRE(parsed.has_value());
    CHECK(parsed->at("x") == "caf\xEF\xBF\xBD");
    CHECK(parsed->at("y") == "\xEF\xBF\xBD");
    CHECK(parsed->count("n\xEF\xBF\xBD") == 1);
}

TEST_CASE("a name that occurs twice is refused by name") {
    const auto parsed = parse_form("host=a&x=1&h%6Fst=b");
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error().kind == ErrorClass::refused);
    CHECK(parsed.error().code == "form");
    CHECK(parsed.error().message == "duplicate field \"host\"");
}

TEST_CASE("what holds no name and value is not a form") {
    for (const string& body : {""s, "&&"s, "hello"s, "=x"s, "<html></html>"s, "\n"s, "\0\0"s}) {
        CAPTURE(body);
        const auto parsed = parse_form(body);
        REQUIRE_FALSE(parsed.has_value());
        CHECK(parsed.error().code == "form");
    }
}
