// SPDX-License-Identifier: MIT
//
// Structs of the domain with every member set to something that is not its default. The structured
// bindings name every member: a struct that gains one does not compile here until it has been added
// to the JSON of the store, too.
#pragma once

#include <string>

#include "alert_bridge/domain/alert.hpp"
#include "alert_bridge/domain/incident.hpp"
#include "alert_bridge/domain/operation.hpp"
#include "alert_bridge/domain/placement.hpp"
#include "alert_bridge/domain/plan.hpp"
#include "alert_bridge/domain/ticket_memory.hpp"

namespace alert_bridge::test {

inline domain::Host full_host() {
    domain::Host host;
    auto& [name, visible, address, groups, type, id, uuid, number, serial, inventory] = host;
    name = "web01";
    visible = "Web 01 é";
    address = "10.0.0.1";
    groups = {"Linux", "Web"};
    type = "Computer";
    id = 12;
    uuid = "u-u";
    number = "INV-1";
    serial = "S1";
    inventory = {{"os", "Debian"}, {"", "empty key"}, {"empty", ""}};
    return host;
}

inline domain::Alert full_alert() {
    domain::Alert alert;
    auto& [id, source, kind, state, sender_state, severity, problem_key, episode, idempotency_key, order, host, service, host_problem, whole_problem, problem_name, text, details, tags, links, author, comment, severity_changed, is_repeat, started_at, received_at] =
        alert;
    id = "01H";
    source = "zabbix";
    kind = domain::AlertKind::downtime_end;
    state = domain::ProblemState::ok;
    sender_state = "up";
    severity = domain::Severity::disaster;
    problem_key = "zabbix/1";
    episode = "77";
    idempotency_key = "zabbix/77/1";
    order = {77, -3};
    host = full_host();
    service = "HTTP";
    host_problem = true;
    whole_problem = true;
    problem_name = "down \"quoted\" \\ <b>";
    text = std::string("line\nline\ttab \0 nul", 19);
    details = "long";
    tags = {{"scope", "a"}, {"scope", "b"}, {"empty", ""}};
    links = {"https://z/1"};
    author = "Ann";
    comment = "looking";
    severity_changed = true;
    is_repeat = true;
    started_at = from_unix_ms(1'700'000'000'123);
    received_at = from_unix_ms(1'700'000'000'456);
    return alert;
}

inline domain::EntityRef a_ref(const std::string& value) {
    domain::EntityRef ref;
    auto& [by, text] = ref;
    by = domain::EntityBy::registration_number;
    text = value;
    return ref;
}

inline domain::Policy full_policy() {
    domain::Policy policy;
    auto& [open, open_after, group_by, on_repeat, on_recovery, resolve_after, reopen_within, recheck_after, on_severity_change, on_acknowledge, flapping, downtime, expire_after, on_expire, fold, under, under_wait, planned, mode, notify, ticket_date, followup_private] =
        policy;
    open = domain::Severity::disaster;
    open_after = {{"", Duration(5)}, {"p1", Duration(0)}};
    group_by = {"host", "tag:x"};
    on_repeat = domain::OnRepeat::each;
    on_recovery = domain::OnRecovery::none;
    resolve_after = Duration(0);
    reopen_within = Duration(1);
    recheck_after = Duration(2);
    on_severity_change = domain::OnSeverityChange::follow;
    on_acknowledge = domain::OnAcknowledge::take;
    auto& [changes, flapping_within, quiet] = flapping;
    changes = 9;
    flapping_within = Duration(7);
    quiet = Duration(8);
    downtime = domain::OnDowntime::none;
    expire_after = Duration(9);
    on_expire = domain::OnExpire::solve;
    fold = domain::Fold::drop;
    under = domain::Under::host_down;
    under_wait = Duration(180'000);
    planned = domain::OnChange::hold;
    mode = domain::Mode::observe;
    auto& [notify_open, notify_followup, notify_solve, notify_reopen] = notify;
    notify_open = false;
    notify_followup = true;
    notify_solve = true;
    notify_reopen = false;
    ticket_date = domain::TicketDate::started;
    followup_private = false;
    return policy;
}

inline domain::Plan full_plan() {
    domain::Plan plan;
    auto& [drop, maintenance, entity, within, source_within, within_missing, category, assign_group, assign_user, requester, observers, location, sla, request_source, type, solution_type, priority, templates, time_zone, host_down, trust_names, asks_asset, default_entity, storm_entity, glpi_default_entity, policy, trace] =
        plan;
    drop = true;
    auto& [window, drops, until, is_change, raised] = maintenance.emplace();
    window = "patch night";
    drops = true;
    until = from_unix_ms(1'700'000'000'789);
    is_change = true;
    raised = true;
    entity = a_ref("Root > A");
    within = a_ref("within");
    source_within = a_ref("source");
    within_missing = "customers: x";
    category = "c";
    assign_group = "g";
    assign_user = "u";
    requester = "r";
    observers = {"o1", "o2"};
    location = "l";
    sla = "s";
    request_source = "rs";
    type = domain::TicketType::request;
    solution_type = "st";
    auto& [priority_name, urgency, impact, glpi_priority] = priority;
    priority_name = "p1";
    urgency = 5;
    impact = 4;
    glpi_priority = 6;
    templates = "";  // not the default
    time_zone = "Europe/Paris";
    host_down = true;
    trust_names = false;
    (void)asks_asset;  // of a plan that is not stored yet
    default_entity = a_ref("d");
    storm_entity = a_ref("storm");
    glpi_default_entity = a_ref("gd");
    policy = full_policy();
    domain::PlanTrace step;
    auto& [rule, field, value] = step;
    rule = "r1";
    field = "entity";
    value = "v";
    trace = {step, {}};
    return plan;
}

inline domain::Placement full_placement() {
    domain::Placement placement;
    auto& [asset, entity_id, entity_name, notes, unmatched, default_entity_id, default_entity_name, storm_entity_id, storm_entity_name, details, provisional] =
        placement;
    domain::AssetHit hit;
    auto& [item_type, id, name, hit_entity, evidence, one_of_many] = hit;
    item_type = "NetworkEquipment";
    id = 9'000'000'000;
    name = "sw1";
    hit_entity = 3;
    evidence = domain::Evidence::address;
    one_of_many = true;
    asset = hit;
    entity_id = -1;
    entity_name = "Root > A";
    domain::PlacementNote reason;
    auto& [code, note_name, count, note_evidence] = reason;
    code = domain::NoteCode::several_assets;
    note_name = "n";
    count = 3;
    note_evidence = domain::Evidence::serial;
    notes = {reason, {}};
    unmatched = "several";
    details.emplace().values = {{"state", "Production"}, {"field.Contract level", "Gold"}};
    default_entity_id = 4;
    default_entity_name = "Root";
    storm_entity_id = 11;
    storm_entity_name = "Root > Staff";
    provisional = true;
    return placement;
}

inline domain::TicketMemory full_memory() {
    domain::TicketMemory memory;
    auto& [mark, changed, status, newest_row, taken, ended, reopened_row, followed] = memory;
    mark = "0123456789abcdef";
    changed = "2026-11-23 22:19:28";
    status = 5;
    newest_row = 9'000'000'000;
    taken = true;
    ended = 6;
    reopened_row = 8;
    followed = true;
    return memory;
}

inline domain::OperationContent full_content() {
    domain::OperationContent content;
    auto& [title, html, urgency, impact, priority, linked_ticket, notify, is_private, take, on_recovery, date, known_row, begun_by, event] =
        content;
    title = "t";
    html = "<p>&amp;</p>";
    urgency = 1;
    impact = 2;
    priority = 3;
    linked_ticket = 44;
    notify = true;
    is_private = false;
    take = true;
    on_recovery = domain::OnRecovery::followup;
    date = from_unix_ms(5);
    known_row = 77;
    begun_by = full_alert();
    event = "opened";
    return content;
}

inline domain::Problem full_problem() {
    domain::Problem problem;
    auto& [key, newest, state, changes, downtime_since, updated_at] = problem;
    key = "zabbix/1";
    newest = {77, -3};
    state = domain::ProblemState::failing;
    auto& [begins, ends] = changes;
    begins = {from_unix_ms(1), from_unix_ms(2)};
    ends = {from_unix_ms(3)};
    downtime_since = from_unix_ms(4);
    updated_at = from_unix_ms(5);
    return problem;
}

inline domain::Episode full_episode(const std::string& name) {
    domain::Episode one;
    auto& [problem_key, episode, incident_id, state, severity, order, problem_name, text, repeats, repeats_told, acknowledged, started_at, ended_at] =
        one;
    problem_key = "zabbix/1";
    episode = name;
    incident_id = "I1";
    state = domain::EpisodeState::cancelled;
    severity = domain::Severity::high;
    order = {8, 9};
    problem_name = "down";
    text = "a \"text\"";
    repeats = 10;
    repeats_told = 11;
    acknowledged = true;
    started_at = from_unix_ms(12);
    ended_at = from_unix_ms(13);
    return one;
}

inline domain::Incident full_incident(const std::string& name) {
    domain::Incident incident;
    auto& [id, group_key, state, ticket_id, ticket, plan, placement, opener, latest, severity, flaps, end_reason, previous_ticket, parent_id, sheltered_at, told_at, umbrella, created_at, updated_at] =
        incident;
    id = name;
    group_key = "problem=" + name;
    state = domain::IncidentState::quiet;
    ticket_id = 14;
    ticket = full_memory();
    plan = full_plan();
    placement = full_placement();
    opener = full_alert();
    latest = full_alert();
    latest.id = "latest";
    severity = domain::Severity::warning;
    domain::Flap flap;
    auto& [problem_key, since, last_change, changes, told, by_sender] = flap;
    problem_key = "zabbix/1";
    since = from_unix_ms(15);
    last_change = from_unix_ms(16);
    changes = 17;
    told = 18;
    by_sender = true;
    flaps.problems = {flap, {}};
    end_reason = "never lasted";
    previous_ticket = 19;
    parent_id = "P";
    sheltered_at = from_unix_ms(20);
    told_at = from_unix_ms(21);
    umbrella = true;
    created_at = from_unix_ms(22);
    updated_at = from_unix_ms(23);
    return incident;
}

inline domain::Operation full_operation(const std::string& incident) {
    domain::Operation operation;
    auto& [id, incident_id, seq, kind, state, reference, content, attempts, lookups_empty, refusal, refusals, created_at, retried_at, due_at, sent_at, last_error, result_id] =
        operation;
    id = 24;
    incident_id = incident;
    seq = 25;
    kind = domain::OperationKind::reopen;
    state = domain::OperationState::uncertain;
    reference = "GAB-X";
    content = full_content();
    attempts = 26;
    lookups_empty = 27;
    refusal = "no";
    refusals = 28;
    created_at = from_unix_ms(29);
    retried_at = from_unix_ms(30);
    due_at = from_unix_ms(31);
    sent_at = from_unix_ms(32);
    last_error = "late";
    result_id = 33;
    return operation;
}

}  // namespace alert_bridge::test
