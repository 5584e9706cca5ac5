// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/plan.hpp"

#include <algorithm>

#include "alert_bridge/domain/enum_names.hpp"

namespace alert_bridge::domain {
namespace {

constexpr EnumNames<OnRepeat, 2> kOnRepeat{{
    {OnRepeat::silent, "silent"},
    {OnRepeat::each, "each"},
}};
constexpr EnumNames<OnRecovery, 4> kOnRecovery{{
    {OnRecovery::solve_untouched, "solve_untouched"},
    {OnRecovery::solve, "solve"},
    {OnRecovery::followup, "followup"},
    {OnRecovery::none, "none"},
}};
constexpr EnumNames<OnSeverityChange, 3> kOnSeverityChange{{
    {OnSeverityChange::raise, "raise"},
    {OnSeverityChange::follow, "follow"},
    {OnSeverityChange::none, "none"},
}};
constexpr EnumNames<OnAcknowledge, 3> kOnAcknowledge{{
    {OnAcknowledge::followup, "followup"},
    {OnAcknowledge::take, "take"},
    {OnAcknowledge::none, "none"},
}};
constexpr EnumNames<Fold, 3> kFolds{{
    {Fold::report, "report"},
    {Fold::each, "each"},
    {Fold::drop, "drop"},
}};
constexpr EnumNames<OnDowntime, 3> kOnDowntime{{
    {OnDowntime::hold, "hold"},
    {OnDowntime::drop, "drop"},
    {OnDowntime::none, "none"},
}};
constexpr EnumNames<OnExpire, 2> kOnExpire{{
    {OnExpire::followup, "followup"},
    {OnExpire::solve, "solve"},
}};
constexpr EnumNames<Under, 2> kUnders{{
    {Under::none, "none"},
    {Under::host_down, "host_down"},
}};
constexpr EnumNames<OnChange, 3> kOnChange{{
    {OnChange::none, "none"},
    {OnChange::annotate, "annotate"},
    {OnChange::hold, "hold"},
}};
constexpr EnumNames<Mode, 2> kModes{{
    {Mode::act, "act"},
    {Mode::observe, "observe"},
}};
constexpr EnumNames<TicketDate, 2> kTicketDates{{
    {TicketDate::received, "received"},
    {TicketDate::started, "started"},
}};
constexpr EnumNames<TicketType, 2> kTicketTypes{{
    {TicketType::incident, "incident"},
    {TicketType::request, "request"},
}};
constexpr EnumNames<EntityBy, 3> kEntityBy{{
    {EntityBy::name, "name"},
    {EntityBy::tag, "tag"},
    {EntityBy::registration_number, "registration_number"},
}};

}  // namespace

Duration waits_before_opening(const Plan& plan, const Alert& opener) noexcept {
    const Duration own = open_after(plan);
    const bool hears_of_host = plan.policy.under == Under::host_down && !plan.host_down &&
                               !opener.host.name.empty() && plan.priority.name != "p1";
    return hears_of_host ? std::max(own, plan.policy.under_wait) : own;
}

Duration open_after(const Plan& plan) noexcept {
    const auto& by_priority = plan.policy.open_after;
    auto found = by_priority.find(plan.priority.name);
    if (found == by_priority.end()) {
        found = by_priority.find("");
    }
    return found == by_priority.end() ? Duration::zero() : found->second;
}

std::string_view to_string(OnRepeat value) noexcept {
    return name_of(kOnRepeat, value);
}
std::string_view to_string(OnRecovery value) noexcept {
    return name_of(kOnRecovery, value);
}
std::string_view to_string(OnSeverityChange value) noexcept {
    return name_of(kOnSeverityChange, value);
}
std::string_view to_string(OnAcknowledge value) noexcept {
    return name_of(kOnAcknowledge, value);
}
std::string_view to_string(Fold value) noexcept {
    return name_of(kFolds, value);
}
std::string_view to_string(OnDowntime value) noexcept {
    return name_of(kOnDowntime, value);
}
std::string_view to_string(OnExpire value) noexcept {
    return name_of(kOnExpire, value);
}
std::string_view to_string(Under value) noexcept {
    return name_of(kUnders, value);
}
std::string_view to_string(OnChange value) noexcept {
    return name_of(kOnChange, value);
}
std::string_view to_string(Mode value) noexcept {
    return name_of(kModes, value);
}
std::string_view to_string(TicketDate value) noexcept {
    return name_of(kTicketDates, value);
}
std::string_view to_string(TicketType value) noexcept {
    return name_of(kTicketTypes, value);
}
std::string_view to_string(EntityBy value) noexcept {
    return name_of(kEntityBy, value);
}

std::optional<OnRepeat> parse_on_repeat(std::string_view text) noexcept {
    return value_of(kOnRepeat, text);
}
std::optional<OnRecovery> parse_on_recovery(std::string_view text) noexcept {
    return value_of(kOnRecovery, text);
}
std::optional<OnSeverityChange> parse_on_severity_change(std::string_view text) noexcept {
    return value_of(kOnSeverityChange, text);
}
std::optional<OnAcknowledge> parse_on_acknowledge(std::string_view text) noexcept {
    return value_of(kOnAcknowledge, text);
}
std::optional<Fold> parse_fold(std::string_view text) noexcept {
    return value_of(kFolds, text);
}
std::optional<OnDowntime> parse_on_downtime(std::string_view text) noexcept {
    return value_of(kOnDowntime, text);
}
std::optional<OnExpire> parse_on_expire(std::string_view text) noexcept {
    return value_of(kOnExpire, text);
}
std::optional<Under> parse_under(std::string_view text) noexcept {
    return value_of(kUnders, text);
}
std::optional<OnChange> parse_on_change(std::string_view text) noexcept {
    return value_of(kOnChange, text);
}
std::optional<Mode> parse_mode(std::string_view text) noexcept {
    return value_of(kModes, text);
}
std::optional<TicketDate> parse_ticket_date(std::string_view text) noexcept {
    return value_of(kTicketDates, text);
}
std::optional<TicketType> parse_ticket_type(std::string_view text) noexcept {
    return value_of(kTicketTypes, text);
}
std::optional<EntityBy> parse_entity_by(std::string_view text) noexcept {
    return value_of(kEntityBy, text);
}

}  // namespace alert_bridge::domain
