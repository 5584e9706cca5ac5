// SPDX-License-Identifier: MIT
//
// Policy and Plan: what the rules together decided for one episode. The plan is frozen when the
// episode starts and stored with the incident; a reload never changes it.
//
// Names in a plan (entity, category, group …) are text as written in the configuration after its
// templates were rendered; they are resolved against GLPI later, as seen from the ticket's entity.
// Thread rule: values. Tests: tests/unit/domain/plan_test.cpp
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/base/time.hpp"
#include "alert_bridge/domain/alert.hpp"

namespace alert_bridge::domain {

enum class OnRepeat { silent, each };  // silent: digests after 1 h, 4 h, then daily
enum class OnRecovery { solve_untouched, solve, followup, none };
enum class OnSeverityChange { raise, follow, none };
enum class OnAcknowledge { followup, take, none };
// Problems that began and ended while GLPI was away: one report, a ticket each, or nothing.
enum class Fold { report, each, drop };
// An opening while the sender says that the problem is in a downtime.
enum class OnDowntime { hold, drop, none };
enum class OnExpire { followup, solve };
// Where problems of services go while their host is down.
enum class Under { none, host_down };
// An opening while an approved change of GLPI covers the asset.
enum class OnChange { none, annotate, hold };
enum class Mode { act, observe };
enum class TicketDate { received, started };
enum class TicketType { incident = 1, request = 2 };

// DESIGN: which of the bridge's writes may send GLPI e-mail.
struct Notify {
    bool open = true;
    bool followup = false;
    bool solve = false;
    bool reopen = true;
    bool operator==(const Notify&) const = default;
};

// A problem flaps once it began and ended `changes` times (each counts) within `within`, until it
// was quiet for `quiet`. No changes: nothing is taken for flapping, whatever the sender says.
struct FlappingPolicy {
    int changes = 5;
    Duration within{10 * 60 * 1000};
    Duration quiet{30 * 60 * 1000};
    bool operator==(const FlappingPolicy&) const = default;
};

struct Policy {
    Severity open = Severity::average;           // severities from here on open a ticket
    std::map<std::string, Duration> open_after;  // by priority name; "" for all others
    std::vector<std::string> group_by{"problem"};
    OnRepeat on_repeat = OnRepeat::silent;
    OnRecovery on_recovery = OnRecovery::solve_untouched;
    Duration resolve_after{5 * 60 * 1000};
    Duration reopen_within{24 * 3600 * 1000};
    // A person solved the ticket although the problem goes on: reopened after this; 0: never.
    Duration recheck_after{4 * 3600 * 1000};
    OnSeverityChange on_severity_change = OnSeverityChange::raise;
    OnAcknowledge on_acknowledge = OnAcknowledge::followup;
    FlappingPolicy flapping;
    OnDowntime downtime = OnDowntime::hold;
    Duration expire_after{0};  // without news; zero: never
    OnExpire on_expire = OnExpire::followup;
    Fold fold = Fold::report;
    Under under = Under::none;
    Duration under_wait{0};  // a service's problem waits so long for news of its host
    OnChange changes = OnChange::none;
    Mode mode = Mode::act;
    Notify notify;
    TicketDate ticket_date = TicketDate::received;
    bool followup_private = true;
    bool operator==(const Policy&) const = default;
};

// What one priority name ("p1") means in GLPI. glpi_priority is sent only when set (6 "major" needs
// a right that a stock Technician lacks; measured).
struct Priority {
    std::string name;
    int urgency = 3;
    int impact = 3;
    int glpi_priority = 0;
    bool operator==(const Priority&) const = default;
};

// entity by GLPI's own entity fields instead of by name
enum class EntityBy { name, tag, registration_number };

struct EntityRef {
    EntityBy by = EntityBy::name;
    std::string value;  // complete name ("Root entity > ACME"), short name, or "#12" for an id
    [[nodiscard]] bool empty() const noexcept { return value.empty(); }
    bool operator==(const EntityRef&) const = default;
};

// One field of the plan and the rule that set it, for explain and for the journal.
struct PlanTrace {
    std::string rule;
    std::string field;
    std::string value;
    bool operator==(const PlanTrace&) const = default;
};

// Why an opening is held or dropped now: a window of the configuration, the sender's downtime, or a
// planned change of GLPI.
struct Maintenance {
    std::string name;  // empty: the sender's
    bool drop = false;
    WallTime until{};
    bool is_change = false;  // of GLPI
    bool raised = false;     // what waits for its end made the ticket's priority higher
    bool operator==(const Maintenance&) const = default;
};

struct Plan {
    bool drop = false;
    std::optional<Maintenance> maintenance;  // of an incident: while it waits for its end
    EntityRef entity;
    EntityRef within;         // hard limit for look-up and ticket
    EntityRef source_within;  // the source's own limit: a rule can narrow it, never widen it
    // What a rule's limit was to come from and did not ("customers: acme"): as strict as a limit
    // that GLPI does not know, beside the limits that are known.
    std::string within_missing;
    std::string category;
    std::string assign_group;
    std::string assign_user;
    std::string requester;
    std::vector<std::string> observers;  // users
    std::string location;
    std::string sla;  // time to resolve, by name
    std::string request_source;
    TicketType type = TicketType::incident;
    std::string solution_type;
    Priority priority;
    std::string templates = "en";
    std::string time_zone;
    bool host_down = false;
    bool trust_names = true;
    bool asks_asset = false;   // while the asset is not known: rules about it may change this plan
    EntityRef default_entity;  // of the source, else glpi.default_entity
    EntityRef storm_entity;    // of the umbrella over all entities; empty: the default entity
    EntityRef glpi_default_entity;  // when default_entity does not exist in GLPI
    Policy policy;
    std::vector<PlanTrace> trace;
    bool operator==(const Plan&) const = default;
};

// How long the problem must last before its ticket opens: by the plan's priority name, else the
// entry "", else at once.
[[nodiscard]] Duration open_after(const Plan& plan) noexcept;
// The same, and for a service's problem the time that it waits for news of its host; the most
// urgent priority ("p1") does not.
[[nodiscard]] Duration waits_before_opening(const Plan& plan, const Alert& opener) noexcept;

// Every enum of the policy as it is written in the configuration.
[[nodiscard]] std::string_view to_string(OnRepeat value) noexcept;
[[nodiscard]] std::string_view to_string(OnRecovery value) noexcept;
[[nodiscard]] std::string_view to_string(OnSeverityChange value) noexcept;
[[nodiscard]] std::string_view to_string(OnAcknowledge value) noexcept;
[[nodiscard]] std::string_view to_string(Fold value) noexcept;
[[nodiscard]] std::string_view to_string(OnDowntime value) noexcept;
[[nodiscard]] std::string_view to_string(OnExpire value) noexcept;
[[nodiscard]] std::string_view to_string(Under value) noexcept;
[[nodiscard]] std::string_view to_string(OnChange value) noexcept;
[[nodiscard]] std::string_view to_string(Mode value) noexcept;
[[nodiscard]] std::string_view to_string(TicketDate value) noexcept;
[[nodiscard]] std::string_view to_string(TicketType value) noexcept;
[[nodiscard]] std::string_view to_string(EntityBy value) noexcept;
[[nodiscard]] std::optional<OnRepeat> parse_on_repeat(std::string_view text) noexcept;
[[nodiscard]] std::optional<OnRecovery> parse_on_recovery(std::string_view text) noexcept;
[[nodiscard]] std::optional<OnSeverityChange> parse_on_severity_change(std::string_view text
) noexcept;
[[nodiscard]] std::optional<OnAcknowledge> parse_on_acknowledge(std::string_view text) noexcept;
[[nodiscard]] std::optional<Fold> parse_fold(std::string_view text) noexcept;
[[nodiscard]] std::optional<OnDowntime> parse_on_downtime(std::string_view text) noexcept;
[[nodiscard]] std::optional<OnExpire> parse_on_expire(std::string_view text) noexcept;
[[nodiscard]] std::optional<Under> parse_under(std::string_view text) noexcept;
[[nodiscard]] std::optional<OnChange> parse_on_change(std::string_view text) noexcept;
[[nodiscard]] std::optional<Mode> parse_mode(std::string_view text) noexcept;
[[nodiscard]] std::optional<TicketDate> parse_ticket_date(std::string_view text) noexcept;
[[nodiscard]] std::optional<TicketType> parse_ticket_type(std::string_view text) noexcept;
[[nodiscard]] std::optional<EntityBy> parse_entity_by(std::string_view text) noexcept;

}  // namespace alert_bridge::domain
