// SPDX-License-Identifier: MIT
//
// Where GLPI's search shows the details of an asset: pure parts of Directory::details.
//
// Ids of search options differ by item type and plugin, so they are read off listSearchOptions. Of
// Computer and NetworkEquipment (10.0.19 and 11.0.6, recorded): 3 location, 4 type, 16 comment,
// 31 state, 49 group in charge, 71 group, 173 business criticality. Where a type has the same
// detail under another id (Appliance: state 32), its table tells. Values are plain text, one line,
// cut to kMaxLabel code points; at most kMaxValues of one detail. Thread rule: pure functions.
// Tests: tests/unit/glpi/asset_columns_test.cpp
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/domain/placement.hpp"

namespace alert_bridge::glpi {

inline constexpr std::size_t kMaxValues = 20;

using DetailColumns = std::map<std::string, int>;  // search option by the name of the detail

// `options` as listSearchOptions answers. Details that the type does not have are left out.
[[nodiscard]] DetailColumns columns_of(
    const nlohmann::json& options, const std::vector<std::string>& names
);

// Body of a POST to search/ITEMTYPE for this one asset. `equals` on the name compares the id
// (recorded).
[[nodiscard]] std::string details_search_body(std::int64_t id, const DetailColumns& columns);

// Of the row with this id; without a row, of what the hit itself tells.
[[nodiscard]] domain::AssetDetails details_from(
    const nlohmann::json& search, const domain::AssetHit& asset, const DetailColumns& columns
);

[[nodiscard]] std::string encode_details(const domain::AssetDetails& details);
[[nodiscard]] domain::AssetDetails decode_details(const std::string& text);
[[nodiscard]] std::string encode_columns(const DetailColumns& columns);
[[nodiscard]] DetailColumns decode_columns(const std::string& text);

}  // namespace alert_bridge::glpi
