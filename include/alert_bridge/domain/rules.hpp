// SPDX-License-Identifier: MIT
//
// RuleEngine: compiled rules; alert in, plan out. Immutable after compile(); a reload builds a new
// one.
//
// Rules are tried in order; each match adds to the plan, later ones win field by field; stop ends.
// A text pattern is exact, a glob when it holds '*' or '?', or a regex (RE2, linear time; named
// captures become match.NAME). Strings in `then` are Mustache templates over the alert and the
// captures (domain/render.hpp), rendered without HTML escaping to one line; one that gives nothing
// leaves its field alone. A source's `within` stays whatever a rule says (Plan::source_within), and
// a rule's that gives nothing lets no asset through (Plan::within_missing).
// Rules about the asset, in `when` or by a template with asset.NAME, are asked once the alert has
// its place; so they cannot change what decides the place (entity, within, trust_names). Until then
// a plan that they might change says so (Plan::asks_asset). Cost: each rule stands in an index
// under the one condition that it cannot do without, so that matching 10,000 rules costs little
// more than matching 10 (domain/rule_index.hpp). Guarantees: evaluate() never throws, does no I/O,
// and has no clock of its own. Thread rule: const after construction; any thread. Tests:
// tests/unit/domain/{rules,rule_check,rule_index,condition,plan_builder}_test.cpp
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/domain/asset_details.hpp"
#include "alert_bridge/domain/plan.hpp"

namespace alert_bridge::domain {

struct TextPattern {
    enum class Kind { exact, glob, regex };
    Kind kind = Kind::exact;
    std::string text;
    // exact unless it holds * or ?
    [[nodiscard]] static TextPattern of(std::string value);
    [[nodiscard]] static TextPattern regex(std::string value);
};

// ">= average", "< high", "disaster" (exactly)
struct SeverityRange {
    Severity low = Severity::not_classified;
    Severity high = Severity::disaster;
    [[nodiscard]] static std::optional<SeverityRange> parse(std::string_view text);
};

struct TimeWindow {
    std::uint8_t weekdays = 0x7f;  // bit 0 Monday … bit 6 Sunday
    int from_minute = 0;           // of the day
    int to_minute = 24 * 60;       // exclusive; below from_minute: over midnight
    std::string zone;              // empty: UTC
};

struct TagPattern {
    std::string name;
    TextPattern value;  // "*" means: the tag is there
};

struct Condition {
    enum class Kind {
        all,
        any,
        negation,  // children
        source,
        kind,
        host,
        host_group,
        service,
        text,  // patterns: one of them must match
        severity,
        address,
        tag,
        time,
        inventory,
        asset,
    };
    Kind what = Kind::all;
    std::vector<Condition> children;
    std::vector<TextPattern> patterns;
    SeverityRange severity;
    std::vector<std::string> networks;  // CIDR, IPv4 or IPv6
    std::vector<TagPattern> tags;       // all must match; also inventory fields, asset details
    TimeWindow time;
};

// A `then` value of `entity` or `within`.
struct EntitySpec {
    EntityBy by = EntityBy::name;
    std::string text;  // template
    // {map: customers, from: "{{tag.customer}}", column: entity}
    std::string map;
    std::string from;
    std::string column;
};

// Results of a rule: what is not set is left alone. All strings are templates.
struct RuleResult {
    std::optional<bool> drop, host_down, trust_names;
    std::optional<EntitySpec> entity, within;
    std::optional<std::string> category, assign_group, assign_user, requester, location, sla,
        request_source, solution_type, priority, templates, time_zone;
    std::optional<std::vector<std::string>> observers;
    std::optional<TicketType> type;
    // policy
    std::optional<Severity> open;
    std::optional<std::map<std::string, Duration>> open_after;
    std::optional<std::vector<std::string>> group_by;
    std::optional<OnRepeat> on_repeat;
    std::optional<OnRecovery> on_recovery;
    std::optional<Duration> resolve_after, reopen_within, recheck_after;
    std::optional<OnSeverityChange> on_severity_change;
    std::optional<OnAcknowledge> on_acknowledge;
    std::optional<int> flapping_changes;
    std::optional<Duration> flapping_within, flapping_quiet;
    std::optional<OnDowntime> downtime;
    std::optional<Duration> expire_after;
    std::optional<OnExpire> on_expire;
    std::optional<Fold> fold;
    std::optional<Under> under;
    std::optional<Duration> under_wait;
    std::optional<OnChange> changes;
    std::optional<Mode> mode;
    std::optional<bool> notify_open, notify_followup, notify_solve, notify_reopen;
    std::optional<TicketDate> ticket_date;
    std::optional<bool> followup_private;
};

struct RuleSpec {
    std::string name;
    Condition when;  // Kind::all without children matches everything
    RuleResult then;
    bool stop = false;
};

// A time in which an opening is held, or dropped. Weekly times (one of them), dates, or both.
struct MaintenanceWindow {
    std::string name;
    Condition when;
    std::vector<TimeWindow> weekly;
    std::optional<WallTime> from, to;
    bool drop = false;
};

struct PrioritySpec {
    Priority priority;
    std::vector<Severity> severities;
};

// A CSV map: row by key, column by name.
using MapTable = std::map<std::string, std::map<std::string, std::string>>;

// What a source adds before any rule is asked.
struct SourceDefaults {
    EntityRef within;
    EntityRef default_entity;
    std::string templates;
    std::string time_zone;
    std::optional<Mode> mode;
    std::map<std::string, Duration> open_after_by_state;  // by Alert::sender_state
};

struct RuleBook {
    std::vector<RuleSpec> rules;
    std::vector<PrioritySpec> priorities;
    std::vector<MaintenanceWindow> maintenance;
    std::map<std::string, MapTable> maps;
    std::map<std::string, SourceDefaults> sources;
    Policy default_policy;
    EntityRef default_entity;  // glpi.default_entity
    EntityRef storm_entity;    // storm.entity; may be empty
    std::string default_templates = "en";
    std::string default_time_zone;
};

class RuleEngine {
  public:
    // Errors: everything that domain/rule_check.hpp finds (a regex that RE2 refuses, a wrong CIDR,
    // a template that names an unknown value, a priority or map that does not exist …); `code` is
    // "rule", each line of `message` names its rule. All of them at once, joined by \n.
    [[nodiscard]] static Result<std::shared_ptr<const RuleEngine>> compile(RuleBook book);

