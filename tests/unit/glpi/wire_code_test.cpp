// SPDX-License-Identifier: MIT
// What GLPI, or somebody in its place, writes where a code should be.
#include <nlohmann/json.hpp>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/glpi/reply.hpp"
#include "alert_bridge/glpi/wire.hpp"
#include "catch.hpp"

using namespace alert_bridge;

TEST_CASE("what stands in the place of a code but is none is told in the message") {
    for (const std::string& told :
         {std::string("<b>no\nway"), std::string(100, 'X'), std::string("error_glpi_add")}) {
        net::HttpResponse response;
        response.status = 400;
        response.headers = {{"Content-Type", "application/json"}};
        response.body = nlohmann::json::array({told, "sorry"}).dump();
        const auto reply = glpi::classify(response, glpi::Expect::created, glpi::Effect::write);
        REQUIRE(reply.has_error());
        CHECK(reply.error().kind == ErrorClass::refused);
        CHECK(reply.error().code == "unknown_code");
        CHECK(reply.error().message == one_line(told) + ": sorry");
    }
}
