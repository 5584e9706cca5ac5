// SPDX-License-Identifier: MIT
#include "alert_bridge/core/correlator.hpp"

#include <utility>

namespace alert_bridge::core {

namespace asio = boost::asio;
using domain::AlertEvent;
using domain::Decision;
using domain::Placement;
using domain::Snapshot;

namespace {

constexpr int kBatch = 256;
constexpr Duration kStoreRetry{1000};
constexpr Duration kPlacementRetry{1000};
constexpr Duration kIdleCheck{60'000};

}  // namespace

Correlator::Correlator(Services services, Tasks& tasks)
    : services_(services), tasks_(tasks), bell_(tasks.executor()) {}

void Correlator::stop() {
    stopping_ = true;
    bell_.ring();
}

asio::awaitable<void> Correlator::run() {
    while (!stopping_) {
        const int room = kInHandMax - in_hand_;
        if (room <= 0) {
            co_await bell_.wait(kIdleCheck);
            continue;
        }
        auto rows = co_await services_.store.pending(last_seq_, std::min(room, kBatch));
        if (!rows) {
            services_.events.log(
                ports::Level::error, "journal_unreadable", "cannot read the journal, trying again",
                {{"error", describe(rows.error())}}
            );
            co_await services_.clock.sleep(kStoreRetry);
            continue;
        }
        const bool none = rows->empty();
        for (ports::JournalEntry& row : *rows) {
            last_seq_ = row.seq;
            ++in_hand_;
            const std::string key = row.alert.problem_key;
            auto [place, is_new] = lanes_.try_emplace(key);
            place->second.push_back(std::move(row));
            if (is_new) {
                tasks_.spawn("correlator", lane(key));
            }
        }
        if (none) {
            co_await bell_.wait(kIdleCheck);
        }
    }
}

asio::awaitable<void> Correlator::lane(std::string problem_key) {
    while (!stopping_) {
        Lane& waiting = lanes_[problem_key];
        if (waiting.empty()) {
            lanes_.erase(problem_key);
            co_return;
        }
        ports::JournalEntry entry = std::move(waiting.front());
        waiting.pop_front();
        co_await process(std::move(entry));
        --in_hand_;
        if (in_hand_ == kInHandMax - 1) {
            bell_.ring();
        }
    }
}

asio::awaitable<void> Correlator::process(ports::JournalEntry entry) {
    std::optional<Placement> placement;
    while (!stopping_) {
        // Asked anew each time, so that a reload helps alerts that wait for a place.
        const std::shared_ptr<const Policies> policies = services_.policies.current();
        const domain::Plan plan = policies->rules->evaluate(entry.alert, services_.clock.now());
        if (!placement) {
            placement = remembered_place(entry.alert, plan);
        }
        AlertEvent event;
        event.plan = plan;
        event.placement = placement;
        if (placement) {
            event.group_key = domain::group_key(plan, entry.alert, *placement);
        }
        ports::Subject subject;
        subject.journal_seq = entry.seq;
        subject.problem_key = entry.alert.problem_key;
        subject.episode = entry.alert.episode;
        subject.group_key = event.group_key;
        // The alert is copied: the function runs on the store thread and must own what it reads.
        ports::DecideFunction function =
            [policies, ids = &services_.ids, alert = entry.alert, event = std::move(event),
             now = services_.clock.now()](const Snapshot& known) mutable {
                event.alert = &alert;
                return domain::decide(policies->context(*ids), known, event, now);
            };
        auto decision = co_await services_.store.decide(std::move(subject), std::move(function));
        if (!decision) {
            services_.events.log(
                ports::Level::error, "decision_not_stored", "cannot store a decision, trying again",
                {{"alert", entry.alert.id}, {"error", describe(decision.error())}}
            );
            co_await services_.clock.sleep(kStoreRetry);
            continue;
        }
        if (decision->verdict != domain::Verdict::needs_placement) {
            decided(entry, *decision);
            const bool opened = !decision->incidents.empty() &&
                                decision->incidents.back().opener.id == entry.alert.id;
            if (opened && placement && !placement->unmatched.empty()) {
                (void)co_await services_.store.note_unmatched(
                    entry.alert.source, entry.alert.host.name, placement->unmatched,
                    services_.clock.now()
                );
            }
            co_return;
        }
        const Duration patience = policies->placement_patience;
        placement = co_await find_place(entry.alert, plan, patience);
    }
}

std::optional<Placement> Correlator::remembered_place(
    const domain::Alert& alert, const domain::Plan& plan
) const {
    const domain::EntityTree* tree = services_.assets.known_entities();
    if (tree == nullptr) {
        return std::nullopt;
    }
    if (domain::names_unknown_entity(plan, *tree)) {
        services_.assets.doubt_entities();
    }
    const bool has_default = tree->find(plan.glpi_default_entity) != nullptr;
    if (!has_default || !services_.assets.entities_are_fresh()) {
        return std::nullopt;
    }
    std::vector<domain::AssetHit> hits;
    std::optional<domain::AssetQuery> query = domain::asset_query(alert);
    while (query && !query->empty()) {
        const auto remembered = services_.assets.remembered(*query);
        if (!remembered) {
            return std::nullopt;
        }
        hits.insert(hits.end(), remembered->begin(), remembered->end());
        query = domain::next_query(plan, *query, *remembered, *tree);
    }
    return domain::place(plan, hits, *tree);
}

asio::awaitable<std::optional<Placement>> Correlator::find_place(
    domain::Alert alert, domain::Plan plan, Duration patience
) {
    auto tree = co_await services_.assets.entities();
    if (tree && tree->find(plan.glpi_default_entity) == nullptr) {
        services_.events.log(
            ports::Level::error, "default_entity_missing",
            "glpi.default_entity does not exist in GLPI, or our user may not see it; tickets wait "
            "until it does or the configuration is corrected and reloaded",
            {{"entity", plan.glpi_default_entity.value}}
        );
        co_await services_.clock.sleep(kPlacementRetry);
        co_return std::nullopt;
    }
    Error error;
    if (tree) {
        const Result<std::vector<domain::AssetHit>> hits = co_await find_asset(alert, plan, *tree);
        if (hits) {
            co_return domain::place(plan, *hits, *tree);
        }
        error = hits.error();
    } else {
        error = tree.error();
    }
    const bool hopeless = error.kind == ErrorClass::refused;
    const bool out_of_time = services_.clock.now() >= alert.received_at + patience && !glpi_away();
    const domain::EntityTree* known = services_.assets.known_entities();
    if (known != nullptr && (hopeless || out_of_time)) {
        services_.events.log(
            ports::Level::warning, "placed_without_glpi",
            "GLPI gave no answer about the host in time; the entity comes from rule or default",
            {{"alert", alert.id}, {"host", alert.host.name}, {"error", describe(error)}}
        );
        Placement placement = domain::place_without_answer(plan, *known);
        if (placement.entity_id != domain::kNoEntity) {
            co_return placement;
        }
    }
    co_await services_.clock.sleep(kPlacementRetry);
    co_return std::nullopt;
}

// Requires: the arguments outlive the call.
ports::AssetDirectory::Task<std::vector<domain::AssetHit>> Correlator::find_asset(
    const domain::Alert& alert, const domain::Plan& plan, const domain::EntityTree& tree
) {
    std::vector<domain::AssetHit> hits;
    std::optional<domain::AssetQuery> query = domain::asset_query(alert);
    while (query && !query->empty()) {
        domain::AssetQuery asked = *query;
        const auto found = co_await services_.assets.find(std::move(asked));
        if (!found) {
            co_return found.error();
        }
        hits.insert(hits.end(), found->begin(), found->end());
        query = domain::next_query(plan, *query, *found, tree);
    }
    co_return hits;
}

void Correlator::decided(const ports::JournalEntry& entry, const Decision& decision) {
    const bool applied = decision.verdict == domain::Verdict::applied;
    services_.metrics.count(
        "alerts_decided_total",
        {{"source", entry.alert.source}, {"result", applied ? "applied" : "ignored"}}
    );
    services_.events.log(
        ports::Level::info, "alert_decided", decision.reason,
        {{"alert", entry.alert.id},
         {"source", entry.alert.source},
         {"kind", std::string(to_string(entry.alert.kind))},
         {"problem", entry.alert.problem_key},
         {"host", entry.alert.host.name}}
    );
    if (on_decided) {
        on_decided(entry.alert.id, decision);
    }
}

}  // namespace alert_bridge::core
