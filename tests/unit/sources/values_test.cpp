// SPDX-License-Identifier: MIT
#include "alert_bridge/sources/values.hpp"

#include <set>
#include <string>
#include <vector>

#include "catch.hpp"

using namespace alert_bridge;
using namespace alert_bridge::sources;
using std::string;
using namespace std::string_literals;

TEST_CASE("what senders write for no value is absent") {
    for (const char* value :
         {"",
          " ",
          "\n",
          "*UNKNOWN*",
          " *UNKNOWN* ",
          "$",
          "$$",
          "$HOSTNOTES$",
          "$_HOSTGLPI_ID$",
          "$ARG1$",
          "{EVENT.RECOVERY.ID}",
          "{EVENT.TAGS.nosuch}",
          "{EVENT.TAGS.__zbx_glpi_ticket_id}",
          "{EVENT.TAGS.\"with blank\"}",
          "{$UNDEFINED}",
          "{$MACRO:\"context\"}",
          "{$A.B}",
          "{#FSNAME}",
          "{HOST.IP2}",
          "{DATE}",
          "{TIME}",
          "{TIMESTAMP}",
          "{EVENT.TIMESTAMP}",
          " {HOST.IP} "}) {
        CAPTURE(value);
        CHECK(is_absent(value));
    }
}

TEST_CASE("braces and dollars in a real text are text") {
    for (const char* value :
         {"{",
          "}",
          "{}",
          "{ }",
          "{a:1}",
          "{WARNING}",
          "{\"a\":1}",
          "{host.ip}",
          "{HOST.IP} is down",
          "down: {HOST.IP}",
          "{HOST.IP}{HOST.DNS}",
          "{A}{B}",
          "{HOST.\nIP}",
          "$5",
          "5$",
          "$5 and 6$",
          "$(id)$",
          "$HOST NAME$",
          "costs $",
          "*UNKNOWN",
          "UNKNOWN",
          "*unknown*",
          "0",
          "null",
          "-",
          "{$}",
          "{#}",
          "{.X}",
          "{$lower}"}) {
        CAPTURE(value);
        CHECK_FALSE(is_absent(value));
    }
    CHECK_FALSE(is_absent("{HOST." + string(300, 'X') + "}"));
}

TEST_CASE("texts are cut between code points") {
    CHECK(cut_bytes("abc", 5) == "abc");
    CHECK(cut_bytes("abc", 2) == "ab");
    CHECK(cut_bytes("é😀", 1).empty());
    CHECK(cut_bytes("é😀", 2) == "é");
    CHECK(cut_bytes("é😀", 5) == "é");
    CHECK(cut_bytes("é😀", 6) == "é😀");
    CHECK(cut_bytes("abc", 0).empty());
}

TEST_CASE("only literals are IP addresses") {
    for (const char* text : {"192.0.2.10", "::1", "2001:db8::17", "::ffff:192.0.2.1", "0.0.0.0"}) {
        CAPTURE(text);
        CHECK(is_ip_address(text));
    }
    for (const string& text :
         {""s, "db01.acme.example"s, "192.0.2"s, "192.0.2.256"s, "192.0.2.10 "s, "1::2::3"s,
          "fe80::1%eth0"s, "192.0.2.10\0x"s}) {
        CAPTURE(text);
        CHECK_FALSE(is_ip_address(text));
    }
}

TEST_CASE("only harmless http and https addresses are links") {
    for (const char* url :
         {"http://a", "https://wiki.acme.example/x?h=1&s=2#y", "HTTPS://A/", "https://wiki/é"}) {
        CAPTURE(url);
        CHECK(is_link(url));
    }
    for (const string& url :
         {""s, "http://"s, "javascript:alert(1)"s, "ftp://x/y"s, "//x/y"s,
          "website_url not set/cgi"s, "https://x/<script>"s, "https://x/\"onclick"s,
          "https://x/'y"s, "https://x/a b"s, "https://x/\ny"s, " https://x"s, "https://x/`id`"s,
          "javascript://x/%0aalert(1)"s, "http://" + string(2048, 'x')}) {
        CAPTURE(url);
        CHECK_FALSE(is_link(url));
    }
}

TEST_CASE("parts of a key never collide when they are joined") {
    CHECK(key_part("Disk /var") == "Disk %2Fvar");
    CHECK(key_part("100%") == "100%25");
    CHECK(key_part(" x ") == "%20x%20");
    CHECK(key_part("a\nb\x7F") == "a%0Ab%7F");
    CHECK(key_part("é") == "é");
    CHECK(key_part("").empty());
    std::set<string> keys;
    const std::vector<std::pair<string, string>> names{
        {"a/b", "c"}, {"a", "b/c"}, {"a%2Fb", "c"}, {"a", "b%2Fc"}, {"a/", "b/c"}, {"", "a/b/c"}};
    for (const auto& [host, service] : names) {
        keys.insert(key_part(host) + "/" + key_part(service));
    }
    CHECK(keys.size() == names.size());
}

TEST_CASE("a very long part of a key is bounded and still its own") {
    const string one = key_part(string(5000, '/') + "1");
    const string two = key_part(string(5000, '/') + "2");
    CHECK(one.size() < 1000);
    CHECK(one != two);
    CHECK(key_part(string(300, 'x')) == string(300, 'x'));
}

