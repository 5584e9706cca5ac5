// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/placement.hpp"

#include <algorithm>
#include <iterator>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/domain/placement_trace.hpp"

namespace alert_bridge::domain {
namespace {

constexpr std::size_t kShownHits = 5;
constexpr std::size_t kShownName = 200;  // code points of a name in a note

using EntityId = std::optional<std::int64_t>;

// What the plan's entities mean in this tree.
struct Ground {
    EntityId limit;              // the narrowest `within`
    bool assets_barred = false;  // a limit cannot be checked: no asset is let through
    EntityId hint;               // the rule's entity, when it exists inside the limit
    std::int64_t fallback = kNoEntity;
    std::int64_t storm = kNoEntity;
    std::vector<PlacementNote> notes;
};

struct Choice {
    std::optional<AssetHit> asset;
    std::optional<PlacementNote> note;
    std::string unmatched;  // for the operator
};

PlacementNote note(NoteCode code, std::string_view name = {}) {
    return {code, cut_code_points(one_line(name), kShownName), 0, Evidence::name};
}

std::string shown(std::string_view name) {
    return "\"" + cut_code_points(one_line(name), kShownName) + "\"";
}

EntityId resolve(const EntityTree& tree, const EntityRef& ref) {
    if (const Entity* entity = tree.find(ref)) {
        return entity->id;
    }
    // Without a tree an id must be believed.
    if (tree.all().empty() && ref.by == EntityBy::name) {
        const std::string_view text = trim(ref.value);
        if (text.starts_with('#') && text.size() > 1 && text.size() <= 18 &&
            text.find_first_not_of("0123456789", 1) == std::string_view::npos) {
            return std::stoll(std::string(text.substr(1)));
        }
    }
    return std::nullopt;
}

std::string entity_name(const EntityTree& tree, std::int64_t id) {
    if (const Entity* entity = tree.by_id(id)) {
        return entity->complete_name.empty() ? entity->name : entity->complete_name;
    }
    return id == kNoEntity ? std::string() : "#" + std::to_string(id);
}

void set_limit(Ground& ground, const Plan& plan, const EntityTree& tree) {
    if (!plan.within_missing.empty()) {
        ground.assets_barred = true;
        ground.notes.push_back(note(NoteCode::limit_missing, plan.within_missing));
    }
    for (const EntityRef* ref : {&plan.source_within, &plan.within}) {
        if (ref->empty()) {
            continue;
        }
        const EntityId id = resolve(tree, *ref);
        if (!id) {
            ground.assets_barred = true;
            ground.notes.push_back(note(NoteCode::limit_unknown, ref->value));
        } else if (!ground.limit || tree.is_inside(*id, *ground.limit)) {
            ground.limit = id;
        } else if (!tree.is_inside(*ground.limit, *id)) {
            ground.assets_barred = true;
            ground.notes.push_back(note(NoteCode::limits_exclude));
        }
    }
}

bool allowed(const Ground& ground, const EntityTree& tree, std::int64_t entity) {
    return !ground.limit || tree.is_inside(entity, *ground.limit);
}

void set_hint(Ground& ground, const Plan& plan, const EntityTree& tree) {
    if (plan.entity.empty()) {
        return;
    }
    const EntityId id = resolve(tree, plan.entity);
    if (!id) {
        ground.notes.push_back(note(NoteCode::entity_unknown, plan.entity.value));
    } else if (!allowed(ground, tree, *id)) {
        ground.notes.push_back(note(NoteCode::entity_outside, plan.entity.value));
    } else if (!ground.assets_barred) {
        ground.hint = id;
    }
}

Ground survey(const Plan& plan, const EntityTree& tree) {
    Ground ground;
    set_limit(ground, plan, tree);
    set_hint(ground, plan, tree);
    // It tells of every entity: no limit holds for it.
    const EntityId storm = resolve(tree, plan.storm_entity);
    ground.storm = storm ? *storm : resolve(tree, plan.glpi_default_entity).value_or(kNoEntity);
    for (const EntityRef* ref : {&plan.default_entity, &plan.glpi_default_entity}) {
        const EntityId id = resolve(tree, *ref);
        if (id && allowed(ground, tree, *id)) {
            ground.fallback = *id;
            return ground;
        }
    }
    ground.fallback = ground.limit.value_or(kNoEntity);
    return ground;
}

std::string list_of(const std::vector<AssetHit>& hits, const EntityTree& tree) {
    std::string text;
    for (std::size_t i = 0; i < hits.size() && i < kShownHits; ++i) {
        text += (i > 0 ? ", " : "") + hits[i].item_type + " #" + std::to_string(hits[i].id) + " " +
                shown(hits[i].name) + " in " + shown(entity_name(tree, hits[i].entity_id));
    }
    return hits.size() > kShownHits
               ? text + " and " + std::to_string(hits.size() - kShownHits) + " more"
               : text;
}

std::vector<AssetHit> inside(
    const std::vector<AssetHit>& hits, const EntityTree& tree, EntityId region
) {
    std::vector<AssetHit> kept;
    for (const AssetHit& hit : hits) {
        if (!region || tree.is_inside(hit.entity_id, *region)) {
            kept.push_back(hit);
        }
    }
    return kept;
}

std::vector<AssetHit> without_doubles(const std::vector<AssetHit>& hits) {
    std::vector<AssetHit> kept;
    for (const AssetHit& hit : hits) {
        const bool seen = std::any_of(kept.begin(), kept.end(), [&hit](const AssetHit& other) {
            return other.item_type == hit.item_type && other.id == hit.id;
        });
        if (!seen) {
            kept.push_back(hit);
        }
    }
    return kept;
}

// Tells why hits are left out; without a trace nothing.
class Sieve {
  public:
    Sieve(PlacementTrace* trace, const EntityTree& tree) : trace_(trace), tree_(tree) {}

