// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/operation.hpp"

#include "alert_bridge/domain/known_errors.hpp"

#include "catch.hpp"

using namespace alert_bridge;
using namespace alert_bridge::domain;
using namespace std::chrono_literals;
using What = OperationResult::What;

namespace {

const WallTime kNow = from_unix_ms(1'795'000'000'000);

Operation sending() {
    Operation operation;
    operation.id = 1;
    operation.state = OperationState::sending;
    operation.attempts = 1;
    operation.created_at = kNow;
    operation.sent_at = kNow;
    return operation;
}

OperationResult failure(ErrorClass kind, std::string code = "x", std::string message = "y") {
    OperationResult result;
    result.what = What::failed;
    result.error = {kind, std::move(code), std::move(message)};
    return result;
}

OperationResult not_found() {
    OperationResult result;
    result.what = What::not_found;
    return result;
}

}  // namespace

TEST_CASE("a write that succeeded is done and knows what it made") {
    OperationResult result;
    result.result_id = 77;
    const Operation after = after_attempt(sending(), result, {}, kNow, 0);
    CHECK(after.state == OperationState::done);
    CHECK(after.result_id == 77);
}

TEST_CASE("outages, lost sessions and refused tokens are tried again later") {
    const auto kind = GENERATE(ErrorClass::later, ErrorClass::relogin, ErrorClass::misconfigured);
    const Operation after = after_attempt(sending(), failure(kind), {}, kNow, 0);
    CHECK(after.state == OperationState::due);
    CHECK(after.due_at > kNow);
    CHECK(after.due_at <= kNow + 2s);
}

TEST_CASE("the pause before a retry grows and is bounded") {
    RetryPolicy policy;
    Operation operation = sending();
    Duration last{};
    for (int attempt = 1; attempt <= 30; ++attempt) {
        operation.state = OperationState::sending;
        operation.attempts = attempt;
        operation = after_attempt(operation, failure(ErrorClass::later), policy, kNow, ~0ULL);
        const Duration pause = operation.due_at - kNow;
        CHECK(pause >= last / 2);
        CHECK(pause <= policy.longest_retry);
        last = pause;
    }
    CHECK(last >= policy.longest_retry / 2);
}

TEST_CASE("a refusal is dead and keeps its reason") {
    const Operation after =
        after_attempt(sending(), failure(ErrorClass::refused, "ERROR_X", "no"), {}, kNow, 0);
    CHECK(after.state == OperationState::dead);
    CHECK(after.last_error == "[refused] ERROR_X: no");
}

TEST_CASE("an unclear outcome waits out the quarantine counted from the failure") {
    // Claimed at kNow, but look-ups and a login came before the request: it left at kNow + 75 s.
    const Operation after =
        after_attempt(sending(), failure(ErrorClass::uncertain, "timeout"), {}, kNow + 105s, 0);
    CHECK(after.state == OperationState::uncertain);
    CHECK(after.due_at == kNow + 225s);
}

TEST_CASE("an uncertain write is sent again only after two look-ups that found nothing") {
    Operation operation = after_attempt(sending(), failure(ErrorClass::uncertain), {}, kNow, 0);
    operation = after_attempt(operation, not_found(), {}, kNow + 120s, 0);
    CHECK(operation.state == OperationState::uncertain);
    operation = after_attempt(operation, not_found(), {}, kNow + 125s, 0);
    CHECK(operation.state == OperationState::due);
}

TEST_CASE("a look-up that fails leaves the write uncertain") {
    const auto kind = GENERATE(
        ErrorClass::later, ErrorClass::uncertain, ErrorClass::refused, ErrorClass::misconfigured
    );
    Operation operation = after_attempt(sending(), failure(ErrorClass::uncertain), {}, kNow, 0);
    operation = after_attempt(operation, failure(kind), {}, kNow + 120s, 0);
    CHECK(operation.state == OperationState::uncertain);
    CHECK(operation.due_at > kNow + 120s);
}

TEST_CASE("the same ambiguous refusal twice, each looked up twice, is dead") {
    Operation operation = sending();
    const OperationResult refusal = failure(ErrorClass::uncertain, "ERROR_GLPI_ADD", "");
    operation = after_attempt(operation, refusal, {}, kNow, 0);
    CHECK(operation.due_at == kNow + 5s);  // GLPI answered: nothing is still running
    operation = after_attempt(operation, not_found(), {}, kNow + 5s, 0);
    REQUIRE(operation.state == OperationState::uncertain);
    CHECK(operation.due_at == kNow + 125s);  // but what it stored may show late
    operation = after_attempt(operation, not_found(), {}, kNow + 125s, 0);
    REQUIRE(operation.state == OperationState::due);
    operation.state = OperationState::sending;
    operation = after_attempt(operation, refusal, {}, kNow, 0);
    operation = after_attempt(operation, not_found(), {}, kNow, 0);
    operation = after_attempt(operation, not_found(), {}, kNow, 0);
    CHECK(operation.state == OperationState::dead);
}

