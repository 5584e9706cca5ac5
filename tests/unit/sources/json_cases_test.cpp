// SPDX-License-Identifier: MIT
// The grammar of RFC 8259 as a table: what is JSON is read, what is not is refused.
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "alert_bridge/sources/safe_json.hpp"
#include "catch.hpp"

using alert_bridge::ErrorClass;
using alert_bridge::sources::parse_json;
using std::string;

namespace {

struct Case {
    string text;
    bool valid;
    const char* why;
};

// Every row as a document, as a member and as an element: the grammar has no other places.
void check_values(const std::vector<Case>& cases) {
    for (const Case& one : cases) {
        INFO(one.why);
        for (const string& text : {one.text, "{\"a\":" + one.text + "}", "[0," + one.text + "]"}) {
            INFO(text);
            const auto result = parse_json(text);
            REQUIRE(result.has_value() == one.valid);
            if (!one.valid) {
                CHECK(result.error().kind == ErrorClass::refused);
                CHECK(result.error().code == "json");
                CHECK_FALSE(result.error().message.empty());
            }
        }
    }
}

void check_documents(const std::vector<Case>& cases) {
    for (const Case& one : cases) {
        INFO(one.why);
        INFO(one.text);
        CHECK(parse_json(one.text).has_value() == one.valid);
    }
}

string quoted(const string& inside) {
    return "\"" + inside + "\"";
}

}  // namespace

TEST_CASE("numbers are those of the grammar") {
    check_values({
        {"-0", true, "minus zero"},
        {"-0.0", true, "minus zero as a fraction"},
        {"0.5", true, "a fraction"},
        {"0e0", true, "an exponent on zero"},
        {"1E+2", true, "a signed exponent"},
        {"1e-2", true, "a negative exponent"},
        {"1e01", true, "an exponent may begin with zero"},
        {"9223372036854775807", true, "largest signed 64-bit integer"},
        {"-9223372036854775808", true, "smallest signed 64-bit integer"},
        {"18446744073709551615", true, "largest unsigned 64-bit integer"},
        {"18446744073709551616", true, "one more is a double"},
        {string(300, '9'), true, "300 digits still fit a double"},
        {string(400, '9'), false, "400 digits do not"},
        {"1E400", false, "no double is that large"},
        {"00", false, "leading zero"},
        {"-01", false, "leading zero after the sign"},
        {"-", false, "a sign alone"},
        {"--1", false, "two signs"},
        {"1.", false, "no digit after the point"},
        {"1.e1", false, "no digit between point and exponent"},
        {"-.5", false, "no digit before the point"},
        {"1e", false, "no digit in the exponent"},
        {"1e+", false, "no digit after the exponent's sign"},
        {"1e1.5", false, "the exponent is whole"},
        {"0x10", false, "hexadecimal"},
        {"1_000", false, "separators"},
        {"1 000", false, "two numbers"},
        {"Infinity", false, "no infinity"},
        {"-Infinity", false, "no negative infinity"},
        {"-NaN", false, "no NaN"},
        {"\xEF\xBC\x91", false, "a full-width digit is no digit"},
    });
}

TEST_CASE("words and strings are those of the grammar") {
    check_values({
        {"true", true, "a literal"},
        {"false", true, "a literal"},
        {"null", true, "a literal"},
        {"True", false, "literals are lower case"},
        {"NULL", false, "literals are lower case"},
        {"truefalse", false, "two literals"},
        {"undefined", false, "no such literal"},
        {"'single'", false, "single quotes"},
        {"\"open", false, "no closing quote"},
        {"\"a\"b\"", false, "a quote inside"},
        {R"("\")", false, "the closing quote is escaped"},
        {R"("\u")", false, "no digits"},
        {R"("\u12")", false, "two digits"},
        {R"("\u123")", false, "three digits"},
        {R"("\u12G4")", false, "not a hexadecimal digit"},
        {R"("\u+123")", false, "a sign is no digit"},
        {R"("\U0041")", false, "upper-case U"},
        {R"("\uD83D\uDE00")", true, "a pair of surrogates"},
        {R"("\uD83D")", false, "the first surrogate alone"},
        {R"("\uDE00")", false, "the second surrogate alone"},
        {R"("\uDE00\uD83D")", false, "a pair in the wrong order"},
        {R"("\uD83D\uD83D")", false, "two first surrogates"},
        {R"("\uD83Dx")", false, "text instead of the second surrogate"},
        {R"("\uD83D\n")", false, "an escape instead of the second surrogate"},
        {R"("\uD83D\u0041")", false, "a letter instead of the second surrogate"},
        {R"("\uFFFF")", true, "a noncharacter is a code point"},
        {quoted("\x7F"), true, "DEL is not among the forbidden controls"},
        {quoted("\xC2\x85"), true, "nor are the controls of the second block"},
        {quoted("\xED\xA0\x80"), true, "a surrogate as bytes is bad UTF-8, which is repaired"},
    });
}

