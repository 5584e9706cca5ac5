// SPDX-License-Identifier: MIT
#include "alert_bridge/sources/safe_json.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "catch.hpp"

using namespace alert_bridge;
using alert_bridge::sources::kMaxJsonDepth;
using alert_bridge::sources::parse_json;
using std::string;
using namespace std::string_literals;

namespace {

string nested(int depth) {
    return string(depth, '[') + string(depth, ']');
}

string refusal(const string& text) {
    const auto result = parse_json(text);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().kind == ErrorClass::refused);
    CHECK(result.error().code == "json");
    return result.error().message;
}

}  // namespace

TEST_CASE("ordinary documents are read as they are") {
    const auto object = parse_json(R"({"a": "é\n", "b": [1, 2.5, true, null], "c": {"d": -7}})");
    REQUIRE(object.has_value());
    CHECK((*object)["a"] == "é\n");
    CHECK((*object)["b"].size() == 4);
    CHECK((*object)["c"]["d"] == -7);
    for (const char* text : {"[]", "{}", "0", "\"\"", "null", " [1] \n", "\xEF\xBB\xBF{}"}) {
        CAPTURE(text);
        CHECK(parse_json(text).has_value());
    }
}

TEST_CASE("nesting is limited, and a bomb costs nothing") {
    CHECK(parse_json(nested(kMaxJsonDepth)).has_value());
    CHECK(refusal(nested(kMaxJsonDepth + 1)) == "nested deeper than 32 levels");
    CHECK(refusal(string(2'000'000, '[')) == "nested deeper than 32 levels");
    string objects;
    for (int i = 0; i < 100; ++i) {
        objects += "{\"a\":";
    }
    CHECK(refusal(objects) == "nested deeper than 32 levels");
    CHECK(parse_json("[" + nested(30) + "," + nested(31) + "]").has_value());
}

TEST_CASE("a duplicate key is refused by name, the same key in another object is not") {
    CHECK(refusal(R"({"host":"a","host":"b"})") == "duplicate key \"host\"");
    CHECK(refusal(R"({"x":{"y":1,"z":2,"y":3}})") == "duplicate key \"y\"");
    CHECK(refusal("{\"host\":1,\"h\\u006fst\":2}") == "duplicate key \"host\"");
    CHECK(refusal(R"({"a\nb":1,"a\nb":2})") == "duplicate key \"a b\"");
    CHECK(parse_json(R"([{"a":1},{"a":2},{"b":{"a":3},"a":4}])").has_value());
    CHECK(
        refusal("{\"" + string(5000, 'k') + "\":1,\"" + string(5000, 'k') + "\":2}").size() < 400
    );
}

TEST_CASE("a NUL byte is refused with its place, wherever it stands") {
    CHECK(refusal("{}\0{"s) == "line 1, column 3 (byte 3): NUL byte");
    CHECK(refusal("{\n\"a\":\"x\0y\"}"s) == "line 2, column 7 (byte 9): NUL byte");
    CHECK(refusal("\0"s) == "line 1, column 1 (byte 1): NUL byte");
}

TEST_CASE("numbers that no double holds are refused") {
    for (const char* text : {"1e999", "-1e999", "[1e400]"}) {
        CAPTURE(text);
        CHECK_THAT(refusal(text), ContainsSubstring("number overflow"));
    }
    CHECK(parse_json("1e-999").has_value());
    CHECK_THAT(refusal("0e99999999999"), ContainsSubstring("exponent overflow"));
    CHECK(parse_json("123456789012345678901234567890").has_value());
}

TEST_CASE("bad UTF-8 is repaired instead of refused") {
    const auto result = parse_json("{\"a\":\"caf\xE9\"}");
    REQUIRE(result.has_value());
    CHECK((*result)["a"] == "caf\xEF\xBF\xBD");
    CHECK(parse_json("{\"\xFF\":1}").has_value());
}

