// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/incident.hpp"

#include "alert_bridge/domain/enum_names.hpp"

namespace alert_bridge::domain {
namespace {

constexpr EnumNames<EpisodeState, 3> kEpisodeStates{{
    {EpisodeState::open, "open"},
    {EpisodeState::recovered, "recovered"},
    {EpisodeState::cancelled, "cancelled"},
}};
constexpr EnumNames<IncidentState, 5> kIncidentStates{{
    {IncidentState::holding, "holding"},
    {IncidentState::open, "open"},
    {IncidentState::quiet, "quiet"},
    {IncidentState::solved, "solved"},
    {IncidentState::ended, "ended"},
}};
constexpr EnumNames<TimerKind, 6> kTimerKinds{{
    {TimerKind::hold, "hold"},
    {TimerKind::resolve, "resolve"},
    {TimerKind::reopen_window, "reopen_window"},
    {TimerKind::digest, "digest"},
    {TimerKind::flapping, "flapping"},
    {TimerKind::expire, "expire"},
}};

}  // namespace

std::string_view to_string(EpisodeState state) noexcept {
    return name_of(kEpisodeStates, state);
}
std::optional<EpisodeState> parse_episode_state(std::string_view text) noexcept {
    return value_of(kEpisodeStates, text);
}
std::string_view to_string(IncidentState state) noexcept {
    return name_of(kIncidentStates, state);
}
std::optional<IncidentState> parse_incident_state(std::string_view text) noexcept {
    return value_of(kIncidentStates, text);
}
std::string_view to_string(TimerKind kind) noexcept {
    return name_of(kTimerKinds, kind);
}
std::optional<TimerKind> parse_timer_kind(std::string_view text) noexcept {
    return value_of(kTimerKinds, text);
}

}  // namespace alert_bridge::domain
