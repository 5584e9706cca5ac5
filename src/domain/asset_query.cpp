// SPDX-License-Identifier: MIT
// What an alert says about its host's asset: the query, its cache key, and its weaker rest.
#include <algorithm>
#include <utility>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/domain/network.hpp"
#include "alert_bridge/domain/placement.hpp"

namespace alert_bridge::domain {
namespace {

// Addresses that every machine has, or that mean something on one cable only: they tell no asset
// from another. Zabbix's own host, for one, is monitored at 127.0.0.1.
bool identifies(const IpAddress& address) {
    static const std::vector<Network> kCommon = [] {
        std::vector<Network> networks;
        for (const char* text :
             {"0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "::/127", "fe80::/10"}) {
            networks.push_back(*Network::parse(text));
        }
        return networks;
    }();
    return std::none_of(kCommon.begin(), kCommon.end(), [&address](const Network& network) {
        return network.contains(address);
    });
}

void add_field(std::string& key, std::string_view value) {
    // The length in front makes two different queries differ whatever is in their names.
    key += std::to_string(value.size()) + ":" + std::string(value) + ",";
}

}  // namespace

bool is_item_type(std::string_view name) noexcept {
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    return !name.empty() && name.size() <= 64 && is_letter(name.front()) &&
           std::all_of(name.begin(), name.end(), [&](char c) {
               return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
           });
}

std::string AssetQuery::cache_key() const {
    std::string key;
    add_field(key, glpi_type);
    add_field(key, std::to_string(glpi_id));
    for (const std::string* value :
         {&uuid, &inventory_number, &serial, &name, &short_name, &address}) {
        add_field(key, *value);
    }
    return key;
}

bool AssetQuery::empty() const noexcept {
    return glpi_id == 0 && uuid.empty() && inventory_number.empty() && serial.empty() &&
           name.empty() && short_name.empty() && address.empty();
}

AssetQuery asset_query(const Alert& alert) {
    const Host& host = alert.host;
    AssetQuery query;
    if (host.glpi_id > 0 && !trim(host.glpi_type).empty()) {
        query.glpi_type = trim(host.glpi_type);
        query.glpi_id = host.glpi_id;
    }
    query.uuid = trim(host.uuid);
    query.inventory_number = trim(host.inventory_number);
    query.serial = trim(host.serial);
    query.name = trim(host.name).empty() ? trim(host.visible_name) : trim(host.name);
    const auto named_by_address = IpAddress::parse(query.name);
    auto address = IpAddress::parse(trim(host.address));
    if (!address) {
        address = named_by_address;
    }
    if (address && identifies(*address)) {
        query.address = address->text();
    }
    const std::size_t dot = query.name.find('.');
    if (dot != std::string::npos && !named_by_address) {
        query.short_name = query.name.substr(0, dot);
    }
    return query;
}

AssetQuery weaker_than(Evidence evidence, AssetQuery query) {
    query.glpi_type.clear();
    query.glpi_id = 0;
    const std::pair<Evidence, std::string AssetQuery::*> fields[] = {
        {Evidence::uuid, &AssetQuery::uuid},
        {Evidence::inventory_number, &AssetQuery::inventory_number},
        {Evidence::serial, &AssetQuery::serial},
        {Evidence::name, &AssetQuery::name},
        {Evidence::short_name, &AssetQuery::short_name},
        {Evidence::address, &AssetQuery::address},
    };
    for (const auto& [strength, field] : fields) {
        if (strength <= evidence) {
            (query.*field).clear();
        }
    }
    return query;
}

}  // namespace alert_bridge::domain
