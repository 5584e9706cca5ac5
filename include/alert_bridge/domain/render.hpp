// SPDX-License-Identifier: MIT
//
// Text of tickets: Mustache template sets (shipped: en, fr; more by configuration), and the context
// of names that templates may use.
//
// Guarantees: values are cleaned (control and bidirectional characters dropped) and, for HTML
// targets, escaped exactly once before Mustache sees them; alert text is never parsed as a
// template. {{{x}}} and {{&x}} are the same as {{x}}. check_template refuses partials, delimiter
// changes, sizes over 16 KiB, nesting over 16 and names that do not exist. One value is cut at 8192
// code points, all values of one text at 1 MiB. Rendering never throws.
// Not guaranteed: that GLPI shows what was sent; a GLPI rule may rewrite the content.
// Thread rule: const after construction; any thread.
// Tests: tests/unit/domain/{render,hostile_text,template_check,title}_test.cpp
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/domain/asset_details.hpp"
#include "alert_bridge/domain/outage.hpp"
#include "alert_bridge/domain/placement.hpp"
#include "alert_bridge/domain/storm.hpp"

namespace alert_bridge::domain {

// The parts of a template set. title is plain text of one line, the others are HTML.
enum class TemplatePart { title, body, followup, solution };
inline constexpr TemplatePart kTemplateParts[] = {
    TemplatePart::title, TemplatePart::body, TemplatePart::followup, TemplatePart::solution};
[[nodiscard]] std::string_view to_string(TemplatePart part) noexcept;

struct TemplateSet {
    std::string title, body, followup, solution;
};

// Values beyond the alert that a template may show.
struct TextContext {
    const Alert* alert = nullptr;         // required
    const Plan* plan = nullptr;           // may be null while rules run
    const AssetDetails* asset = nullptr;  // in rules only, once it is known
    // "opened", "update", "acknowledged", "severity", "repeat", "recovered", "reopened",
    // "cancelled", "note", "joined", "returned", "flapping", "flapping_ended", "expired":
    // sections {{#is.recovered}}…{{/is.recovered}}
    std::string event;
    std::string asset_name, asset_type, entity_name;
    std::vector<PlacementNote> placement_notes;  // why no asset is linked, when so
    std::string started, ended, duration, now;   // local time with zone
    std::string old_severity;
    std::int64_t repeats = 0;
    std::int64_t changes = 0;  // of problems that flap
    std::int64_t previous_ticket = 0;
    std::vector<std::string> open_problems;       // of a ticket with several episodes
    std::map<std::string, std::string> captures;  // match.NAME, in rules only
    std::string map_from;
};

// Empty error list: the template is fine. Messages name the line, the mistake and, for unknown
// names, the nearest. This one is for the texts of tickets.
[[nodiscard]] std::vector<std::string> check_template(std::string_view source);
// For the strings of rules: match.NAME only for the captures listed, and nothing that is known only
// once a ticket is written (ticket.*, is.*, event …).
[[nodiscard]] std::vector<std::string> check_template(
    std::string_view source, const std::vector<std::string>& capture_names
);

// One template over one context, values neither HTML-escaped nor changed but for control
// characters. A template that check_template would refuse for its structure gives an empty text.
[[nodiscard]] std::string render_plain(std::string_view source, const TextContext& context);

class Templates {
  public:
    // `sets` override or add to the shipped ones; a part left empty falls back to the shipped set
    // of the same name, then to "en". Errors: all mistakes, joined by \n, code "template".
    // Severities, events and notes are French in sets called "fr", "fr-…" and "fr_…", else English.
    [[nodiscard]] static Result<std::shared_ptr<const Templates>> compile(
        std::map<std::string, TemplateSet> sets
    );
    [[nodiscard]] static std::vector<std::string> shipped_names();

    virtual ~Templates() = default;
    [[nodiscard]] virtual bool has(std::string_view set) const = 0;
    // Title: one line, not cut. Others: HTML, values escaped once. An unknown set is "en".
    [[nodiscard]] virtual std::string render(
        std::string_view set, TemplatePart part, const TextContext& context
    ) const = 0;
    // The notes as sentences in the set's language: plain text of one line, not escaped.
    [[nodiscard]] virtual std::string note(
        std::string_view set, const std::vector<PlacementNote>& notes
    ) const = 0;
    // The report of an outage in the set's language; times in `zone`.
    [[nodiscard]] virtual OutageText outage(
        std::string_view set, const OutageReport& report, const std::string& zone
    ) const = 0;

    // The umbrella of a storm; `entity` empty: over all entities. `since` as text.
    [[nodiscard]] virtual StormText storm_opening(
        std::string_view set, std::string_view entity, std::string_view since
    ) const = 0;
    // Follow-ups that list the untold members, at most kMemberLines each, and count the others.
    [[nodiscard]] virtual std::vector<std::string> members(
        std::string_view set, MemberEvent why, const MemberReport& report, const std::string& zone
    ) const = 0;
    // The solution of an umbrella.
    [[nodiscard]] virtual std::string storm_end(std::string_view set, std::int64_t total) const = 0;
};

// Title as each GLPI version stores it: 10 stores & < > as five characters each and cuts at 255 of
// the stored form, 11 refuses more than 255 code points (measured), 9.5 counts bytes to 254.
[[nodiscard]] std::string cut_title(std::string_view title, int glpi_major);

// The last line of a content: <p>GAB-…</p>. Follow-ups and solutions carry it too.
[[nodiscard]] std::string with_reference(std::string_view html, std::string_view reference);

}  // namespace alert_bridge::domain
