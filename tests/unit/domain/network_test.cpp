// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/network.hpp"

#include <vector>

#include "catch.hpp"

namespace alert_bridge::domain {

TEST_CASE("addresses are read in every usual form and written in one") {
    struct Case {
        std::string text, written;
        bool is_v6;
    };
    const std::vector<Case> cases{
        {"192.0.2.1", "192.0.2.1", false},
        {"0.0.0.0", "0.0.0.0", false},
        {"255.255.255.255", "255.255.255.255", false},
        {"2001:db8::1", "2001:db8::1", true},
        {"2001:0DB8:0:0:0:0:0:0001", "2001:db8::1", true},
        {"::", "::", true},
        {"fe80::1%eth0", "fe80::1", true},
        {"::ffff:10.0.0.1", "10.0.0.1", false},
        {"::FFFF:0a00:0001", "10.0.0.1", false},
    };
    for (const Case& c : cases) {
        INFO(c.text);
        const auto address = IpAddress::parse(c.text);
        REQUIRE(address.has_value());
        REQUIRE(address->text() == c.written);
        REQUIRE(address->is_v6 == c.is_v6);
        REQUIRE(address->bits() == (c.is_v6 ? 128 : 32));
    }
}

TEST_CASE("what is no address is refused") {
    const std::vector<std::string> wrong{
        "",
        "web01",
        "10.0.0",
        "10.0.0.0.1",
        "10.0.0.256",
        "010.0.0.1",
        " 10.0.0.1",
        "10.0.0.1 ",
        "1:2:3",
        ":::",
        "%eth0",
        "10.0.0.1/8",
        "2001:db8::g",
        std::string("10.0.0.1\0x", 10),
        std::string(5000, '1'),
        std::string(46, ':')};
    for (const std::string& text : wrong) {
        INFO(text.substr(0, 60));
        REQUIRE_FALSE(IpAddress::parse(text).has_value());
    }
}

TEST_CASE("a network contains the addresses that share its prefix") {
    struct Case {
        std::string network, address;
        bool inside;
    };
    const std::vector<Case> cases{
        {"10.0.0.0/8", "10.255.255.255", true},
        {"10.0.0.0/8", "11.0.0.0", false},
        {"192.0.2.128/25", "192.0.2.128", true},
        {"192.0.2.128/25", "192.0.2.127", false},
        {"192.0.2.4/30", "192.0.2.7", true},
        {"192.0.2.4/30", "192.0.2.8", false},
        {"192.0.2.7", "192.0.2.7", true},
        {"192.0.2.7", "192.0.2.6", false},
        {"0.0.0.0/0", "203.0.113.9", true},
        {"0.0.0.0/0", "2001:db8::1", false},
        {"::/0", "2001:db8::1", true},
        {"::/0", "10.0.0.1", false},
        {"2001:db8::/32", "2001:db8:ffff::1", true},
        {"2001:db8::/32", "2001:db9::1", false},
        {"2001:db8::/33", "2001:db8:8000::", false},
        {"fe80::/10", "febf::1", true},
        {"10.0.0.0/8", "::ffff:10.1.2.3", true},
    };
    for (const Case& c : cases) {
        INFO(c.network << " " << c.address);
        const auto network = Network::parse(c.network);
        REQUIRE(network.has_value());
        const auto address = IpAddress::parse(c.address);
        REQUIRE(address.has_value());
        REQUIRE(network->contains(*address) == c.inside);
    }
}

TEST_CASE("a wrong network is refused with a reason") {
    struct Case {
        std::string text, reason;
    };
    const std::vector<Case> cases{
        {"", "no IP address"},
        {"office", "no IP address"},
        {"/8", "no IP address"},
        {"10.0.0.0/", "from 0 to 32"},
        {"10.0.0.0/33", "from 0 to 32"},
        {"10.0.0.0/-1", "from 0 to 32"},
        {"10.0.0.0/8x", "from 0 to 32"},
        {"10.0.0.0/99999999999999", "from 0 to 32"},
        {"2001:db8::/129", "from 0 to 128"},
        {"10.0.0.5/8", "the network is 10.0.0.0/8"},
        {"2001:db8::1/32", "the network is 2001:db8::/32"},
    };
    for (const Case& c : cases) {
        INFO(c.text);
        const auto network = Network::parse(c.text);
        REQUIRE(network.has_error());
        REQUIRE(network.error().kind == ErrorClass::misconfigured);
        REQUIRE_THAT(network.error().message, ContainsSubstring(c.reason));
        REQUIRE_THAT(network.error().message, ContainsSubstring("'" + c.text + "'"));
    }
}

TEST_CASE("masking keeps the leading bits only") {
    const auto address = IpAddress::parse("255.255.255.255");
    REQUIRE(address.has_value());
    REQUIRE(address->masked(0).text() == "0.0.0.0");
    REQUIRE(address->masked(1).text() == "128.0.0.0");
    REQUIRE(address->masked(13).text() == "255.248.0.0");
    REQUIRE(address->masked(32) == *address);
}

}  // namespace alert_bridge::domain
