// SPDX-License-Identifier: MIT
// Correlator: where a host belongs, and waiting for GLPI to tell.
#include <algorithm>
#include <utility>

#include "alert_bridge/core/correlator.hpp"

namespace alert_bridge::core {

namespace asio = boost::asio;
using domain::Placement;

namespace {

constexpr Duration kPlacementRetry{1000};
constexpr Duration kShortestAsk{1000};
constexpr Duration kEntityCheck{10'000};
constexpr Duration kIdleCheck{60'000};
constexpr const char* kNoEntityCode = "no_entity";

}  // namespace

// What became of one question; whoever asked may have gone on without it.
struct Correlator::Answer {
    explicit Answer(ports::Clock& clock) : bell(clock) {}
    Bell bell;
    std::optional<Result<Placement>> placement;
};

std::optional<Placement> Correlator::remembered_place(
    const domain::Alert& alert, const PlaceQuestion& question
) const {
    std::optional<Placement> placement = remembered_place_alone(alert, question.plan);
    if (!placement || question.details.empty()) {
        return placement;
    }
    placement->details = domain::AssetDetails();
    if (placement->asset) {
        placement->details =
            services_.assets.remembered_details(*placement->asset, question.details);
    }
    return placement->details ? placement : std::nullopt;
}

std::optional<Placement> Correlator::remembered_place_alone(
    const domain::Alert& alert, const domain::Plan& plan
) const {
    const domain::EntityTree* tree = services_.assets.known_entities();
    if (tree == nullptr) {
        return std::nullopt;
    }
    if (domain::names_unknown_entity(plan, *tree)) {
        services_.assets.doubt_entities();
    }
    if (!services_.assets.entities_are_fresh()) {
        return std::nullopt;
    }
    std::vector<domain::AssetHit> hits;
    const domain::AssetQuery first = domain::asset_query(alert);
    std::optional<domain::AssetQuery> query = first;
    while (query && !query->empty()) {
        const auto remembered = services_.assets.remembered(*query);
        if (!remembered) {
            return std::nullopt;
        }
        hits.insert(hits.end(), remembered->begin(), remembered->end());
        query = domain::next_query(plan, *query, *remembered, *tree);
    }
    Placement placement = place_alert(first, plan, hits, *tree);
    if (placement.entity_id == domain::kNoEntity) {
        return std::nullopt;
    }
    return placement;
}

asio::awaitable<std::optional<Placement>> Correlator::wait_for_place(
    const domain::Alert& alert, std::shared_ptr<const Policies> policies
) {
    const Duration patience = policies->placement_patience;
    const WallTime since = std::min(alert.received_at, unset_now());
    std::optional<WallTime> deadline;
    while (!stopping_ && services_.policies.current() == policies) {
        Turns::Turn turn = co_await take_turn(since, patience);
        if (stopping_) {
            break;
        }
        if (!deadline) {
            // Without a turn there was no answer to anybody for as long as we may wait.
            deadline = unset_now();
            if (turn) {
                *deadline += patience;
            }
        }
        PlaceQuestion question = place_question(alert, *policies, services_.clock.now());
        Result<Placement> found =
            co_await find_place(alert, std::move(question), *deadline, std::move(turn));
        if (found) {
            co_return std::move(*found);
        }
        if (glpi_away()) {
            deadline.reset();  // an outage is waited out; then the time counts anew
        }
        const Error error = found.error();
        co_await pause_after(error);
        while (!stopping_ && glpi_away() && services_.policies.current() == policies) {
            co_await news_.wait(kIdleCheck);
        }
    }
    co_return std::nullopt;
}

asio::awaitable<void> Correlator::pause_after(Error error) {
    if (stopping_ || glpi_away()) {
        co_return;
    }
    if (error.code == kNoEntityCode) {
        // Only people can help; the news tell when they did.
        ++without_entity_;
        co_await news_.wait(kEntityCheck);
        --without_entity_;
    } else {
        co_await services_.clock.sleep(kPlacementRetry);
    }
}

// A turn; none at stop(), and when GLPI gave nobody an answer for as long as we may wait.
asio::awaitable<Turns::Turn> Correlator::take_turn(WallTime since, Duration patience) {
    for (;;) {
        Duration longest = kIdleCheck;
        if (!glpi_away()) {
            const Duration left = std::max(since, last_answer_) + patience - unset_now();
            longest = std::clamp(left, Duration(1), kIdleCheck);
        }
        Turns::Turn turn = co_await turns_.take(longest);
        const bool over = unset_now() >= std::max(since, last_answer_) + patience && !glpi_away();
        if (turn || over || stopping_) {
            co_return turn;
        }
    }
}

asio::awaitable<Result<Placement>> Correlator::find_place(
    const domain::Alert& alert, PlaceQuestion question, WallTime deadline, Turns::Turn turn
) {
    const domain::Plan& plan = question.plan;
    Result<Placement> found = Error{ErrorClass::later, "no_answer", "GLPI answers nobody in time"};
    if (turn) {
        PlaceQuestion asked = question;
        found = co_await ask_in_time(alert, std::move(asked), deadline, std::move(turn));
    }
    const domain::EntityTree* known = services_.assets.known_entities();
    const bool hopeless = !found && found.error().kind == ErrorClass::refused;
    const bool out_of_time = !found && unset_now() >= deadline && !glpi_away();
    if (known != nullptr && (hopeless || out_of_time)) {
        const Error error = found.error();
        // The asset may be known and only its details not.
        const std::optional<Placement> remembered = remembered_place_alone(alert, plan);
        found = remembered ? *remembered : domain::place_without_answer(plan, *known);
        if (found->entity_id != domain::kNoEntity) {
            services_.events.log(
                ports::Level::warning, "placed_without_glpi",
                "GLPI gave no answer about the host in time; the entity comes from what is known "
                "of "
                "it, else from rule or default, and rules about the asset do not count",
                {{"alert", alert.id}, {"host", alert.host.name}, {"error", describe(error)}}
            );
        }
    }
    if (found && found->entity_id == domain::kNoEntity) {
        services_.events.log(
            ports::Level::error, "default_entity_missing",
            "neither rule nor asset gives the ticket an entity, and glpi.default_entity does not "
            "exist in GLPI, or our user may not see it; the alert waits until it does or the "
            "configuration is corrected and reloaded",
            {{"entity", plan.glpi_default_entity.value}, {"alert", alert.id}}
        );
        co_return Error{ErrorClass::misconfigured, kNoEntityCode, "no entity to open tickets in"};
    }
    co_return found;
}

// GLPI may take longer than we wait: then the answer serves the cache.
asio::awaitable<Result<Placement>> Correlator::ask_in_time(
    const domain::Alert& alert, PlaceQuestion question, WallTime deadline, Turns::Turn turn
) {
    auto answer = std::make_shared<Answer>(services_.clock);
    domain::Alert asked = alert;
    tasks_.spawn("look_up", ask(answer, std::move(asked), std::move(question), std::move(turn)));
    const Duration left = deadline - unset_now();
    const Duration longest = std::max(left, kShortestAsk);
    co_await answer->bell.wait(longest);
    if (!answer->placement) {
        co_return Error{ErrorClass::later, "no_answer", "GLPI did not tell about the host in time"};
    }
    co_return std::move(*answer->placement);
}

asio::awaitable<void> Correlator::ask(
    std::shared_ptr<Answer> answer, domain::Alert alert, PlaceQuestion question, Turns::Turn turn
) {
    answer->placement = co_await ask_place(services_.assets, alert, question, nullptr);
    const Result<Placement>& placement = *answer->placement;
    // A refusal is an answer, too.
    if (placement || placement.error().kind == ErrorClass::refused) {
        last_answer_ = unset_now();
    }
    turn = Turns::Turn();
    answer->bell.ring();
}

}  // namespace alert_bridge::core
