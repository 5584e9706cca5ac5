// SPDX-License-Identifier: MIT
#include "alert_bridge/net/url.hpp"

#include "alert_bridge/net/http_message.hpp"
#include "catch.hpp"

namespace net = alert_bridge::net;

TEST_CASE("an address is taken apart into scheme, host, port and base path") {
    struct Case {
        std::string text;
        bool tls;
        std::string host;
        int port;
        std::string path, authority, again;
    };
    const std::vector<Case> cases{
        {"http://glpi", false, "glpi", 80, "", "glpi", "http://glpi"},
        {"https://glpi.example.com/", true, "glpi.example.com", 443, "", "glpi.example.com",
         "https://glpi.example.com"},
        {"https://glpi.example.com:443/glpi/", true, "glpi.example.com", 443, "/glpi",
         "glpi.example.com", "https://glpi.example.com/glpi"},
        {"http://127.0.0.1:8010", false, "127.0.0.1", 8010, "", "127.0.0.1:8010",
         "http://127.0.0.1:8010"},
        {"http://[::1]:8080/a/b", false, "::1", 8080, "/a/b", "[::1]:8080",
         "http://[::1]:8080/a/b"},
        {"https://[2001:db8::5]", true, "2001:db8::5", 443, "", "[2001:db8::5]",
         "https://[2001:db8::5]"},
        {"https://glpi:80", true, "glpi", 80, "", "glpi:80", "https://glpi:80"},
    };
    for (const Case& c : cases) {
        INFO(c.text);
        const auto url = net::parse_url(c.text);
        REQUIRE(url.has_value());
        CHECK(url->tls == c.tls);
        CHECK(url->host == c.host);
        CHECK(url->port == c.port);
        CHECK(url->path == c.path);
        CHECK(url->authority() == c.authority);
        CHECK(url->text() == c.again);
    }
}

TEST_CASE("a wrong address is refused with a reason") {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"", "begin with"},
        {"glpi.example.com", "begin with"},
        {"ftp://glpi", "begin with"},
        {"http://", "not a host name"},
        {"http:///path", "not a host name"},
        {"http://user:secret@glpi", "user name"},
        {"http://glpi:0", "port"},
        {"http://glpi:", "port"},
        {"http://glpi:65536", "port"},
        {"http://glpi:80x", "port"},
        {"http://glpi:-1", "port"},
        {"http://glpi?x=1", "query"},
        {"http://glpi/#top", "fragment"},
        {"http://gl pi", "blank"},
        {"http://glpi\r\nX: y", "control"},
        {"http://gl\xc3\xb6pi", "ASCII"},
        {"http://gl%70i", "not a host name"},
        {"http://[::1", "bracket"},
        {"http://[glpi]", "IPv6"},
        {"http://[::1]x", "port"},
        {"http://" + std::string(3000, 'a'), "too long"},
    };
    for (const auto& [text, reason] : cases) {
        INFO(text);
        const auto url = net::parse_url(text);
        REQUIRE_FALSE(url.has_value());
        CHECK(url.error().kind == alert_bridge::ErrorClass::misconfigured);
        CHECK_THAT(url.error().message, ContainsSubstring(reason));
        CHECK(url.error().message.find("secret") == std::string::npos);
    }
}

TEST_CASE("percent encoding keeps letters and digits and nothing that a query could misread") {
    CHECK(net::percent_encode("web01-A_b.c~") == "web01-A_b.c~");
    CHECK(net::percent_encode("^a b&c=d/e?f#g%$") == "%5Ea%20b%26c%3Dd%2Fe%3Ff%23g%25%24");
    CHECK(net::percent_encode("\xc3\xa9\n") == "%C3%A9%0A");
}

TEST_CASE("a request that could break out of its line is refused before anything is sent") {
    net::HttpRequest good;
    good.target = "/apirest.php/Ticket/1";
    good.headers = {{"App-Token", "abc"}};
    CHECK(net::mistake_in(good).empty());

    auto bad = good;
    bad.target = "apirest.php";
    CHECK_FALSE(net::mistake_in(bad).empty());
    bad = good;
    bad.target = "/a b";
    CHECK_FALSE(net::mistake_in(bad).empty());
    bad = good;
    bad.target = "/a\r\nX: y";
    CHECK_FALSE(net::mistake_in(bad).empty());
    bad = good;
    bad.headers[0].value = "a\r\nX: y";
    CHECK_THAT(net::mistake_in(bad), ContainsSubstring("App-Token"));
    bad = good;
    bad.headers[0].name = "App Token";
    CHECK_FALSE(net::mistake_in(bad).empty());
    bad = good;
    bad.headers[0].name = "";
    CHECK_FALSE(net::mistake_in(bad).empty());
    bad = good;
    bad.body = "{}";
    CHECK_THAT(net::mistake_in(bad), ContainsSubstring("GET"));
}

TEST_CASE("the head of a request carries host, headers and the length of the body") {
    net::HttpRequest request;
    request.method = net::Method::post;
    request.target = "/x";
    request.headers = {{"Content-Type", "application/json"}};
    request.body = "{\"a\":1}";
    CHECK(
        net::request_head(request, "glpi:8080") ==
        "POST /x HTTP/1.1\r\nHost: glpi:8080\r\nContent-Type: application/json\r\n"
        "Content-Length: 7\r\n\r\n"
    );
    request.method = net::Method::get;
    request.body.clear();
    request.headers.clear();
    CHECK(net::request_head(request, "glpi") == "GET /x HTTP/1.1\r\nHost: glpi\r\n\r\n");
}
