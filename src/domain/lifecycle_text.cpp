// SPDX-License-Identifier: MIT
// The texts and fields of owed writes: everything of Draft that asks the templates.
#include "alert_bridge/domain/lifecycle_draft.hpp"

namespace alert_bridge::domain {
namespace {

// The moment the problem began, as its sender says, else when we heard of it.
WallTime start_of(const Alert& alert) {
    return alert.started_at.value_or(alert.received_at);
}

std::int64_t repeats_of(const std::vector<Episode>& episodes) {
    std::int64_t sum = 0;
    for (const Episode& episode : episodes) {
        sum += episode.repeats;
    }
    return sum;
}

WallTime earliest_start(const std::vector<Episode>& episodes, const Alert& alert) {
    WallTime earliest = start_of(alert);
    for (const Episode& episode : episodes) {
        const bool concerns =
            episode.problem_key == alert.problem_key && episode.episode == alert.episode;
        if (concerns && episode.started_at < earliest) {
            earliest = episode.started_at;
        }
    }
    return earliest;
}

}  // namespace

std::string human_duration(Duration duration) {
    using namespace std::chrono;
    const auto seconds_total = duration_cast<seconds>(duration).count();
    if (seconds_total < 60) {
        return std::to_string(seconds_total < 0 ? 0 : seconds_total) + "s";
    }
    const auto minutes_total = seconds_total / 60;
    if (minutes_total < 60) {
        return std::to_string(minutes_total) + "m";
    }
    const auto hours_total = minutes_total / 60;
    if (hours_total < 24) {
        return std::to_string(hours_total) + "h " + std::to_string(minutes_total % 60) + "m";
    }
    return std::to_string(hours_total / 24) + "d " + std::to_string(hours_total % 24) + "h";
}

TextContext Draft::text_context(std::string_view event, const Alert& alert) const {
    const Incident& incident = *incident_;
    const std::string& zone = incident.plan.time_zone;
    TextContext text;
    text.alert = &alert;
    text.plan = &incident.plan;
    text.event = event;
    if (incident.placement.asset) {
        text.asset_name = incident.placement.asset->name;
        text.asset_type = incident.placement.asset->item_type;
    }
    text.entity_name = incident.placement.entity_name;
    text.placement_notes = incident.placement.notes;
    const WallTime started = earliest_start(episodes_, alert);
    text.started = format_local(started, zone);
    text.now = format_local(now_, zone);
    const bool over = event == "recovered" || event == "cancelled";
    if (over) {
        text.ended = format_local(alert.received_at, zone);
    }
    text.duration = human_duration((over ? alert.received_at : now_) - started);
    text.repeats = repeats_of(episodes_);
    text.changes = sum_of_changes(incident.flaps);
    text.previous_ticket = incident.previous_ticket;
    text.open_problems = open_problem_names();
    return text;
}

OperationContent Draft::text(
    std::string_view event, const Alert& alert, TemplatePart part, bool notify
) const {
    const TextContext context = text_context(event, alert);
    OperationContent content;
    content.html = context_.templates->render(incident_->plan.templates, part, context);
    content.event = event;
    content.notify = notify;
    content.is_private = incident_->plan.policy.followup_private;
    return content;
}

void Draft::owe(OperationKind kind, OperationContent content) {
    owe_of(*incident_, kind, std::move(content));
}

void Draft::owe_of(const Incident& incident, OperationKind kind, OperationContent content) {
    Operation operation;
    operation.incident_id = incident.id;
    operation.kind = kind;
    operation.reference = context_.ids->reference();
    operation.content = std::move(content);
    operation.created_at = now_;
    operation.due_at = now_;
    if (incident.plan.policy.mode == Mode::observe) {
        operation.state = OperationState::skipped;
        operation.last_error = kObserved;
    }
    decision_.operations.push_back(std::move(operation));
}

void Draft::owe_open() {
    const Incident& incident = *incident_;
    const Plan& plan = incident.plan;
    OperationContent content =
        text("opened", incident.opener, TemplatePart::body, plan.policy.notify.open);
    const TextContext context = text_context("opened", incident.opener);
    content.title = context_.templates->render(plan.templates, TemplatePart::title, context);
    content.urgency = plan.priority.urgency;
    content.impact = plan.priority.impact;
    content.priority = plan.priority.glpi_priority;
    if (plan.policy.ticket_date == TicketDate::started) {
        content.date = incident.opener.started_at;
    }
    owe(OperationKind::open, std::move(content));
    if (plan.policy.mode == Mode::act) {
        decision_.opened = {incident.placement.entity_id, now_};
    }
    if (incident.previous_ticket != 0) {
        OperationContent link;
        link.linked_ticket = incident.previous_ticket;
        link.event = "linked";
        owe(OperationKind::link_ticket, std::move(link));
    }
}

void Draft::owe_followup(
    std::string_view event, const Alert& alert, std::string_view old_severity
) {
    TextContext context = text_context(event, alert);
    context.old_severity = old_severity;
    OperationContent content;
    content.html =
        context_.templates->render(incident_->plan.templates, TemplatePart::followup, context);
    content.event = event;
    content.notify = incident_->plan.policy.notify.followup;
    content.is_private = incident_->plan.policy.followup_private;
    content.take =
        event == "acknowledged" && incident_->plan.policy.on_acknowledge == OnAcknowledge::take;
    owe(OperationKind::followup, std::move(content));
}

void Draft::owe_reopen(std::string_view event, const Alert& alert) {
    OperationContent content =
        text(event, alert, TemplatePart::followup, incident_->plan.policy.notify.reopen);
    content.begun_by = alert;
    owe(OperationKind::reopen, std::move(content));
}

void Draft::owe_priority(const Priority& priority) {
    OperationContent content;
    content.urgency = priority.urgency;
    content.impact = priority.impact;
    content.priority = priority.glpi_priority;
    content.event = "priority";
    content.known_row = incident_->ticket.newest_row;
    owe(OperationKind::update, std::move(content));
}

void Draft::owe_solution(std::string_view event, const Alert& alert) {
    OperationContent content =
        text(event, alert, TemplatePart::solution, incident_->plan.policy.notify.solve);
    content.on_recovery = on_recovery();
    content.known_row = incident_->ticket.reopened_row;
    owe(OperationKind::solve, std::move(content));
}

}  // namespace alert_bridge::domain
