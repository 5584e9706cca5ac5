// SPDX-License-Identifier: MIT
//
// Storm: budgets of tickets, and what becomes of a problem whose ticket is past them. Also of one
// whose host is down (policy `under`): both go under another incident, whose ticket tells of them.
//
//   umbrella   an incident without episodes of its own, opened by the first problem past a budget:
//              one per entity, or one for all where the overall budget or the fuse is spent
//   member     an incident in state `sheltered`: it has no ticket, its parent's ticket lists it
//
// Budgets are counted when tickets are decided to open, in rows of the store, so that a restart
// forgets none. Umbrellas are not counted: there is at most one per entity and one for all.
// Guarantees: a follow-up lists at most kMemberLines members; those told at once are at most
// kMembersAtOnce, the rest follows later, none twice. Only an open ticket is told: members of a
// host that goes under an umbrella become the umbrella's, and those of a ticket that a person ended
// leave it.
// Thread rule: values and pure functions. Tests: tests/contract/store_storm_test.cpp,
// tests/contract/store_shelter_test.cpp
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "alert_bridge/base/time.hpp"
#include "alert_bridge/domain/alert.hpp"

namespace alert_bridge::domain {

inline constexpr int kMemberLines = 100;
inline constexpr int kMembersAtOnce = 500;

// 0: no such bound. As written here nothing is a storm; the configuration has other defaults.
struct StormPolicy {
    int per_entity = 0;  // tickets within `within`
    int overall = 0;
    Duration within{5 * 60 * 1000};
    std::vector<std::string> exempt;  // names of priorities that the two budgets above let pass
    Duration own_ticket_after{15 * 60 * 1000};  // after the storm, for what still fails
    int fuse = 0;                               // tickets within an hour, whatever their priority
    bool operator==(const StormPolicy&) const = default;
};

inline constexpr Duration kFuseWindow{3'600'000};

// Tickets decided to open lately, as far as StormPolicy asks.
struct TicketCounts {
    int entity = 0;   // in the entity in question, within StormPolicy::within
    int overall = 0;  // in all, within the same time
    int hour = 0;     // in all, within kFuseWindow
};

// The open ticket of a problem of a host that is not the host's own.
struct HostTicket {
    std::int64_t ticket_id = 0;
    WallTime created_at{};  // of its incident
};

struct CountedOpening {
    std::int64_t entity_id = 0;
    WallTime at{};
};

// From when the budgets count; counts == false: there are none.
struct BudgetWindow {
    bool counts = false;
    WallTime burst_since{};
    WallTime hour_since{};
};
[[nodiscard]] BudgetWindow budget_window(const StormPolicy& policy, WallTime now) noexcept;
// The first report of an umbrella waits for those that come with the first problem.
[[nodiscard]] Duration first_report(const StormPolicy& policy) noexcept;

// Where an incident belongs, as far as others under one roof ask for it.
struct Place {
    std::int64_t entity_id = 0;
    std::string host_key;   // the host as its source names it; empty: no host
    std::string asset_key;  // empty: no asset is linked
};

// The group of an umbrella; none: of the one over all entities.
[[nodiscard]] std::string umbrella_group(std::optional<std::int64_t> entity_id);

struct MemberLine {
    std::string incident_id;
    std::string host;
    std::string problem_name;
    Severity severity = Severity::not_classified;
    WallTime since{};
    bool operator==(const MemberLine&) const = default;
};

// An incident without a ticket goes under another one: its members become that one's.
struct Adoption {
    std::string from, to;  // ids
    WallTime at{};
};

// The members of one parent.
struct MemberReport {
    std::int64_t total = 0;    // that ever were, and did not leave for a ticket of their own
    std::int64_t failing = 0;  // still sheltered
    std::optional<WallTime> last_joined;
    std::vector<MemberLine> untold;  // not told on the parent's ticket yet, oldest first
    std::int64_t untold_ends = 0;    // members that ended since the parent's ticket was last told
};

enum class MemberEvent { storm, under_host };

// In the ticket's language; a title is plain text of one line, the others are HTML.
struct StormText {
    std::string title;
    std::string html;
};

}  // namespace alert_bridge::domain
