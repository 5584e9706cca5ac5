// SPDX-License-Identifier: MIT
#include "alert_bridge/storage/json_text.hpp"

#include <nlohmann/json.hpp>

#include "catch.hpp"

namespace alert_bridge::test {
namespace {

using storage::JsonCursor;

// Whether the whole text is one value.
bool is_read(std::string_view text) {
    JsonCursor cursor(text);
    cursor.skip();
    return cursor.next() == '\0' && !cursor.has_failed();
}

TEST_CASE("what is JSON is read, and nothing else is") {
    for (const std::string text : {
             R"({})",
             R"([])",
             R"("")",
             R"(0)",
             R"(-0)",
             R"(true)",
             R"(false)",
             R"(null)",
             " {\t\"a\" :\n[ 1 ,\r2 ] } ",
             R"({"a":{"b":[{"c":null}]},"a":1})",
             R"("\"\\\/\b\f\n\r\t\u0000\u00e9\uD83D\uDE00")",
             R"([1.5,-2e3,3E+4,4e-5,0.0])",
             R"(123456789012345678901234567890)",
             "\"\xC3\xA9\x7F\"",
             // not JSON
             "",
             " ",
             "{",
             "[",
             "\"",
             "{]",
             "[}",
             "}",
             R"({"a"})",
             R"({"a":})",
             R"({"a":1,})",
             R"({a:1})",
             R"({1:1})",
             R"([1,])",
             R"([,1])",
             R"([1 2])",
             R"({"a":1 "b":2})",
             R"({} {})",
             "[]]",
             "nul",
             "nulll",
             "True",
             "tru",
             "+1",
             "-",
             "01",
             "-01",
             "1.",
             ".5",
             "1e",
             "1e+",
             "0x10",
             "1a",
             "'a'",
             "\"a\nb\"",
             "\"\x01\"",
             R"("\x")",
             R"("\)",
             R"("\u12")",
             R"("\u12g4")",
             R"("\u-123")",
             R"("\uD83D")",
             R"("\uD83Dx")",
             R"("\uD83D\u0041")",
             R"("\uDE00")",
             "\"\xFF\"",
             "\"\xE2\x82\"",
             "\xEF\xBF",
             "[1]x",
         }) {
        CAPTURE(text);
        CHECK(is_read(text) == nlohmann::json::accept(text));
    }
}

TEST_CASE("every beginning of a text is refused, and so is a byte that is gone") {
    const std::string text = R"({"a":[1,-2.5e3,"x\u00e9\n"],"b":{"c":true,"d":null}})";
    REQUIRE(is_read(text));
    for (std::size_t at = 0; at < text.size(); ++at) {
        CAPTURE(at);
        CHECK_FALSE(is_read(text.substr(0, at)));
        std::string without = text;
        without.erase(at, 1);
        CHECK(is_read(without) == nlohmann::json::accept(without));
    }
}

TEST_CASE("nothing hides behind a zero byte") {
    CHECK_FALSE(is_read(std::string("{}\0", 3)));
    CHECK_FALSE(is_read(std::string("\0{}", 3)));
    CHECK_FALSE(is_read(std::string("\"a\0b\"", 5)));
}

TEST_CASE("what is nested too deep is refused without going down") {
    const auto nested = [](int depth) {
        const auto count = static_cast<std::size_t>(depth);
        return std::string(count, '[') + std::string(count, ']');
    };
    CHECK(is_read(nested(JsonCursor::kMaxDepth)));
    CHECK_FALSE(is_read(nested(JsonCursor::kMaxDepth + 1)));
    CHECK_FALSE(is_read(std::string(1'000'000, '[')));
}

TEST_CASE("values are read as they are written") {
    JsonCursor cursor(
        R"([9223372036854775807,-9223372036854775808,9223372036854775808,1.0,1e2,true,false,"\uD83D\uDE00\u20AC\u00E9\u0041"])"
    );
    std::vector<std::optional<std::int64_t>> numbers;
    std::string text;
    int flags = 0;
    cursor.elements([&] {
        if (cursor.next() == '"') {
            text = cursor.text();
        } else if (cursor.next() == 't' || cursor.next() == 'f') {
            flags = flags * 2 + (cursor.flag() ? 1 : 0);
        } else {
            numbers.push_back(cursor.integer());
        }
    });
    CHECK_FALSE(cursor.has_failed());
    const std::vector<std::optional<std::int64_t>> wanted{
        INT64_MAX, INT64_MIN, std::nullopt, std::nullopt, std::nullopt};
    CHECK(numbers == wanted);
    CHECK(flags == 2);
    CHECK(text == "\xF0\x9F\x98\x80\xE2\x82\xAC\xC3\xA9\x41");
}

TEST_CASE("a value of another type than asked for fails") {
    CHECK(JsonCursor("7").text().empty());
    for (const char* wrong : {"7", "null", "[]"}) {
        JsonCursor cursor(wrong);
        (void)cursor.flag();
        CHECK(cursor.has_failed());
        CHECK(cursor.next() == '\0');
    }
    JsonCursor cursor("\"1\"");
    CHECK(cursor.integer() == std::nullopt);
    CHECK(cursor.has_failed());
}

}  // namespace
}  // namespace alert_bridge::test
