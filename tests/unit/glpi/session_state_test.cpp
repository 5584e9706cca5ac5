// SPDX-License-Identifier: MIT
#include "alert_bridge/glpi/session_state.hpp"

#include "alert_bridge/glpi/breaker.hpp"
#include "catch.hpp"

using namespace alert_bridge;
using glpi::Breaker;
using glpi::SessionState;
using Phase = SessionState::Phase;
using Step = SessionState::Step;

namespace {

const WallTime kStart = from_unix_ms(1'800'000'000'000);
const Error kOutage{ErrorClass::later, "timeout", "x"};
const Error kWrongToken{ErrorClass::misconfigured, "ERROR_GLPI_LOGIN_USER_TOKEN", "x"};

SessionState ready(const std::string& token = "one") {
    SessionState state{glpi::SessionRules{}};
    REQUIRE(state.next(kStart) == Step::login);
    state.established(Secret(token), kStart, 0);
    return state;
}

WallTime after(std::int64_t seconds) {
    return kStart + Duration(seconds * 1000);
}

}  // namespace

TEST_CASE("the first call logs in and the others wait for it") {
    SessionState state{glpi::SessionRules{}};
    CHECK(state.phase() == Phase::absent);
    CHECK(state.generation() == 0);
    CHECK(state.next(kStart) == Step::login);
    CHECK(state.phase() == Phase::logging_in);
    CHECK(state.next(kStart) == Step::wait);
    CHECK(state.next(kStart) == Step::wait);
    state.established(Secret("one"), kStart, 0);
    CHECK(state.phase() == Phase::ready);
    CHECK(state.token().reveal() == "one");
    CHECK(state.generation() == 1);
    CHECK(state.next(kStart) == Step::use);
    CHECK_FALSE(state.take_replaced().has_value());
}

TEST_CASE("a login that failed by an outage may be tried by the next call") {
    SessionState state{glpi::SessionRules{}};
    REQUIRE(state.next(kStart) == Step::login);
    state.login_failed(kOutage, kStart, 0);
    CHECK(state.phase() == Phase::absent);
    CHECK(state.next(kStart) == Step::login);
}