TEST_CASE("a backslash escapes nine characters and no other byte") {
    const string allowed = "\"\\/bfnrtu";
    for (int byte = 1; byte < 0x80; ++byte) {
        INFO("byte " << byte);
        const char letter = static_cast<char>(byte);
        const string text = quoted(string("\\") + letter + (letter == 'u' ? "0041" : ""));
        CHECK(parse_json(text).has_value() == (allowed.find(letter) != string::npos));
    }
    const auto result = parse_json(R"("\"\\\/\b\f\n\r\t\u0041\u00e9\u0000")");
    REQUIRE(result.has_value());
    CHECK(*result == string("\"\\/\b\f\n\r\tA\xC3\xA9\0", 12));
}

TEST_CASE("no control character stands raw in a string or a key, and only four between tokens") {
    for (int byte = 0; byte < 0x20; ++byte) {
        INFO("byte " << byte);
        const string raw(1, static_cast<char>(byte));
        const bool blank = raw == " " || raw == "\t" || raw == "\n" || raw == "\r";
        CHECK_FALSE(parse_json(quoted("a" + raw + "b")).has_value());
        CHECK_FALSE(parse_json("{" + quoted("a" + raw) + ":1}").has_value());
        CHECK(parse_json("[1," + raw + "2]").has_value() == blank);
    }
    CHECK_FALSE(parse_json("[1,\xC2\xA0"
                           "2]")
                    .has_value());
}

TEST_CASE("a document is one value and nothing else") {
    check_documents({
        {"\r\n\t 7 \r\n\t", true, "blanks around a scalar"},
        {"\n\t\r ", false, "blanks only"},
        {"\xEF\xBB\xBF", false, "a byte order mark only"},
        {"\xEF\xBB\xBF\xEF\xBB\xBF{}", false, "two byte order marks"},
        {"\xEF\xBB{}", false, "half a byte order mark"},
        {" \xEF\xBB\xBF{}", false, "a byte order mark after a blank"},
        {"{}\xEF\xBB\xBF", false, "a byte order mark at the end"},
        {"{}{}", false, "two documents"},
        {"{}\n{}", false, "two documents on two lines"},
        {"{},", false, "a comma after the document"},
        {"{}]", false, "a bracket too many"},
        {"1 2", false, "two scalars"},
        {"{} // x", false, "a comment after the document"},
        {"/* x */{}", false, "a comment before the document"},
        {"[1/**/]", false, "a comment inside"},
        {"{\"a\":1,}", false, "a comma before the brace"},
        {"{,\"a\":1}", false, "a comma after the brace"},
        {"{\"a\":1 \"b\":2}", false, "no comma between members"},
        {"{\"a\" 1}", false, "no colon"},
        {"{\"a\"::1}", false, "two colons"},
        {"{1:1}", false, "a key is a string"},
        {"{null:1}", false, "a key is a string"},
        {"[,1]", false, "a comma after the bracket"},
        {"[1,,2]", false, "two commas"},
        {"[1 2]", false, "no comma between elements"},
        {"[1}", false, "the wrong bracket"},
        {"{\"\":1}", true, "an empty key is a key"},
        {"{\"\":1,\"\":2}", false, "but not twice"},
        {"{\"a\":1,\"A\":2}", true, "keys differ by case"},
        {"{\"a\":1,\"a\":1}", false, "twice the same, even with one value: which one is meant?"},
        {"{\"a\":{},\"b\":[],\"a\":{}}", false, "twice, apart and with objects"},
    });
}

TEST_CASE("no proper prefix of a document is one") {
    const string whole = R"({"é\n\u00e9":[-1.5e+3,true,false,null,"\ud83d\ude00"],"b":{"c":{}}})";
    REQUIRE(parse_json(whole).has_value());
    for (std::size_t size = 0; size < whole.size(); ++size) {
        INFO("the first " << size << " bytes");
        CHECK_FALSE(parse_json(whole.substr(0, size)).has_value());
    }
}

TEST_CASE("a hundred thousand balanced levels are refused without a crash") {
    constexpr std::size_t kLevels = 100'000;
    string objects;
    for (std::size_t i = 0; i < kLevels; ++i) {
        objects += "{\"a\":";
    }
    objects += "1" + string(kLevels, '}');
    for (const string& text : {string(kLevels, '[') + string(kLevels, ']'), objects}) {
        const auto result = parse_json(text);
        REQUIRE_FALSE(result.has_value());
        CHECK(result.error().message == "nested deeper than 32 levels");
    }
}
