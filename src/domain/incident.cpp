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
constexpr EnumNames<IncidentState, 6> kIncidentStates{{
    {IncidentState::holding, "holding"},
    {IncidentState::sheltered, "sheltered"},
    {IncidentState::open, "open"},
    {IncidentState::quiet, "quiet"},
    {IncidentState::solved, "solved"},
    {IncidentState::ended, "ended"},
}};
constexpr EnumNames<TimerKind, 9> kTimerKinds{{
    {TimerKind::hold, "hold"},
    {TimerKind::resolve, "resolve"},
    {TimerKind::reopen_window, "reopen_window"},
    {TimerKind::digest, "digest"},
    {TimerKind::flapping, "flapping"},
    {TimerKind::expire, "expire"},
    {TimerKind::members, "members"},
    {TimerKind::shelter, "shelter"},
    {TimerKind::recheck, "recheck"},
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
Place place_of(const Alert& opener, const Placement& placement) {
    Place place;
    place.entity_id = placement.entity_id;
    if (!opener.host.name.empty()) {
        place.host_key = opener.source + "/" + opener.host.name;
    }
    if (placement.asset) {
        place.asset_key = placement.asset->item_type + "#" + std::to_string(placement.asset->id);
    }
    return place;
}

std::string_view to_string(TimerKind kind) noexcept {
    return name_of(kTimerKinds, kind);
}
std::optional<TimerKind> parse_timer_kind(std::string_view text) noexcept {
    return value_of(kTimerKinds, text);
}

}  // namespace alert_bridge::domain