    void begin(const std::vector<AssetHit>& hits) {
        for (const AssetHit& hit : trace_ == nullptr ? std::vector<AssetHit>() : hits) {
            trace_->candidates.push_back({hit, entity_name(tree_, hit.entity_id), false, {}});
        }
    }
    // Of those that nothing was said of yet, all but `kept`.
    void leave_out(const std::vector<AssetHit>& kept, const std::string& why) {
        for_each_open([&](PlacementTrace::Candidate& candidate) {
            if (std::find(kept.begin(), kept.end(), candidate.hit) == kept.end()) {
                candidate.why = why;
            }
        });
    }
    void choose(const AssetHit& asset) {
        for_each_open([&](PlacementTrace::Candidate& candidate) {
            candidate.chosen = candidate.hit == asset;
            candidate.why = "the only one left of the strongest evidence that found any";
        });
    }
    [[nodiscard]] std::string name_of(const EntityId& entity) const {
        return trace_ != nullptr && entity ? shown(entity_name(tree_, *entity)) : std::string();
    }
    void entity_is(const char* why) {
        if (trace_ != nullptr) {
            trace_->entity_why = why;
        }
    }

  private:
    template <class Use>
    void for_each_open(const Use& use) {
        if (trace_ == nullptr) {
            return;
        }
        for (PlacementTrace::Candidate& candidate : trace_->candidates) {
            if (candidate.why.empty()) {
                use(candidate);
            }
        }
    }

