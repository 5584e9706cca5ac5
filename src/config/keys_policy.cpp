// SPDX-License-Identifier: MIT
// The sections below single policy keys.
#include "alert_bridge/config/keys.hpp"

namespace alert_bridge::config {
namespace {

using enum ValueType;

constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kDay = 24LL * 3600 * kSecond;

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

constexpr Section kMaintenance{"maintenance[]", {kMaintenanceKeys}};
constexpr Section kFlapping{"defaults.flapping", {kFlappingKeys}};
constexpr Section kRuleFlapping{"rules[].then.flapping", {kFlappingKeys}, false};

}  // namespace alert_bridge::config
