// SPDX-License-Identifier: MIT
// The tickets of umbrellas and of hosts that are down: what they tell of the problems under them.
#include <algorithm>
#include <utility>

#include "alert_bridge/domain/lifecycle_draft.hpp"

namespace alert_bridge::domain {
namespace {

// Later reports than the first come seldom, so that a storm of hours costs a few follow-ups.
constexpr Duration kLongestReportPause{15 * 60'000};

// Of members that are all over. What an umbrella's solution says need not be told before.
bool has_more_to_tell(const Incident& parent, const MemberReport& members, bool told_now) {
    if (told_now) {
        return members.untold.size() >= static_cast<std::size_t>(kMembersAtOnce);
    }
    return !parent.umbrella && members.untold_ends > 0;
}

}  // namespace

bool Draft::owes_report() const {
    const MemberReport& members = known_.members;
    if (members.untold.empty() && members.untold_ends == 0) {
        return false;
    }
    if (!incident_->told_at || (members.failing == 0 && !members.untold.empty())) {
        return true;
    }
    const WallTime told = *incident_->told_at;
    const Duration first = first_report(context_.storm);
    return now_ >= told + std::clamp(told - incident_->created_at, first, kLongestReportPause);
}

void Draft::owe_report() {
    Incident& incident = *incident_;
    const MemberEvent why = incident.umbrella ? MemberEvent::storm : MemberEvent::under_host;
    for (std::string& html : context_.templates->members(
             incident.plan.templates, why, known_.members, incident.plan.time_zone
         )) {
        OperationContent content;
        content.html = std::move(html);
        content.event = "members";
        content.notify = incident.plan.policy.notify.followup;
        content.is_private = incident.plan.policy.followup_private;
        owe(OperationKind::followup, std::move(content));
    }
    for (const MemberLine& line : known_.members.untold) {
        decision_.told_members.push_back(line.incident_id);
    }
    decision_.told_ends_of = incident.id;
    incident.told_at = now_;
}

Decision Draft::tell_of_members() {
    Incident& incident = *incident_;
    const MemberReport& members = known_.members;
    const WallTime again = now_ + first_report(context_.storm);
    // Without an open ticket nobody would read it: it opens, goes on, or its members leave.
    if (incident.state != IncidentState::open || is_ended_by_people()) {
        const bool may_tell = incident.state == IncidentState::holding && !members.untold.empty();
        if (incident.state != IncidentState::ended && (members.failing > 0 || may_tell)) {
            set_timer(TimerKind::members, again);
        }
        return finish(Verdict::ignored, "no open ticket to tell on");
    }
    if (incident.told_at && *incident.told_at > now_) {
        incident.told_at = now_;  // by a clock that was set back
    }
    const bool tells = owes_report();
    if (tells) {
        owe_report();
    }
    if (members.failing > 0 || has_more_to_tell(incident, members, tells)) {
        set_timer(TimerKind::members, again);
    } else if (incident.umbrella) {
        incident.state = IncidentState::quiet;
        const WallTime due = std::max(now_, storm_over()) + incident.plan.policy.resolve_after;
        set_timer(TimerKind::resolve, due);
    }
    return finish(
        Verdict::applied, tells ? "told of the problems under it" : "nothing to tell yet"
    );
}

Decision Draft::solve_umbrella() {
    Incident& incident = *incident_;
    if (known_.members.failing > 0) {
        incident.state = IncidentState::open;
        set_timer(TimerKind::members, now_ + first_report(context_.storm));
        return finish(Verdict::applied, "not all have recovered");
    }
    OperationContent solution;
    solution.html = context_.templates->storm_end(incident.plan.templates, known_.members.total);
    solution.event = "storm";
    solution.is_private = incident.plan.policy.followup_private;
    solution.on_recovery = incident.plan.policy.on_recovery;
    switch (incident.plan.policy.on_recovery) {
        case OnRecovery::solve:
        case OnRecovery::solve_untouched:
            solution.notify = incident.plan.policy.notify.solve;
            owe(OperationKind::solve, std::move(solution));
            break;
        case OnRecovery::followup:
            solution.notify = incident.plan.policy.notify.followup;
            owe(OperationKind::followup, std::move(solution));
            break;
        case OnRecovery::none:
            break;
    }
    end_incident("the storm is over");
    return finish(Verdict::applied, "the storm is over");
}

}  // namespace alert_bridge::domain