    virtual ~RuleEngine() = default;

    // The plan for an alert that arrived at `now`. A map look-up that finds nothing leaves the
    // field alone and is told in the trace. `asset`: null while it is not known; without values
    // when there is none, so that {not: {asset: {state: Production}}} holds then.
    [[nodiscard]] virtual Plan evaluate(const Alert& alert, WallTime now, const AssetDetails* asset)
        const = 0;
    [[nodiscard]] Plan evaluate(const Alert& alert, WallTime now) const {
        return evaluate(alert, now, nullptr);
    }
    // Names of all details that rules ask for.
    [[nodiscard]] virtual std::vector<std::string> asset_details() const { return {}; }
    // Whether a plan can ask for GLPI's planned changes.
    [[nodiscard]] virtual bool asks_changes() const { return false; }

    // The priority that a severity gets when no rule names one (also for a changed severity). One
    // that no priority lists: urgency and impact 3, no name.
    [[nodiscard]] virtual Priority priority_of(Severity severity) const = 0;
    [[nodiscard]] virtual std::optional<Priority> priority_named(std::string_view name) const = 0;
};

// The plan of an alert whose asset is known by now; `before`, the plan without it, has decided the
// place, and that stays. The same plan when no rule asks.
[[nodiscard]] Plan with_asset(
    const RuleEngine& rules, Plan before, const Alert& alert, const AssetDetails& asset,
    WallTime now
);

}  // namespace alert_bridge::domain
