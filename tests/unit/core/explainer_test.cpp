// SPDX-License-Identifier: MIT
#include "alert_bridge/core/explainer.hpp"

#include <boost/asio/co_spawn.hpp>

#include "catch.hpp"
#include "core_world.hpp"

using namespace alert_bridge;
using namespace std::chrono_literals;
using core::Explanation;
using domain::AlertKind;
using domain::OperationKind;
using test::CoreWorld;

namespace {

// A second GLPI and no store: nothing of the first world can be changed.
struct Seat : CoreWorld {
    Seat() {
        other_assets.by_name["web01"] = {{"Computer", 17, "web01", 1, domain::Evidence::name}};
    }

    Explanation explain(const domain::Alert& alert, bool asks = true) {
        core::Explainer::Options options;
        options.asks_glpi = asks;
        options.known_of = [this](const ports::Subject& subject) {
            asked.push_back(subject);
            return known;
        };
        if (!explainer) {
            explainer.emplace(
                core::Explainer::Services{
                    listener, other_assets, clock, events, metrics, ids, policies.current()},
                std::move(options)
            );
        }
        std::optional<Explanation> out;
        boost::asio::co_spawn(
            io, explainer->explain(alert),
            [&out](const std::exception_ptr& failure, Explanation result) {
                REQUIRE_FALSE(failure);
                out = std::move(result);
            }
        );
        settle();
        REQUIRE(out.has_value());
        return std::move(*out);
    }

    test::FakeDesk listener;
    test::FakeAssets other_assets;
    std::optional<domain::Snapshot> known;
    std::vector<ports::Subject> asked;
    std::optional<core::Explainer> explainer;
};

}  // namespace

TEST_CASE("an opening is told with its asset, entity and request, and is what the core then does") {
    Seat seat;
    const domain::Alert alert = seat.alert(AlertKind::problem);
    const Explanation told = seat.explain(alert);
    CHECK(told.verdict == domain::Verdict::applied);
    CHECK(told.reason == "opens a ticket");
    CHECK(told.asked_for_place);
    REQUIRE(told.trace.candidates.size() == 1);
    CHECK(told.trace.candidates[0].chosen);
    REQUIRE(told.writes.size() == 1);
    CHECK(told.writes[0].kind == OperationKind::open);
    CHECK_FALSE(told.writes[0].not_before.has_value());
    CHECK(seat.store.journal.empty());
    CHECK(seat.desk.calls.empty());
    REQUIRE(seat.asked.size() == 2);
    CHECK(seat.asked[1].group_key == told.group_key);
    CHECK_FALSE(told.group_key.empty());

    seat.take(alert);
    REQUIRE((seat.desk.tickets.size() == 1 && seat.listener.tickets.size() == 1));
    const domain::NewTicket& real = seat.desk.tickets.begin()->second;
    const domain::NewTicket& foretold = seat.listener.tickets.begin()->second;
    CHECK(real.title == foretold.title);
    CHECK(real.entity_id == foretold.entity_id);
    CHECK(real.asset == foretold.asset);
    CHECK(real.urgency == foretold.urgency);
}

TEST_CASE("an opening that waits is told with its time") {
    Seat seat;
    seat.rules->plan.policy.open_after = {{"", 10min}};
    const Explanation told = seat.explain(seat.alert(AlertKind::problem));
    CHECK(told.reason == "must last until its ticket opens");
    REQUIRE(told.writes.size() == 1);
    CHECK(told.writes[0].kind == OperationKind::open);
    REQUIRE(told.writes[0].not_before.has_value());
    CHECK(*told.writes[0].not_before >= seat.clock.time + 10min);
    CHECK(told.writes[0].waits_for == "if the problem lasts that long");
}

TEST_CASE("alerts of one body know of each other") {
    Seat seat;
    seat.rules->plan.policy.group_by = {"host"};
    CHECK(seat.explain(seat.alert(AlertKind::problem)).reason == "opens a ticket");
    const Explanation second = seat.explain(seat.alert(AlertKind::problem, "2", "z/trigger/2"));
    CHECK(second.reason == "joins the open ticket");
    REQUIRE(second.writes.size() == 1);
    // A follow-up that also opens the ticket again if people closed it meanwhile.
    CHECK(second.writes[0].kind == OperationKind::reopen);
}

TEST_CASE("the recovery of the same body finds the problem before it") {
    Seat seat;
    seat.rules->plan.policy.resolve_after = 5min;
    (void)seat.explain(seat.alert(AlertKind::problem));
    const Explanation told = seat.explain(seat.alert(AlertKind::recovery));
    CHECK(told.reason == "recovered");
    CHECK_FALSE(told.asked_for_place);
    REQUIRE(told.writes.size() == 1);
    CHECK(told.writes[0].kind == OperationKind::solve);
    CHECK(told.writes[0].waits_for == "if it stays quiet that long");
}

TEST_CASE("alerts of one body know that an incident ended, and begin another") {
    Seat seat;
    seat.rules->plan.policy.open_after = {{"", 10min}};
    const std::string waits = "must last until its ticket opens";
    CHECK(seat.explain(seat.alert(AlertKind::problem)).reason == waits);
    CHECK(
        seat.explain(seat.alert(AlertKind::recovery)).reason == "recovered before a ticket was due"
    );
    const Explanation third = seat.explain(seat.alert(AlertKind::problem, "2"));
    CHECK(third.reason == waits);
    REQUIRE(third.writes.size() == 1);
    CHECK(third.writes[0].kind == OperationKind::open);
}

