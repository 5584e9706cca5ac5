// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/placement_trace.hpp"

#include "placement_sample.hpp"

namespace alert_bridge::domain {
namespace {

struct Traced {
    const char* about;
    Wishes wishes;
    std::vector<AssetHit> hits;
    std::int64_t chosen;           // 0: none
    std::vector<const char*> why;  // part of it, a candidate each
    const char* entity_why;
};

}  // namespace

TEST_CASE("why each candidate was chosen or not is told, and the choice is that of place()") {
    const std::vector<Traced> cases{
        {"one", {}, {hit(7, kAcme)}, 7, {"the only one left"}, "the asset's own"},
        {"none", {}, {}, 0, {}, "the default"},
        {"two and no hint",
         {},
         {hit(7, kAcmeSite), hit(8, kBolt)},
         0,
         {"one of several", "one of several"},
         "the default"},
        {"the rule's entity decides",
         {"ACME", "", ""},
         {hit(7, kAcmeSite), hit(8, kBolt)},
         7,
         {"the only one left", "outside of the rule's entity \"Root > ACME\""},
         "a rule names it"},
        {"the limit decides",
         {"", "Bolt", ""},
         {hit(7, kAcmeSite), hit(8, kBolt)},
         8,
         {"outside of the limit (within) \"Root > Bolt\"", "the only one left"},
         "inside the limit"},
        {"names are not trusted",
         {"", "", "", false},
         {hit(7, kAcme)},
         0,
         {"names are not trusted"},
         "the default"},
        {"an address alone",
         {},
         {hit(7, kAcme, Evidence::address)},
         0,
         {"an address counts only"},
         "the default"},
        {"a limit that GLPI does not know",
         {"", "Gone", ""},
         {hit(7, kAcme)},
         0,
         {"could not be checked"},
         "the default"},
    };
    for (const Traced& one : cases) {
        INFO(one.about);
        PlacementTrace trace;
        const Placement placement = place(plan_for(one.wishes), one.hits, tree(), trace);
        CHECK(placement == place(plan_for(one.wishes), one.hits, tree()));
        REQUIRE(trace.candidates.size() == one.why.size());
        for (std::size_t i = 0; i < one.why.size(); ++i) {
            INFO(i);
            const PlacementTrace::Candidate& candidate = trace.candidates[i];
            CHECK(candidate.hit == one.hits[i]);
            CHECK(candidate.chosen == (candidate.hit.id == one.chosen));
            CHECK_THAT(candidate.why, ContainsSubstring(one.why[i]));
            CHECK(candidate.entity_name == tree().by_id(candidate.hit.entity_id)->complete_name);
        }
        CHECK_THAT(trace.entity_why, ContainsSubstring(one.entity_why));
    }
}

TEST_CASE("stronger evidence has the higher score") {
    CHECK(score(Evidence::glpi_id) == 7);
    CHECK(score(Evidence::serial) > score(Evidence::name));
    CHECK(score(Evidence::name) > score(Evidence::short_name));
    CHECK(score(Evidence::address) == 1);
}

}  // namespace alert_bridge::domain
