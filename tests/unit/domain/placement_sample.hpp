// SPDX-License-Identifier: MIT
//
// The entities, wishes and checks that the placement tests share.
#pragma once

#include <string>
#include <vector>

#include "alert_bridge/domain/template_values.hpp"
#include "catch.hpp"

namespace alert_bridge::domain {

constexpr std::int64_t kRoot = 0, kAcme = 1, kAcmeSite = 2, kBolt = 3, kBoltSite = 4, kStaff = 5,
                       kAcmeDesk = 6;

inline const EntityTree& tree() {
    static const EntityTree kTree({
        {kRoot, -1, "Root", "Root", "", ""},
        {kAcme, kRoot, "ACME", "Root > ACME", "", ""},
        {kAcmeSite, kAcme, "Lyon", "Root > ACME > Lyon", "", ""},
        {kAcmeDesk, kAcme, "Desk", "Root > ACME > Desk", "", ""},
        {kBolt, kRoot, "Bolt", "Root > Bolt", "", ""},
        {kBoltSite, kBolt, "Nice", "Root > Bolt > Nice", "", ""},
        {kStaff, kRoot, "Staff", "Root > Staff", "", ""},
    });
    return kTree;
}

inline AssetHit hit(std::int64_t id, std::int64_t entity, Evidence evidence = Evidence::name) {
    return {"Computer", id, "web01", entity, evidence};
}

inline std::string note_of(const Placement& placement) {
    return note_text(placement.notes, words_of("en"));
}

struct Wishes {
    std::string entity;
    std::string within;
    std::string source_within;
    bool trust_names = true;
};

inline Plan plan_for(const Wishes& wishes) {
    Plan plan;
    plan.entity.value = wishes.entity;
    plan.within.value = wishes.within;
    plan.source_within.value = wishes.source_within;
    plan.trust_names = wishes.trust_names;
    plan.default_entity.value = "Staff";
    plan.glpi_default_entity.value = "Staff";
    return plan;
}

struct Case {
    std::string about;
    Wishes wishes;
    std::vector<AssetHit> hits;
    std::int64_t entity;
    std::int64_t asset;     // 0: none
    std::string note;       // "": no note at all
    std::string unmatched;  // "": not on the list
};

inline void check(const std::vector<Case>& cases) {
    for (const Case& c : cases) {
        INFO(c.about);
        const Placement placement = place(plan_for(c.wishes), c.hits, tree());
        INFO("note: " << note_of(placement));
        INFO("unmatched: " << placement.unmatched);
        REQUIRE(placement.entity_id == c.entity);
        REQUIRE(placement.entity_name == tree().by_id(c.entity)->complete_name);
        REQUIRE((placement.asset ? placement.asset->id : 0) == c.asset);
        REQUIRE(note_of(placement).empty() == c.note.empty());
        REQUIRE_THAT(note_of(placement), ContainsSubstring(c.note));
        REQUIRE(placement.unmatched.empty() == c.unmatched.empty());
        REQUIRE_THAT(placement.unmatched, ContainsSubstring(c.unmatched));
        REQUIRE_FALSE(placement.provisional);
    }
}

}  // namespace alert_bridge::domain
