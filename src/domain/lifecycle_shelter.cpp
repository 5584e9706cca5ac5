// SPDX-License-Identifier: MIT
// Storm, fuse and hosts that are down: problems without a ticket of their own, and the tickets that
// tell of them.
#include <algorithm>
#include <utility>

#include "alert_bridge/domain/alert_meaning.hpp"
#include "alert_bridge/domain/lifecycle_draft.hpp"

namespace alert_bridge::domain {
namespace {

// A member looks at least so often whether its host is still down.
constexpr Duration kHostCheck{60'000};
constexpr Duration kShortestCheck{1'000};
// Tickets of services that were opened so shortly before their host's are linked to it.
constexpr Duration kEarlierTickets{5 * 60'000};

Duration host_check(const Policy& policy) {
    return policy.under_wait > Duration::zero()
               ? std::clamp(policy.under_wait, kShortestCheck, kHostCheck)
               : kHostCheck;
}

bool spent(int bound, int used) {
    return bound > 0 && used >= bound;
}

bool is_exempt(const StormPolicy& policy, const Priority& priority) {
    return std::find(policy.exempt.begin(), policy.exempt.end(), priority.name) !=
           policy.exempt.end();
}

bool is_over(const Incident& incident) {
    return incident.state == IncidentState::ended || incident.state == IncidentState::solved ||
           incident.state == IncidentState::quiet;
}

// Of a host: people read its ticket.
bool tells_of_services(const Incident& host) {
    return !is_over(host) && host.ticket.ended == 0;
}

}  // namespace

std::optional<Draft::Shelter> Draft::shelter() const {
    const Plan& plan = incident_->plan;
    if (plan.policy.mode == Mode::observe) {
        return std::nullopt;  // it has no ticket that could count, and no umbrella could tell of it
    }
    const std::optional<Incident>& host = known_.host_down;
    const bool has_host = host && host->plan.policy.mode == Mode::act &&
                          host->id != incident_->id && tells_of_services(*host);
    if (plan.policy.under == Under::host_down && !plan.host_down && has_host) {
        return Shelter{host, MemberEvent::under_host, false};
    }
    const StormPolicy& storm = context_.storm;
    const bool fuse = spent(storm.fuse, known_.opened.hour);
    const bool exempt = is_exempt(storm, plan.priority);
    if (fuse || (!exempt && spent(storm.overall, known_.opened.overall))) {
        return Shelter{known_.overall_umbrella, MemberEvent::storm, true};
    }
    if (!exempt && spent(storm.per_entity, known_.opened.entity)) {
        return Shelter{known_.entity_umbrella, MemberEvent::storm, false};
    }
    return std::nullopt;
}

Draft::Opening Draft::open_or_shelter() {
    incident_->plan.maintenance.reset();
    if (std::optional<Shelter> found = shelter()) {
        go_under(*std::move(found));
        return Opening::sheltered;
    }
    incident_->state = IncidentState::open;
    incident_->parent_id.clear();
    cancel_timer(TimerKind::shelter);
    owe_open();
    watch_expiry(now_);
    link_earlier_tickets();
    return Opening::opened;
}

// Its services may have been heard of first: people see that it is one thing.
void Draft::link_earlier_tickets() {
    if (!incident_->plan.host_down || incident_->plan.policy.under == Under::none) {
        return;
    }
    for (const HostTicket& ticket : known_.host_tickets) {
        if (ticket.created_at >= now_ - kEarlierTickets) {
            OperationContent link;
            link.linked_ticket = ticket.ticket_id;
            link.event = "linked";
            owe(OperationKind::link_ticket, std::move(link));
        }
    }
}

Draft::Opening Draft::reconsider_shelter() {
    if (!known_.parent || !known_.parent->umbrella) {
        return Opening::sheltered;
    }
    if (is_exempt(context_.storm, incident_->plan.priority)) {
        return leave_shelter();
    }
    if (known_.parent->state != IncidentState::ended) {
        Incident parent = *known_.parent;
        raise_parent(parent);
        decision_.incidents.push_back(std::move(parent));
    }
    return Opening::sheltered;
}

// It began before the maintenance: one that would drop it holds it as well.
Draft::Opening Draft::leave_shelter() {
    std::optional<Maintenance> maintenance = plan_now(incident_->opener).maintenance;
    if (!maintenance) {
        return open_or_shelter();
    }
    maintenance->drop = false;
    incident_->state = IncidentState::holding;
    incident_->parent_id.clear();
    cancel_timer(TimerKind::shelter);
    set_timer(TimerKind::hold, maintenance->until);
    incident_->plan.maintenance = std::move(maintenance);
    return Opening::held;
}

void Draft::go_under(Shelter shelter) {
    const bool storms = shelter.why == MemberEvent::storm;
    decision_.fuse_blown = storms && spent(context_.storm.fuse, known_.opened.hour);
    Incident parent = shelter.parent ? *std::move(shelter.parent) : new_umbrella(shelter.overall);
    const bool is_new = !shelter.parent.has_value();
    if (storms && parent.state == IncidentState::quiet) {
        parent.state = IncidentState::open;
        decision_.cancel_timers.push_back({parent.id, TimerKind::resolve, {}});
    }
    if (storms && !is_new) {
        raise_parent(parent);
    }
    incident_->state = IncidentState::sheltered;
    if (incident_->parent_id != parent.id) {
        incident_->parent_id = parent.id;
        incident_->sheltered_at = now_;  // who tries in vain to leave does not prolong the storm
    }
    if (incident_->plan.host_down) {
        decision_.adopted = {incident_->id, parent.id, now_};
        cancel_timer(TimerKind::members);
    }
    decision_.start_timers.push_back(
        {parent.id, TimerKind::members, now_ + first_report(context_.storm)}
    );
    const Duration stays = storms ? context_.storm.within + context_.storm.own_ticket_after
                                  : host_check(incident_->plan.policy);
    set_timer(TimerKind::shelter, now_ + stays);
    if (storms) {
        parent.updated_at = now_;
        decision_.incidents.push_back(std::move(parent));
    }
}

// It opens with the first problem that goes under it; that one's text is its beginning.
Incident Draft::new_umbrella(bool overall) {
    Incident umbrella;
    umbrella.id = context_.ids->sortable(now_);
    umbrella.umbrella = true;
    umbrella.state = IncidentState::open;
    umbrella.created_at = now_;
    umbrella.severity = incident_->severity;
    umbrella.opener = incident_->opener;
    umbrella.latest = incident_->opener;
    // Of the first member only what every other has in common with it.
    const Plan& plan = incident_->plan;
    umbrella.plan.priority = plan.priority;
    umbrella.plan.templates = plan.templates;
    umbrella.plan.time_zone = plan.time_zone;
    umbrella.plan.request_source = plan.request_source;
    umbrella.plan.policy = plan.policy;
    umbrella.plan.policy.reopen_within = Duration{0};
    umbrella.placement.entity_id = incident_->placement.entity_id;
    umbrella.placement.entity_name = incident_->placement.entity_name;
    umbrella.placement.default_entity_id = incident_->placement.default_entity_id;
    umbrella.placement.default_entity_name = incident_->placement.default_entity_name;
    if (overall && incident_->placement.storm_entity_id != kNoEntity) {
        umbrella.placement.entity_id = incident_->placement.storm_entity_id;
        umbrella.placement.entity_name = incident_->placement.storm_entity_name;
        // GLPI must not put the other customers' problems into the entity of the first.
        umbrella.placement.default_entity_id = umbrella.placement.entity_id;
        umbrella.placement.default_entity_name = umbrella.placement.entity_name;
    }
    const std::int64_t entity_id = incident_->placement.entity_id;
    umbrella.group_key =
        umbrella_group(overall ? std::nullopt : std::optional<std::int64_t>(entity_id));
    StormText text = context_.templates->storm_opening(
        plan.templates, overall ? std::string() : umbrella.placement.entity_name,
        format_local(now_, plan.time_zone)
    );
    OperationContent opening;
    opening.event = "storm";
    opening.title = std::move(text.title);
    opening.html = std::move(text.html);
    opening.notify = plan.policy.notify.open;
    opening.urgency = plan.priority.urgency;
    opening.impact = plan.priority.impact;
    opening.priority = plan.priority.glpi_priority;
    owe_of(umbrella, OperationKind::open, std::move(opening));
    return umbrella;
}

void Draft::raise_parent(Incident& parent) {
    parent.severity = std::max(parent.severity, incident_->severity);
    const Priority& priority = incident_->plan.priority;
    const bool higher = weight(priority) > weight(parent.plan.priority);
    if (!higher || parent.plan.policy.on_severity_change == OnSeverityChange::none) {
        return;
    }
    parent.plan.priority = priority;
    OperationContent content;
    content.urgency = priority.urgency;
    content.impact = priority.impact;
    content.priority = priority.glpi_priority;
    content.event = "priority";
    owe_of(parent, OperationKind::update, std::move(content));
}

Decision Draft::finish_opening(Opening opening, std::string_view opened, std::string_view held) {
    std::string reason(opening == Opening::opened ? opened : held);
    if (opening == Opening::sheltered) {
        const bool under_host = known_.host_down && incident_->parent_id == known_.host_down->id;
        reason = under_host ? "its host is down, told on the host's ticket"
                            : "too many tickets already, told on the ticket of the storm";
    } else if (opening == Opening::held && held.empty()) {
        reason = "still fails, waits for the end of maintenance";
    }
    return finish(Verdict::applied, std::move(reason));
}

// ---- The member ---------------------------------------------------------------------------------

// A storm is over when nothing has joined it for as long as its tickets are counted.
WallTime Draft::storm_over() const {
    const WallTime joined = known_.members.last_joined.value_or(incident_->created_at);
    return std::min(joined, now_) + context_.storm.within;
}

Decision Draft::leave_or_stay() {
    if (incident_->state != IncidentState::sheltered) {
        return finish(Verdict::ignored, "has a ticket of its own");
    }
    const bool has_parent = known_.parent.has_value();
    const bool storms = !has_parent || known_.parent->umbrella;
    // Monitoring checks the services only once the host answers again.
    const WallTime checked = has_parent ? std::min(known_.parent->latest.received_at, now_) +
                                              incident_->plan.policy.under_wait
                                        : now_;
    if (storms) {
        const WallTime due = storm_over() + context_.storm.own_ticket_after;
        if (has_parent && now_ < due) {
            set_timer(TimerKind::shelter, due);
            return finish(Verdict::applied, "the storm goes on");
        }
    } else if (tells_of_services(*known_.parent)) {
        set_timer(TimerKind::shelter, now_ + host_check(incident_->plan.policy));
        return finish(Verdict::applied, "its host is still down");
    } else if (is_over(*known_.parent) && now_ < checked) {
        set_timer(TimerKind::shelter, checked);
        return finish(Verdict::applied, "its host is up again, waits for news of its own");
    }
    const Opening opening = leave_shelter();
    if (opening == Opening::sheltered && storms) {
        set_timer(
            TimerKind::shelter, now_ + context_.storm.within
        );  // when the budget is free again
    }
    return finish_opening(opening, "still fails, opens a ticket of its own", {});
}

}  // namespace alert_bridge::domain
