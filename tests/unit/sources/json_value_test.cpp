// SPDX-License-Identifier: MIT
#include "alert_bridge/sources/json_value.hpp"

#include <nlohmann/json.hpp>
#include <string>

#include "alert_bridge/domain/alert.hpp"
#include "catch.hpp"

using namespace alert_bridge;
using nlohmann::json;
using sources::label_of;
using sources::member;
using sources::text_of;

TEST_CASE("a member is found in objects only") {
    const json object = json::parse(R"({"a":1,"b":null})");
    REQUIRE(member(object, "a") != nullptr);
    CHECK(*member(object, "a") == 1);
    CHECK(member(object, "b") != nullptr);
    CHECK(member(object, "c") == nullptr);
    for (const json& other : {json(), json("a"), json(1), json::array({"a"})}) {
        CHECK(member(other, "a") == nullptr);
    }
}

TEST_CASE("every value has a text, absent ones an empty one") {
    const std::vector<std::pair<json, std::string>> table{
        {"text", "text"},
        {" a ", " a "},
        {17, "17"},
        {-1.5, "-1.5"},
        {true, "true"},
        {nullptr, ""},
        {"", ""},
        {"$", ""},
        {"*UNKNOWN*", ""},
        {"{HOST.IP}", ""},
        {"  ", ""},
        {json::array(), "[]"},
        {{{"k", "é"}}, "{\"k\":\"é\"}"},
    };
    for (const auto& [value, text] : table) {
        CAPTURE(value.dump());
        CHECK(text_of(&value) == text);
    }
    CHECK(text_of(nullptr).empty());
    const json nul = std::string("a\0b", 3);
    CHECK(
        text_of(&nul) ==
        "a\xEF\xBF\xBD"
        "b"
    );
}

TEST_CASE("texts and labels are bounded between code points") {
    const json text = std::string(domain::kMaxText - 1, 'x') + "é";
    CHECK(text_of(&text).size() == domain::kMaxText - 1);
    const json label = "  " + std::string(5000, 'y');
    CHECK(label_of(&label) == std::string(domain::kMaxLabel, 'y'));
}

TEST_CASE("a pointer leads through objects and lists, or nowhere") {
    const json document = json::parse(R"({"a":{"b/c":[10,{"d":null}]},"":1})");
    const auto found = [&](const char* text) {
        return sources::find(document, parse_json_pointer(text).value());
    };
    CHECK(found("") == &document);
    REQUIRE(found("/a/b~1c/0") != nullptr);
    CHECK(*found("/a/b~1c/0") == 10);
    CHECK(*found("/") == 1);
    REQUIRE(found("/a/b~1c/1/d") != nullptr);
    CHECK(found("/a/b~1c/1/d")->is_null());
    for (const char* nowhere :
         {"/b", "/a/b", "/a/b~1c/2", "/a/b~1c/-", "/a/b~1c/-1", "/a/b~1c/x", "/a/b~1c/0/0",
          "/a/b~1c/18446744073709551616"}) {
        CAPTURE(nowhere);
        CHECK(found(nowhere) == nullptr);
    }
}