TEST_CASE("alerts of one body know of each other without an incident") {
    Seat seat;
    SECTION("a recovery that comes first leaves its tombstone") {
        (void)seat.explain(seat.alert(AlertKind::recovery));
        const Explanation told = seat.explain(seat.alert(AlertKind::problem));
        CHECK(told.verdict == domain::Verdict::ignored);
        CHECK(told.writes.empty());
    }
    SECTION("what was too mild is known when it ends") {
        seat.rules->plan.policy.open = domain::Severity::disaster;
        (void)seat.explain(seat.alert(AlertKind::problem));
        CHECK(
            seat.explain(seat.alert(AlertKind::recovery)).reason == "recovered, no ticket was open"
        );
    }
}

TEST_CASE("what the store knows of other problems is not hidden by alerts of the same body") {
    Seat seat;
    const Explanation opened = seat.explain(seat.alert(AlertKind::problem));
    seat.known.emplace();
    seat.known->problem.emplace().key = "z/trigger/2";
    seat.known->incident = *opened.incident;
    seat.known->incident->id = "other";
    seat.known->incident->group_key = "problem=z/trigger/2";
    seat.known->incident->ticket_id = 9;
    domain::Episode& episode = seat.known->episode.emplace();
    episode.problem_key = "z/trigger/2";
    episode.episode = "2";
    episode.incident_id = "other";
    seat.known->episodes = {episode};
    const Explanation told = seat.explain(seat.alert(AlertKind::recovery, "2", "z/trigger/2"));
    CHECK(told.reason == "recovered");
    REQUIRE(told.incident.has_value());
    CHECK(told.incident->ticket_id == 9);
}

TEST_CASE("while the opening is still owed, what follows is told as it will be after it") {
    Seat seat;
    const Explanation opened = seat.explain(seat.alert(AlertKind::problem));
    seat.explainer.reset();  // the store knows it from here on
    seat.known.emplace();
    seat.known->incident = *opened.incident;
    seat.known->incident->ticket_id = 0;
    domain::Problem& problem = seat.known->problem.emplace();
    problem.key = "z/trigger/1";
    problem.state = domain::ProblemState::failing;
    domain::Episode& episode = seat.known->episode.emplace();
    episode.problem_key = "z/trigger/1";
    episode.episode = "1";
    episode.incident_id = opened.incident->id;
    seat.known->episodes = {episode};
    domain::Operation& owed = seat.known->operations.emplace_back();
    owed.id = 5;
    owed.incident_id = opened.incident->id;
    owed.kind = OperationKind::open;
    SECTION("not sent yet") {
        const std::size_t solutions = seat.listener.solutions.size();
        const Explanation told = seat.explain(seat.alert(AlertKind::recovery));
        CHECK(told.reason == "recovered");
        REQUIRE(told.writes.size() == 1);
        CHECK(told.writes[0].kind == OperationKind::solve);
        CHECK(told.writes[0].outcome.find("no ticket") == std::string::npos);
        CHECK(told.incident->ticket_id == core::kNewTicket);
        REQUIRE(seat.listener.solutions.size() == solutions + 1);
        CHECK(seat.listener.solutions.back().ticket_id == core::kNewTicket);
        REQUIRE_FALSE(told.remarks.empty());
        CHECK_THAT(told.remarks.front(), ContainsSubstring("1 writes that are owed"));
    }
    SECTION("a dead letter") {
        owed.state = domain::OperationState::dead;
        const Explanation told = seat.explain(seat.alert(AlertKind::update));
        REQUIRE(told.remarks.size() >= 2);
        CHECK_THAT(told.remarks[1], ContainsSubstring("dead letter"));
        CHECK((!told.incident || told.incident->ticket_id == 0));
    }
}

TEST_CASE("what a rule drops needs no place and writes nothing") {
    Seat seat;
    seat.rules->plan.drop = true;
    const Explanation told = seat.explain(seat.alert(AlertKind::problem));
    CHECK(told.reason == "dropped by a rule");
    CHECK_FALSE(told.asked_for_place);
    CHECK(told.writes.empty());
    CHECK(seat.other_assets.lookups == 0);
}

TEST_CASE("without GLPI the entity is told as the configuration names it, and the rest goes on") {
    Seat seat;
    const Explanation told = seat.explain(seat.alert(AlertKind::problem), false);
    CHECK(told.reason == "opens a ticket");
    CHECK_THAT(told.place_problem, ContainsSubstring("not asked"));
    REQUIRE(told.placement.has_value());
    CHECK(told.placement->entity_name == "Root");
    CHECK_FALSE(told.placement->asset.has_value());
    CHECK(told.remarks.empty());
    CHECK(told.writes.size() == 1);
    CHECK(seat.other_assets.lookups == 0);
}

TEST_CASE("without GLPI the place is asked for all the same, and groups are told as not looked up"
) {
    Seat seat;
    seat.rules->plan.policy.group_by = {"host"};
    const Explanation told = seat.explain(seat.alert(AlertKind::problem), false);
    REQUIRE((seat.asked.size() == 2 && seat.asked[1].place));
    CHECK(seat.asked[1].place->entity_id == domain::kNoEntity);
    CHECK(seat.asked[1].place->host_key == "z/web01");
    REQUIRE(told.remarks.size() == 1);
    CHECK_THAT(told.remarks[0], ContainsSubstring("group_by"));
}

TEST_CASE("without any entity the alert waits, and that is told") {
    Seat seat;
    seat.other_assets.by_name.clear();
    seat.rules->plan.default_entity.value = "Gone";
    seat.rules->plan.glpi_default_entity.value = "Gone";
    const Explanation told = seat.explain(seat.alert(AlertKind::problem));
    CHECK(told.verdict == domain::Verdict::needs_placement);
    CHECK_THAT(told.place_problem, ContainsSubstring("glpi.default_entity"));
    CHECK(told.writes.empty());
}