TEST_CASE("a refused login is not repeated before the back-off is over") {
    SessionState state{glpi::SessionRules{}};
    REQUIRE(state.next(kStart) == Step::login);
    state.login_failed(kWrongToken, kStart, 0);
    CHECK(state.phase() == Phase::refused);
    CHECK(state.refusal().code == kWrongToken.code);
    CHECK(state.next(kStart) == Step::refuse);
    CHECK(state.next(after(14)) == Step::refuse);
    CHECK(state.next(after(31)) == Step::login);
    CHECK(state.phase() == Phase::logging_in);

    SECTION("each refusal makes it slower, up to five minutes") {
        WallTime now = after(31);
        for (int i = 0; i < 10; ++i) {
            state.login_failed(kWrongToken, now, UINT64_MAX);
            CHECK(state.next(now) == Step::refuse);
            now += Duration(301'000);
            REQUIRE(state.next(now) == Step::login);
        }
        state.login_failed(kWrongToken, now, UINT64_MAX);
        CHECK(state.next(now + Duration(140'000)) == Step::refuse);
    }
    SECTION("a login that works forgets the refusals") {
        state.established(Secret("one"), after(31), 0);
        CHECK(state.next(after(32)) == Step::use);
        state.barred(kWrongToken, after(33), 0);
        CHECK(state.next(after(64)) == Step::login);
    }
    SECTION("a clock that jumps back does not lock us out") {
        state.login_failed(kWrongToken, after(31), 0);
        CHECK(state.next(after(31 - 3600)) == Step::login);
    }
}

TEST_CASE("new tokens end a refusal at once, and change nothing else") {
    SessionState state{glpi::SessionRules{}};
    state.forgive();
    CHECK(state.phase() == Phase::absent);
    REQUIRE(state.next(kStart) == Step::login);
    state.forgive();
    CHECK(state.phase() == Phase::logging_in);
    state.login_failed(kWrongToken, kStart, 0);
    REQUIRE(state.next(kStart) == Step::refuse);
    state.forgive();
    REQUIRE(state.next(kStart) == Step::login);
    state.established(Secret("one"), kStart, 0);
    state.forgive();
    CHECK(state.next(kStart) == Step::use);
    CHECK(state.token().reveal() == "one");
}

TEST_CASE("a session at the end of its life is renewed and the old one handed out to be killed") {
    SessionState state = ready();
    CHECK(state.next(after(4 * 3600 - 1)) == Step::use);
    CHECK(state.next(after(4 * 3600)) == Step::login);
    CHECK(state.next(after(4 * 3600)) == Step::wait);
    state.established(Secret("two"), after(4 * 3600), 0);
    CHECK(state.generation() == 2);
    const auto replaced = state.take_replaced();
    REQUIRE(replaced.has_value());
    CHECK(replaced->reveal() == "one");
    CHECK_FALSE(state.take_replaced().has_value());
}

TEST_CASE("life is shortened by up to a tenth at random") {
    SessionState state{glpi::SessionRules{}};
    REQUIRE(state.next(kStart) == Step::login);
    state.established(Secret("one"), kStart, 999);
    CHECK(state.next(after(4 * 3600 * 9 / 10)) == Step::use);
    CHECK(state.next(after(4 * 3600 * 91 / 100)) == Step::login);
}

TEST_CASE("a token that GLPI disowned is replaced once, and there is nothing to kill") {
    SessionState state = ready();
    state.disowned(1);
    CHECK(state.phase() == Phase::suspect);
    state.disowned(1);
    CHECK(state.next(after(1)) == Step::login);
    state.established(Secret("two"), after(1), 0);
    CHECK_FALSE(state.take_replaced().has_value());
    SECTION("a late report about the old token changes nothing") {
        state.disowned(1);
        CHECK(state.phase() == Phase::ready);
        CHECK(state.token().reveal() == "two");
    }
    SECTION("a report during a login changes nothing") {
        state.disowned(2);
        REQUIRE(state.next(after(2)) == Step::login);
        state.disowned(2);
        CHECK(state.phase() == Phase::logging_in);
    }
}

TEST_CASE("a living session that is barred is refused at once and tried again later") {
    SessionState state = ready();
    state.barred(kWrongToken, after(1), 0);
    CHECK(state.phase() == Phase::refused);
    CHECK(state.next(after(2)) == Step::refuse);
    CHECK(state.next(after(32)) == Step::login);
    state.barred(kWrongToken, after(32), 0);
    CHECK(state.phase() == Phase::logging_in);
}

TEST_CASE("an unused session is idle after its idle life and can be given up") {
    SessionState state = ready();
    CHECK_FALSE(state.is_idle(after(20 * 60 - 1)));
    CHECK(state.is_idle(after(20 * 60)));
    CHECK(state.next(after(20 * 60)) == Step::use);
    CHECK_FALSE(state.is_idle(after(20 * 60)));
    const auto token = state.surrender();
    REQUIRE(token.has_value());
    CHECK(token->reveal() == "one");
    CHECK(state.phase() == Phase::absent);
    CHECK_FALSE(state.surrender().has_value());
    CHECK(state.next(after(20 * 60)) == Step::login);
    CHECK_FALSE(state.surrender().has_value());
    CHECK(state.phase() == Phase::logging_in);
}

TEST_CASE("giving up while refused does not end the refusal") {
    SessionState state = ready();
    state.barred(kWrongToken, after(1), 0);
    CHECK(state.surrender().has_value());
    CHECK(state.phase() == Phase::refused);
}

namespace {

Breaker breaker() {
    return Breaker(3, Backoff{Duration(1000), Duration(30'000)});
}

}  // namespace

TEST_CASE("the breaker opens after a row of outages only") {
    Breaker it = breaker();
    for (int i = 0; i < 10; ++i) {
        it.failure(kStart, 0);
        it.failure(kStart, 0);
        it.success();
    }
    CHECK(it.ask(kStart) == Breaker::Answer::pass);
    it.failure(kStart, 0);
    it.failure(kStart, 0);
    CHECK_FALSE(it.is_open());
    it.failure(kStart, 0);
    CHECK(it.is_open());
    CHECK(it.ask(kStart) == Breaker::Answer::stop);
}

TEST_CASE("an answer that was under way when the breaker opened does not close it") {
    Breaker it = breaker();
    it.trip(kStart, UINT64_MAX, 1);
    it.success();
    CHECK(it.is_open());
    CHECK(it.ask(kStart) == Breaker::Answer::stop);
}

TEST_CASE("one probe goes out when the delay is over, and its answer decides") {
    Breaker it = breaker();
    for (int i = 0; i < 3; ++i) {
        it.failure(kStart, UINT64_MAX);
    }
    const WallTime later = kStart + Duration(1001);
    CHECK(it.ask(later) == Breaker::Answer::probe);
    CHECK(it.ask(later) == Breaker::Answer::stop);
    SECTION("success closes it") {
        it.success();
        CHECK_FALSE(it.is_open());
        CHECK(it.ask(later) == Breaker::Answer::pass);
    }
    SECTION("failure opens it for longer") {
        it.failure(later, UINT64_MAX);
        CHECK(it.ask(later + Duration(990)) == Breaker::Answer::stop);
        CHECK(it.ask(later + Duration(2001)) == Breaker::Answer::probe);
    }
}

TEST_CASE("calls that were under way do not make the breaker wait longer, nor does the clock") {
    Breaker it = breaker();
    for (int i = 0; i < 50; ++i) {
        it.failure(kStart, UINT64_MAX);
    }
    CHECK(it.ask(kStart + Duration(1001)) == Breaker::Answer::probe);
    it.failure(kStart + Duration(1001), 0);
    CHECK(it.ask(kStart - Duration(3'600'000)) == Breaker::Answer::probe);
}

TEST_CASE("a breaker that is tripped opens at once, for as long as it is told, and once") {
    Breaker it = breaker();
    it.trip(kStart, 0, 3);
    CHECK(it.is_open());
    it.trip(kStart, 0, 5);
    CHECK(it.ask(kStart + Duration(1990)) == Breaker::Answer::stop);
    CHECK(it.ask(kStart + Duration(4001)) == Breaker::Answer::probe);
}

TEST_CASE("the delay of the breaker is bounded") {
    Breaker it = breaker();
    WallTime now = kStart;
    for (int i = 0; i < 3; ++i) {
        it.failure(now, UINT64_MAX);
    }
    for (int i = 0; i < 20; ++i) {
        now += Duration(30'001);
        REQUIRE(it.ask(now) == Breaker::Answer::probe);
        it.failure(now, UINT64_MAX);
    }
}
