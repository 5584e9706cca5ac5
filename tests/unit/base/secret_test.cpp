// SPDX-License-Identifier: MIT
#include "alert_bridge/base/secret.hpp"

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "catch.hpp"

using namespace alert_bridge;
using std::string;
using namespace std::string_literals;

TEST_CASE("a secret reveals its value, copies and moves it") {
    for (const string& value : {"short"s, string(1000, 'x'), ""s, "nul\0inside"s}) {
        const Secret secret(value);
        CHECK(secret.reveal() == value);
        CHECK(secret.empty() == value.empty());
        Secret copy = secret;
        CHECK(copy.reveal() == value);
        Secret moved = std::move(copy);
        CHECK(moved.reveal() == value);
        Secret assigned("something else");
        assigned = secret;
        CHECK(assigned.reveal() == value);
        Secret taken("something else");
        taken = std::move(assigned);
        CHECK(taken.reveal() == value);
        CHECK(secret.reveal() == value);
    }
}

TEST_CASE("assigning a secret to itself keeps it") {
    Secret secret("token");
    const Secret& same = secret;
    secret = same;
    CHECK(secret.reveal() == "token");
    Secret& again = secret;
    secret = std::move(again);
    CHECK(secret.reveal() == "token");
}

TEST_CASE("the bytes of a short secret are wiped when it is moved from") {
    Secret secret("sixteen bytes...");
    Secret shorter("tiny-tok");
    const char* inside = shorter.reveal().data();
    const Secret taken = std::move(shorter);
    // The short string lives inside the object that is still alive: its bytes may be looked at.
    CHECK(string(inside, 8) == string(8, '\0'));
    CHECK(taken.reveal() == "tiny-tok");
    CHECK(secret.reveal() == "sixteen bytes...");
}

TEST_CASE("a secret cannot slip into a text") {
    CHECK_FALSE(std::is_convertible_v<Secret, string>);
    CHECK_FALSE(std::is_convertible_v<Secret, std::string_view>);
    CHECK_FALSE(std::is_convertible_v<string, Secret>);
}

TEST_CASE("constant-time comparison compares all of it") {
    CHECK(equal_constant_time("", ""));
    CHECK(equal_constant_time("token", "token"));
    CHECK(equal_constant_time("a\0b"s, "a\0b"s));
    CHECK_FALSE(equal_constant_time("a\0b"s, "a\0c"s));
    CHECK_FALSE(equal_constant_time("token", "Token"));
    CHECK_FALSE(equal_constant_time("token", "token "));
    CHECK_FALSE(equal_constant_time("token", ""));
}

TEST_CASE("digests are those of the published test vectors") {
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    // RFC 4231, cases 1, 2 and 6
    CHECK(
        hmac_sha256_hex(string(20, '\x0b'), "Hi There") ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    );
    CHECK(
        hmac_sha256_hex("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
    CHECK(
        hmac_sha256_hex(
            string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"
        ) == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    );
    CHECK(
        hmac_sha256_hex("", "") ==
        "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"
    );
}

TEST_CASE("base64 is that of RFC 4648, and reads back") {
    const std::vector<std::pair<string, string>> table{
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
        {"\xff\xef\xbe"s, "/+++"},
        {"user:p\xC3\xA4ss"s, "dXNlcjpww6Rzcw=="},
    };
    for (const auto& [bytes, text] : table) {
        CAPTURE(text);
        CHECK(encode_base64(bytes) == text);
        string out = "left over";
        CHECK(decode_base64(text, out));
        CHECK(out == bytes);
    }
}

TEST_CASE("every byte survives base64 at every length") {
    string bytes;
    for (int i = 0; i < 300; ++i) {
        bytes += static_cast<char>(i * 7);
        string out;
        REQUIRE(decode_base64(encode_base64(bytes), out));
        REQUIRE(out == bytes);
    }
}

TEST_CASE("base64 with a wrong letter, length, padding or spare bits is refused and yields nothing"
) {
    for (const char* bad :
         {"Z", "Zg", "Zg=", "Zg===", "=", "====", "Zm9v=", "Z=g=", "Zm=v", "Zm9v Zg==", "Zm9-",
          "Zm9_", "Zm9\n", "Zh==", "Zm9=", "Zm9vZh=="}) {
        CAPTURE(bad);
        string out = "left over";
        CHECK_FALSE(decode_base64(bad, out));
        CHECK(out.empty());
    }
}
