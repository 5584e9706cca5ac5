// SPDX-License-Identifier: MIT
#include "alert_bridge/storage/alert_json.hpp"

#include <utility>

#include "alert_bridge/storage/json_archive.hpp"

namespace alert_bridge::storage {

// ---- Every field, named once for both directions ------------------------------------------------
// Not in an unnamed namespace: Writer and Reader find them by argument-dependent look-up.

template <class Archive, Is<domain::Tag> Value>
void fields(Archive& archive, Value& value) {
    archive("name", value.name);
    archive("value", value.value);
}

template <class Archive, Is<domain::Host> Value>
void fields(Archive& archive, Value& value) {
    archive("name", value.name);
    archive("visible_name", value.visible_name);
    archive("address", value.address);
    archive("groups", value.groups);
    archive("glpi_type", value.glpi_type);
    archive("glpi_id", value.glpi_id);
    archive("uuid", value.uuid);
    archive("inventory_number", value.inventory_number);
    archive("serial", value.serial);
    archive("inventory", value.inventory);
}

template <class Archive, Is<domain::AlertOrder> Value>
void fields(Archive& archive, Value& value) {
    archive("major", value.major);
    archive("minor", value.minor);
}

template <class Archive, Is<domain::Alert> Value>
void fields(Archive& archive, Value& value) {
    archive("id", value.id);
    archive("source", value.source);
    archive("kind", value.kind);
    archive("state", value.state);
    archive("sender_state", value.sender_state);
    archive("severity", value.severity);
    archive("problem_key", value.problem_key);
    archive("episode", value.episode);
    archive("idempotency_key", value.idempotency_key);
    archive("order", value.order);
    archive("host", value.host);
    archive("service", value.service);
    archive("host_problem", value.host_problem);
    archive("whole_problem", value.whole_problem);
    archive("problem_name", value.problem_name);
    archive("text", value.text);
    archive("details", value.details);
    archive("tags", value.tags);
    archive("links", value.links);
    archive("author", value.author);
    archive("comment", value.comment);
    archive("severity_changed", value.severity_changed);
    archive("is_repeat", value.is_repeat);
    archive("started_at", value.started_at);
    archive("received_at", value.received_at);
}

template <class Archive, Is<domain::Notify> Value>
void fields(Archive& archive, Value& value) {
    archive("open", value.open);
    archive("followup", value.followup);
    archive("solve", value.solve);
    archive("reopen", value.reopen);
}

template <class Archive, Is<domain::FlappingPolicy> Value>
void fields(Archive& archive, Value& value) {
    archive("changes", value.changes);
    archive("within_ms", value.within);
    archive("quiet_ms", value.quiet);
}

template <class Archive, Is<domain::RecentChanges> Value>
void fields(Archive& archive, Value& value) {
    archive("begins", value.begins);
    archive("ends", value.ends);
}

template <class Archive, Is<domain::Flap> Value>
void fields(Archive& archive, Value& value) {
    archive("problem_key", value.problem_key);
    archive("since", value.since);
    archive("last_change", value.last_change);
    archive("changes", value.changes);
    archive("told", value.told);
    archive("by_sender", value.by_sender);
}

template <class Archive, Is<domain::FlapList> Value>
void fields(Archive& archive, Value& value) {
    archive("problems", value.problems);
}

template <class Archive, Is<domain::Policy> Value>
void fields(Archive& archive, Value& value) {
    archive("open", value.open);
    archive("open_after_ms", value.open_after);
    archive("group_by", value.group_by);
    archive("on_repeat", value.on_repeat);
    archive("on_recovery", value.on_recovery);
    archive("resolve_after_ms", value.resolve_after);
    archive("reopen_within_ms", value.reopen_within);
    archive("recheck_after_ms", value.recheck_after);
    archive("on_severity_change", value.on_severity_change);
    archive("on_acknowledge", value.on_acknowledge);
    archive("flapping", value.flapping);
    archive("downtime", value.downtime);
    archive("expire_after_ms", value.expire_after);
    archive("on_expire", value.on_expire);
    archive("fold", value.fold);
    archive("under", value.under);
    archive("under_wait_ms", value.under_wait);
    archive("changes", value.changes);
    archive("mode", value.mode);
    archive("notify", value.notify);
    archive("ticket_date", value.ticket_date);
    archive("followup_private", value.followup_private);
}

template <class Archive, Is<domain::Priority> Value>
void fields(Archive& archive, Value& value) {
    archive("name", value.name);
    archive("urgency", value.urgency);
    archive("impact", value.impact);
    archive("glpi_priority", value.glpi_priority);
}

template <class Archive, Is<domain::EntityRef> Value>
void fields(Archive& archive, Value& value) {
    archive("by", value.by);
    archive("value", value.value);
}

template <class Archive, Is<domain::Maintenance> Value>
void fields(Archive& archive, Value& value) {
    archive("name", value.name);
    archive("drop", value.drop);
    archive("until", value.until);
    archive("is_change", value.is_change);
    archive("raised", value.raised);
}

template <class Archive, Is<domain::PlanTrace> Value>
void fields(Archive& archive, Value& value) {
    archive("rule", value.rule);
    archive("field", value.field);
    archive("value", value.value);
}

template <class Archive, Is<domain::Plan> Value>
void fields(Archive& archive, Value& value) {
    archive("drop", value.drop);
    archive("maintenance", value.maintenance);
    archive("entity", value.entity);
    archive("within", value.within);
    archive("source_within", value.source_within);
    archive("within_missing", value.within_missing);
    archive("category", value.category);
    archive("assign_group", value.assign_group);
    archive("assign_user", value.assign_user);
    archive("requester", value.requester);
    archive("observers", value.observers);
    archive("location", value.location);
    archive("sla", value.sla);
    archive("request_source", value.request_source);
    archive("type", value.type);
    archive("solution_type", value.solution_type);
    archive("priority", value.priority);
    archive("templates", value.templates);
    archive("time_zone", value.time_zone);
    archive("host_down", value.host_down);
    archive("trust_names", value.trust_names);
    archive("default_entity", value.default_entity);
    archive("storm_entity", value.storm_entity);
    archive("glpi_default_entity", value.glpi_default_entity);
    archive("policy", value.policy);
    archive("trace", value.trace);
}

template <class Archive, Is<domain::AssetHit> Value>
void fields(Archive& archive, Value& value) {
    archive("item_type", value.item_type);
    archive("id", value.id);
    archive("name", value.name);
    archive("entity_id", value.entity_id);
    archive("evidence", value.evidence);
    archive("one_of_many", value.one_of_many);
}

template <class Archive, Is<domain::PlacementNote> Value>
void fields(Archive& archive, Value& value) {
    archive("code", value.code);
    archive("name", value.name);
    archive("count", value.count);
    archive("evidence", value.evidence);
}

template <class Archive, Is<domain::AssetDetails> Value>
void fields(Archive& archive, Value& value) {
    archive("values", value.values);
}

template <class Archive, Is<domain::Placement> Value>
void fields(Archive& archive, Value& value) {
    archive("asset", value.asset);
    archive("entity_id", value.entity_id);
    archive("entity_name", value.entity_name);
    archive("notes", value.notes);
    archive("unmatched", value.unmatched);
    archive("default_entity_id", value.default_entity_id);
    archive("default_entity_name", value.default_entity_name);
    archive("storm_entity_id", value.storm_entity_id);
    archive("storm_entity_name", value.storm_entity_name);
    archive("details", value.details);
    archive("provisional", value.provisional);
}

template <class Archive, Is<domain::TicketMemory> Value>
void fields(Archive& archive, Value& value) {
    archive("mark", value.mark);
    archive("changed", value.changed);
    archive("status", value.status);
    archive("newest_row", value.newest_row);
    archive("taken", value.taken);
    archive("ended", value.ended);
    archive("reopened_row", value.reopened_row);
    archive("followed", value.followed);
}

template <class Archive, Is<domain::OperationContent> Value>
void fields(Archive& archive, Value& value) {
    archive("title", value.title);
    archive("html", value.html);
    archive("urgency", value.urgency);
    archive("impact", value.impact);
    archive("priority", value.priority);
    archive("linked_ticket", value.linked_ticket);
    archive("notify", value.notify);
    archive("is_private", value.is_private);
    archive("take", value.take);
    archive("on_recovery", value.on_recovery);
    archive("date", value.date);
    archive("known_row", value.known_row);
    archive("begun_by", value.begun_by);
    archive("event", value.event);
}

std::string encode(const domain::Alert& value) {
    return encode_object<Style::brief>(value);
}
std::string encode(const domain::Plan& value) {
    return encode_object<Style::complete>(value);
}
std::string encode(const domain::Placement& value) {
    return encode_object<Style::complete>(value);
}
std::string encode(const domain::TicketMemory& value) {
    return encode_object<Style::brief>(value);
}
std::string encode(const domain::OperationContent& value) {
    return encode_object<Style::complete>(value);
}
std::string encode(const domain::RecentChanges& value) {
    return value.empty() ? std::string() : encode_object<Style::brief>(value);
}
std::string encode(const domain::FlapList& value) {
    return value.empty() ? std::string() : encode_object<Style::complete>(value);
}

bool decode(std::string_view text, domain::Alert& out) {
    return decode_object(text, out);
}
bool decode(std::string_view text, domain::Plan& out) {
    return decode_object(text, out);
}
bool decode(std::string_view text, domain::Placement& out) {
    return decode_object(text, out);
}
bool decode(std::string_view text, domain::TicketMemory& out) {
    return decode_object(text, out);
}
bool decode(std::string_view text, domain::OperationContent& out) {
    return decode_object(text, out);
}
bool decode(std::string_view text, domain::RecentChanges& out) {
    return text.empty() || decode_object(text, out);
}
bool decode(std::string_view text, domain::FlapList& out) {
    return text.empty() || decode_object(text, out);
}

}  // namespace alert_bridge::storage
