// SPDX-License-Identifier: MIT
#include "alert_bridge/http/auth.hpp"

#include <vector>

#include "catch.hpp"

using namespace alert_bridge;
using namespace alert_bridge::http;
using namespace std::chrono_literals;

namespace {

const WallTime kNow = from_unix_ms(1'795'466'910'000);

Credentials bearer(std::vector<std::string> tokens) {
    Credentials out;
    for (std::string& token : tokens) {
        out.bearer.emplace_back(std::move(token));
    }
    return out;
}

CredentialTable table() {
    std::map<std::string, Credentials> sources;
    sources["tokens"] = bearer({"old-token", "new-token"});
    sources["other"] = bearer({"other-token"});
    sources["login"].basic.push_back({"nagios", Secret("pass:word")});
    sources["signed"].hmac.emplace_back("key-1");
    sources["signed"].hmac.emplace_back("key-2");
    sources["both"] = bearer({"both-token"});
    sources["both"].hmac.emplace_back("key-3");
    sources["open"].anyone = true;
    sources["near"] = bearer({"near-token"});
    sources["near"].allow_from = {"10.0.0.0/8", "2001:db8::/32", "192.0.2.7"};
    sources["empty"] = Credentials{};
    SeededIdSource ids(1);
    return CredentialTable(std::move(sources), ids);
}

Request request(std::string authorization, std::string peer = "127.0.0.1") {
    Request out;
    out.head.method = Method::post;
    out.head.authorization = std::move(authorization);
    out.head.peer = std::move(peer);
    out.body = "{\"a\":\"h\xC3\xA9\xF0\x9F\x94\xA5\"}";
    return out;
}

Request signed_request(const std::string& key, WallTime at, std::string authorization = "") {
    Request out = request(std::move(authorization));
    out.head.timestamp = std::to_string(to_unix_ms(at) / 1000);
    out.head.signature = "sha256=" + hmac_sha256_hex(key, out.head.timestamp + "." + out.body);
    return out;
}

// What the two questions together say.
Access ask(const CredentialTable& credentials, std::string_view source, const Request& asked) {
    const Access first = credentials.check_head(source, asked.head);
    const Access whole = credentials.check_body(source, asked, kNow);
    CHECK(whole != Access::body_decides);
    if (first != Access::body_decides) {
        CHECK(first == whole);
    }
    return whole;
}

}  // namespace

TEST_CASE("each of several bearer tokens is good, whatever the case of the scheme") {
    const CredentialTable credentials = table();
    CHECK(ask(credentials, "tokens", request("Bearer old-token")) == Access::granted);
    CHECK(ask(credentials, "tokens", request("bearer  new-token ")) == Access::granted);
}

TEST_CASE("anything but the right token is denied") {
    const CredentialTable credentials = table();
    for (const char* const text :
         {"", "Bearer", "Bearer ", "Bearer new-toke", "Bearer new-tokenx", "Bearer NEW-TOKEN",
          "new-token", "Basic new-token", "Token new-token", "Bearer old-token new-token",
          "Digest username=\"x\"", "Basic !!!", "Basic"}) {
        INFO(text);
        CHECK(ask(credentials, "tokens", request(text)) == Access::denied);
    }
}

TEST_CASE("basic login needs the right user and password, colons included") {
    const CredentialTable credentials = table();
    const auto login = [](const std::string& pair) { return "Basic " + encode_base64(pair); };
    CHECK(ask(credentials, "login", request(login("nagios:pass:word"))) == Access::granted);
    for (const char* const pair :
         {"nagios:pass", "nagios:", "nagios", "", "Nagios:pass:word", ":pass:word",
          "nagios:pass:word "}) {
        INFO(pair);
        CHECK(ask(credentials, "login", request(login(pair))) == Access::denied);
    }
    CHECK(ask(credentials, "login", request("Bearer nagios:pass:word")) == Access::denied);
}

TEST_CASE("a token of another source is not good here") {
    const CredentialTable credentials = table();
    CHECK(ask(credentials, "tokens", request("Bearer other-token")) == Access::denied);
}

