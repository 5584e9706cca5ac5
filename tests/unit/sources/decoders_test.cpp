// SPDX-License-Identifier: MIT
#include "alert_bridge/sources/decoders.hpp"

#include <string>

#include "catch.hpp"

using namespace alert_bridge;

namespace {

ports::SourceOptions options(const std::string& type) {
    ports::SourceOptions made;
    made.name = "lab";
    made.type = type;
    made.time_zone = "Europe/Paris";
    return made;
}

std::string complaint(const ports::SourceOptions& given) {
    const auto decoder = sources::make_decoder(given);
    REQUIRE_FALSE(decoder.has_value());
    CHECK(decoder.error().kind == ErrorClass::misconfigured);
    CHECK(decoder.error().code == "source");
    return decoder.error().message;
}

}  // namespace

TEST_CASE("each known type has a decoder that reads its own messages") {
    const auto zabbix = sources::make_decoder(options("zabbix"));
    REQUIRE(zabbix.has_value());
    CHECK((*zabbix)->decode(R"({"event_id":"1","event_value":"1"})", {}).has_value());
    const auto nagios = sources::make_decoder(options("nagios"));
    REQUIRE(nagios.has_value());
    CHECK((*nagios)->decode("notificationtype=PROBLEM&hostname=a&hoststate=DOWN", {}).has_value());
    CHECK_FALSE((*nagios)->decode(R"({"event_id":"1","event_value":"1"})", {}).has_value());
    const auto alertmanager = sources::make_decoder(options("alertmanager"));
    REQUIRE(alertmanager.has_value());
    CHECK((*alertmanager)->decode(R"({"version":"4","alerts":[]})", {}).has_value());
    CHECK_FALSE((*alertmanager)->decode(R"({"event_id":"1"})", {}).has_value());
}

TEST_CASE("unknown types, zones, keys and names are refused and named") {
    CHECK_THAT(complaint(options("icinga3")), ContainsSubstring("unknown type \"icinga3\""));
    ports::SourceOptions wrong = options("zabbix");
    wrong.time_zone = "Mars/Olympus";
    CHECK_THAT(complaint(wrong), ContainsSubstring("Mars/Olympus"));
    for (const char* key : {"", "host", "trigger+tag:", "trigger+TAG:x", "tag:x"}) {
        CAPTURE(key);
        wrong = options("zabbix");
        wrong.problem_key = key;
        CHECK_THAT(complaint(wrong), ContainsSubstring("problem_key"));
    }
    for (const std::string& name :
         {std::string(), std::string("a/b"), std::string("a b"), std::string(65, 'x')}) {
        CAPTURE(name);
        wrong = options("nagios");
        wrong.name = name;
        CHECK_THAT(complaint(wrong), ContainsSubstring("a name has"));
    }
    ports::SourceOptions no_zone = options("nagios");
    no_zone.time_zone.clear();
    CHECK(sources::make_decoder(no_zone).has_value());
}
