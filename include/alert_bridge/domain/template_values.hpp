// SPDX-License-Identifier: MIT
//
// The names that templates may use, in one table, and their values. Internal to the domain: the
// checker reads the names, the renderer the values, so that the two cannot disagree.
//
// Guarantees: values are valid UTF-8 without control or bidirectional characters, cut to
// kMaxShown code points, not escaped. A value that is absent is empty. host.name and problem.name
// fall back to what else identifies them.
// Thread rule: pure functions. Tests: tests/unit/domain/render_test.cpp
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/domain/render.hpp"

namespace alert_bridge::domain {

inline constexpr std::size_t kMaxShown = 8 * 1024;  // code points of one value

// Words about an outage, with {count}, {from} and {until} to be filled in.
struct OutageWords {
    std::string_view title, intro, more, solution;
};

// Words about storms and hosts that are down, with {count}, {failing}, {entity} and {since}.
struct StormWords {
    std::string_view title, title_of_all, opening, opening_of_all;
    std::string_view members, members_of_host, counts, solution;
};

// Words of one language.
struct Words {
    std::array<std::string_view, 6> severities;  // in the order of Severity
    std::array<std::string_view, 10> kinds;      // in the order of AlertKind
    std::array<std::string_view, 14> events;     // in the order of kEvents
    std::array<std::string_view, 7> evidences;   // in the order of Evidence
    // In the order of NoteCode, with {name}, {count} and {evidence} to be filled in.
    std::array<std::string_view, 16> notes;
    OutageWords outage;
    StormWords storm;
};
inline constexpr std::array<std::string_view, 14> kEvents{
    "opened",    "update", "acknowledged", "severity", "repeat",   "recovered",      "reopened",
    "cancelled", "note",   "joined",       "returned", "flapping", "flapping_ended", "expired"};

// Shipped sets and their words (template_sets.cpp). The words of a set called "fr_short" or
// "fr-acme" are those of "fr"; of any other name, English.
[[nodiscard]] const std::map<std::string, TemplateSet>& shipped_sets();
[[nodiscard]] const Words& words_of(std::string_view set);

// The notes as sentences, one after the other.
[[nodiscard]] std::string note_text(const std::vector<PlacementNote>& notes, const Words& words);

// `{name}` in a sentence becomes the value.
void fill_in(std::string& sentence, std::string_view placeholder, std::string_view value);

[[nodiscard]] OutageText outage_text(
    const OutageReport& report, const Words& words, const std::string& zone
);

[[nodiscard]] StormText storm_opening_text(
    std::string_view entity, std::string_view since, const Words& words
);
[[nodiscard]] std::vector<std::string> member_texts(
    MemberEvent why, const MemberReport& report, const Words& words, const std::string& zone
);
[[nodiscard]] std::string storm_end_text(std::int64_t total, const Words& words);

// One line of a list: cleaned, cut, escaped.
[[nodiscard]] std::string shown_in_list(std::string_view value);

struct TextSource {
    const TextContext& context;
    const Words* words = nullptr;  // null: the configuration's own words ("high"), for rules
};

enum class NameShape {
    text,  // {{x}}, {{#x}}…{{/x}} when not empty
    list,  // {{#x}}{{.}}{{/x}}
    flag,  // {{#x}}…{{/x}} only
};
enum class KnownTo {
    all,
    tickets,  // only once a ticket is written
    rules,    // only while rules run
};
struct TemplateName {
    std::string name;
    NameShape shape = NameShape::text;
    KnownTo known_to = KnownTo::all;
};
inline constexpr std::string_view kAssetPrefix = "asset.";
// tag.NAME, match.NAME and asset.field.LABEL are open families and not listed.
[[nodiscard]] const std::vector<TemplateName>& template_names();

struct TemplateValue {
    NameShape shape = NameShape::text;
    std::string text;
    std::vector<std::string> list;
    bool flag = false;
};
// Empty: no such name.
[[nodiscard]] std::optional<TemplateValue> template_value(
    const TextSource& source, const std::string& name
);

// The details of an asset that the template shows: the NAMEs of its asset.NAME.
[[nodiscard]] std::vector<std::string> asset_details_in(std::string_view source);

// Structure only: tags closed, sections balanced, no partials, no delimiter change, within bounds.
[[nodiscard]] bool is_well_formed_template(std::string_view source);

}  // namespace alert_bridge::domain
