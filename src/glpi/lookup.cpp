// SPDX-License-Identifier: MIT
#include "alert_bridge/glpi/lookup.hpp"

#include <algorithm>
#include <array>

#include "alert_bridge/base/number.hpp"
#include "alert_bridge/base/text.hpp"
#include "alert_bridge/glpi/reply.hpp"
#include "alert_bridge/glpi/wire.hpp"
#include "alert_bridge/net/url.hpp"

namespace alert_bridge::glpi {
namespace {

using domain::Evidence;
using nlohmann::json;

constexpr std::size_t kMaxValue = 255;  // GLPI's columns hold no more
constexpr std::int64_t kTimeToResolve = 0;

struct Columns {
    std::string_view item_type;
    bool uuid, inventory_number, serial;
};
constexpr std::array kColumns{
    Columns{"Computer", true, true, true},   Columns{"NetworkEquipment", true, true, true},
    Columns{"Printer", true, true, true},    Columns{"Peripheral", true, true, true},
    Columns{"Phone", true, true, true},      Columns{"Monitor", true, true, true},
    Columns{"Appliance", false, true, true}, Columns{"Cluster", true, false, false},
    Columns{"Enclosure", false, true, true}, Columns{"Rack", false, true, true},
    Columns{"PDU", false, true, true},
};

// "Root entity>customer a", without blanks round '>' and without case.
std::string normal_name(std::string_view name) {
    std::vector<std::string> parts = split(name, ">");
    for (std::string& part : parts) {
        part = to_lower_ascii(trim(part));
    }
    return join(parts, ">");
}

}  // namespace

bool is_searchable(std::string_view value) {
    if (value.empty() || count_code_points(value) > kMaxValue || iequals_ascii(value, "null") ||
        trim(value) != value) {
        return false;
    }
    return std::none_of(value.begin(), value.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7f ||
               std::string_view("^$%<>&\\").find(c) != std::string_view::npos;
    });
}

std::string exact_path(std::string_view item_type, std::string_view field, std::string_view value) {
    return "/" + std::string(item_type) + "?searchText[" + std::string(field) + "]=%5E" +
           net::percent_encode(value) + "%24&";
}

std::string all_path(std::string_view item_type) {
    return "/" + std::string(item_type) + "?";
}

std::string Pager::next_path() const {
    return list_path_ + "range=" + std::to_string(first_) + "-" +
           std::to_string(first_ + page_rows_ - 1) + "&get_hateoas=false";
}

void Pager::took(std::size_t rows, std::int64_t total) noexcept {
    const auto count = static_cast<std::int64_t>(rows);
    --pages_left_;
    first_ += count;
    at_end_ = count == 0 || (total >= 0 ? first_ >= total : count < page_rows_);
}

std::string_view column_for(std::string_view item_type, Evidence evidence) {
    if (evidence == Evidence::name || evidence == Evidence::short_name) {
        return "name";
    }
    const auto found = std::find_if(kColumns.begin(), kColumns.end(), [&](const Columns& columns) {
        return columns.item_type == item_type;
    });
    if (found == kColumns.end()) {
        return {};
    }
    switch (evidence) {
        case Evidence::uuid:
            return found->uuid ? "uuid" : "";
        case Evidence::inventory_number:
            return found->inventory_number ? "otherserial" : "";
        case Evidence::serial:
            return found->serial ? "serial" : "";
        default:
            return {};
    }
}

std::vector<domain::AssetHit> asset_hits(
    const json& rows, std::string_view item_type, std::string_view column, std::string_view value,
    Evidence evidence
) {
    std::vector<domain::AssetHit> out;
    for (const json& row : rows) {
        if (!row.is_object() || flag_in(row, "is_template") || flag_in(row, "is_deleted")) {
            continue;
        }
        const std::string held =
            column.empty() ? "" : decode_entities(text_in(row, std::string(column).c_str()));
        if (!column.empty() && !iequals_ascii(held, value)) {
            continue;
        }
        domain::AssetHit hit;
        hit.item_type = item_type;
        hit.id = number_in(row, "id");
        hit.name = decode_entities(text_in(row, "name"));
        hit.entity_id = number_in(row, "entities_id");
        hit.evidence = evidence;
        if (hit.id > 0) {
            out.push_back(std::move(hit));
        }
    }
    return out;
}

std::string encode_hits(const std::vector<domain::AssetHit>& hits) {
    json out = json::array();
    for (const domain::AssetHit& hit : hits) {
        out.push_back(json::array(
            {hit.item_type, hit.id, hit.name, hit.entity_id, static_cast<int>(hit.evidence),
             hit.one_of_many ? 1 : 0}
        ));
    }
    return dump(out);
}

