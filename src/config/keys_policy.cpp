// SPDX-License-Identifier: MIT
// The sections of the policy that stand below a key of their own.
#include "alert_bridge/config/keys.hpp"

namespace alert_bridge::config {
namespace {

using enum ValueType;

constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kHour = 3600 * kSecond;
constexpr std::int64_t kDay = 24 * kHour;

constexpr Key kNotifyKeys[] = {
    {"open", boolean, "true", "a new ticket"},
    {"followup", boolean, "false", "a follow-up"},
    {"solve", boolean, "false", "a solution"},
    {"reopen", boolean, "true", "a reopened ticket"},
};
constexpr Key kStormKeys[] = {
    {"per_entity", integer, "20", "tickets in one entity within `within`; 0: no bound", false, 0,
     100'000},
    {"overall", integer, "60", "tickets in all within `within`; 0: no bound", false, 0, 100'000},
    {"within", duration, "5m", "the time in which they are counted", false, kSecond, kHour},
    {"exempt", texts, "", "priorities that open their ticket all the same"},
    {"entity", entity, "", "entity of the ticket over all entities; glpi.default_entity if absent"},
    {"own_ticket_after", duration, "15m",
     "what still fails so long after the storm gets a ticket of its own", false, kSecond, 7 * kDay},
    {"fuse", integer, "100",
     "tickets within an hour, whatever their priority: the guard against a wrong rule; 0: none",
     false, 0, 100'000},
};

constexpr Key kFlappingKeys[] = {
    {"changes", integer, "5", "beginnings and ends together that make it flapping", false, 3, 50},
    {"within", duration, "10m", "in which they happen", false, kSecond, kDay},
    {"quiet", duration, "30m", "without a change, then it is over", false, kSecond, 7 * kDay},
};

constexpr Key kMaintenanceKeys[] = {
    {"name", text, "", "shown in explanations; unique", true},
    {"when", mapping, "", "conditions as in a rule; absent: every alert"},
    {"time", free_form, "", "{weekdays, hours, zone}, or a list of them"},
    {"from", text, "", "date and time at which it begins, \"2026-12-01 22:00\""},
    {"to", text, "", "date and time at which it ends"},
    {"zone", text, "", "time zone of from and to; defaults.time_zone if absent"},
    {"then", choice, "hold", "hold: the ticket opens at the end if the problem still lasts", false,
     0, 0, "hold|drop"},
};

}  // namespace

constexpr Section kNotify{"defaults.notify", {kNotifyKeys}};
constexpr Section kRuleNotify{"rules[].then.notify", {kNotifyKeys}, false};
constexpr Section kStorm{"storm", {kStormKeys}};
constexpr Section kMaintenance{"maintenance[]", {kMaintenanceKeys}};
constexpr Section kFlapping{"defaults.flapping", {kFlappingKeys}};
constexpr Section kRuleFlapping{"rules[].then.flapping", {kFlappingKeys}, false};

}  // namespace alert_bridge::config