    PlacementTrace* trace_;
    const EntityTree& tree_;
};

bool is_name(Evidence evidence) {
    return evidence == Evidence::name || evidence == Evidence::short_name;
}

// One asset or none. `hits` are inside the limit and not empty.
Choice choose_among(
    std::vector<AssetHit> hits, const Ground& ground, const EntityTree& tree, bool trust_names,
    Sieve& sieve
) {
    const Evidence evidence = hits.front().evidence;
    const std::string found = "found by " + std::string(to_string(evidence)) + ": ";
    if (is_name(evidence) && !trust_names) {
        const EntityId region = ground.hint ? ground.hint : ground.limit;
        const auto near = region ? inside(hits, tree, region) : std::vector<AssetHit>();
        sieve.leave_out(near, "names are not trusted here (trust_names)");
        if (near.empty()) {
            return {
                std::nullopt, note(NoteCode::names_distrusted),
                "names are not trusted, " + found + list_of(hits, tree)};
        }
        hits = near;
    }
    if (evidence == Evidence::address) {
        const EntityId region = ground.hint ? ground.hint : EntityId(ground.fallback);
        const auto near = inside(hits, tree, ground.limit ? ground.limit : region);
        sieve.leave_out(near, "an address counts only inside the ticket's entity");
        if (near.empty()) {
            return {
                std::nullopt, note(NoteCode::address_alone),
                "an address alone does not decide, " + found + list_of(hits, tree)};
        }
        hits = near;
    }
    if (hits.size() > 1 && ground.hint) {
        const auto near = inside(hits, tree, ground.hint);
        hits = near.empty() ? hits : near;
        sieve.leave_out(hits, "outside of the rule's entity " + sieve.name_of(ground.hint));
    }
    if (hits.size() > 1) {
        sieve.leave_out({}, "one of several with the same evidence: none is guessed");
        const auto count = static_cast<std::int64_t>(hits.size());
        return {
            std::nullopt, PlacementNote{NoteCode::several_assets, {}, count, evidence},
            std::to_string(count) + " assets " + found + list_of(hits, tree)};
    }
    sieve.choose(hits.front());
    return {hits.front(), {}, {}};
}

Choice choose_asset(
    const Plan& plan, const std::vector<AssetHit>& hits, const Ground& ground,
    const EntityTree& tree, Sieve& sieve
) {
    sieve.begin(hits);
    if (hits.empty()) {
        return {std::nullopt, note(NoteCode::no_asset), "no asset found"};
    }
    if (ground.assets_barred) {
        sieve.leave_out({}, "a limit (within) could not be checked: no asset is let through");
        return {std::nullopt, {}, "a limit could not be checked, found: " + list_of(hits, tree)};
    }
    const auto many =
        std::find_if(hits.begin(), hits.end(), [](const AssetHit& hit) { return hit.one_of_many; });
    if (many != hits.end()) {
        sieve.leave_out({}, "one of more than are compared: none is guessed");
        return {
            std::nullopt, PlacementNote{NoteCode::too_many_assets, {}, 0, many->evidence},
            "too many assets to compare, found by " + std::string(to_string(many->evidence)) +
                ", among them: " + list_of(hits, tree)};
    }
    const std::vector<AssetHit> within = inside(hits, tree, ground.limit);
    sieve.leave_out(within, "outside of the limit (within) " + sieve.name_of(ground.limit));
    if (within.empty()) {
        return {
            std::nullopt, note(NoteCode::no_asset_inside),
            "found only outside " + shown(entity_name(tree, *ground.limit)) + ": " +
                list_of(hits, tree)};
    }
    return choose_among(within, ground, tree, plan.trust_names, sieve);
}

Placement settle(Ground ground, Choice choice, const EntityTree& tree, Sieve& sieve) {
    Placement placement;
    placement.default_entity_id = ground.fallback;
    placement.default_entity_name = entity_name(tree, ground.fallback);
    const bool asset_decides = choice.asset && choice.asset->evidence != Evidence::address;
    if (choice.note) {
        ground.notes.insert(ground.notes.begin(), *choice.note);
    }
    if (asset_decides && ground.limit) {
        placement.entity_id = choice.asset->entity_id;
        sieve.entity_is("the asset's own, inside the limit (within)");
    } else if (ground.hint) {
        placement.entity_id = *ground.hint;
        sieve.entity_is("a rule names it");
    } else if (asset_decides) {
        placement.entity_id = choice.asset->entity_id;
        sieve.entity_is("the asset's own");
    } else {
        placement.entity_id = ground.fallback;
        sieve.entity_is("neither a rule nor an asset gives one: the default");
        ground.notes.push_back(note(
            ground.fallback == kNoEntity ? NoteCode::no_default_entity : NoteCode::in_default_entity
        ));
    }
    placement.entity_name = entity_name(tree, placement.entity_id);
    placement.asset = std::move(choice.asset);
    placement.notes = std::move(ground.notes);
    placement.unmatched = std::move(choice.unmatched);
    placement.storm_entity_id = ground.storm;
    placement.storm_entity_name = entity_name(tree, ground.storm);
    return placement;
}

}  // namespace

bool names_unknown_entity(const Plan& plan, const EntityTree& tree) {
    const EntityRef* const named[] = {
        &plan.entity, &plan.within, &plan.source_within, &plan.default_entity,
        &plan.glpi_default_entity};
    return std::any_of(std::begin(named), std::end(named), [&tree](const EntityRef* ref) {
        return !ref->empty() && tree.find(*ref) == nullptr;
    });
}

std::optional<AssetQuery> next_query(
    const Plan& plan, const AssetQuery& query, const std::vector<AssetHit>& found,
    const EntityTree& tree
) {
    if (found.empty()) {
        return std::nullopt;
    }
    const Ground ground = survey(plan, tree);
    if (found.front().one_of_many || ground.assets_barred ||
        !inside(found, tree, ground.limit).empty()) {
        return std::nullopt;
    }
    AssetQuery rest = weaker_than(found.front().evidence, query);
    // Evidence that the query does not hold is nonsense from a spoilt cache; asking again is no
    // use.
    if (rest.empty() || rest.cache_key() == query.cache_key()) {
        return std::nullopt;
    }
    return rest;
}

namespace {

Placement place_with(
    const Plan& plan, const std::vector<AssetHit>& hits, const EntityTree& tree,
    PlacementTrace* trace
) {
    Sieve sieve(trace, tree);
    Ground ground = survey(plan, tree);
    Choice choice = choose_asset(plan, without_doubles(hits), ground, tree, sieve);
    return settle(std::move(ground), std::move(choice), tree, sieve);
}

}  // namespace

Placement place(const Plan& plan, const std::vector<AssetHit>& hits, const EntityTree& tree) {
    return place_with(plan, hits, tree, nullptr);
}

Placement place(
    const Plan& plan, const std::vector<AssetHit>& hits, const EntityTree& tree,
    PlacementTrace& trace
) {
    return place_with(plan, hits, tree, &trace);
}

Placement place_without_answer(const Plan& plan, const EntityTree& tree) {
    Sieve sieve(nullptr, tree);
    Choice choice{std::nullopt, note(NoteCode::no_answer), {}};
    Placement placement = settle(survey(plan, tree), std::move(choice), tree, sieve);
    placement.provisional = true;
    return placement;
}

}  // namespace alert_bridge::domain