TEST_CASE("where GLPI answered, a write is not sent again before the quarantine has passed") {
    const auto code =
        GENERATE(as<std::string>(), "ERROR_GLPI_ADD", std::string(domain::kDatabaseBusy));
    Operation operation = sending();
    operation = after_attempt(operation, failure(ErrorClass::uncertain, code), {}, kNow, 0);
    CHECK(operation.due_at == kNow + 5s);
    operation = after_attempt(operation, not_found(), {}, operation.due_at, 0);
    REQUIRE(operation.state == OperationState::uncertain);
    CHECK(operation.due_at >= kNow + 120s);
}

TEST_CASE("the first look-up finds at once what GLPI has stored although it answered an error") {
    const OperationResult refusal = failure(ErrorClass::uncertain, "ERROR_GLPI_ADD");
    Operation operation = after_attempt(sending(), refusal, {}, kNow, 0);
    OperationResult found;
    found.result_id = 77;
    operation = after_attempt(operation, found, {}, operation.due_at, 0);
    CHECK(operation.state == OperationState::done);
    CHECK(operation.result_id == 77);
}

TEST_CASE("a stop while sending forgets what GLPI answered before") {
    Operation operation = sending();
    operation.refusal = "ERROR_GLPI_ADD ";
    operation.refusals = 1;
    operation = after_crash(operation, {}, kNow);
    CHECK(operation.refusal.empty());
    CHECK(operation.refusals == 0);
    operation = after_attempt(operation, not_found(), {}, kNow + 120s, 0);
    CHECK(operation.due_at == kNow + 125s);  // the quarantine has passed already
}

TEST_CASE("a busy database is no refusal, however often it says the same") {
    Operation operation = sending();
    operation.refusals = 1;
    operation.refusal = "ERROR_GLPI_ADD ";
    const OperationResult busy =
        failure(ErrorClass::uncertain, std::string(kDatabaseBusy), "Lock wait timeout");
    for (int round = 0; round < 20; ++round) {
        operation.state = OperationState::sending;
        operation = after_attempt(operation, busy, {}, kNow, 0);
        REQUIRE(operation.state == OperationState::uncertain);
        CHECK(operation.due_at == kNow + 5s);
        CHECK(operation.refusals == 0);
        operation = after_attempt(operation, not_found(), {}, kNow, 0);
        operation = after_attempt(operation, not_found(), {}, kNow, 0);
        REQUIRE(operation.state == OperationState::due);
    }
}

TEST_CASE("two different ambiguous refusals are not the same answer") {
    Operation operation = sending();
    for (const char* message : {"deadlock", "lock wait", "deadlock"}) {
        operation.state = OperationState::sending;
        operation = after_attempt(
            operation, failure(ErrorClass::uncertain, "ERROR_GLPI_ADD", message), {}, kNow, 0
        );
        operation = after_attempt(operation, not_found(), {}, kNow, 0);
        operation = after_attempt(operation, not_found(), {}, kNow, 0);
        CHECK(operation.state == OperationState::due);
    }
}

TEST_CASE("rounds of sending and finding nothing have growing pauses and an end") {
    // An SQL error whose text differs each time is never the same answer twice.
    const char* code = GENERATE("ERROR_GLPI_ADD", "timeout");
    const RetryPolicy policy;
    Operation operation = sending();
    operation.kind = OperationKind::followup;
    WallTime now = kNow;
    Duration longest{};
    int rounds = 0;
    for (; operation.state != OperationState::dead && rounds < 10'000; ++rounds) {
        operation.state = OperationState::sending;
        operation.attempts = rounds + 1;
        operation.sent_at = now;
        const OperationResult unclear =
            failure(ErrorClass::uncertain, code, "deadlock " + std::to_string(rounds));
        operation = after_attempt(operation, unclear, policy, now, ~0ULL);
        for (int look = 0; look < 2; ++look) {
            REQUIRE(operation.state == OperationState::uncertain);
            now = operation.due_at;
            operation = after_attempt(operation, not_found(), policy, now, ~0ULL);
        }
        if (operation.state == OperationState::due) {
            longest = std::max(longest, Duration(operation.due_at - now));
            now = operation.due_at;
        }
    }
    CHECK(operation.state == OperationState::dead);
    CHECK(longest >= policy.longest_retry / 2);
    CHECK(now - kNow > policy.give_up_after);
    CHECK_THAT(operation.last_error, ContainsSubstring("given up after 5d"));
}

