// SPDX-License-Identifier: MIT
//
// lookup: pure parts of finding things in GLPI by value: what may be searched, how a search is
// written, and which rows really match.
//
// GLPI's searchText is a pattern that cannot be escaped: ^ and $ anchor, % is a wildcard, < and >
// never match on 10, the word NULL tests for null. So only harmless values are sent, and what comes
// back is compared here. Names compare without case, as GLPI's database does.
// Thread rule: pure functions. Tests: tests/unit/glpi/lookup_test.cpp
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/domain/placement.hpp"

namespace alert_bridge::glpi {

[[nodiscard]] bool is_searchable(std::string_view value);

// Lists, to be read by a Pager: "/Computer?searchText[name]=^web01$&", encoded, and "/Entity?".
[[nodiscard]] std::string exact_path(
    std::string_view item_type, std::string_view field, std::string_view value
);
[[nodiscard]] std::string all_path(std::string_view item_type);

inline constexpr std::int64_t kListRows = 1000;  // of one page
// How far lists are read; the survey (survey.hpp) sees what the directory sees.
inline constexpr int kEntityPages = 100;
inline constexpr int kNamePages = 10;  // of the things that carry a name, or of all of a kind

// Walks a list page by page to its end, but no further than `pages_max` pages. The end is where
// Content-Range says, else behind a page that is not full, else behind an empty one.
class Pager {
  public:
    Pager(std::string list_path, int pages_max, std::int64_t page_rows = kListRows)
        : list_path_(std::move(list_path)), pages_left_(pages_max), page_rows_(page_rows) {}

    // True while a page is to be asked for.
    [[nodiscard]] bool has_next() const noexcept { return !at_end_ && pages_left_ > 0; }
    // "/Entity?range=1000-1999&get_hateoas=false"
    [[nodiscard]] std::string next_path() const;
    // A page came. `total` is -1 when GLPI did not tell it.
    void took(std::size_t rows, std::int64_t total) noexcept;
    void reached_end() noexcept { at_end_ = true; }
    // The pages were used up before the end: there is more that nobody has seen.
    [[nodiscard]] bool is_cut() const noexcept { return !at_end_ && pages_left_ <= 0; }

  private:
    std::string list_path_;
    int pages_left_;
    std::int64_t page_rows_;
    std::int64_t first_ = 0;
    bool at_end_ = false;
};

// Column of an item type that holds this evidence; "" when the type has none. Asking for a column
// that does not exist is a fatal error in older versions.
[[nodiscard]] std::string_view column_for(std::string_view item_type, domain::Evidence evidence);

// Rows that are no template, not in the trash, and whose `column` is exactly `value`.
[[nodiscard]] std::vector<domain::AssetHit> asset_hits(
    const nlohmann::json& rows, std::string_view item_type, std::string_view column,
    std::string_view value, domain::Evidence evidence
);

[[nodiscard]] std::string encode_hits(const std::vector<domain::AssetHit>& hits);
[[nodiscard]] std::vector<domain::AssetHit> decode_hits(const std::string& text);

[[nodiscard]] domain::Entity entity_from(const nlohmann::json& row);
[[nodiscard]] std::string encode_entities(const std::vector<domain::Entity>& entities);
[[nodiscard]] std::vector<domain::Entity> parse_entities(const std::string& text);

// A kind of thing that a plan names.
struct NameKind {
    std::string_view label;       // "category"
    std::string_view item_type;   // "ITILCategory"
    bool bound_to_entity = true;  // seen from its entity, and below when recursive
    bool for_assignment = false;  // groups
};

inline constexpr NameKind kCategory{"category", "ITILCategory", true, false};
inline constexpr NameKind kGroup{"group", "Group", true, true};
inline constexpr NameKind kUser{"user", "User", false, false};
inline constexpr NameKind kLocation{"location", "Location", true, false};
inline constexpr NameKind kSla{"sla", "SLA", true, false};
inline constexpr NameKind kRequestSource{"request source", "RequestType", false, false};
inline constexpr NameKind kSolutionType{"solution type", "SolutionType", true, false};

struct NamedRow {
    std::int64_t id = 0;
    std::int64_t entity_id = 0;
    bool recursive = false;
};

struct NamedRows {
    std::vector<NamedRow> rows;
    bool complete = true;  // false: GLPI has more than can be read
};

// Whether the row carries the name, usable or not; see rows_named().
[[nodiscard]] bool carries_name(const nlohmann::json& row, std::string_view name);
// Why a plan cannot use the row: "is not active"; empty when it can.
[[nodiscard]] std::string_view why_unusable(const nlohmann::json& row, const NameKind& kind);

// Rows that carry the name: the complete name when it has a '>', else the short or the complete
// one. Inactive users, groups that take no tickets and agreements on time to own are left out.
[[nodiscard]] std::vector<NamedRow> rows_named(
    const nlohmann::json& rows, const NameKind& kind, std::string_view name
);

struct Chosen {
    std::int64_t id = 0;
    bool ambiguous = false;
};
// The nearest of the rows seen from the entity whose path to the root is `path_up`; several at the
// same distance are not guessed between.
[[nodiscard]] Chosen choose_visible(
    const std::vector<NamedRow>& rows, const NameKind& kind,
    const std::vector<std::int64_t>& path_up
);

// "#12" -> 12, else 0.
[[nodiscard]] std::int64_t id_in(std::string_view name);
// "A > B" -> "B"
[[nodiscard]] std::string_view last_part(std::string_view name);

}  // namespace alert_bridge::glpi
