// SPDX-License-Identifier: MIT
//
// Lifecycle: all policy about tickets, as pure functions. (snapshot, event, now) -> decision.
//
//                problem, open_after > 0             timer hold
//   (none) ─────────────────────────────► holding ───────────────► open [op open]
//      │                                    │ last episode recovers
//      │ problem, open_after = 0            └──────────────► ended "never lasted" (no ticket)
//      └──────────────────────────────────────────────────► open [op open]
//
//   (news of the problem that wait in the journal are heard before a ticket on hold opens)
//   instead of open ── host down, or past a budget ──► sheltered (told on its parent's ticket)
//   sheltered ── last episode recovers ──► ended (no ticket)
//   sheltered ── its parent is over and it still fails, or its priority is exempt now ──► open
//   sheltered ── the same during maintenance ──► holding
//   umbrella ── all members over, resolve_after ──► quiet ──► ended [op solve]
//   umbrella ── solved or closed by a person ──► ended (its members leave it)
//   sheltered under a host ── over while GLPI is away ──► ended, told by the outage's report
//   open   ── update, acknowledgement, severity, repeat ──► open   [follow-up, update]
//   open   ── new episode of the group ──► open                     [follow-up]
//   open   ── last episode recovers ──► quiet                       timer resolve_after
//   quiet  ── problem ──► open (same ticket goes on)                [follow-up]
//   quiet  ── timer resolve ──► solved [op solve]                   timer reopen_within
//   solved ── problem within the window ──► open [op reopen]
//   open   ── changes too often, or its sender says so ──► open, flapping   [follow-up]
//             quiet and solved ── its sender says so ──► the same            [op reopen]
//             flapping ── begins and ends ──► the same, counted              timer digest
//             flapping ── timer flapping, last change long ago ──► solved [op solve], or open
//                         [follow-up] while a problem goes on
//   solved ── timer reopen_window ──► ended; what goes on and did not count belongs to nothing then
//   ended  ── problem ──► a new incident, linked to the old ticket when one is known
//   open, quiet ── all recovered while GLPI is away, opening never tried ──► ended, one line of
//                  the outage's report (policy fold), which is opened and solved afterwards
//   (mode observe: the same, but what is owed is skipped from the start; mode act again: the next
//   notice of the problem ends that incident and begins another)
//   any    ── opening dead and no episode open ──► ended; a problem after it is a new incident
//   any    ── ticket in the trash or purged ──► ended; a reopen becomes a new incident
//   open   ── solved or closed by a person ──► open, ended by people  [one follow-up]
//                  timer recheck_after; that, a raised severity or a new episode reopens [op
//                  reopen]
//                  (during maintenance each of these waits for its end, timer hold)
//   solved ── reopened by a person ──► solved; only a new episode's recovery solves again
//   any    ── closed (seen at delivery), nothing to go on with ──► ended; a reopen becomes a new
//                  incident, linked to it
//   any    ── merged into another ticket by a person ──► the same, with that ticket
//
// Guarantees: no I/O, no clock, no exception; the same inputs give the same decision (ids come from
// the IdSource argument). An alert older than its problem's newest settles its own episode only; it
// opens one where the newest says that the problem goes on and nothing is open for it. A recovery
// of something never seen is harmless and leaves a tombstone, so that the problem that follows it
// opens nothing. Unknown is not no: what happened in GLPI is only what a result or a TicketEvent
// says; a person may have been quicker, so review() is asked again at delivery. Thread
// rule: pure; runs on the store thread inside the transaction that writes the decision. Tests:
// tests/unit/domain/lifecycle*_test.cpp
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "alert_bridge/base/id.hpp"
#include "alert_bridge/domain/incident.hpp"
#include "alert_bridge/domain/notice.hpp"
#include "alert_bridge/domain/outage.hpp"
#include "alert_bridge/domain/render.hpp"
#include "alert_bridge/domain/rules.hpp"
#include "alert_bridge/domain/storm.hpp"
#include "alert_bridge/domain/ticket.hpp"

