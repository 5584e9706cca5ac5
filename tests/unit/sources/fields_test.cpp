// SPDX-License-Identifier: MIT
#include "alert_bridge/sources/fields.hpp"

#include <deque>
#include <string>
#include <utility>

#include "alert_bridge/domain/alert.hpp"
#include "catch.hpp"

using namespace alert_bridge;
using alert_bridge::sources::Fields;
using std::string;
using namespace std::string_literals;

namespace {

Fields read(const string& body) {
    static std::deque<string> bodies;  // the fields are parts of them
    auto fields = Fields::parse(bodies.emplace_back(body));
    REQUIRE(fields.has_value());
    return std::move(*fields);
}

string code_of(const string& body) {
    const auto fields = Fields::parse(body);
    REQUIRE_FALSE(fields.has_value());
    CHECK(fields.error().kind == ErrorClass::refused);
    return fields.error().code;
}

}  // namespace

TEST_CASE("JSON and forms are told apart by the first byte") {
    CHECK(read(R"({"HostName":"web01"})").get("hostname") == "web01");
    CHECK(read("  \n{\"hostname\":\"web01\"}").get("hostname") == "web01");
    CHECK(read("\xEF\xBB\xBF{\"hostname\":\"web01\"}").get("hostname") == "web01");
    CHECK(read("HOSTNAME=web01&x=%7B%7D").get("hostname") == "web01");
    CHECK(read("\xEF\xBB\xBFhostname=web01").get("hostname") == "web01");
}

TEST_CASE("a body that cannot be read names what kind it was taken for") {
    CHECK(code_of("") == "shape");
    CHECK(code_of(" \r\n") == "shape");
    CHECK(code_of("[]") == "shape");
    CHECK(code_of("[{\"a\":1}]") == "shape");
    CHECK(code_of("{\"a\":") == "json");
    CHECK(code_of("{\"a\":1,\"a\":2}") == "json");
    CHECK(code_of("hello") == "form");
    CHECK(code_of("a=1&a=2") == "form");
    CHECK(code_of("\0\0"s) == "form");
}

TEST_CASE("absent values are not there") {
    const Fields fields = read(
        R"({"a":"{HOST.IP}","b":"*UNKNOWN*","c":"$","d":"$X$","e":"","f":null,"g":"{WARNING}"})"
    );
    CHECK(fields.all().size() == 1);
    CHECK(fields.get("g") == "{WARNING}");
    CHECK(fields.get("a").empty());
    CHECK(fields.get("nosuch").empty());
}

TEST_CASE("a prefixed name wins over the plain name of the environment") {
    const Fields fields = read(R"({"HOSTNAME":"monitor","NAGIOS_HOSTNAME":"web01","NAGIOS_":"x"})");
    CHECK(fields.get("hostname") == "web01");
    CHECK(fields.get("").empty());
    CHECK(read("nagios_hostname=web01&hostname=monitor").get("hostname") == "web01");
}

TEST_CASE("names that differ in case only are one, the first in byte order") {
    CHECK(read(R"({"http_proxy":"b","HTTP_PROXY":"a"})").get("http_proxy") == "a");
}

TEST_CASE("other JSON values become their text") {
    const Fields fields = read(R"({"n":17,"f":1.5,"t":true,"l":[{"tag":"a"}],"o":{"x":1}})");
    CHECK(fields.get("n") == "17");
    CHECK(fields.get("f") == "1.5");
    CHECK(fields.get("t") == "true");
    CHECK(fields.get("l") == R"([{"tag":"a"}])");
    CHECK(fields.get("o") == R"({"x":1})");
}

TEST_CASE("values are bounded, without NUL and valid UTF-8") {
    const Fields fields = read(
        "{\"long\":\"" + string(domain::kMaxText + 10, 'x') + "\",\"nul\":\"a\\u0000b\",\"" +
        string(300, 'n') + "\":\"left out\"}"
    );
    CHECK(fields.get("long").size() == domain::kMaxText);
    CHECK(
        fields.get("nul") ==
        "a\xEF\xBF\xBD"
        "b"
    );
    CHECK(fields.all().size() == 2);
    CHECK(
        read("x=a%00b").get("x") ==
        "a\xEF\xBF\xBD"
        "b"
    );
}

TEST_CASE("what was made anew moves with the fields") {
    Fields fields = read(R"({"Name":"caf\u00e9","\u006eext":"plain","list":[1]})");
    const Fields moved = std::move(fields);
    CHECK(moved.get("name") == "caf\xC3\xA9");
    CHECK(moved.get("next") == "plain");
    CHECK(moved.get("list") == "[1]");
    const Fields repaired = read("{\"a\":\"x\xFF\"}");
    CHECK(repaired.get("a") == "x\xEF\xBF\xBD");
}

TEST_CASE("the number of fields is bounded") {
    string body;
    for (std::size_t i = 0; i <= Fields::kMaxFields; ++i) {
        body += "f" + std::to_string(i) + "=1&";
    }
    CHECK(code_of(body) == "shape");
    CHECK(read(body.substr(0, body.rfind("&f"))).all().size() == Fields::kMaxFields);
}

TEST_CASE("a label is trimmed and short, the first present name wins") {
    const Fields fields = read(R"({"a":" x ","b":"*UNKNOWN*","c":"y"})");
    CHECK(fields.label("a") == "x");
    CHECK(fields.label("nosuch").empty());
    CHECK(fields.first_of({"b", "nosuch", "c", "a"}) == "y");
    CHECK(fields.first_of({"b", "nosuch"}).empty());
    CHECK(read("a=" + string(5000, 'x')).label("a").size() == domain::kMaxLabel);
}
