// SPDX-License-Identifier: MIT
//
// AssetDetails: what GLPI tells about an asset, as far as rules ask for it.
//
// Names of details: item_type (GLPI's class, "Computer"), name, type, state, location, group,
// tech_group, comment, criticality, and "field.LABEL" for any other column of GLPI's search, by the
// name that GLPI shows to the bridge's user ("field.Contract level"); so also a plugin's fields.
// Trees are complete names ("Paris > DC1"). A detail that GLPI has no value for is absent; one with
// several values (groups, from GLPI 11 on) is there several times.
// Thread rule: values. Tests: tests/unit/domain/asset_rules_test.cpp
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/domain/alert.hpp"

namespace alert_bridge::domain {

inline constexpr std::string_view kAssetDetails[] = {"item_type",  "name",     "type",
                                                     "state",      "location", "group",
                                                     "tech_group", "comment",  "criticality"};
inline constexpr std::string_view kAssetField = "field.";

struct AssetDetails {
    std::vector<Tag> values;
    // The first value of this name, or nothing.
    [[nodiscard]] std::string_view value(std::string_view name) const {
        const auto found = std::find_if(values.begin(), values.end(), [name](const Tag& each) {
            return each.name == name;
        });
        return found == values.end() ? std::string_view() : std::string_view(found->value);
    }
    bool operator==(const AssetDetails&) const = default;
};

}  // namespace alert_bridge::domain
