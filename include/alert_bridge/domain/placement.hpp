// SPDX-License-Identifier: MIT
//
// Placement: which GLPI asset and entity a host stands for. Pure: candidates in, choice out.
//
// Guarantees: several hits are never guessed between; an entity hint decides or nobody does. An IP
// address alone never decides the entity. The ticket's entity is never outside a limit (`within` of
// source or rule); of two that exclude each other the source's holds. Then, and where GLPI does not
// know a limit or a rule's look-up did not give it, no asset is let through. Evidence whose every
// asset lies outside the limit hides no weaker evidence inside it (next_query).
// Order of the entity: with a limit, the entity of the asset found inside it; then rule or map ->
// asset's entity -> source's default -> glpi.default_entity -> the limit itself.
// Not guaranteed: that the entity exists when the tree is empty or the default is unknown; then
// entity_id is kNoEntity and nothing may be opened yet.
// Thread rule: values and pure functions.
// Tests: tests/unit/domain/placement_test.cpp, tests/unit/domain/entity_tree_test.cpp
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "alert_bridge/domain/asset_details.hpp"
#include "alert_bridge/domain/plan.hpp"

namespace alert_bridge::domain {

struct Entity {
    std::int64_t id = 0;
    std::int64_t parent = -1;   // -1: this is the root
    std::string name;           // short
    std::string complete_name;  // "Root entity > Customer A > Site A1"
    std::string tag;
    std::string registration_number;
    bool operator==(const Entity&) const = default;
};

inline constexpr std::int64_t kNoEntity = -1;  // 0 is GLPI's root entity

// GLPI's entities, by id and by name. A loop among parents (nonsense from GLPI) is walked once.
class EntityTree {
  public:
    EntityTree() = default;
    explicit EntityTree(std::vector<Entity> entities);
    [[nodiscard]] const std::vector<Entity>& all() const noexcept { return entities_; }
    [[nodiscard]] const Entity* by_id(std::int64_t id) const noexcept;
    // "#12", complete name, then short name when it is unique; tag or registration number by
    // EntityBy. Blanks around '>' do not count; names compare case-insensitively (GLPI's collation;
    // ASCII). Two entities of one name, tag or number: none.
    [[nodiscard]] const Entity* find(const EntityRef& ref) const;
    // ancestor == descendant counts as inside
    [[nodiscard]] bool is_inside(std::int64_t descendant, std::int64_t ancestor) const;
    // the entity itself, then its parents up to the root
    [[nodiscard]] std::vector<std::int64_t> path_up(std::int64_t id) const;

  private:
    using Index = std::unordered_map<std::string, std::size_t>;
    [[nodiscard]] const Entity* look_up(const Index& index, std::string_view text) const;

    std::vector<Entity> entities_;
    std::unordered_map<std::int64_t, std::size_t> by_id_;
    Index by_complete_name_, by_short_name_, by_tag_, by_registration_number_;
};

// How an asset was found, strongest first.
enum class Evidence { glpi_id, uuid, inventory_number, serial, name, short_name, address };
[[nodiscard]] std::string_view to_string(Evidence evidence) noexcept;

struct AssetHit {
    std::string item_type;  // "Computer"
    std::int64_t id = 0;
    std::string name;
    std::int64_t entity_id = 0;
    Evidence evidence = Evidence::name;
    // One of more assets of this evidence than were read: nobody may choose among them.
    bool one_of_many = false;
    bool operator==(const AssetHit&) const = default;
};

// A class name of GLPI that may stand in the path of a request: a letter, then letters, digits and
// underscores, 64 at most.
[[nodiscard]] bool is_item_type(std::string_view name) noexcept;

// What to look for. Built by asset_query(); the cache key is its text form.
struct AssetQuery {
    std::string glpi_type;
    std::int64_t glpi_id = 0;
    std::string uuid, inventory_number, serial;
    std::string name;        // as sent
    std::string short_name;  // without the domain, empty when the same
    std::string address;
    [[nodiscard]] std::string cache_key() const;
    [[nodiscard]] bool empty() const noexcept;
};
[[nodiscard]] AssetQuery asset_query(const Alert& alert);
// The query that is left when this evidence, and all that is stronger, is taken away.
[[nodiscard]] AssetQuery weaker_than(Evidence evidence, AssetQuery query);

// Why no asset is linked, why the ticket is in the default entity, or what is planned for the
// asset: for the people who read the ticket, in the words of its template set (render.hpp). Names
// no asset: it may be another customer's.
enum class NoteCode {
    limit_unknown,     // name: the limit that GLPI does not know
    limit_missing,     // name: what the rule's limit was to come from
    limits_exclude,    // each other
    entity_unknown,    // name: the entity that a rule names
    entity_outside,    // name: the same, outside the limit
    no_asset,          // found
    no_asset_inside,   // the limit
    names_distrusted,  // an asset of that name exists
    address_alone,     // does not decide
    several_assets,    // count, evidence
    too_many_assets,   // to be compared; evidence
    no_answer,         // from GLPI, in time
    no_default_entity,
    in_default_entity,
    refused_elsewhere,  // name: the entity in which GLPI refused the ticket
    planned_change,     // name: the change that covers the asset, and when
};
[[nodiscard]] std::string_view to_string(NoteCode code) noexcept;
[[nodiscard]] std::optional<NoteCode> parse_note_code(std::string_view text) noexcept;

struct PlacementNote {
    NoteCode code = NoteCode::no_asset;
    std::string name;  // one short line
    std::int64_t count = 0;
    Evidence evidence = Evidence::name;
    bool operator==(const PlacementNote&) const = default;
};

struct Placement {
    std::optional<AssetHit> asset;
    std::int64_t entity_id = 0;
    std::string entity_name;
    std::vector<PlacementNote> notes;
    std::string unmatched;  // reason for the unmatched list; empty: nothing to do there
    // Where an opening goes that GLPI refuses for its entity.
    std::int64_t default_entity_id = 0;
    std::string default_entity_name;
    // Of the umbrella over all entities, when a storm is past the overall budget.
    std::int64_t storm_entity_id = kNoEntity;
    std::string storm_entity_name;
    // Of the asset, as far as rules ask; without values when there is none. Not there: nobody
    // asked, or GLPI did not tell.
    std::optional<AssetDetails> details;
    bool provisional = false;  // decided by hint or default because GLPI did not answer in time
    // As RuleEngine takes them.
    [[nodiscard]] const AssetDetails* asset_details() const noexcept {
        return details ? &*details : nullptr;
    }
    bool operator==(const Placement&) const = default;
};

// True when the plan names an entity that the tree lacks; it may be newer than the tree.
[[nodiscard]] bool names_unknown_entity(const Plan& plan, const EntityTree& tree);

// What to ask for next when all that `query` found lies outside the plan's limit: weaker evidence
// may find the host inside. Nothing: `found` decides, or no evidence is left.
[[nodiscard]] std::optional<AssetQuery> next_query(
    const Plan& plan, const AssetQuery& query, const std::vector<AssetHit>& found,
    const EntityTree& tree
);

// `hits` are all hits of the strongest evidence that found any, over all item types, or nothing;
// where next_query() asked on, those of each query, one after the other.
// Requires: default entity resolved in the tree or the tree empty (then ids come from "#n" only).
[[nodiscard]] Placement place(
    const Plan& plan, const std::vector<AssetHit>& hits, const EntityTree& tree
);

// GLPI did not answer in time: by hint or default, provisional.
[[nodiscard]] Placement place_without_answer(const Plan& plan, const EntityTree& tree);

}  // namespace alert_bridge::domain
