// SPDX-License-Identifier: MIT
// Words for evidence and notes.
#include "alert_bridge/domain/enum_names.hpp"
#include "alert_bridge/domain/placement_trace.hpp"

namespace alert_bridge::domain {
namespace {

constexpr EnumNames<Evidence, 7> kEvidence{{
    {Evidence::glpi_id, "GLPI id"},
    {Evidence::uuid, "UUID"},
    {Evidence::inventory_number, "inventory number"},
    {Evidence::serial, "serial number"},
    {Evidence::name, "name"},
    {Evidence::short_name, "name without domain"},
    {Evidence::address, "address"},
}};
constexpr EnumNames<NoteCode, 16> kNoteCodes{{
    {NoteCode::limit_unknown, "limit_unknown"},
    {NoteCode::limit_missing, "limit_missing"},
    {NoteCode::limits_exclude, "limits_exclude"},
    {NoteCode::entity_unknown, "entity_unknown"},
    {NoteCode::entity_outside, "entity_outside"},
    {NoteCode::no_asset, "no_asset"},
    {NoteCode::no_asset_inside, "no_asset_inside"},
    {NoteCode::names_distrusted, "names_distrusted"},
    {NoteCode::address_alone, "address_alone"},
    {NoteCode::several_assets, "several_assets"},
    {NoteCode::too_many_assets, "too_many_assets"},
    {NoteCode::no_answer, "no_answer"},
    {NoteCode::no_default_entity, "no_default_entity"},
    {NoteCode::in_default_entity, "in_default_entity"},
    {NoteCode::refused_elsewhere, "refused_elsewhere"},
    {NoteCode::planned_change, "planned_change"},
}};

}  // namespace

std::string_view to_string(Evidence evidence) noexcept {
    return name_of(kEvidence, evidence);
}

std::string_view to_string(NoteCode code) noexcept {
    return name_of(kNoteCodes, code);
}

std::optional<NoteCode> parse_note_code(std::string_view text) noexcept {
    return value_of(kNoteCodes, text);
}

int score(Evidence evidence) noexcept {
    return static_cast<int>(Evidence::address) - static_cast<int>(evidence) + 1;
}

}  // namespace alert_bridge::domain