TEST_CASE("an unknown source is denied like a wrong token, but told to who has a good token") {
    const CredentialTable credentials = table();
    CHECK(ask(credentials, "nobody", request("")) == Access::denied);
    CHECK(ask(credentials, "nobody", request("Bearer wrong")) == Access::denied);
    CHECK(ask(credentials, "nobody", request("Bearer new-token")) == Access::unknown_source);
    CHECK(ask(credentials, "", request("Bearer wrong")) == Access::denied);
}

TEST_CASE("a signature over timestamp, point and body is good with any of the keys") {
    const CredentialTable credentials = table();
    CHECK(ask(credentials, "signed", signed_request("key-1", kNow)) == Access::granted);
    CHECK(ask(credentials, "signed", signed_request("key-2", kNow)) == Access::granted);
    Request upper = signed_request("key-1", kNow);
    for (std::size_t i = 7; i < upper.head.signature.size(); ++i) {
        upper.head.signature[i] = static_cast<char>(std::toupper(upper.head.signature[i]));
    }
    CHECK(ask(credentials, "signed", upper) == Access::granted);
}

TEST_CASE("the signature of the reference vector is the one that senders compute") {
    // printf '1795466910.{"a":1}' | openssl dgst -sha256 -hmac key
    std::map<std::string, Credentials> sources;
    sources["s"].hmac.emplace_back("key");
    SeededIdSource ids(1);
    const CredentialTable credentials(std::move(sources), ids);
    Request asked = request("");
    asked.body = "{\"a\":1}";
    asked.head.timestamp = "1795466910";
    asked.head.signature =
        "sha256=c99cfc966d5a7a2c83a155b2706f6152c97e12fc98bd181afc5c2edf278bed3d";
    CHECK(ask(credentials, "s", asked) == Access::granted);
    asked.body += " ";
    CHECK(ask(credentials, "s", asked) == Access::denied);
}

TEST_CASE("a signature is good within the window only, in both directions") {
    const CredentialTable credentials = table();
    CHECK(ask(credentials, "signed", signed_request("key-1", kNow - 300s)) == Access::granted);
    CHECK(ask(credentials, "signed", signed_request("key-1", kNow + 300s)) == Access::granted);
    CHECK(ask(credentials, "signed", signed_request("key-1", kNow - 301s)) == Access::denied);
    CHECK(ask(credentials, "signed", signed_request("key-1", kNow + 301s)) == Access::denied);
}

TEST_CASE("a signature that is wrong, misses a part or has another form is denied") {
    const CredentialTable credentials = table();
    const Request good = signed_request("key-1", kNow);
    std::vector<Request> bad(9, good);
    bad[0].body += " ";
    bad[1].head.timestamp = std::to_string(to_unix_ms(kNow) / 1000 + 1);
    bad[2].head.signature.back() = bad[2].head.signature.back() == '0' ? '1' : '0';
    bad[3].head.signature = bad[3].head.signature.substr(7);
    bad[4].head.signature.clear();
    bad[5].head.timestamp.clear();
    bad[6].head.timestamp += "x";
    bad[7].head.timestamp = "-" + bad[7].head.timestamp;
    bad[8] = signed_request("wrong key", kNow);
    for (std::size_t i = 0; i < bad.size(); ++i) {
        INFO(i);
        CHECK(ask(credentials, "signed", bad.at(i)) == Access::denied);
    }
    CHECK(ask(credentials, "signed", request("Bearer key-1")) == Access::denied);
}

TEST_CASE("where a key is configured a token alone is not enough, nor a signature without the token"
) {
    const CredentialTable credentials = table();
    CHECK(ask(credentials, "both", request("Bearer both-token")) == Access::denied);
    CHECK(ask(credentials, "both", signed_request("key-3", kNow)) == Access::denied);
    CHECK(
        ask(credentials, "both", signed_request("key-3", kNow, "Bearer wrong")) == Access::denied
    );
    CHECK(
        ask(credentials, "both", signed_request("key-1", kNow, "Bearer both-token")) ==
        Access::denied
    );
    CHECK(
        ask(credentials, "both", signed_request("key-3", kNow, "Bearer both-token")) ==
        Access::granted
    );
}

