// SPDX-License-Identifier: MIT
#include "alert_bridge/base/json_pointer.hpp"

#include "catch.hpp"

using namespace alert_bridge;
using Tokens = std::vector<std::string>;

TEST_CASE("a JSON Pointer is read as RFC 6901 says") {
    const std::vector<std::pair<std::string, Tokens>> table{
        {"", {}},
        {"/", {""}},
        {"/foo", {"foo"}},
        {"/foo/0", {"foo", "0"}},
        {"/a~1b", {"a/b"}},
        {"/m~0n", {"m~n"}},
        {"/~01", {"~1"}},
        {"/c%d/ /é", {"c%d", " ", "é"}},
        {"//x/", {"", "x", ""}},
    };
    for (const auto& [text, tokens] : table) {
        CAPTURE(text);
        const auto pointer = parse_json_pointer(text);
        REQUIRE(pointer.has_value());
        CHECK(pointer->tokens == tokens);
        CHECK(pointer->text == text);
    }
    for (const char* bad : {"foo", "foo/bar", "#/foo", "$.foo", " /foo", "/a~", "/a~2b", "/~"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_json_pointer(bad).has_value());
    }
}

TEST_CASE("a JSON Pointer is bounded") {
    std::string text;
    for (std::size_t i = 0; i < kMaxPointerTokens; ++i) {
        text += "/x";
    }
    CHECK(parse_json_pointer(text).has_value());
    CHECK_FALSE(parse_json_pointer(text + "/x").has_value());
}
