// SPDX-License-Identifier: MIT
//
// AlertDecision: decide() for one alert while it is worked out: what a notice from monitoring
// changes. Internal to src/domain/lifecycle_alert.cpp (begin and end of an episode),
// lifecycle_news.cpp (news about one), lifecycle_flapping.cpp and lifecycle_maintenance.cpp.
// Thread rule: a local of one decide() call. Tests: tests/unit/domain/lifecycle*_test.cpp
#pragma once

#include <string>
#include <string_view>

#include "alert_bridge/domain/lifecycle_draft.hpp"

namespace alert_bridge::domain {

class AlertDecision {
  public:
    AlertDecision(
        const LifecycleContext& context, const Snapshot& known, const AlertEvent& event,
        WallTime now
    )
        : draft_(context, known, now), event_(event), alert_(*event.alert), known_(known) {}

    [[nodiscard]] Decision run();

  private:
    void note_problem();
    // Nagios numbers its problems from 1 again when it loses its retention file (measured): a
    // problem that is newer than the end of the one with its number is another one.
    [[nodiscard]] bool begins_anew(const Episode& over) const;

    // The end of an episode.
    [[nodiscard]] Decision end(Episode* own);
    [[nodiscard]] Decision tombstone(const Episode* own);
    [[nodiscard]] Decision after_end(std::string_view how);
    [[nodiscard]] Decision cancel(Episode* own);

    // The start of an episode.
    [[nodiscard]] Decision begin();
    [[nodiscard]] Decision below(std::string reason);
    [[nodiscard]] static Decision ask_for_place();
    [[nodiscard]] Decision start(Episode episode);
    // A worse problem makes the ticket more urgent; a lesser one does not make it less, the others
    // go on. True: there is a ticket that must be told.
    [[nodiscard]] bool raise();
    // To the incident. Monitoring is told of its ticket, now or when it has a number: once, but
    // again of a problem that was over, for which monitoring has forgotten it, unless it flaps.
    void bind(Episode episode);
    void go_on(std::string_view event, bool raised);
    [[nodiscard]] Decision join(Episode episode);
    // Somebody comments on a problem that is over: still worth a follow-up, never a reopening.
    [[nodiscard]] Decision after_the_end();
    [[nodiscard]] Decision no_episode();

    // News about an open episode.
    [[nodiscard]] Decision news(Episode& episode);
    // Known, but without a ticket so far: its severity was too low, or a rule dropped it.
    [[nodiscard]] Decision maybe_open_now(const Episode& episode);
    [[nodiscard]] bool opens_a_ticket() const;
    // Nothing was written for it, and its next notice finds that something should be.
    [[nodiscard]] bool leaves_observation();
    [[nodiscard]] Decision tell(std::string_view event);
    [[nodiscard]] Decision severity_change(Severity old_severity);
    [[nodiscard]] Decision repeat(Episode& episode);

    // Flapping.
    enum class Flaps { no, begins, goes_on };
    // An episode of the problem begins or ends, and it flaps with that.
    [[nodiscard]] Flaps count_change(Change change);
    [[nodiscard]] Flap* flap();  // of this problem; null: it does not flap
    // Requires: the incident is open.
    void begin_flapping();
    // One more change of a problem that flaps: only counted, but the first time.
    [[nodiscard]] Decision flap_on();
    [[nodiscard]] bool sender_may_start();
    [[nodiscard]] Decision sender_starts();
    [[nodiscard]] Decision sender_stops();

    // Maintenance: why this problem's opening is held or dropped.
    [[nodiscard]] std::optional<Maintenance> maintenance();
    [[nodiscard]] std::string dropped() const;
    [[nodiscard]] WallTime own_due() const;
    [[nodiscard]] bool is_alone() const;  // no other problem is open on the ticket
    [[nodiscard]] Decision wait_for_maintenance(bool raised = false);
    [[nodiscard]] Decision downtime_begins();
    [[nodiscard]] Decision downtime_ends();

    Draft draft_;
    const AlertEvent& event_;
    const Alert& alert_;
    const Snapshot& known_;
    bool stale_ = false;
    Flaps flaps_ = Flaps::no;
    std::optional<Maintenance> maintenance_;
};

}  // namespace alert_bridge::domain