namespace alert_bridge::domain {

// What the store knows when the question is asked, read in the same transaction.
struct Snapshot {
    std::optional<Problem> problem;
    std::optional<Episode> episode;  // of (problem key, episode) of the alert in question
    std::optional<Incident>
        incident;  // not ended: by the problem's open episodes, else by group key
    std::optional<Incident> previous;   // newest ended incident of the same group, if any
    std::vector<Episode> episodes;      // all episodes of `incident`
    std::vector<Operation> operations;  // unfinished operations of `incident`, in order of seq
    // Of an alert that could open, and of a hold timer: a later alert of these problems is in the
    // journal and not decided yet.
    bool news_waiting = false;
    // Of an alert: another episode of its problem is open, whatever its incident, or with none.
    bool other_open = false;
    std::optional<WallTime> held_until;  // due time of the hold timer of `incident`
    // Of an alert that could open, and of hold and shelter timers. By the place of `incident`; by
    // the alert's own where the alert may start another incident (one that was only observed, or
    // could not open its ticket, is in the way of none).
    TicketCounts opened;
    std::optional<Incident> entity_umbrella;   // not ended, of the entity of the placement
    std::optional<Incident> overall_umbrella;  // not ended
    std::vector<HostTicket> host_tickets;      // of the same host, newest first, at most twenty
    std::optional<Incident>
        host_down;  // not ended, not solved: the newest that says so of the host
    // Of the timers of parents: the members of `incident`. Of a member's timer: of its siblings,
    // and only when the last of them joined.
    MemberReport members;
    // Of an alert or a timer of a sheltered incident: its parent; ended too.
    std::optional<Incident> parent;
    // Of an outage event: what folded in its entity, and the worst incident of it.
    std::optional<OutageReport> outage;
    std::optional<Incident> outage_worst;
};

// away_until: GLPI was away until then; now, while it is away; the epoch if it never was.
struct TimerEvent {
    Timer timer;
    WallTime away_until{};
};
struct ResultEvent {
    Operation operation;  // as it was claimed; settles the row of the snapshot
    OperationResult result;
    std::uint64_t random = 0;  // for the back-off jitter
};

struct AlertEvent {
    const Alert* alert = nullptr;        // required
    Plan plan;                           // what the rules say now; used for openings only
    std::optional<Placement> placement;  // empty: not looked up yet
    std::string group_key;               // empty while the placement is not known
    WallTime away_until{};
};

// The ticket as people left it. Nothing is known of what the bridge's own writes under way make of
// it.
struct TicketEvent {
    TicketView ticket;             // with what people did
    std::string mark, changed;     // as ports::TicketState had them; empty: it was not in sight
    std::string entity_name;       // of the entity it is in now; empty: not known
    std::int64_t merged_into = 0;  // the ticket that people merged it into; 0: none
    WallTime asked_at{};  // before GLPI was asked; what was decided since may have changed it
};

// GLPI is back: what folded in this entity is told.
struct OutageEvent {
    std::int64_t entity_id = 0;
};

enum class Verdict {
    applied,          // state changed
    ignored,          // nothing to do, reason tells why
    needs_placement,  // an opening: ask again with a placement
};

struct Decision {
    Verdict verdict = Verdict::ignored;
    std::string reason;  // for the trace of the alert: "below the threshold", "repeat", …
    std::optional<Problem> problem;  // upsert
    std::vector<Episode> episodes;   // upsert
    std::vector<Incident>
        incidents;  // upsert, in this order (the old one ends before a new starts)
    std::vector<Operation> operations;            // id 0: append; otherwise update
    std::vector<Timer> set_timers;                // replaces one of the same incident and kind
    std::vector<Timer> cancel_timers;             // due_at ignored
    std::vector<Timer> start_timers;              // kept as it is where there is one
    std::optional<CountedOpening> opened;         // a ticket that the budgets count
    std::vector<std::string> told_members;        // ids: a ticket lists them
    std::optional<Adoption> adopted;              // members that no ticket has told of
    std::optional<std::string> told_ends_of;      // id of a parent: its ticket tells how many ended
    bool fuse_blown = false;                      // an umbrella was needed for the fuse's sake
    std::vector<Notice> notices;                  // append: what monitoring is told
    std::optional<FoldedPair> folded;             // append
    std::optional<std::int64_t> reported_entity;  // its folded pairs are told: delete them
    // Of a TicketEvent, what somebody did: "taken", "solved", "closed", "reopened", "moved",
    // "priority", "merged" or "gone"; empty: nothing that is news.
    std::string_view heard;
};

// Everything constant that the functions need.
struct LifecycleContext {
    const RuleEngine* rules = nullptr;  // priorities
    const Templates* templates = nullptr;
    IdSource* ids = nullptr;
    RetryPolicy retry;
    StormPolicy storm;
    std::string public_url;               // for links to the bridge in texts; may be empty
    const BackPolicies* backs = nullptr;  // whom to tell what; null: nobody
};

[[nodiscard]] Decision decide(
    const LifecycleContext& context, const Snapshot& now_known, const AlertEvent& event,
    WallTime now
);
[[nodiscard]] Decision decide(
    const LifecycleContext& context, const Snapshot& now_known, const TimerEvent& event,
    WallTime now
);
[[nodiscard]] Decision decide(
    const LifecycleContext& context, const Snapshot& now_known, const ResultEvent& event,
    WallTime now
);

[[nodiscard]] Decision decide(
    const LifecycleContext& context, const Snapshot& now_known, const OutageEvent& event,
    WallTime now
);
[[nodiscard]] Decision decide(
    const LifecycleContext& context, const Snapshot& now_known, const TicketEvent& event,
    WallTime now
);

// Which episodes share a ticket. An element of group_by that is absent in the alert makes the
// episode its own group: strangers are never merged.
[[nodiscard]] std::string group_key(
    const Plan& plan, const Alert& alert, const Placement& placement
);

}  // namespace alert_bridge::domain
