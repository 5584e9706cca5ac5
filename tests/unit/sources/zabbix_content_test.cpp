// SPDX-License-Identifier: MIT
#include "alert_bridge/sources/zabbix.hpp"

#include <string>
#include <vector>

#include "catch.hpp"
#include "zabbix_payload.hpp"

using namespace zabbix_payload;

TEST_CASE("tags are parsed twice, in order and with repetition, from either field") {
    const std::vector<domain::Tag> expected{{"a", "1"}, {"a", "2"}, {"flag", ""}, {"q", "\"é\\"}};
    const string json =
        R"([{"tag":"a","value":"1"},{"tag":"a","value":"2"},{"tag":"flag","value":""},{"tag":"q","value":"\"é\\"}])";
    CHECK(decode(event({{"event_tags", json}})).tags == expected);
    CHECK(decode(event({{"event_tags", "a:1, a:2"}, {"event_tagsjson", json}})).tags == expected);
    CHECK(
        decode(event({{"event_tags", "a:1, b:x:y, flag"}})).tags ==
        std::vector<domain::Tag>{{"a", "1"}, {"b", "x:y"}, {"flag", ""}}
    );
}

TEST_CASE("broken or odd tags never cost the alert") {
    for (const char* tags :
         {"[", "[{\"tag\":\"a\"", "[1,null,\"x\",{}]", "[{\"tag\":null}]", "[]", "{EVENT.TAGSJSON}",
          "[{\"value\":\"nameless\"}]"}) {
        CAPTURE(tags);
        CHECK(decode(event({{"event_tags", tags}})).tags.empty());
    }
    string many = "[";
    for (int i = 0; i < 500; ++i) {
        many +=
            (i > 0 ? "," : "") + string(R"({"tag":"t)") + std::to_string(i) + R"(","value":"v"})";
    }
    CHECK(decode(event({{"event_tags", many + "]"}})).tags.size() == domain::kMaxTags);
}

TEST_CASE("our own tags are dropped, and tell that the sender was answered before") {
    const Alert repeat = decode(event(
        {{"event_tags",
          R"([{"tag":"__zbx_glpi_ticket_id","value":"4711"},{"tag":"__zbx_glpi_link","value":"x"},{"tag":"k","value":"v"}])"}}
    ));
    CHECK(repeat.tags == std::vector<domain::Tag>{{"k", "v"}});
    CHECK(repeat.is_repeat);
    CHECK(decode(event({{"glpi_ticket", "4711"}})).is_repeat);
    CHECK_FALSE(decode(event()).is_repeat);
    CHECK_FALSE(decode(event({{"glpi_ticket", "4711"}, {"event_value", "0"}})).is_repeat);
    CHECK(decode(event({{"glpi_ticket", "4711"}})).tags.size() == 2);
}

TEST_CASE("explicit evidence comes from tags, own fields and the inventory") {
    const Alert tagged = decode(event(
        {{"event_tags",
          R"([{"tag":"glpi.id","value":"17"},{"tag":"glpi_type","value":"printer"},{"tag":"glpi_entity","value":"ACME"}])"}}
    ));
    CHECK(tagged.host.glpi_id == 17);
    CHECK(tagged.host.glpi_type == "Printer");
    CHECK(tagged.tags == std::vector<domain::Tag>{{"glpi_entity", "ACME"}});
    const Alert short_tag =
        decode(event({{"event_tags", R"([{"tag":"glpi","value":"networkequipment:9"}])"}}));
    CHECK(short_tag.host.glpi_type == "NetworkEquipment");
    CHECK(short_tag.host.glpi_id == 9);
    const Alert inventory = decode(event(
        {{"inventory_tag", "glpi:computer:17"},
         {"inventory_asset_tag", "AT-1"},
         {"inventory_serialno_a", "SN-1"},
         {"inventory_location", "Rack 4"},
         {"inventory_notes", "*UNKNOWN*"}}
    ));
    CHECK(inventory.host.glpi_id == 17);
    CHECK(inventory.host.inventory_number == "AT-1");
    CHECK(inventory.host.serial == "SN-1");
    CHECK(inventory.host.inventory.count("location") == 1);
    CHECK(inventory.host.inventory.count("notes") == 0);
    const Alert own = decode(event({{"glpi_id", "5"}, {"glpi_entity", "Root > A"}}));
    CHECK(own.host.glpi_type == "Computer");
    CHECK(domain::tag_value(own, "glpi_entity") == "Root > A");
    CHECK(decode(event({{"inventory_tag", "AT-9"}})).host.inventory_number == "AT-9");
}

TEST_CASE("the host has its technical name, its visible name, an address and its groups") {
    const Alert alert = decode(event(
        {{"host_ip", "192.0.2.10"},
         {"host_groups", "Customers/ACME, Linux servers, Sites/\"Hôpital\" & Nord"}}
    ));
    CHECK(alert.host.name == "web01");
    CHECK(alert.host.visible_name == "Web 01");
    CHECK(alert.host.address == "192.0.2.10");
    CHECK(
        alert.host.groups ==
        std::vector<string>{"Customers/ACME", "Linux servers", "Sites/\"Hôpital\" & Nord"}
    );
    CHECK(decode(event({{"host_ip", "*UNKNOWN*"}, {"host_conn", "web01.example"}})
    ).host.address.empty());
    CHECK(decode(event({{"host_conn", "2001:db8::1"}})).host.address == "2001:db8::1");
    CHECK(decode(event({{"trigger_hostgroup_name", "A, B"}})).host.groups.size() == 2);
}

TEST_CASE("links are the trigger's address and the event's page, http and https only") {
    const Alert alert = decode(
        event({{"trigger_url", "https://wiki/x"}, {"zabbix_url", "https://zbx.example/zabbix/"}})
    );
    CHECK(
        alert.links ==
        std::vector<string>{
            "https://wiki/x",
            "https://zbx.example/zabbix/tr_events.php?triggerid=23137&eventid=213"}
    );
    CHECK(decode(event({{"trigger_url", "javascript:alert(1)"}, {"zabbix_url", "zbx"}})
    ).links.empty());
    CHECK(decode(event({{"zabbix_url", "https://zbx"}, {"trigger_id", "1&x=<b>"}})).links.empty());
}

TEST_CASE("an update tells what was done, by whom and with which words") {
    const Alert alert = decode(event(
        {{"event_update_status", "1"},
         {"event_update_action", "commented and closed"},
         {"event_update_message", "fixed\r\nby hand"},
         {"event_update_user", "Ann (ann)"},
         {"event_value", "0"}}
    ));
    CHECK(alert.text == "commented and closed");
    CHECK(alert.comment == "fixed\r\nby hand");
    CHECK(alert.author == "Ann (ann)");
    const Alert problem = decode(event({{"event_update_message", "stale"}}));
    CHECK(problem.text == "95 %");
    CHECK(problem.comment.empty());
}

TEST_CASE("a cancelled escalation keeps its reason as the comment") {
    const Alert alert =
        decode(event({{"alert_message", "NOTE: Escalation canceled: trigger disabled.\r\nOld text"}}
        ));
    CHECK(alert.comment == "NOTE: Escalation canceled: trigger disabled.");
    CHECK_THAT(alert.text, ContainsSubstring("Old text"));
    CHECK(alert.episode == decode(event()).episode);
}

TEST_CASE("names are one line and bounded, long texts are bounded") {
    const Alert alert = decode(event(
        {{"event_name", "first\nsecond\t\x01" + string(5000, 'x')},
         {"event_opdata", string(100'000, 'y')},
         {"trigger_description", string(100'000, 'z')},
         {"host_host", string(5000, 'h')}}
    ));
    CHECK(alert.problem_name.size() <= domain::kMaxLabel);
    CHECK(alert.problem_name.starts_with("first second x"));
    CHECK(alert.text.size() == domain::kMaxText);
    CHECK(alert.details.size() == domain::kMaxText);
    CHECK(alert.host.name.size() == domain::kMaxLabel);
}

TEST_CASE("the decoder sets source and time of receipt, and needs no clock") {
    const Alert alert = decode(event());
    CHECK(alert.source == "zbx");
    CHECK(to_unix_ms(alert.received_at) == 1'795'468'700'000);
    CHECK(alert.id.empty());
    CHECK_FALSE(alert.whole_problem);
    CHECK_FALSE(alert.host_problem);
}

TEST_CASE("secrets that Zabbix expands into other fields do not reach the alert") {
    const Alert alert =
        decode(event({{"host_macro_secret", "hush"}, {"trigger_name", "uses hush"}}));
    for (const string& text : {alert.problem_name, alert.text, alert.details, alert.comment}) {
        CHECK(text.find("hush") == string::npos);
    }
    CHECK(alert.host.inventory.empty());
}

TEST_CASE("a trigger's message repeats its fields and is not taken, other events speak by it") {
    const string message = "what the template says";
    CHECK(decode(event({{"alert_message", message}})).text == "95 %");
    CHECK(decode(event({{"alert_message", message}, {"event_opdata", ""}})).text.empty());
    CHECK(decode(event({{"alert_message", message}, {"event_source", "4"}})).text == message);
    CHECK(decode(event({{"alert_message", message}, {"event_source", "2"}})).text == message);
}
