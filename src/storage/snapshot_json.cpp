// SPDX-License-Identifier: MIT
#include "alert_bridge/storage/snapshot_json.hpp"

#include <type_traits>
#include <utility>

#include "alert_bridge/storage/alert_json.hpp"
#include "alert_bridge/storage/json_archive.hpp"

namespace alert_bridge::storage {

// What alert_json.hpp has a text for stands as that text in a string, as in the rows of the store.
template <class Archive, class Value>
void as_text(Archive& archive, const char* key, Value& value) {
    std::string text;
    if constexpr (std::is_const_v<Value>) {
        text = encode(value);
        archive(key, text);
    } else {
        if (archive(key, text) && !decode(text, value)) {
            archive.fail();
        }
    }
}

template <class Archive, Is<domain::Problem> Value>
void fields(Archive& archive, Value& value) {
    archive("key", value.key);
    archive("major", value.newest.major);
    archive("minor", value.newest.minor);
    archive("state", value.state);
    as_text(archive, "changes", value.changes);
    archive("downtime_since", value.downtime_since);
    archive("updated_at", value.updated_at);
}

template <class Archive, Is<domain::Episode> Value>
void fields(Archive& archive, Value& value) {
    archive("problem_key", value.problem_key);
    archive("episode", value.episode);
    archive("incident_id", value.incident_id);
    archive("state", value.state);
    archive("severity", value.severity);
    archive("major", value.order.major);
    archive("minor", value.order.minor);
    archive("problem_name", value.problem_name);
    archive("text", value.text);
    archive("repeats", value.repeats);
    archive("repeats_told", value.repeats_told);
    archive("acknowledged", value.acknowledged);
    archive("started_at", value.started_at);
    archive("ended_at", value.ended_at);
}

template <class Archive, Is<domain::Incident> Value>
void fields(Archive& archive, Value& value) {
    archive("id", value.id);
    archive("group_key", value.group_key);
    archive("state", value.state);
    archive("ticket_id", value.ticket_id);
    as_text(archive, "ticket", value.ticket);
    as_text(archive, "plan", value.plan);
    as_text(archive, "placement", value.placement);
    as_text(archive, "opener", value.opener);
    as_text(archive, "latest", value.latest);
    archive("severity", value.severity);
    as_text(archive, "flaps", value.flaps);
    archive("end_reason", value.end_reason);
    archive("previous_ticket", value.previous_ticket);
    archive("parent_id", value.parent_id);
    archive("sheltered_at", value.sheltered_at);
    archive("told_at", value.told_at);
    archive("umbrella", value.umbrella);
    archive("created_at", value.created_at);
    archive("updated_at", value.updated_at);
}

template <class Archive, Is<domain::Operation> Value>
void fields(Archive& archive, Value& value) {
    archive("id", value.id);
    archive("incident_id", value.incident_id);
    archive("seq", value.seq);
    archive("kind", value.kind);
    archive("state", value.state);
    archive("reference", value.reference);
    as_text(archive, "content", value.content);
    archive("attempts", value.attempts);
    archive("lookups_empty", value.lookups_empty);
    archive("refusal", value.refusal);
    archive("refusals", value.refusals);
    archive("created_at", value.created_at);
    archive("retried_at", value.retried_at);
    archive("due_at", value.due_at);
    archive("sent_at", value.sent_at);
    archive("last_error", value.last_error);
    archive("result_id", value.result_id);
}

template <class Archive, Is<domain::TicketCounts> Value>
void fields(Archive& archive, Value& value) {
    archive("entity", value.entity);
    archive("overall", value.overall);
    archive("hour", value.hour);
}

template <class Archive, Is<domain::HostTicket> Value>
void fields(Archive& archive, Value& value) {
    archive("ticket_id", value.ticket_id);
    archive("created_at", value.created_at);
}

template <class Archive, Is<domain::Snapshot> Value>
void fields(Archive& archive, Value& value) {
    archive("problem", value.problem);
    archive("episode", value.episode);
    archive("incident", value.incident);
    archive("previous", value.previous);
    archive("episodes", value.episodes);
    archive("operations", value.operations);
    archive("news_waiting", value.news_waiting);
    archive("other_open", value.other_open);
    archive("held_until", value.held_until);
    archive("opened", value.opened);
    archive("entity_umbrella", value.entity_umbrella);
    archive("overall_umbrella", value.overall_umbrella);
    archive("host_tickets", value.host_tickets);
    archive("host_down", value.host_down);
    archive("parent", value.parent);
}

std::string encode(const domain::Snapshot& value) {
    return encode_object<Style::complete>(value);
}

bool decode(std::string_view text, domain::Snapshot& out) {
    domain::Snapshot value;  // what is null in the text is not left as it was
    const bool is_read = decode_object(text, value);
    if (is_read) {
        out = std::move(value);
    }
    return is_read;
}

}  // namespace alert_bridge::storage
