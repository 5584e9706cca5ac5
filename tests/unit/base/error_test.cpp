// SPDX-License-Identifier: MIT
#include "alert_bridge/base/error.hpp"

#include <set>
#include <stdexcept>
#include <string>

#include "catch.hpp"

using namespace alert_bridge;

TEST_CASE("every class of error has a name of its own") {
    std::set<std::string> names;
    for (const ErrorClass kind :
         {ErrorClass::later, ErrorClass::relogin, ErrorClass::misconfigured, ErrorClass::refused,
          ErrorClass::uncertain}) {
        names.emplace(to_string(kind));
    }
    CHECK(
        names == std::set<std::string>{"later", "misconfigured", "refused", "relogin", "uncertain"}
    );
    CHECK(to_string(static_cast<ErrorClass>(42)) == "unknown");
}

TEST_CASE("an error is described by class, code and message") {
    CHECK(
        describe({ErrorClass::refused, "ERROR_GLPI_ADD", "no right"}) ==
        "[refused] ERROR_GLPI_ADD: no right"
    );
    CHECK(describe({ErrorClass::later, "timeout", ""}) == "[later] timeout");
}

TEST_CASE("taking the value of a failed result is a programming mistake that throws") {
    const Result<int> failed = Error{ErrorClass::later, "timeout", "after 5s"};
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().code == "timeout");
    CHECK_THROWS_AS(failed.value(), std::logic_error);
    const Result<int> good = 7;
    CHECK(good.value() == 7);
}