std::vector<domain::AssetHit> decode_hits(const std::string& text) {
    std::vector<domain::AssetHit> out;
    const json rows = json::parse(text, nullptr, false);
    for (const json& row : rows) {
        if (!row.is_array() || row.size() < 5 || !row[0].is_string() || !row[2].is_string()) {
            continue;
        }
        domain::AssetHit hit;
        hit.item_type = row[0].get<std::string>();
        hit.id = as_number(row[1]);
        hit.name = row[2].get<std::string>();
        hit.entity_id = as_number(row[3]);
        const auto evidence = as_number(row[4]);
        hit.evidence = evidence <= static_cast<int>(Evidence::address)
                           ? static_cast<Evidence>(evidence)
                           : Evidence::address;
        hit.one_of_many = row.size() > 5 && as_number(row[5]) != 0;
        out.push_back(std::move(hit));
    }
    return out;
}

domain::Entity entity_from(const json& row) {
    domain::Entity entity;
    entity.id = number_in(row, "id");
    // The root's parent is null (10, 11) or -1 (9.5).
    entity.parent = entity.id == 0 ? -1 : number_in(row, "entities_id");
    entity.name = decode_entities(text_in(row, "name"));
    entity.complete_name = decode_entities(text_in(row, "completename"));
    entity.tag = decode_entities(text_in(row, "tag"));
    entity.registration_number = decode_entities(text_in(row, "registration_number"));
    return entity;
}

std::string encode_entities(const std::vector<domain::Entity>& entities) {
    json out = json::array();
    for (const domain::Entity& entity : entities) {
        out.push_back(json::array(
            {entity.id, entity.parent, entity.name, entity.complete_name, entity.tag,
             entity.registration_number}
        ));
    }
    return dump(out);
}

std::vector<domain::Entity> parse_entities(const std::string& text) {
    std::vector<domain::Entity> out;
    const json rows = json::parse(text, nullptr, false);
    for (const json& row : rows) {
        if (!row.is_array() || row.size() != 6 || !row[2].is_string() || !row[3].is_string() ||
            !row[4].is_string() || !row[5].is_string()) {
            continue;
        }
        domain::Entity entity;
        entity.id = as_number(row[0]);
        entity.parent = entity.id == 0 ? -1 : as_number(row[1]);
        entity.name = row[2].get<std::string>();
        entity.complete_name = row[3].get<std::string>();
        entity.tag = row[4].get<std::string>();
        entity.registration_number = row[5].get<std::string>();
        out.push_back(std::move(entity));
    }
    return out;
}

bool carries_name(const json& row, std::string_view name) {
    if (!row.is_object()) {
        return false;
    }
    const std::string wanted = normal_name(name);
    const bool is_path = wanted.find('>') != std::string::npos;
    return normal_name(decode_entities(text_in(row, "completename"))) == wanted ||
           (!is_path && normal_name(decode_entities(text_in(row, "name"))) == wanted);
}

std::string_view why_unusable(const json& row, const NameKind& kind) {
    if (flag_in(row, "is_deleted")) {
        return "is in the trash bin";
    }
    if (has(row, "is_active") && !flag_in(row, "is_active")) {
        return "is not active";
    }
    if (kind.for_assignment && has(row, "is_assign") && !flag_in(row, "is_assign")) {
        return "is not one that tickets can be assigned to";
    }
    const bool to_own =
        kind.item_type == "SLA" && has(row, "type") && number_in(row, "type") != kTimeToResolve;
    return to_own ? "is about the time to own, not to resolve" : "";
}

std::vector<NamedRow> rows_named(const json& rows, const NameKind& kind, std::string_view name) {
    std::vector<NamedRow> out;
    for (const json& row : rows) {
        if (!carries_name(row, name) || !why_unusable(row, kind).empty()) {
            continue;
        }
        NamedRow named;
        named.id = number_in(row, "id");
        named.entity_id = number_in(row, "entities_id");
        named.recursive = flag_in(row, "is_recursive");
        if (named.id > 0) {
            out.push_back(named);
        }
    }
    return out;
}

Chosen choose_visible(
    const std::vector<NamedRow>& rows, const NameKind& kind,
    const std::vector<std::int64_t>& path_up
) {
    Chosen best;
    std::size_t best_distance = 0;
    for (const NamedRow& row : rows) {
        std::size_t distance = 0;
        if (kind.bound_to_entity) {
            const auto at = std::find(path_up.begin(), path_up.end(), row.entity_id);
            if (at == path_up.end() || (at != path_up.begin() && !row.recursive)) {
                continue;
            }
            distance = static_cast<std::size_t>(at - path_up.begin());
        }
        if (best.id == 0 || distance < best_distance) {
            best = Chosen{row.id, false};
            best_distance = distance;
        } else if (distance == best_distance && row.id != best.id) {
            best.ambiguous = true;
        }
    }
    return best;
}

std::int64_t id_in(std::string_view name) {
    name = trim(name);
    return name.starts_with('#') ? parse_whole_number(name.substr(1)).value_or(0) : 0;
}

std::string_view last_part(std::string_view name) {
    const auto at = name.rfind('>');
    return trim(at == std::string_view::npos ? name : name.substr(at + 1));
}

}  // namespace alert_bridge::glpi
