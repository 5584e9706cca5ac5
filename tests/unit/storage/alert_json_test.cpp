// SPDX-License-Identifier: MIT
// The structured bindings name every member: a struct that gains one does not compile here until it
// has been added to alert_json.cpp too.
#include "alert_bridge/storage/alert_json.hpp"

#include <nlohmann/json.hpp>

#include "catch.hpp"

namespace alert_bridge::test {
namespace {

using storage::decode;
using storage::encode;

domain::Host full_host() {
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

domain::Alert full_alert() {
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

domain::EntityRef a_ref(const std::string& value) {
    domain::EntityRef ref;
    auto& [by, text] = ref;
    by = domain::EntityBy::registration_number;
    text = value;
    return ref;
}

domain::Policy full_policy() {
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

domain::Plan full_plan() {
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

domain::Placement full_placement() {
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

domain::TicketMemory full_memory() {
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

domain::OperationContent full_content() {
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

template <class T>
void check_round_trip(const T& value) {
    T out;
    const std::string text = encode(value);
    CAPTURE(text);
    REQUIRE(decode(text, out));
    CHECK(out == value);
    CHECK(encode(out) == text);
}

TEST_CASE("every field of every struct survives the way to text and back") {
    check_round_trip(full_alert());
    check_round_trip(full_plan());
    check_round_trip(full_placement());
    check_round_trip(full_content());
    check_round_trip(full_memory());
}

TEST_CASE("a placement whose note was stored as a sentence is read without it") {
    domain::Placement placement;
    REQUIRE(decode(R"({"entity_id":7,"note":"No asset.","unmatched":"none"})", placement));
    CHECK(placement.entity_id == 7);
    CHECK(placement.notes.empty());
    CHECK(placement.unmatched == "none");
}

TEST_CASE("default structs survive as well") {
    check_round_trip(domain::Alert{});
    check_round_trip(domain::Plan{});
    check_round_trip(domain::Placement{});
    check_round_trip(domain::OperationContent{});
}

TEST_CASE("structs whose defaults are not zero survive being zero") {
    domain::Plan plan;
    plan.templates.clear();
    plan.trust_names = false;
    plan.priority.urgency = 0;
    plan.policy.group_by.clear();
    plan.policy.followup_private = false;
    check_round_trip(plan);
    domain::OperationContent content;
    content.is_private = false;
    check_round_trip(content);
}

TEST_CASE("every word of every enum survives") {
    domain::Alert alert;
    for (int i = 0; i <= static_cast<int>(domain::AlertKind::note); ++i) {
        alert.kind = static_cast<domain::AlertKind>(i);
        check_round_trip(alert);
    }
    for (int i = 0; i <= static_cast<int>(domain::Severity::disaster); ++i) {
        alert.severity = static_cast<domain::Severity>(i);
        check_round_trip(alert);
    }
    for (int i = 0; i <= static_cast<int>(domain::ProblemState::failing); ++i) {
        alert.state = static_cast<domain::ProblemState>(i);
        check_round_trip(alert);
    }
    domain::Placement placement;
    placement.asset.emplace();
    for (int i = 0; i <= static_cast<int>(domain::Evidence::address); ++i) {
        placement.asset->evidence = static_cast<domain::Evidence>(i);
        check_round_trip(placement);
    }
    domain::Plan plan;
    for (int i = 0; i <= static_cast<int>(domain::OnRecovery::none); ++i) {
        plan.policy.on_recovery = static_cast<domain::OnRecovery>(i);
        plan.policy.on_severity_change = static_cast<domain::OnSeverityChange>(i % 3);
        plan.policy.on_acknowledge = static_cast<domain::OnAcknowledge>(i % 3);
        plan.policy.fold = static_cast<domain::Fold>(i % 3);
        plan.policy.under = static_cast<domain::Under>(i % 2);
        plan.entity.by = static_cast<domain::EntityBy>(i % 3);
        plan.policy.on_repeat = static_cast<domain::OnRepeat>(i % 2);
        plan.policy.mode = static_cast<domain::Mode>(i % 2);
        plan.policy.ticket_date = static_cast<domain::TicketDate>(i % 2);
        check_round_trip(plan);
    }
}

TEST_CASE("an alert leaves out what is empty, a plan leaves out nothing") {
    domain::Alert alert;
    alert.id = "a";
    const auto brief = nlohmann::json::parse(encode(alert));
    CHECK_FALSE(brief.contains("comment"));
    CHECK_FALSE(brief.contains("is_repeat"));
    CHECK(brief.contains("kind"));
    const auto complete = nlohmann::json::parse(encode(domain::Plan{}));
    CHECK(complete.size() == 26);
    CHECK(complete["policy"]["resolve_after_ms"] == 300'000);
}

TEST_CASE("unknown keys, missing keys and unknown words leave the rest readable") {
    auto json = nlohmann::json::parse(encode(full_plan()));
    json["brand_new"] = {{"deep", {1, 2, 3}}};
    json.erase("templates");
    json["policy"]["on_recovery"] = "teleport";
    json["policy"]["resolve_after_ms"] = "soon";
    json["observers"] = 7;
    json["priority"] = nullptr;
    json["host_down"] = "yes";
    domain::Plan out;
    REQUIRE(decode(json.dump(), out));
    CHECK(out.templates == "en");
    CHECK(out.policy.on_recovery == domain::OnRecovery::solve_untouched);
    CHECK(out.policy.resolve_after == domain::Policy{}.resolve_after);
    CHECK(out.observers.empty());
    CHECK(out.priority == domain::Priority{});
    CHECK_FALSE(out.host_down);
    CHECK(out.category == "c");
    CHECK(out.policy.mode == domain::Mode::observe);
}

TEST_CASE("a number too large for its member leaves the default") {
    domain::OperationContent out;
    REQUIRE(decode(R"({"urgency": 99999999999, "impact": 1.5, "linked_ticket": 99999999999})", out)
    );
    CHECK(out.urgency == 0);
    CHECK(out.impact == 0);
    CHECK(out.linked_ticket == 99'999'999'999);
}

TEST_CASE("what is no JSON object is told") {
    domain::Alert out;
    for (const auto* text : {"", "{", "[]", "7", "null", "\"text\"", "{\"id\":}"}) {
        CAPTURE(text);
        CHECK_FALSE(decode(text, out));
    }
    CHECK(out == domain::Alert{});
}

TEST_CASE("every character that JSON must escape survives") {
    domain::Alert alert;
    for (int code = 1; code < 0x80; ++code) {
        const auto letter = static_cast<char>(code);
        alert.text += letter;
        alert.details += {'\\', letter, '"'};
        alert.host.inventory[std::string(1, letter)] = letter;
    }
    alert.text += '\0';
    alert.tags = {{"", "\xC3\xA9\xF0\x9F\x98\x80"}, {"\"", "\\"}};
    check_round_trip(alert);
    CHECK(nlohmann::json::parse(encode(alert))["text"] == alert.text);
}

TEST_CASE("bad UTF-8 is replaced and never throws") {
    domain::Alert alert;
    alert.text =
        "a\xff\xfe"
        "b";
    domain::Alert out;
    REQUIRE(decode(encode(alert), out));
    CHECK_THAT(out.text, ContainsSubstring("\xef\xbf\xbd"));
    CHECK(out.text.front() == 'a');
    CHECK(out.text.back() == 'b');
    alert.text = "cut \xe2\x82";  // the quote that follows is not taken for the rest
    REQUIRE(decode(encode(alert), out));
    CHECK(out.text == "cut \xef\xbf\xbd");
}

}  // namespace
}  // namespace alert_bridge::test
