// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/alert_meaning.hpp"

#include "alert_bridge/base/text.hpp"

namespace alert_bridge::domain {

bool reports_end(const Alert& alert) {
    if (alert.kind == AlertKind::recovery) {
        return true;
    }
    // Nagios and Icinga say some recoveries only by the state of these notices (measured).
    const bool closing_notice =
        alert.kind == AlertKind::flapping_stop || alert.kind == AlertKind::downtime_end;
    return closing_notice && alert.state == ProblemState::ok;
}

bool may_open(const Alert& alert) {
    if (alert.state != ProblemState::failing) {
        return false;
    }
    // Not only a problem's own notice: the first one may be lost on the way, and what Nagios and
    // Icinga held back while it flapped or was down is told by the state of these (measured).
    switch (alert.kind) {
        case AlertKind::problem:
        case AlertKind::update:
        case AlertKind::flapping_start:
        case AlertKind::flapping_stop:
        case AlertKind::downtime_end:
            return true;
        case AlertKind::acknowledgement:
        case AlertKind::recovery:
        case AlertKind::downtime_start:
        case AlertKind::cancelled:
        case AlertKind::note:
            return false;
    }
    return false;
}

std::string_view news_event(const Alert& alert) {
    if (alert.kind == AlertKind::update) {
        return "update";
    }
    if (alert.kind == AlertKind::acknowledgement) {
        return "acknowledged";
    }
    return "note";
}

Episode new_episode(const Alert& alert) {
    Episode episode;
    episode.problem_key = alert.problem_key;
    episode.episode = alert.episode;
    episode.severity = alert.severity;
    episode.order = alert.order;
    episode.problem_name = one_line(alert.problem_name);
    episode.text = without_numbers(alert.text);
    episode.started_at = alert.started_at.value_or(alert.received_at);
    return episode;
}

WallTime next_digest(WallTime opened, WallTime now) {
    using std::chrono::hours;
    for (const hours after : {hours(1), hours(4)}) {
        if (opened + after > now) {
            return opened + after;
        }
    }
    const auto days = (now - opened) / hours(24) + 1;
    return opened + days * hours(24);
}

int weight(const Priority& priority) {
    return priority.glpi_priority * 100 + priority.urgency + priority.impact;
}

}  // namespace alert_bridge::domain
