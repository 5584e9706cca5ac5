// SPDX-License-Identifier: MIT
#include "alert_bridge/sources/zabbix.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "alert_bridge/base/number.hpp"
#include "alert_bridge/base/text.hpp"
#include "alert_bridge/sources/values.hpp"
#include "alert_bridge/sources/zabbix_tags.hpp"

namespace alert_bridge::sources {
namespace {

using domain::Alert;
using domain::AlertKind;
using domain::ProblemState;
using domain::Severity;

constexpr std::string_view kTagOption = "trigger+tag:";
constexpr std::string_view kOwnTag = "__zbx_glpi_";
constexpr std::string_view kCancelled = "NOTE: Escalation canceled";

enum class EventSource { trigger, discovery, autoregistration, internal, service };

EventSource event_source(const Fields& fields) {
    const std::optional<std::int64_t> number = parse_whole_number(fields.get("event_source"));
    if (!number || *number > 4) {
        return EventSource::trigger;  // hand-made messages do not say
    }
    return static_cast<EventSource>(*number);
}

bool has_problem(EventSource source) {
    return source == EventSource::trigger || source == EventSource::service;
}

// event_value, or the words of event_status.
ProblemState event_state(const Fields& fields) {
    const std::string_view value = fields.first_of({"event_value", "value"});
    if (value == "1" || value == "0") {
        return value == "1" ? ProblemState::failing : ProblemState::ok;
    }
    const std::string_view status = fields.first_of({"event_status", "status", "trigger_status"});
    if (iequals_ascii(status, "PROBLEM")) {
        return ProblemState::failing;
    }
    if (iequals_ascii(status, "RESOLVED") || iequals_ascii(status, "OK")) {
        return ProblemState::ok;
    }
    return ProblemState::unknown;
}

// "acknowledged and commented", "acknowledged, changed severity from …"; but "unacknowledged" is
// another word.
bool has_word(std::string_view text, std::string_view word) {
    for (std::size_t at = text.find(word); at != std::string_view::npos;
         at = text.find(word, at + 1)) {
        const bool starts = at == 0 || text[at - 1] == ' ' || text[at - 1] == ',';
        const std::size_t end = at + word.size();
        const bool ends = end == text.size() || text[end] == ' ' || text[end] == ',';
        if (starts && ends) {
            return true;
        }
    }
    return false;
}

bool is_update(const Fields& fields, EventSource source) {
    if (fields.get("event_update_status") == "1") {
        return true;
    }
    return source == EventSource::service && !fields.get("event_update_nseverity").empty();
}

bool is_cancelled(const Fields& fields) {
    return trim(fields.first_of({"alert_message", "message"})).starts_with(kCancelled);
}

AlertKind kind_of(const Fields& fields, EventSource source, ProblemState state) {
    if (!has_problem(source)) {
        return AlertKind::note;
    }
    // Before the value: a manual close is an update with value 0, and its recovery still comes.
    if (is_update(fields, source)) {
        const bool acknowledged = has_word(fields.get("event_update_action"), "acknowledged");
        return acknowledged ? AlertKind::acknowledgement : AlertKind::update;
    }
    if (is_cancelled(fields)) {
        return AlertKind::cancelled;
    }
    return state == ProblemState::ok ? AlertKind::recovery : AlertKind::problem;
}

std::optional<int> digits(std::string_view text, std::size_t from, std::size_t count) {
    const std::optional<std::int64_t> value = parse_whole_number(text.substr(from, count));
    if (!value) {
        return std::nullopt;
    }
    return static_cast<int>(*value);
}

// "2026.11.23" and "20:33:53".
std::optional<CivilTime> civil_time(std::string_view date, std::string_view time) {
    if (date.size() != 10 || date[4] != '.' || date[7] != '.' || time.size() != 8 ||
        time[2] != ':' || time[5] != ':') {
        return std::nullopt;
    }
    const auto year = digits(date, 0, 4), month = digits(date, 5, 2), day = digits(date, 8, 2);
    const auto hour = digits(time, 0, 2), minute = digits(time, 3, 2), second = digits(time, 6, 2);
    if (!year || !month || !day || !hour || !minute || !second) {
        return std::nullopt;
    }
    return CivilTime{*year, *month, *day, *hour, *minute, *second};
}

// The event's start as Zabbix wrote it, without punctuation: the same in every notice of the event,
// and independent of our knowledge of time zones.
std::string start_stamp(const Fields& fields) {
    const std::string_view date = fields.get("event_date");
    const std::string_view time = fields.get("event_time");
    if (!civil_time(date, time)) {
        return {};
    }
    std::string stamp;
    for (const std::string_view part : {date, std::string_view("T"), time}) {
        std::copy_if(part.begin(), part.end(), std::back_inserter(stamp), [](char letter) {
            return letter != '.' && letter != ':';
        });
    }
    return stamp;
}

// Returns whether one of the tags is ours: an earlier notice of this event was answered by us.
bool read_tags(const Fields& fields, Alert& alert) {
    bool answered_before = !fields.get("glpi_ticket").empty();
    for (const auto& [name, value] : zabbix_event_tags(fields)) {
        if (name.starts_with(kOwnTag)) {
            answered_before = true;
            continue;
        }
        std::string ours = to_lower_ascii(name);
        std::replace(ours.begin(), ours.end(), '.', '_');
        if (ours.starts_with("glpi_")) {
            take_glpi_field(alert, ours, value);
        } else if (ours != "glpi" || !take_glpi_mark(alert.host, "glpi:" + value)) {
            add_tag(alert, name, value);
        }
    }
    for (const auto& [name, value] : fields.all()) {
        if (name.starts_with("glpi_") && name != "glpi_ticket" && name != "glpi_link") {
            take_glpi_field(alert, name, value);
        }
    }
    return answered_before;
}

void read_inventory(const Fields& fields, domain::Host& host) {
    constexpr std::string_view kPrefix = "inventory_";
    for (const auto& [name, value] : fields.all()) {
        if (name.starts_with(kPrefix) && host.inventory.size() < domain::kMaxTags) {
            host.inventory.emplace(name.substr(kPrefix.size()), fields.label(name));
        }
    }
    for (const char* name : {"inventory_asset_tag", "inventory_tag"}) {
        const std::string mark = fields.label(name);
        if (!take_glpi_mark(host, mark) && host.inventory_number.empty()) {
            host.inventory_number = mark;
        }
    }
    for (const char* name : {"inventory_serial", "inventory_serialno_a", "inventory_serialno_b"}) {
        if (host.serial.empty()) {
            host.serial = fields.label(name);
        }
    }
}

void read_host(const Fields& fields, domain::Host& host) {
    for (const char* name : {"host_host", "hostname", "host", "host_name"}) {
        if (host.name.empty()) {
            host.name = fields.label(name);
        }
    }
    host.visible_name = fields.label("host_name");
    for (const char* name : {"host_ip", "host_conn", "discovery_device_ipaddress"}) {
        if (std::string address = fields.label(name);
            host.address.empty() && is_ip_address(address)) {
            host.address = std::move(address);
        }
    }
    const std::string_view groups = fields.first_of({"host_groups", "trigger_hostgroup_name"});
    for (const std::string& group : split(groups, ", ")) {
        if (!trim(group).empty() && host.groups.size() < domain::kMaxTags) {
            host.groups.push_back(cut_bytes(trim(group), domain::kMaxLabel));
        }
    }
    read_inventory(fields, host);
}

void read_texts(const Fields& fields, EventSource source, Alert& alert) {
    alert.service = fields.label("service_name");
    if (alert.service.empty()) {
        alert.service = fields.label("item_name");
    }
    const std::string_view name =
        fields.first_of({"event_name", "trigger_name", "name", "alert_subject"});
    alert.problem_name = cut_bytes(one_line(name), domain::kMaxLabel);
    alert.details = fields.first_of({"trigger_description", "description"});
    const std::string_view message = fields.first_of({"alert_message", "message"});
    if (alert.kind == AlertKind::cancelled) {
        alert.text = message;
        alert.comment = trim(message.substr(0, message.find('\n')));
        return;
    }
    // The message of a trigger event only repeats the other fields.
    const std::string_view data = fields.get("event_opdata");
    const std::string_view text = source == EventSource::trigger ? data : message;
    alert.text = text;
    if (alert.kind == AlertKind::update || alert.kind == AlertKind::acknowledgement) {
        // What was done is the news; the operational data did not bring it.
        const std::string_view action = fields.get("event_update_action");
        alert.text = action.empty() ? text : action;
        alert.comment = fields.get("event_update_message");
        const std::string_view author =
            fields.first_of({"event_update_user", "user_fullname", "user_username"});
        alert.author = cut_bytes(trim(author), domain::kMaxLabel);
    }
}

bool severity_changed(const Fields& fields) {
    if (fields.get("event_update_action").find("changed severity") != std::string_view::npos) {
        return true;
    }
    const std::string_view updated = fields.get("event_update_nseverity");
    return !updated.empty() && updated != fields.get("event_nseverity");
}

void read_links(const Fields& fields, EventSource source, std::int64_t event_id, Alert& alert) {
    add_link(alert, fields.get("trigger_url"));
    std::string url = fields.label("zabbix_url");
    const std::optional<std::int64_t> trigger = parse_whole_number(fields.get("trigger_id"));
    if (source == EventSource::trigger && trigger && !url.empty()) {
        while (url.ends_with('/')) {
            url.pop_back();
        }
        url += "/tr_events.php?triggerid=" + std::to_string(*trigger) +
               "&eventid=" + std::to_string(event_id);
        add_link(alert, url);
    }
}

// What differs between two notices of one event, and never between two deliveries of one notice.
std::string notice_fingerprint(const Fields& fields) {
    constexpr std::array kNames{
        "event_value",
        "value",
        "event_update_action",
        "event_update_message",
        "event_update_date",
        "event_update_time",
        "event_update_user",
        "user_fullname",
        "event_nseverity",
        "event_update_nseverity",
        "event_opdata",
        "event_age",
        "date",
        "time",
        "event_tags",
        "event_tagsjson",
        "alert_message",
        "message",
        "event_recovery_id"};
    std::string text;
    for (const char* name : kNames) {
        const std::string_view value = fields.get(name);
        text += std::to_string(value.size()) + ":";
        text += value;
    }
    return fingerprint(text);
}

}  // namespace

ZabbixDecoder::ZabbixDecoder(ports::SourceOptions options) : options_(std::move(options)) {}

bool ZabbixDecoder::is_problem_key_option(std::string_view text) noexcept {
    return text == "trigger" || text == "event" ||
           (text.starts_with(kTagOption) && text.size() > kTagOption.size());
}

Severity ZabbixDecoder::severity(const Fields& fields) const {
    constexpr std::array kScale{Severity::not_classified, Severity::information,
                                Severity::warning,        Severity::average,
                                Severity::high,           Severity::disaster};
    const std::string number(fields.first_of({"event_update_nseverity", "event_nseverity"}));
    const std::string word =
        to_lower_ascii(fields.first_of({"event_update_severity", "event_severity", "severity"}));
    for (const std::string& name : {word, number}) {
        const auto mapped = options_.severity_map.find(name);
        if (!name.empty() && mapped != options_.severity_map.end()) {
            return mapped->second;
        }
    }
    const std::optional<std::int64_t> index = parse_whole_number(number.empty() ? word : number);
    if (index && *index < static_cast<std::int64_t>(kScale.size())) {
        return kScale[static_cast<std::size_t>(*index)];
    }
    return word == "not classified"
               ? Severity::not_classified
               : domain::parse_severity(word).value_or(Severity::not_classified);
}

std::string ZabbixDecoder::problem_key(
    const Fields& fields, std::int64_t event_id, const Alert& alert
) const {
    const std::optional<std::int64_t> trigger =
        parse_whole_number(fields.first_of({"trigger_id", "triggerid"}));
    const bool by_trigger = event_source(fields) == EventSource::trigger && trigger && *trigger > 0;
    if (options_.problem_key == "event" || !by_trigger) {
        // Services have no id in their macros, and their names need not be unique.
        return options_.name + "/event/" + std::to_string(event_id);
    }
    const std::string key = options_.name + "/trigger/" + std::to_string(*trigger);
    if (!options_.problem_key.starts_with(kTagOption)) {
        return key;
    }
    const std::string name = options_.problem_key.substr(kTagOption.size());
    return key + "/" + key_part(name) + "=" + key_part(domain::tag_value(alert, name));
}

void ZabbixDecoder::read_identity(const Fields& fields, std::int64_t event_id, Alert& alert) const {
    const std::string stamp = start_stamp(fields);
    alert.problem_key = problem_key(fields, event_id, alert);
    alert.episode = std::to_string(event_id) + (stamp.empty() ? "" : "@" + stamp);
    alert.idempotency_key = options_.name + "/" + alert.episode + "/" +
                            std::string(to_string(alert.kind)) + "/" + notice_fingerprint(fields);
    alert.order.major = event_id;
    if (const auto civil = civil_time(fields.get("event_date"), fields.get("event_time"))) {
        alert.started_at = from_local(*civil, options_.time_zone);
    }
}

Result<ports::Decoded> ZabbixDecoder::decode(std::string_view body, WallTime received_at) const {
    const Result<Fields> parsed = Fields::parse(body);
    if (!parsed) {
        return parsed.error();
    }
    const Fields& fields = *parsed;
    const std::optional<std::int64_t> event_id =
        parse_whole_number(fields.first_of({"event_id", "eventid", "id"}));
    if (!event_id || *event_id == 0) {
        return Error{ErrorClass::refused, "shape", "event_id is missing or not a number"};
    }
    const EventSource source = event_source(fields);
    Alert alert;
    alert.source = options_.name;
    alert.received_at = received_at;
    if (has_problem(source)) {
        alert.state = event_state(fields);
        if (alert.state == ProblemState::unknown) {
            return Error{
                ErrorClass::refused, "shape",
                "event_value (0 or 1) and event_status are missing or not understood"};
        }
    }
    alert.kind = kind_of(fields, source, alert.state);
    if (alert.kind == AlertKind::cancelled) {
        alert.state = ProblemState::unknown;  // nobody will tell any more
    }
    alert.severity = severity(fields);
    alert.severity_changed = alert.kind != AlertKind::problem &&
                             alert.kind != AlertKind::recovery && severity_changed(fields);
    read_host(fields, alert.host);
    read_texts(fields, source, alert);
    const bool answered_before = read_tags(fields, alert);
    alert.is_repeat = alert.kind == AlertKind::problem && answered_before;
    settle_glpi_evidence(alert.host);
    read_links(fields, source, *event_id, alert);
    read_identity(fields, *event_id, alert);
    ports::Decoded decoded;
    decoded.alerts.push_back(std::move(alert));
    return decoded;
}

}  // namespace alert_bridge::sources
