// SPDX-License-Identifier: MIT
//
// Problem, Episode and Incident: what the bridge remembers between alerts. Rows of the store.
//
//   problem   the thing that is wrong, named by its key; remembers the newest order and state seen
//   episode   one occurrence of it, from start to recovery
//   incident  ties one or more open episodes to one GLPI ticket; holds the frozen plan
//
// Thread rule: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/domain/flapping.hpp"
#include "alert_bridge/domain/operation.hpp"
#include "alert_bridge/domain/placement.hpp"
#include "alert_bridge/domain/plan.hpp"
#include "alert_bridge/domain/storm.hpp"
#include "alert_bridge/domain/ticket_memory.hpp"

namespace alert_bridge::domain {

struct Problem {
    std::string key;
    AlertOrder newest;
    ProblemState state = ProblemState::unknown;
    RecentChanges changes;                   // whatever became of their tickets
    std::optional<WallTime> downtime_since;  // its sender said so, and not yet that it ended
    WallTime updated_at{};
    bool operator==(const Problem&) const = default;
};

enum class EpisodeState { open, recovered, cancelled };
[[nodiscard]] std::string_view to_string(EpisodeState state) noexcept;
[[nodiscard]] std::optional<EpisodeState> parse_episode_state(std::string_view text) noexcept;

struct Episode {
    std::string problem_key;
    std::string episode;      // (problem_key, episode) is the identity
    std::string incident_id;  // empty: a tombstone (the recovery came first) or below the threshold
    EpisodeState state = EpisodeState::open;
    Severity severity = Severity::not_classified;
    AlertOrder order;  // of the newest alert that concerned this episode
    std::string problem_name;
    std::string text;  // last text seen, numbers removed: to tell news from repeats
    std::int64_t repeats = 0;
    std::int64_t repeats_told = 0;
    bool acknowledged = false;
    WallTime started_at{};
    std::optional<WallTime> ended_at;
    bool operator==(const Episode&) const = default;
};

enum class IncidentState {
    holding,    // open_after runs; nothing owed to GLPI yet
    sheltered,  // no ticket of its own: its parent's tells of it (a storm, a host that is down)
    open,       // a ticket exists or is owed
    quiet,      // all episodes recovered; resolve_after runs
    solved,     // we solved it; reopen_within runs
    ended,      // nothing more will be done
};
[[nodiscard]] std::string_view to_string(IncidentState state) noexcept;
[[nodiscard]] std::optional<IncidentState> parse_incident_state(std::string_view text) noexcept;

struct Incident {
    std::string id;         // sortable
    std::string group_key;  // at most one incident that is not ended per group key (unique index)
    IncidentState state = IncidentState::holding;
    std::int64_t ticket_id = 0;  // 0: not known yet
    TicketMemory ticket;         // what people made of it
    Plan plan;                   // frozen
    Placement placement;
    Alert opener;  // the alert that started it
    Alert latest;  // the newest alert that changed it: text of solutions and digests
    Severity severity = Severity::not_classified;  // highest told to GLPI
    FlapList flaps;          // of its problems, those that flap: it stays open while there is one
    std::string end_reason;  // "recovered", "never lasted", "ticket closed", "ticket deleted" …
    std::int64_t previous_ticket = 0;  // linked when a new ticket follows a closed one
    std::string parent_id;  // sheltered, and ended so: the incident whose ticket tells of it
    std::optional<WallTime> sheltered_at;  // when it went under its parent
    std::optional<WallTime> told_at;       // when its ticket last told of what is under it
    bool umbrella = false;                 // has members instead of episodes (domain/storm.hpp)
    WallTime created_at{};
    WallTime updated_at{};
    bool operator==(const Incident&) const = default;
};

// Where it belongs: what others ask for to come under one roof.
[[nodiscard]] Place place_of(const Alert& opener, const Placement& placement);

enum class TimerKind {
    hold,
    resolve,
    reopen_window,
    digest,
    flapping,
    expire,
    members,  // of a parent: tell of its members
    shelter,  // of a member: is its parent still what it was
    recheck,  // a person ended the ticket: does the problem go on
};
[[nodiscard]] std::string_view to_string(TimerKind kind) noexcept;
[[nodiscard]] std::optional<TimerKind> parse_timer_kind(std::string_view text) noexcept;

struct Timer {
    std::string incident_id;
    TimerKind kind = TimerKind::hold;
    WallTime due_at{};
    bool operator==(const Timer&) const = default;
};

}  // namespace alert_bridge::domain
