// SPDX-License-Identifier: MIT
#include "alert_bridge/core/placing.hpp"

#include <utility>

#include "alert_bridge/domain/maintenance.hpp"

namespace alert_bridge::core {

namespace asio = boost::asio;
using domain::Placement;

PlaceQuestion place_question(const domain::Alert& alert, const Policies& policies, WallTime now) {
    PlaceQuestion question;
    question.plan = domain::plan_of_waiting(*policies.rules, alert, now, nullptr);
    if (question.plan.asks_asset) {
        question.details = policies.rules->asset_details();
    }
    return question;
}

Placement place_alert(
    const domain::AssetQuery& asked, const domain::Plan& plan,
    const std::vector<domain::AssetHit>& hits, const domain::EntityTree& tree,
    domain::PlacementTrace* trace
) {
    Placement placement = trace == nullptr ? domain::place(plan, hits, tree)
                                           : domain::place(plan, hits, tree, *trace);
    if (asked.empty()) {
        const domain::Entity* const own = tree.find(plan.default_entity);
        const bool is_own = own != nullptr && own->id == placement.entity_id;
        std::erase_if(placement.notes, [is_own](const domain::PlacementNote& note) {
            return note.code == domain::NoteCode::no_asset ||
                   (is_own && note.code == domain::NoteCode::in_default_entity);
        });
        placement.unmatched.clear();
    }
    return placement;
}

asio::awaitable<Result<Placement>> ask_place(
    ports::AssetDirectory& assets, const domain::Alert& alert, const PlaceQuestion& question,
    domain::PlacementTrace* trace
) {
    const domain::Plan& plan = question.plan;
    const auto tree = co_await assets.entities();
    if (!tree) {
        co_return tree.error();
    }
    const domain::EntityTree& entities = **tree;
    std::vector<domain::AssetHit> hits;
    const domain::AssetQuery first = domain::asset_query(alert);
    std::optional<domain::AssetQuery> query = first;
    while (query && !query->empty()) {
        domain::AssetQuery asked = *query;
        const auto found = co_await assets.find(std::move(asked));
        if (!found) {
            co_return found.error();
        }
        hits.insert(hits.end(), found->begin(), found->end());
        query = domain::next_query(plan, *query, *found, entities);
    }
    Placement placement = place_alert(first, plan, hits, entities, trace);
    if (!question.details.empty()) {
        placement.details = domain::AssetDetails();
        if (placement.asset) {
            domain::AssetHit asset = *placement.asset;
            std::vector<std::string> names = question.details;
            Result<domain::AssetDetails> details =
                co_await assets.details(std::move(asset), std::move(names));
            if (!details) {
                co_return details.error();
            }
            placement.details = std::move(*details);
        }
    }
    co_return placement;
}

domain::Plan plan_with_details(
    const domain::Alert& alert, const Policies& policies, domain::Plan plan,
    const Placement& placement, WallTime now
) {
    if (!placement.details) {
        return plan;
    }
    return domain::with_asset(*policies.rules, std::move(plan), alert, *placement.details, now);
}

AlertCase case_of(
    const domain::Alert& alert, const Policies& policies, domain::Plan plan,
    std::optional<Placement> placement, WallTime now
) {
    AlertCase result;
    ports::Subject& subject = result.subject;
    subject.problem_key = alert.problem_key;
    subject.episode = alert.episode;
    if (placement) {
        result.event.group_key = domain::group_key(plan, alert, *placement);
        subject.place = domain::place_of(alert, *placement);
    }
    subject.group_key = result.event.group_key;
    subject.budgets = domain::budget_window(policies.storm, now);
    result.event.plan = std::move(plan);
    result.event.placement = std::move(placement);
    return result;
}

}  // namespace alert_bridge::core
