// SPDX-License-Identifier: MIT
#include "alert_bridge/app/send_payload.hpp"

#include <nlohmann/json.hpp>

#include "catch.hpp"

using namespace alert_bridge;
using app::finished_payload;
using app::macros_payload;
using nlohmann::json;

namespace {

json fields(std::vector<const char*> environment, const std::vector<std::string>& given = {}) {
    environment.push_back(nullptr);
    const auto body = macros_payload(environment.data(), given);
    REQUIRE(body.has_value());
    return json::parse(*body);
}

std::string problem(const std::vector<std::string>& given) {
    const char* const nothing[] = {"PATH=/bin", "ICINGA2_LOG=x", nullptr};
    const auto body = macros_payload(nothing, given);
    REQUIRE(!body);
    CHECK(body.error().kind == ErrorClass::refused);
    return body.error().message;
}

}  // namespace

TEST_CASE("macros of the environment become fields as the bridge reads them") {
    struct Case {
        const char* macro;
        json expected;
    };
    const Case cases[] = {
        {"NAGIOS_HOSTNAME=web01", {{"hostname", "web01"}}},
        {"ICINGA_HOST_NAME=web01", {{"host_name", "web01"}}},
        {"NAGIOS_SERVICEOUTPUT=a \"b\" $(c) \\n", {{"serviceoutput", "a \"b\" $(c) \\n"}}},
        {"ICINGA_SERVICE_OUTPUT=one\ntwo=2", {{"service_output", "one\ntwo=2"}}},
        {"NAGIOS_HOSTALIAS=h\xc3\xa9llo", {{"hostalias", "h\xc3\xa9llo"}}},
        {"NAGIOS_HOSTALIAS=h\xe9llo", {{"hostalias", "h\xef\xbf\xbdllo"}}},
        {"NAGIOS__HOSTGLPI_ID=7", {{"_hostglpi_id", "7"}}},
        {"NAGIOS__SERVICEGLPI_ENTITY=A", {{"_serviceglpi_entity", "A"}}},
        {"ICINGA_TAG_CUSTOMER=A", {{"tag_customer", "A"}}},
    };
    for (const Case& each : cases) {
        INFO(each.macro);
        CHECK(fields({"PATH=/bin", each.macro}) == each.expected);
    }
}

TEST_CASE("what the bridge does not want to know stays on the monitoring host") {
    for (const char* macro :
         {"NAGIOS__HOSTSNMP_COMMUNITY=secret", "NAGIOS__SERVICEPASSWORD=secret",
          "NAGIOS__CONTACTPIN=1234", "NAGIOS_SERVICECHECKCOMMAND=check_http!-a!user:secret",
          "NAGIOS_HOSTCHECKCOMMAND=check_ssh!secret", "NAGIOS_ARG1=secret", "NAGIOS_ARG32=secret",
          "NAGIOS_SERVICEDESC=", "HOME=/root", "NAGIOSX_A=1", "NAGIOS_", "NAGIOS_=x"}) {
        INFO(macro);
        CHECK(fields({"NAGIOS_HOSTNAME=web01", macro}) == json{{"hostname", "web01"}});
    }
}

TEST_CASE("what is given by hand wins over the environment") {
    CHECK(
        fields(
            {"NAGIOS_HOSTNAME=web01", "NAGIOS_HOSTALIAS=x"},
            {"HOSTNAME=web02", "glpi_entity=A=B", "NAGIOS_HOSTALIAS="}
        ) == json{{"hostname", "web02"}, {"glpi_entity", "A=B"}}
    );
    CHECK(fields({}, {"servicecheckcommand=x"}) == json{{"servicecheckcommand", "x"}});
    CHECK(fields({}, {"hostname=web01"}) == json{{"hostname", "web01"}});
}

TEST_CASE("the same macros are the same bytes, whatever their order") {
    const char* const one[] = {"NAGIOS_B=2", "NAGIOS_A=1", nullptr};
    const char* const other[] = {"NAGIOS_A=1", "NAGIOS_B=2", nullptr};
    CHECK(*macros_payload(one, {}) == *macros_payload(other, {}));
}

TEST_CASE("nothing to send is told with what to do") {
    CHECK(problem({}).find("enable_environment_macros=1") != std::string::npos);
    CHECK(problem({"hostname"}).find("NAME=VALUE, not 'hostname'") != std::string::npos);
    CHECK(problem({"=x"}).find("NAME=VALUE") != std::string::npos);
    CHECK(
        problem({"a=" + std::string(app::kAlertBytesMax, 'x')}).find("bytes") != std::string::npos
    );
    std::vector<std::string> many;
    for (int i = 0; i < 2001; ++i) {
        many.push_back("f" + std::to_string(i) + "=x");
    }
    CHECK(problem(many).find("2000 fields") != std::string::npos);
}

TEST_CASE("a finished body goes as it is, if it is one") {
    for (const char* body : {"{\"a\": 1}", " [1]\n", "a=b&c=d"}) {
        CHECK(finished_payload(body).value() == body);
    }
    CHECK(finished_payload(" \n").error().message == "the body is empty");
    CHECK(finished_payload("{\"a\":").error().message == "the body begins like JSON and is none");
    CHECK(finished_payload(std::string(app::kAlertBytesMax + 1, 'x')).has_error());
    CHECK(app::content_type_of(" {}") == "application/json");
    CHECK(app::content_type_of("a=b") == "application/x-www-form-urlencoded");
}
