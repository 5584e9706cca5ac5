// SPDX-License-Identifier: MIT
#include "alert_bridge/http/page_login.hpp"

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

TEST_CASE("wrong tokens from everywhere are bounded too, and so is what is remembered of them") {
    World world;
    for (int i = 0; i < PageLogin::kTriesInAll; ++i) {
        CHECK_FALSE(world.login.must_wait("10.0.0.1", world.now));
        const std::string address = "10.1.0." + std::to_string(i);
        CHECK_FALSE(world.login.log_in("wrong", address, world.now).has_value());
    }
    CHECK(world.login.must_wait("10.0.0.1", world.now));
    // The clock was set back: nobody waits longer than the window for it.
    CHECK_FALSE(world.login.must_wait("10.0.0.1", world.now - Duration(1)));
}

TEST_CASE("a table of addresses that is full leaves the bound of all in force") {
    World world;
    for (std::size_t i = 0; i < PageLogin::kAddressesMax; ++i) {
        (void)world.login.log_in("wrong", std::to_string(i), world.now);
    }
    (void)world.login.log_in("wrong", "one more", world.now);
    CHECK(world.login.must_wait("one more", world.now));
}
