// SPDX-License-Identifier: MIT
//
// AlertDecision: decide() for one alert while it is worked out: what a notice from monitoring
// changes. Internal to src/domain/lifecycle_alert.cpp (begin and end of an episode) and
// lifecycle_news.cpp (news about one).
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
    [[nodiscard]] Decision start(Episode episode);
    // A worse problem makes the ticket more urgent; a lesser one does not make it less, the others
    // go on. True: there is a ticket that must be told.
    [[nodiscard]] bool raise();
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
    [[nodiscard]] Decision tell(std::string_view event);
    [[nodiscard]] Decision severity_change(Severity old_severity);
    [[nodiscard]] Decision repeat(Episode& episode);

    Draft draft_;
    const AlertEvent& event_;
    const Alert& alert_;
    const Snapshot& known_;
    bool stale_ = false;
};

}  // namespace alert_bridge::domain
