// SPDX-License-Identifier: MIT
#include "alert_bridge/sources/nagios.hpp"

#include <string>
#include <vector>

#include "catch.hpp"
#include "nagios_payload.hpp"

using namespace nagios_payload;

TEST_CASE("long output decodes its two escapes and leaves other backslashes") {
    const std::vector<std::pair<string, string>> table{
        {"one\\ntwo", "one\ntwo"},
        {"C:\\\\new", "C:\\new"},
        {"C:\\temp", "C:\\temp"},
        {"end\\", "end\\"},
        {"\\\\n", "\\n"},
        {"\\\\\\n", "\\\n"},
        {"real\nbreak", "real\nbreak"},
        {"", ""},
    };
    for (const auto& [raw, text] : table) {
        CAPTURE(raw);
        CHECK(sources::decode_long_output(raw) == text);
        CHECK(decode(service({{"LONGSERVICEOUTPUT", raw}})).details == text);
    }
    const Alert alert = decode(service({{"SERVICEOUTPUT", "\\\\srv\\new"}}));
    CHECK(alert.text == "\\\\srv\\new");
    CHECK(decode(host({{"LONGHOSTOUTPUT", "a\\nb"}})).details == "a\nb");
}

TEST_CASE("host, groups and address come from their macros") {
    const Alert alert = decode(service({{"HOSTGROUPNAMES", "acme-prod, linux,,web"}}));
    CHECK(alert.host.name == "web01");
    CHECK(alert.host.visible_name == "Web 01");
    CHECK(alert.host.address == "192.0.2.10");
    CHECK(alert.host.groups == std::vector<string>{"acme-prod", "linux", "web"});
    CHECK(decode(service({{"HOSTADDRESS", "web01.example"}})).host.address.empty());
    CHECK(
        decode(service({{"HOSTALIAS", "$"}, {"HOSTDISPLAYNAME", "shown"}})).host.visible_name ==
        "shown"
    );
}

TEST_CASE("custom variables named GLPI become evidence and tags, all others stay out") {
    const Alert alert = decode(service(
        {{"_HOSTGLPI_ID", "17"},
         {"_HOSTGLPI_TYPE", "networkequipment"},
         {"_HOSTGLPI_ENTITY", "ACME"},
         {"_SERVICEGLPI_CATEGORY", "Infra  Web"},
         {"_HOSTSNMP_COMMUNITY", "hush"},
         {"_SERVICEPASSWORD", "hush"},
         {"_CONTACTGLPI_X", "no"}}
    ));
    CHECK(alert.host.glpi_id == 17);
    CHECK(alert.host.glpi_type == "NetworkEquipment");
    CHECK(
        alert.tags ==
        std::vector<domain::Tag>{{"glpi_category", "Infra  Web"}, {"glpi_entity", "ACME"}}
    );
    const Alert both =
        decode(service({{"_HOSTGLPI_ENTITY", "host's"}, {"_SERVICEGLPI_ENTITY", "own"}}));
    CHECK(both.tags == std::vector<domain::Tag>{{"glpi_entity", "own"}});
    CHECK(decode(service({{"_HOSTGLPI_ID", "17"}})).host.glpi_type == "Computer");
    CHECK(decode(service({{"_HOSTGLPI_ENTITY", "$"}})).tags.empty());
}

TEST_CASE("links are the notes and action addresses that are http or https") {
    const Alert alert = decode(service(
        {{"SERVICENOTESURL", "https://wiki/s"},
         {"SERVICEACTIONURL", "javascript:x"},
         {"SERVICEINFOURL", "website_url not set/cgi-bin/extinfo.cgi"},
         {"HOSTNOTESURL", "https://wiki/h"},
         {"HOSTACTIONURL", "https://wiki/s"}}
    ));
    CHECK(alert.links == std::vector<string>{"https://wiki/s", "https://wiki/h"});
}

TEST_CASE("author and comment come from the notice, or from the acknowledgement") {
    const Alert custom = decode(service(
        {{"NOTIFICATIONTYPE", "CUSTOM"},
         {"NOTIFICATIONAUTHOR", "ann"},
         {"NOTIFICATIONCOMMENT", "look"}}
    ));
    CHECK(custom.author == "ann");
    CHECK(custom.comment == "look");
    const Payload acknowledged{{"SERVICEACKAUTHOR", "bob"}, {"SERVICEACKCOMMENT", "on it"}};
    CHECK(
        decode(service(changed(acknowledged, {{"NOTIFICATIONTYPE", "ACKNOWLEDGEMENT"}}))).author ==
        "bob"
    );
    CHECK(decode(service(acknowledged)).comment.empty());
}

TEST_CASE("a problem's name says service and state, its start is the change of state") {
    const Alert alert = decode(service());
    CHECK(alert.problem_name == "Disk /var CRITICAL");
    CHECK(alert.service == "Disk /var");
    CHECK(to_unix_ms(alert.started_at.value()) == 1'795'467'000'000);
    CHECK(decode(host()).problem_name == "Host DOWN");
    CHECK_FALSE(decode(host({{"LASTHOSTSTATECHANGE", "0"}})).started_at.has_value());
    const Alert recovery =
        decode(service({{"NOTIFICATIONTYPE", "RECOVERY"}, {"SERVICESTATE", "OK"}}));
    CHECK_FALSE(recovery.started_at.has_value());
}
