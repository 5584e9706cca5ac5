// SPDX-License-Identifier: MIT
#include "alert_bridge/glpi/asset_columns.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/glpi/reply.hpp"
#include "alert_bridge/glpi/wire.hpp"

namespace alert_bridge::glpi {
namespace {

using nlohmann::json;

constexpr int kOptionName = 1;
constexpr int kOptionId = 2;

struct KnownColumn {
    std::string_view name;
    int option;
    std::string_view table;  // empty: differs by type, or is the asset's own
};
constexpr KnownColumn kColumns[] = {
    {"location", 3, "glpi_locations"},
    {"type", 4, ""},
    {"comment", 16, ""},
    {"state", 31, "glpi_states"},
    {"tech_group", 49, "glpi_groups"},
    {"group", 71, "glpi_groups"},
    {"criticality", 173, "glpi_businesscriticities"},
};

std::string label_of(const json& option) {
    return option.is_string() ? option.get<std::string>() : text_in(option, "name");
}

std::optional<int> to_option(const std::string& key) {
    int number = 0;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), number);
    return error == std::errc() && end == key.data() + key.size() ? std::optional(number)
                                                                  : std::nullopt;
}

// The lowest option of which `fits` holds.
template <class Fits>
std::optional<int> first_option(const json& options, const Fits& fits) {
    std::optional<int> found;
    for (const auto& [key, option] : options.items()) {
        const std::optional<int> number = to_option(key);
        if (number && (!found || *number < *found) && fits(option)) {
            found = number;
        }
    }
    return found;
}

std::optional<int> known_option(const json& options, const KnownColumn& column) {
    const std::string key = std::to_string(column.option);
    if (options.contains(key)) {
        const std::string table = text_in(options.at(key), "table");
        if (column.table.empty() || table.empty() || table == column.table) {
            return column.option;
        }
    }
    // The two kinds of group are told apart by their numbers alone.
    if (column.table.empty() || column.table == "glpi_groups") {
        return std::nullopt;
    }
    return first_option(options, [&column](const json& option) {
        return text_in(option, "table") == column.table;
    });
}

std::optional<int> option_of(const json& options, std::string_view name) {
    if (name.starts_with(domain::kAssetField)) {
        const std::string_view label = name.substr(domain::kAssetField.size());
        return first_option(options, [label](const json& option) {
            return iequals_ascii(label_of(option), label);
        });
    }
    for (const KnownColumn& column : kColumns) {
        if (column.name == name) {
            return known_option(options, column);
        }
    }
    return std::nullopt;
}

void add_values(const std::string& name, const json& value, domain::AssetDetails& details) {
    if (value.is_array()) {
        for (std::size_t i = 0; i < std::min(value.size(), kMaxValues); ++i) {
            add_values(name, value[i], details);
        }
        return;
    }
    std::string text;
    if (value.is_string()) {
        text = decode_entities(value.get<std::string>());
    } else if (value.is_number() || value.is_boolean()) {
        text = dump(value);
    }
    text = cut_code_points(one_line(text), domain::kMaxLabel);
    if (!text.empty()) {
        details.values.push_back({name, std::move(text)});
    }
}

}  // namespace

DetailColumns columns_of(const json& options, const std::vector<std::string>& names) {
    DetailColumns columns;
    if (!options.is_object()) {
        return columns;
    }
    for (const std::string& name : names) {
        if (const std::optional<int> option = option_of(options, name)) {
            columns.emplace(name, *option);
        }
    }
    return columns;
}

std::string details_search_body(std::int64_t id, const DetailColumns& columns) {
    json body;
    json criterion;
    criterion["field"] = kOptionName;
    criterion["searchtype"] = "equals";
    criterion["value"] = id;
    body["criteria"] = json::array();
    body["criteria"].push_back(std::move(criterion));
    body["forcedisplay"] = json::array();
    body["forcedisplay"].push_back(kOptionId);
    for (const auto& [name, option] : columns) {
        body["forcedisplay"].push_back(option);
    }
    return dump(body);
}

domain::AssetDetails details_from(
    const json& search, const domain::AssetHit& asset, const DetailColumns& columns
) {
    domain::AssetDetails details;
    add_values("item_type", json(asset.item_type), details);
    add_values("name", json(asset.name), details);
    if (!has(search, "data") || !search.at("data").is_array()) {
        return details;
    }
    for (const json& row : search.at("data")) {
        if (!row.is_object() || number_in(row, "2") != asset.id) {
            continue;
        }
        for (const auto& [name, option] : columns) {
            const std::string key = std::to_string(option);
            if (row.contains(key)) {
                add_values(name, row.at(key), details);
            }
        }
        break;
    }
    return details;
}

std::string encode_details(const domain::AssetDetails& details) {
    json out = json::array();
    for (const domain::Tag& each : details.values) {
        json pair = json::array();
        pair.push_back(each.name);
        pair.push_back(each.value);
        out.push_back(std::move(pair));
    }
    return dump(out);
}

domain::AssetDetails decode_details(const std::string& text) {
    domain::AssetDetails details;
    const json rows = json::parse(text, nullptr, false);
    for (const json& row : rows) {
        if (row.is_array() && row.size() == 2 && row[0].is_string() && row[1].is_string()) {
            details.values.push_back({row[0].get<std::string>(), row[1].get<std::string>()});
        }
    }
    return details;
}

std::string encode_columns(const DetailColumns& columns) {
    return dump(json(columns));
}

DetailColumns decode_columns(const std::string& text) {
    DetailColumns columns;
    const json object = json::parse(text, nullptr, false);
    if (object.is_object()) {
        for (const auto& [name, option] : object.items()) {
            if (const std::int64_t number = as_number(option); number > 0 && number < 1'000'000) {
                columns.emplace(name, static_cast<int>(number));
            }
        }
    }
    return columns;
}

}  // namespace alert_bridge::glpi