TEST_CASE("a mistake is told with line, column, byte and reason, without the text around it") {
    const string message = refusal("{\n  \"path\": \"C:\\Windows\"\n}");
    CHECK_THAT(message, ContainsSubstring("line 2, column 15 (byte 17)"));
    CHECK_THAT(message, ContainsSubstring("unexpected 'W' after '\\'"));
    CHECK_THAT(message, !ContainsSubstring("Windows"));
    CHECK_THAT(message, !ContainsSubstring("exception"));
    CHECK_THAT(refusal("{\"a\":1"), ContainsSubstring("(byte 7): the text ends too early"));
    CHECK_THAT(refusal("[1,]"), ContainsSubstring("(byte 4): unexpected ']' after ','"));
    CHECK_THAT(refusal("{} x"), ContainsSubstring("(byte 4): unexpected 'x' after '}'"));
    CHECK_THAT(refusal("[\"\x01\"]"), ContainsSubstring("control"));
    for (const char* text : {"",         " ",           "{",   "}",   "{]",  "[1,]",  "{\"a\"}",
                             "{\"a\":}", "nul",         "'a'", "\"a", "01",  "[1] x", "{a:1}",
                             "\"\t\"",   "\"\\ud800\"", "+1",  ".5",  "NaN", "// x"}) {
        CAPTURE(text);
        CHECK_THAT(refusal(text), ContainsSubstring("line 1, column"));
    }
}

TEST_CASE("the members of an object are texts, sorted by name") {
    const auto members = sources::parse_json_members(
        R"({"b": "\u00e9\n", "a": 1.10, "n": null, "t": true, "o": {"x": [1, {"y": "z"}]}, "l": []})"
    );
    REQUIRE(members.has_value());
    string told;
    for (const sources::JsonMember& member : members->members) {
        told += string(member.name) + "=" + string(member.text) + ";";
    }
    CHECK(told == "a=1.10;b=é\n;l=[];n=;o={\"x\":[1,{\"y\":\"z\"}]};t=true;");
}

TEST_CASE("the objects of an array are rows, and what else it holds is left out") {
    const auto rows = sources::parse_json_rows(
        R"([{"tag": "a", "value": "1"}, 7, [{"x": 1}], null, {}, {"value": {"d": [2]}, "n": 3}])"
    );
    REQUIRE(rows.has_value());
    string told;
    for (const sources::JsonMembers& members : rows->rows) {
        told += "|";
        for (const sources::JsonMember& member : members) {
            told += string(member.name) + "=" + string(member.text) + ";";
        }
    }
    CHECK(told == R"(|tag=a;value=1;||n=3;value={"d":[2]};)");
    for (const char* text : {"{}", "{\"a\":[{}]}", "1", "\"a\"", "null"}) {
        CAPTURE(text);
        CHECK(sources::parse_json_rows(text).error().message == "a JSON array was expected");
    }
    CHECK(sources::parse_json_rows("[]")->rows.empty());
    CHECK(sources::parse_json_rows(R"([{"a":1,"a":2}])").error().message == "duplicate key \"a\"");
}

TEST_CASE("members are refused as documents are") {
    const auto code = [](const string& text) {
        const auto members = sources::parse_json_members(text);
        return members ? string() : members.error().code + ": " + members.error().message;
    };
    CHECK(code("{}").empty());
    for (const char* text : {"[]", "[{\"a\":1}]", "1", "\"a\"", "null"}) {
        CAPTURE(text);
        CHECK(code(text) == "shape: a JSON object was expected");
    }
    CHECK(code(R"({"b":1,"a":2,"b":3})") == "json: duplicate key \"b\"");
    CHECK(code(R"({"o":{"b":1,"b":3}})") == "json: duplicate key \"b\"");
    CHECK(code("{\"a\":" + nested(kMaxJsonDepth) + "}") == "json: nested deeper than 32 levels");
    CHECK(code("{\"a\":" + nested(kMaxJsonDepth - 1) + "}").empty());
    CHECK_THAT(code(R"({"a":1e999})"), ContainsSubstring("number overflow"));
}