TEST_CASE("the head tells nothing about a source when a signature is shown") {
    const CredentialTable credentials = table();
    const Request asked = signed_request("some key", kNow);
    for (const char* const source : {"signed", "tokens", "both", "nobody", "open"}) {
        INFO(source);
        CHECK(credentials.check_head(source, asked.head) == Access::body_decides);
    }
    CHECK(ask(credentials, "nobody", asked) == Access::denied);
    CHECK(ask(credentials, "tokens", asked) == Access::denied);
}

TEST_CASE("a source with a token takes it although an unasked signature comes along") {
    const CredentialTable credentials = table();
    CHECK(
        ask(credentials, "tokens", signed_request("any", kNow, "Bearer new-token")) ==
        Access::granted
    );
}

TEST_CASE("a source for anyone takes everything, one without any secret nothing") {
    const CredentialTable credentials = table();
    CHECK(ask(credentials, "open", request("")) == Access::granted);
    CHECK(ask(credentials, "open", request("Bearer whatever")) == Access::granted);
    CHECK(ask(credentials, "open", signed_request("x", kNow)) == Access::granted);
    CHECK(ask(credentials, "empty", request("")) == Access::denied);
    CHECK(ask(credentials, "empty", signed_request("", kNow)) == Access::denied);
}

TEST_CASE("the address counts only for who has the right secret") {
    const CredentialTable credentials = table();
    const auto from = [&credentials](const std::string& token, const std::string& peer) {
        return ask(credentials, "near", request("Bearer " + token, peer));
    };
    CHECK(from("near-token", "10.1.2.3") == Access::granted);
    CHECK(from("near-token", "::ffff:10.1.2.3") == Access::granted);
    CHECK(from("near-token", "2001:db8::1") == Access::granted);
    CHECK(from("near-token", "192.0.2.7") == Access::granted);
    CHECK(from("near-token", "192.0.2.8") == Access::forbidden);
    CHECK(from("near-token", "11.0.0.1") == Access::forbidden);
    CHECK(from("near-token", "nonsense") == Access::forbidden);
    CHECK(from("wrong", "192.0.2.8") == Access::denied);
    CHECK(from("wrong", "10.1.2.3") == Access::denied);
}

TEST_CASE("an address range that cannot be read matches nothing, it does not open the source") {
    std::map<std::string, Credentials> sources;
    sources["s"] = bearer({"t"});
    sources["s"].allow_from = {"10.0.0.0/99"};
    SeededIdSource ids(1);
    const CredentialTable credentials(std::move(sources), ids);
    CHECK(ask(credentials, "s", request("Bearer t", "10.0.0.1")) == Access::forbidden);
}

TEST_CASE("address ranges are read strictly") {
    for (const char* const text :
         {"10.0.0.0/8", "0.0.0.0/0", "::/0", "::1", "1.2.3.4/32", "fe80::/10"}) {
        INFO(text);
        CHECK(is_address_range(text));
    }
    for (const char* const text :
         {"", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/-1", "10.0.0.0/", "::/129", "10.0.0.0/8x",
          "host", "/8"}) {
        INFO(text);
        CHECK_FALSE(is_address_range(text));
    }
}

TEST_CASE("a range holds its addresses to the bit") {
    CHECK(address_in_range("172.16.0.0", "172.16.0.0/12"));
    CHECK(address_in_range("172.31.255.255", "172.16.0.0/12"));
    CHECK_FALSE(address_in_range("172.32.0.0", "172.16.0.0/12"));
    CHECK(address_in_range("1.2.3.4", "0.0.0.0/0"));
    CHECK_FALSE(address_in_range("::1", "0.0.0.0/0"));
    CHECK_FALSE(address_in_range("1.2.3.4", "::/0"));
    CHECK(address_in_range("2001:db8:ffff::1", "2001:db8::/32"));
    CHECK_FALSE(address_in_range("2001:db9::1", "2001:db8::/32"));
}