TEST_CASE("a link that stays unclear is given up after three attempts") {
    Operation operation = sending();
    operation.kind = OperationKind::link_ticket;
    for (int attempt = 1; attempt <= 3; ++attempt) {
        operation.state = OperationState::sending;
        operation.attempts = attempt;
        operation = after_attempt(operation, failure(ErrorClass::uncertain), {}, kNow, 0);
        operation = after_attempt(operation, not_found(), {}, kNow, 0);
        operation = after_attempt(operation, not_found(), {}, kNow, 0);
        CHECK(operation.state == (attempt < 3 ? OperationState::due : OperationState::dead));
    }
    CHECK_THAT(operation.last_error, ContainsSubstring("given up after 3 attempts"));
}

TEST_CASE("a look-up that keeps failing is asked ever more seldom, and given up but for an opening"
) {
    Operation operation = sending();
    operation.kind = GENERATE(OperationKind::open, OperationKind::followup);
    operation.state = OperationState::uncertain;
    const OperationResult failed = failure(ErrorClass::later);
    operation = after_attempt(operation, failed, {}, kNow + 120s, 0);
    CHECK(operation.due_at == kNow + 135s);
    operation = after_attempt(operation, failed, {}, kNow + 24h, 0);
    CHECK(operation.due_at == kNow + 24h + 5min);
    operation = after_attempt(operation, failed, {}, kNow + 121h, 0);
    const bool is_opening = operation.kind == OperationKind::open;
    CHECK(operation.state == (is_opening ? OperationState::uncertain : OperationState::dead));
}

TEST_CASE("a write found while sending after a crash is uncertain, never due") {
    const Operation after = after_crash(sending(), {}, kNow + 1h);
    CHECK(after.state == OperationState::uncertain);
    CHECK(after.due_at == kNow + 1h + 120s);  // the request may have left just before the end
}

TEST_CASE("a write that fails for days is given up with its reason") {
    Operation operation = sending();
    operation.created_at = kNow - 121h;
    const Operation after = after_attempt(operation, failure(ErrorClass::later), {}, kNow, 0);
    CHECK(after.state == OperationState::dead);
    CHECK_THAT(after.last_error, ContainsSubstring("given up after 5d"));
}

namespace {

// What a look-up claimed at the end of the quarantine.
Operation looked_up() {
    Operation operation = sending();
    operation.state = OperationState::uncertain;
    operation.due_at = kNow + 300s;
    return operation;
}

OperationResult found(std::int64_t id) {
    OperationResult result;
    result.result_id = id;
    return result;
}

}  // namespace

TEST_CASE("a result settles the row while that is still the attempt it was claimed as") {
    const auto next = settle(looked_up(), looked_up(), not_found(), {}, kNow + 130s, 0);
    REQUIRE(next.has_value());
    CHECK(next->lookups_empty == 1);
}

TEST_CASE("a late look-up that found nothing or failed changes nothing") {
    Operation present = looked_up();
    SECTION("because another look-up has the row") {
        present.due_at += 60s;
    }
    SECTION("because it waits to be sent again") {
        present.state = OperationState::due;
    }
    SECTION("because it is being sent again") {
        present.state = OperationState::sending;
        present.attempts = 2;
    }
    for (const OperationResult& late : {not_found(), failure(ErrorClass::later)}) {
        CHECK_FALSE(settle(present, looked_up(), late, {}, kNow + 400s, 0).has_value());
    }
}

TEST_CASE("what a late look-up found settles a row that waits") {
    Operation present = looked_up();
    present.state = GENERATE(OperationState::due, OperationState::uncertain, OperationState::dead);
    present.due_at += 60s;
    const auto next = settle(present, looked_up(), found(77), {}, kNow + 400s, 0);
    REQUIRE(next.has_value());
    CHECK(next->state == OperationState::done);
    CHECK(next->result_id == 77);
}

TEST_CASE("what a late look-up found outlives the second sending, whatever that brings") {
    Operation present = looked_up();
    present.state = OperationState::sending;
    present.attempts = 2;
    const auto noted = settle(present, looked_up(), found(77), {}, kNow + 400s, 0);
    REQUIRE(noted.has_value());
    CHECK(noted->state == OperationState::sending);
    for (const OperationResult& outcome :
         {failure(ErrorClass::later), failure(ErrorClass::refused), failure(ErrorClass::uncertain),
          found(78)}) {
        const auto last = settle(*noted, present, outcome, {}, kNow + 401s, 0);
        REQUIRE(last.has_value());
        CHECK(last->state == OperationState::done);
        CHECK(last->result_id == 77);
    }
}
