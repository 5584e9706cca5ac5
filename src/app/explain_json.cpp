// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>

#include "alert_bridge/app/explain_view.hpp"
#include "alert_bridge/storage/alert_json.hpp"

namespace alert_bridge::app {
namespace {

using nlohmann::json;

json alert_json(const domain::Alert& alert) {
    json out = json::parse(storage::encode(alert), nullptr, false);
    for (const char* key : {"problem_key", "episode", "idempotency_key", "order", "id"}) {
        out.erase(key);
    }
    out["received_at"] = format_utc(alert.received_at);
    if (alert.started_at) {
        out["started_at"] = format_utc(*alert.started_at);
    }
    return out;
}

json keys_json(const core::Explanation& explanation) {
    const domain::Alert& alert = explanation.alert;
    json out;
    out["problem"] = alert.problem_key;
    out["episode"] = alert.episode;
    out["duplicate"] = alert.idempotency_key;
    out["order"] = json::array({alert.order.major, alert.order.minor});
    out["group"] = explanation.group_key;
    return out;
}

json rules_json(const core::Explanation& explanation) {
    json out = json::array();
    for (const domain::RuleVerdict& verdict : explanation.rules) {
        json row;
        row["rule"] = verdict.rule;
        row["outcome"] = to_string(verdict.outcome);
        row["stops"] = verdict.stops;
        row["because"] = json::array();
        for (const domain::RuleReason& reason : verdict.reasons) {
            json because;
            because["condition"] = reason.condition;
            because["had"] = reason.had;
            row["because"].push_back(std::move(because));
        }
        out.push_back(std::move(row));
    }
    return out;
}

json plan_json(const core::Explanation& explanation) {
    json out = json::array();
    for (const domain::PlanField& field : explanation.fields) {
        json row;
        row["field"] = field.name;
        row["value"] = field.value;
        row["from"] = field.from.empty() ? "defaults" : field.from;
        if (!field.remark.empty()) {
            row["remark"] = field.remark;
        }
        out.push_back(std::move(row));
    }
    return out;
}

json hit_json(const domain::AssetHit& hit) {
    json out;
    out["item_type"] = hit.item_type;
    out["id"] = hit.id;
    out["name"] = hit.name;
    out["evidence"] = to_string(hit.evidence);
    out["score"] = score(hit.evidence);
    return out;
}

json place_json(const core::Explanation& explanation) {
    json out;
    out["asked"] = explanation.asked_for_place;
    if (!explanation.place_problem.empty()) {
        out["problem"] = explanation.place_problem;
    }
    out["candidates"] = json::array();
    for (const auto& candidate : explanation.trace.candidates) {
        json row = hit_json(candidate.hit);
        row["entity"] = candidate.entity_name;
        row["chosen"] = candidate.chosen;
        row["why"] = candidate.why;
        out["candidates"].push_back(std::move(row));
    }
    if (explanation.placement) {
        const domain::Placement& placement = *explanation.placement;
        out["entity"] = placement.entity_name;
        out["entity_id"] = placement.entity_id < 0 ? json() : json(placement.entity_id);
        out["entity_why"] = explanation.trace.entity_why;
        out["asset"] = placement.asset ? hit_json(*placement.asset) : json();
        out["notes"] = json::array();
        for (const domain::PlacementNote& note : placement.notes) {
            out["notes"].push_back(
                std::string(to_string(note.code)) + (note.name.empty() ? "" : ": " + note.name)
            );
        }
        out["unmatched"] = placement.unmatched;
        if (placement.details) {
            out["details"] = json::object();
            for (const domain::Tag& value : placement.details->values) {
                out["details"][value.name] = value.value;
            }
        }
    }
    return out;
}

std::string ticket_text(std::int64_t ticket_id) {
    if (ticket_id == core::kNewTicket) {
        return "new";
    }
    return ticket_id == 0 ? "" : std::to_string(ticket_id);
}

json incident_json(const domain::Incident& incident) {
    json out;
    out["id"] = incident.id;
    out["state"] = to_string(incident.state);
    out["ticket"] = ticket_text(incident.ticket_id);
    out["severity"] = to_string(incident.severity);
    out["priority"] = incident.plan.priority.name;
    out["entity"] = incident.placement.entity_name;
    out["problem"] = incident.opener.problem_name;
    out["host"] = incident.opener.host.name;
    out["since"] = format_utc(incident.created_at);
    return out;
}

constexpr const char* kNewTicketWord = "{new ticket}";

// With a word where the number of a ticket stands that does not exist yet: in texts of our own.
std::string without_made_up(std::string text) {
    const std::string number = std::to_string(core::kNewTicket);
    for (std::size_t at = text.find(number); at != std::string::npos; at = text.find(number, at)) {
        text.replace(at, number.size(), kNewTicketWord);
    }
    return text;
}

// The same in a body, whose texts hold what monitoring said and stay as they are.
void put_word(json& value) {
    if (value.is_structured()) {
        for (json& each : value) {
            put_word(each);
        }
    } else if (value == core::kNewTicket) {
        value = kNewTicketWord;
    }
}

json body_json(const std::string& text) {
    json body = json::parse(text, nullptr, false);
    put_word(body);
    if (body.is_object() && body.contains("input") && body["input"].is_object() &&
        body["input"].value("entities_id", json()) == domain::kNoEntity) {
        body["input"]["entities_id"] = nullptr;  // not looked up
    }
    return body;
}

json writes_json(const core::Explanation& explanation) {
    json out = json::array();
    for (const core::ExplainedWrite& write : explanation.writes) {
        json row;
        row["kind"] = to_string(write.kind);
        row["event"] = write.event;
        row["not_before"] = write.not_before ? json(format_utc(*write.not_before)) : json();
        row["if"] = write.waits_for;
        row["outcome"] = write.outcome;
        row["requests"] = json::array();
        for (const core::GlpiRequest& request : write.requests) {
            json one;
            one["method"] = request.method;
            one["path"] = without_made_up(request.path);
            one["body"] = body_json(request.body);
            row["requests"].push_back(std::move(one));
        }
        out.push_back(std::move(row));
    }
    return out;
}

json notices_json(const core::Explanation& explanation) {
    json out = json::array();
    for (const domain::Notice& notice : explanation.notices) {
        json row;
        row["action"] = to_string(notice.action);
        row["text"] = without_made_up(notice.text);
        out.push_back(std::move(row));
    }
    return out;
}

std::string_view verdict_text(domain::Verdict verdict) {
    switch (verdict) {
        case domain::Verdict::applied:
            return "applied";
        case domain::Verdict::ignored:
            return "ignored";
        case domain::Verdict::needs_placement:
            return "waits";
    }
    return "ignored";
}

}  // namespace

json explanation_json(const core::Explanation& explanation) {
    json out;
    out["source"] = explanation.alert.source;
    out["alert"] = alert_json(explanation.alert);
    out["keys"] = keys_json(explanation);
    out["rules"] = rules_json(explanation);
    out["plan"] = plan_json(explanation);
    out["place"] = place_json(explanation);
    const bool has_incident = explanation.known && explanation.known->incident;
    out["current_incident"] = has_incident ? incident_json(*explanation.known->incident) : json();
    out["verdict"] = verdict_text(explanation.verdict);
    out["reason"] = explanation.reason;
    out["incident"] = explanation.incident ? incident_json(*explanation.incident) : json();
    out["writes"] = writes_json(explanation);
    out["tells_monitoring"] = notices_json(explanation);
    out["remarks"] = explanation.remarks;
    return out;
}

}  // namespace alert_bridge::app
