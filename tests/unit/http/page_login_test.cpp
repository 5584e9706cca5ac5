// SPDX-License-Identifier: MIT
#include "alert_bridge/http/page_login.hpp"

#include "alert_bridge/http/peer_group.hpp"
#include "catch.hpp"

using namespace alert_bridge;
using http::PageLogin;

namespace {

struct World {
    SeededIdSource ids{5};
    WallTime now = from_unix_ms(1'795'466'910'000);
    PageLogin login{tokens("the-right-token"), ids};

    static std::vector<Secret> tokens(const std::string& one) {
        return {Secret(one), Secret("the-second-token")};
    }
    std::string session(const std::string& token = "the-right-token") {
        const auto secret = login.log_in(token, "10.0.0.1", now);
        REQUIRE(secret.has_value());
        return *secret;
    }
};

}  // namespace

TEST_CASE("each token opens a session of its own, which a cookie proves") {
    World world;
    const std::string one = world.session();
    const std::string other = world.session("the-second-token");
    CHECK(one.size() == 64);
    CHECK(one != other);
    CHECK(world.login.is_in(one, world.now));
    CHECK(world.login.is_in(other, world.now));
    CHECK_FALSE(world.login.is_in("", world.now));
    CHECK_FALSE(world.login.is_in(one.substr(1), world.now));
    CHECK(world.login.sessions(world.now) == 2);
    world.login.log_out(one);
    CHECK_FALSE(world.login.is_in(one, world.now));
    CHECK(world.login.is_in(other, world.now));
}

TEST_CASE("a session ends with its time and when the tokens change, not when they stay") {
    World world;
    const std::string secret = world.session();
    const WallTime last = world.now + PageLogin::kSessionLife - Duration(1);
    CHECK(world.login.is_in(secret, last));
    CHECK_FALSE(world.login.is_in(secret, last + Duration(1)));
    CHECK(world.login.sessions(last + Duration(1)) == 0);
    world.login.use(World::tokens("the-right-token"));
    CHECK(world.login.is_in(secret, world.now));
    world.login.use(World::tokens("a-new-right-token"));
    CHECK_FALSE(world.login.is_in(secret, world.now));
    CHECK_FALSE(world.login.log_in("the-right-token", "10.0.0.1", world.now).has_value());
}

TEST_CASE("the oldest session makes room for one too many") {
    World world;
    std::vector<std::string> secrets;
    for (std::size_t i = 0; i <= PageLogin::kSessionsMax; ++i) {
        secrets.push_back(world.session());
    }
    CHECK_FALSE(world.login.is_in(secrets.front(), world.now));
    CHECK(world.login.is_in(secrets.at(1), world.now));
    CHECK(world.login.sessions(world.now) == PageLogin::kSessionsMax);
}

TEST_CASE("after a few wrong tokens an address waits until the window is over, others do not") {
    World world;
    for (int i = 0; i < PageLogin::kTriesPerAddress; ++i) {
        CHECK_FALSE(world.login.must_wait("10.0.0.9", world.now));
        CHECK_FALSE(world.login.log_in("wrong", "10.0.0.9", world.now).has_value());
    }
    CHECK(world.login.must_wait("10.0.0.9", world.now));
    CHECK_FALSE(world.login.must_wait("10.0.0.1", world.now));
    CHECK_FALSE(world.login.must_wait("10.0.0.9", world.now + PageLogin::kTryWindow));
}

TEST_CASE("wrong tokens from everywhere are bounded too, and who is logged in stays so") {
    World world;
    const std::string secret = world.session();
    for (int i = 0; i < PageLogin::kTriesInAll; ++i) {
        CHECK_FALSE(world.login.must_wait("10.0.0.1", world.now));
        const std::string address = "10.1.0." + std::to_string(i);
        CHECK_FALSE(world.login.log_in("wrong", address, world.now).has_value());
    }
    CHECK(world.login.must_wait("10.0.0.1", world.now));
    CHECK(world.login.is_in(secret, world.now));
    // The clock was set back: nobody waits longer than the window for it.
    CHECK_FALSE(world.login.must_wait("10.0.0.1", world.now - Duration(1)));
}

TEST_CASE("the addresses of one IPv6 network count as one, an IPv4 address alone") {
    World world;
    for (int i = 1; i <= PageLogin::kTriesPerAddress; ++i) {
        const std::string end = std::to_string(i);
        CHECK_FALSE(world.login.log_in("wrong", "2001:db8:0:7::" + end, world.now).has_value());
        CHECK_FALSE(world.login.log_in("wrong", "192.0.2." + end, world.now).has_value());
    }
    CHECK(world.login.must_wait("2001:db8:0:7:ffff:ffff:ffff:ffff", world.now));
    CHECK_FALSE(world.login.must_wait("2001:db8:0:8::1", world.now));
    CHECK_FALSE(world.login.must_wait("192.0.2.1", world.now));
    CHECK(http::peer_group("2001:db8:0:7::1") == "2001:db8:0:7::/64");
    CHECK(http::peer_group("::ffff:192.0.2.1") == "::ffff:192.0.2.1");
    CHECK(http::peer_group("status page") == "status page");
}