TEST_CASE("item types get GLPI's spelling, plugin types pass, anything else does not") {
    CHECK(item_type_name("computer") == "Computer");
    CHECK(item_type_name(" NETWORKEQUIPMENT ") == "NetworkEquipment");
    CHECK(item_type_name("PluginGenericobjectUps") == "PluginGenericobjectUps");
    for (const string& text :
         {""s, "Computer/17"s, "../Ticket"s, "a b"s, "Ordinateur é"s, string(65, 'x')}) {
        CAPTURE(text);
        CHECK(item_type_name(text).empty());
    }
}

TEST_CASE("fields addressed to us become evidence or tags") {
    domain::Alert alert;
    take_glpi_field(alert, "glpi_id", " 17 ");
    take_glpi_field(alert, "glpi_type", "printer");
    take_glpi_field(alert, "glpi_uuid", "4c4c4544");
    take_glpi_field(alert, "glpi_serial", "SN-1");
    take_glpi_field(alert, "glpi_inventory_number", "AT-1");
    take_glpi_field(alert, "glpi_entity", "ACME > Siège");
    take_glpi_field(alert, "glpi_category", "$");
    settle_glpi_evidence(alert.host);
    CHECK(alert.host.glpi_id == 17);
    CHECK(alert.host.glpi_type == "Printer");
    CHECK(alert.host.uuid == "4c4c4544");
    CHECK(alert.host.serial == "SN-1");
    CHECK(alert.host.inventory_number == "AT-1");
    CHECK(alert.tags == std::vector<domain::Tag>{{"glpi_entity", "ACME > Siège"}});
}

TEST_CASE("an id without a type is a computer, a type without an id is nothing") {
    domain::Host host;
    host.glpi_id = 17;
    settle_glpi_evidence(host);
    CHECK(host.glpi_type == "Computer");
    host = {};
    host.glpi_type = "Printer";
    settle_glpi_evidence(host);
    CHECK(host.glpi_type.empty());
    domain::Alert alert;
    take_glpi_field(alert, "glpi_id", "17; DROP");
    settle_glpi_evidence(alert.host);
    CHECK(alert.host.glpi_id == 0);
    CHECK(alert.host.glpi_type.empty());
}

TEST_CASE("the mark glpi:type:id is read exactly") {
    domain::Host host;
    CHECK(take_glpi_mark(host, " glpi:computer:17 "));
    CHECK(host.glpi_type == "Computer");
    CHECK(host.glpi_id == 17);
    for (const char* text :
         {"", "AT-4711", "glpi:computer", "glpi:computer:", "glpi:computer:0", "glpi:computer:-1",
          "glpi::17", "glpi:a b:17", "xglpi:computer:17", "glpi:computer:17:x"}) {
        CAPTURE(text);
        domain::Host untouched;
        CHECK_FALSE(take_glpi_mark(untouched, text));
        CHECK(untouched == domain::Host{});
    }
}

TEST_CASE("tags and links are bounded and not repeated") {
    domain::Alert alert;
    for (int i = 0; i < 200; ++i) {
        add_tag(alert, "n" + std::to_string(i), string(5000, 'v'));
        add_link(alert, "https://x/" + std::to_string(i));
    }
    CHECK(alert.tags.size() == domain::kMaxTags);
    CHECK(alert.tags.front().value.size() == domain::kMaxLabel);
    CHECK(alert.links.size() == 16);
    domain::Alert small;
    add_tag(small, "a", "1");
    add_tag(small, "a", "1");
    add_tag(small, "a", "2");
    add_tag(small, "", "nameless");
    CHECK(small.tags == std::vector<domain::Tag>{{"a", "1"}, {"a", "2"}});
    add_link(small, " https://x ");
    add_link(small, "https://x");
    add_link(small, "ftp://x");
    CHECK(small.links == std::vector<string>{"https://x"});
}

TEST_CASE("the host of an address is without scheme, port, user and path") {
    const std::vector<std::pair<string, string>> table{
        {"web01", "web01"},
        {"web01:9100", "web01"},
        {"web01.example:443", "web01.example"},
        {"192.0.2.7:9100", "192.0.2.7"},
        {"[2001:db8::7]:9100", "2001:db8::7"},
        {"[2001:db8::7]", "2001:db8::7"},
        {"2001:db8::7", "2001:db8::7"},
        {"https://shop.example:8443/health?x=1", "shop.example"},
        {"http://user:pass@shop.example/", "shop.example"},
        {"tcp://[::1]:53", "::1"},
        {"web01:http", "web01:http"},
        {"a:b:1", "a:b:1"},
        {":9100", ":9100"},
        {"http://", "http://"},
        {"http:///path", "http:///path"},
        {"[broken:1", "[broken"},
        {"", ""},
    };
    for (const auto& [text, host] : table) {
        CAPTURE(text);
        CHECK(host_part(text) == host);
    }
}

TEST_CASE("usual words for severities are known in any case, others are not") {
    CHECK(usual_severity("CRITICAL") == domain::Severity::high);
    CHECK(usual_severity("warn") == domain::Severity::warning);
    CHECK(usual_severity("none") == domain::Severity::not_classified);
    for (const char* word :
         {"not_classified", "information", "warning", "average", "high", "disaster"}) {
        CAPTURE(word);
        CHECK(usual_severity(word) == domain::parse_severity(word));
    }
    for (const char* word : {"", "critical ", "sev1", "criticals"}) {
        CAPTURE(word);
        CHECK_FALSE(usual_severity(word).has_value());
    }
}

TEST_CASE("a text loses NUL and what is over the limit") {
    CHECK(
        clean_text("a\0b"s) ==
        "a\xEF\xBF\xBD"
        "b"
    );
    CHECK(clean_text(string(domain::kMaxText + 5, 'x')).size() == domain::kMaxText);
    CHECK(clean_text("").empty());
}
