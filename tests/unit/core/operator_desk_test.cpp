// SPDX-License-Identifier: MIT
#include "alert_bridge/core/operator_desk.hpp"

#include "catch.hpp"
#include "desk_world.hpp"

using namespace alert_bridge;
using core::OperatorDesk;
using domain::OperationState;

namespace {

// A body that begins with "?" is unreadable as long as `strict`; "!" is an unusable alert.
class Picky final : public ports::AlertDecoder {
  public:
    bool strict = true;
    Result<ports::Decoded> decode(std::string_view body, WallTime) const override {
        if (strict && body.starts_with('?')) {
            return Error{ErrorClass::refused, "json", "not JSON at byte 0"};
        }
        ports::Decoded decoded;
        if (body.starts_with('!')) {
            decoded.unusable.push_back({"no event id", std::string(body)});
        } else {
            domain::Alert alert;
            alert.problem_key = alert.idempotency_key = "z/" + std::string(body);
            decoded.alerts.push_back(std::move(alert));
        }
        return decoded;
    }
};

struct Parts {
    boost::asio::io_context io;
    test::JumpingClock clock;
    std::shared_ptr<Picky> decoder = std::make_shared<Picky>();
};

struct World : Parts, test::DeskWorld {
    int rung = 0, appended = 0;

    World() : DeskWorld(clock, {{"z", decoder}}, core::IntakeLimits{10, 5}) {
        desk.on_changed = [this] { ++rung; };
        intake.on_appended = [this] { ++appended; };
    }
    OperatorDesk::Answer run(OperatorDesk::Outcome task) {
        const auto outcome = test::run_to_end(io, std::move(task));
        REQUIRE(outcome.has_value());
        return *outcome;
    }
    void add_dead() {
        domain::Incident incident;
        incident.id = "i1";
        store.incidents_table.push_back(incident);
        domain::Operation dead;
        dead.id = 7;
        dead.incident_id = "i1";
        dead.kind = domain::OperationKind::followup;
        dead.state = OperationState::dead;
        dead.attempts = 1;
        dead.created_at = dead.due_at = clock.now();
        store.operations_table.push_back(dead);
    }
    std::int64_t add_body(const std::string& body) {
        ports::QuarantineEntry entry;
        entry.id = static_cast<std::int64_t>(store.quarantine.size()) + 1;
        entry.source = "z";
        entry.body = body;
        store.quarantine.push_back(entry);
        return entry.id;
    }
    const test::RecordedEvents::Event& last_event() {
        REQUIRE_FALSE(events.events.empty());
        return events.events.back();
    }
};

}  // namespace

TEST_CASE("a retried write is due for its look-up, the dispatcher is rung, and it is logged who") {
    World world;
    world.add_dead();
    const auto answer =
        world.run(world.desk.settle({domain::OperatorAction::retry, 7, ""}, "uid 0"));
    CHECK(answer.done);
    CHECK(world.store.operations_table.front().state == OperationState::uncertain);
    CHECK(world.rung == 1);
    CHECK(world.last_event().id == "operator_command");
    CHECK(world.last_event().fields.at("who") == "uid 0");
    CHECK(world.last_event().fields.at("command") == "dead retry");
    CHECK(world.last_event().fields.at("id") == "7");
}

TEST_CASE("a refused command says why, changes nothing and rings nobody") {
    World world;
    const auto answer =
        world.run(world.desk.settle({domain::OperatorAction::discard, 99, "x"}, "uid 0"));
    CHECK_FALSE(answer.done);
    CHECK(answer.text == "there is no such unfinished write");
    CHECK(world.rung == 0);
    CHECK(world.last_event().level == ports::Level::warning);
    CHECK(world.last_event().fields.at("reason") == "x");
}

TEST_CASE("a quarantined body is readmitted once the source can read it") {
    World world;
    const auto id = world.add_body("?x");
    auto answer = world.run(world.desk.retry_quarantined(id, "uid 0"));
    CHECK_FALSE(answer.done);
    CHECK(answer.text == "it still cannot be read: json: not JSON at byte 0");
    REQUIRE(world.store.quarantine.size() == 1);
    CHECK(world.appended == 0);

    world.decoder->strict = false;
    answer = world.run(world.desk.retry_quarantined(id, "uid 0"));
    CHECK(answer.done);
    REQUIRE(world.store.journal.size() == 1);
    const domain::Alert& alert = world.store.journal.front().alert;
    CHECK(answer.text == "accepted " + alert.id);
    CHECK(alert.source == "z");
    CHECK(alert.received_at == world.clock.now());
    CHECK(world.store.quarantine.empty());
    CHECK(world.appended == 1);
    CHECK(world.intake.pending == 1);

    CHECK(world.run(world.desk.retry_quarantined(id, "uid 0")).text == "there is no such entry");
}

TEST_CASE("a quarantined body that cannot be taken now stays where it is") {
    World world;
    const auto unusable = world.add_body("!x");
    CHECK(
        world.run(world.desk.retry_quarantined(unusable, "uid 0")).text ==
        "it still cannot be used: no event id"
    );
    const auto fine = world.add_body("fine");
    world.intake.pending = 10;
    const auto full = world.run(world.desk.retry_quarantined(fine, "uid 0"));
    CHECK_FALSE(full.done);
    CHECK(full.text == "too many alerts wait to be processed, try again later");
    world.intake.pending = 0;
    world.intake.use({});
    CHECK(
        world.run(world.desk.retry_quarantined(fine, "uid 0")).text ==
        "there is no source 'z' any more"
    );
    CHECK(world.store.quarantine.size() == 2);
    CHECK(world.store.journal.empty());
}

TEST_CASE("a repeat in quarantine is a duplicate, and the entry is gone") {
    World world;
    world.run(world.desk.retry_quarantined(world.add_body("fine"), "uid 0"));
    const auto again = world.run(world.desk.retry_quarantined(world.add_body("fine"), "uid 0"));
    CHECK(again.done);
    CHECK(again.text.starts_with("duplicate "));
    CHECK(world.store.journal.size() == 1);
    CHECK(world.store.quarantine.empty());
    CHECK(world.intake.pending == 1);
}

TEST_CASE("a quarantined body can be discarded, with the reason in the log") {
    World world;
    const auto id = world.add_body("?x");
    CHECK(world.run(world.desk.discard_quarantined(id, "a test", "uid 1")).done);
    CHECK(world.store.quarantine.empty());
    CHECK(world.last_event().fields.at("reason") == "a test");
    CHECK_FALSE(world.run(world.desk.discard_quarantined(id, "", "uid 1")).done);
}
