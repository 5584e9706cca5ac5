// SPDX-License-Identifier: MIT
#include "alert_bridge/sources/nagios.hpp"

#include <array>
#include <map>
#include <utility>

#include "alert_bridge/base/number.hpp"
#include "alert_bridge/base/text.hpp"
#include "alert_bridge/sources/values.hpp"

namespace alert_bridge::sources {
namespace {

using domain::Alert;
using domain::AlertKind;
using domain::ProblemState;
using domain::Severity;

// The fields of one notice. "output" stands for SERVICEOUTPUT or HOSTOUTPUT by what it is about.
class Notice {
  public:
    explicit Notice(const Fields& fields)
        : fields_(fields), object_(fields.get("servicedesc").empty() ? "host" : "service") {}

    [[nodiscard]] bool about_host() const { return object_ == "host"; }
    [[nodiscard]] std::string_view get(std::string_view name) const { return fields_.get(name); }
    [[nodiscard]] std::string_view own(std::string_view name) const {
        return fields_.get(object_ + std::string(name));
    }
    [[nodiscard]] std::string_view own_last(std::string_view name) const {
        return fields_.get("last" + object_ + std::string(name));
    }
    [[nodiscard]] std::string_view own_long_output() const {
        return fields_.get("long" + object_ + "output");
    }
    [[nodiscard]] std::string label(std::string_view name) const { return fields_.label(name); }
    [[nodiscard]] const Fields& fields() const { return fields_; }

  private:
    const Fields& fields_;
    std::string object_;
};

std::optional<AlertKind> kind_of(std::string_view type) {
    constexpr std::array<std::pair<std::string_view, AlertKind>, 10> kKinds{{
        {"PROBLEM", AlertKind::problem},
        {"RECOVERY", AlertKind::recovery},
        {"ACKNOWLEDGEMENT", AlertKind::acknowledgement},
        {"CUSTOM", AlertKind::note},
        {"FLAPPINGSTART", AlertKind::flapping_start},
        {"FLAPPINGSTOP", AlertKind::flapping_stop},
        {"FLAPPINGDISABLED", AlertKind::flapping_stop},
        {"DOWNTIMESTART", AlertKind::downtime_start},
        {"DOWNTIMEEND", AlertKind::downtime_end},
        {"DOWNTIMECANCELLED", AlertKind::downtime_end},
    }};
    for (const auto& [name, kind] : kKinds) {
        if (iequals_ascii(name, type)) {
            return kind;
        }
    }
    return std::nullopt;
}

ProblemState state_of(std::string_view word) {
    if (word == "ok" || word == "up") {
        return ProblemState::ok;
    }
    for (const std::string_view failing :
         {"warning", "critical", "unknown", "down", "unreachable"}) {
        if (word == failing) {
            return ProblemState::failing;
        }
    }
    return ProblemState::unknown;
}

std::int64_t number(std::string_view text) {
    return parse_whole_number(trim(text)).value_or(0);
}

std::string episode_of(const Notice& notice) {
    for (const std::int64_t id :
         {number(notice.own("problemid")), number(notice.own_last("problemid"))}) {
        if (id != 0) {
            return std::to_string(id);
        }
    }
    const std::int64_t since = number(notice.own_last("statechange"));
    return since == 0 ? "0" : "since " + std::to_string(since);
}

std::string problem_key(const Notice& notice, const std::string& source) {
    const std::string host = key_part(trim(notice.get("hostname")));
    if (notice.about_host()) {
        return source + "/host/" + host;
    }
    return source + "/service/" + host + "/" + key_part(trim(notice.get("servicedesc")));
}

std::string idempotency_key(const Notice& notice, const Alert& alert) {
    std::string key = alert.problem_key;
    for (const std::string_view part :
         {notice.own("eventid"), notice.get("notificationtype"), notice.get("notificationnumber"),
          notice.own_last("statechange"), notice.get("timet")}) {
        key += "/" + key_part(trim(part));
    }
    if (!alert.comment.empty()) {
        // Two people, or a script, may comment within one second.
        key += "/" + fingerprint(alert.author + "\n" + alert.comment);
    }
    return key;
}

// A PROBLEM of a going problem is a renotification, unless the state has changed just now, e.g.
// from CRITICAL to WARNING. LASTSERVICESTATE alone does not tell: it is the state at the check
// before.
bool has_just_changed(const Notice& notice, const std::string& state) {
    constexpr std::int64_t kJustNow = 30;  // seconds; renotification intervals are minutes
    const std::string last = to_lower_ascii(trim(notice.own_last("state")));
    const std::int64_t age = number(notice.get("timet")) - number(notice.own_last("statechange"));
    return state_of(last) == ProblemState::failing && last != state && age < kJustNow;
}

void read_host(const Notice& notice, domain::Host& host) {
    host.name = notice.label("hostname");
    host.visible_name = notice.label("hostalias");
    if (host.visible_name.empty()) {
        host.visible_name = notice.label("hostdisplayname");
    }
    if (std::string address = notice.label("hostaddress"); is_ip_address(address)) {
        host.address = std::move(address);
    }
    for (const std::string& group : split(notice.get("hostgroupnames"), ",")) {
        if (!trim(group).empty() && host.groups.size() < domain::kMaxTags) {
            host.groups.push_back(cut_bytes(trim(group), domain::kMaxLabel));
        }
    }
}

// Custom variables _GLPI_ID, _GLPI_ENTITY … of service and host; the service's wins.
void read_custom_variables(const Notice& notice, Alert& alert) {
    std::map<std::string_view, std::string_view> variables;
    for (const std::string_view owner : {"_service", "_host"}) {
        for (const auto& [name, value] : notice.fields().all()) {
            const std::string_view variable =
                std::string_view(name).substr(name.starts_with(owner) ? owner.size() : name.size());
            if (variable.starts_with("glpi_")) {
                variables.emplace(variable, value);
            }
        }
    }
    for (const auto& [name, value] : variables) {
        take_glpi_field(alert, name, value);
    }
    settle_glpi_evidence(alert.host);
}

void read_texts(const Notice& notice, Alert& alert) {
    alert.service = notice.label("servicedesc");
    const std::string what = alert.service.empty() ? std::string("Host") : alert.service;
    alert.problem_name =
        cut_bytes(one_line(what + " " + std::string(notice.own("state"))), domain::kMaxLabel);
    alert.text = notice.own("output");
    alert.details = decode_long_output(notice.own_long_output());
    alert.author = notice.label("notificationauthor");
    alert.comment = notice.get("notificationcomment");
    if (alert.kind == AlertKind::acknowledgement && alert.comment.empty()) {
        alert.author = cut_bytes(trim(notice.own("ackauthor")), domain::kMaxLabel);
        alert.comment = notice.own("ackcomment");
    }
    for (const std::string_view link : {"notesurl", "actionurl", "infourl"}) {
        add_link(alert, notice.own(link));
    }
    for (const std::string_view link : {"hostnotesurl", "hostactionurl"}) {
        add_link(alert, notice.get(link));
    }
}

}  // namespace

std::string decode_long_output(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool escape = text[at] == '\\' && at + 1 < text.size() &&
                            (text[at + 1] == 'n' || text[at + 1] == '\\');
        if (escape) {
            ++at;
            decoded += text[at] == 'n' ? '\n' : '\\';
        } else {
            decoded += text[at];
        }
    }
    return decoded;
}

NagiosDecoder::NagiosDecoder(ports::SourceOptions options) : options_(std::move(options)) {}

Severity NagiosDecoder::severity(const std::string& state) const {
    const auto mapped = options_.severity_map.find(state);
    if (mapped != options_.severity_map.end()) {
        return mapped->second;
    }
    if (state == "down" || state == "critical") {
        return Severity::high;
    }
    if (state == "warning" || state == "unknown") {
        return Severity::warning;
    }
    // Unreachable: the cause is another host, which has its own notice.
    return state == "unreachable" ? Severity::information : Severity::not_classified;
}

Result<ports::Decoded> NagiosDecoder::decode(std::string_view body, WallTime received_at) const {
    const Result<Fields> fields = Fields::parse(body);
    if (!fields) {
        return fields.error();
    }
    const Notice notice(*fields);
    const std::string_view type = trim(notice.get("notificationtype"));
    const std::optional<AlertKind> kind = kind_of(type);
    if (!kind) {
        const std::string what =
            type.empty() ? "missing" : "unknown: " + cut_code_points(one_line(type), 40);
        return Error{ErrorClass::refused, "shape", "NOTIFICATIONTYPE is " + what};
    }
    if (trim(notice.get("hostname")).empty()) {
        return Error{ErrorClass::refused, "shape", "HOSTNAME is missing"};
    }
    const std::string state = to_lower_ascii(trim(notice.own("state")));
    Alert alert;
    alert.source = options_.name;
    alert.received_at = received_at;
    alert.kind = *kind;
    alert.state = state_of(state);
    if (alert.state == ProblemState::unknown && state != "pending") {
        const std::string_view name = notice.about_host() ? "HOSTSTATE" : "SERVICESTATE";
        return Error{
            ErrorClass::refused, "shape", std::string(name) + " is missing or not understood"};
    }
    alert.sender_state = state;
    alert.severity = severity(state);
    alert.host_problem = notice.about_host();
    alert.whole_problem = true;
    read_host(notice, alert.host);
    read_custom_variables(notice, alert);
    read_texts(notice, alert);
    alert.problem_key = problem_key(notice, options_.name);
    alert.episode = episode_of(notice);
    alert.order = {number(notice.get("timet")), number(notice.own("eventid"))};
    alert.idempotency_key = idempotency_key(notice, alert);
    if (alert.kind == AlertKind::problem) {
        const bool again = number(notice.get("notificationnumber")) > 1;
        alert.severity_changed = again && has_just_changed(notice, state);
        alert.is_repeat = again && !alert.severity_changed;
        constexpr std::int64_t kYear9999 = 253'402'300'799;
        const std::int64_t since = number(notice.own_last("statechange"));
        if (since > 0 && since <= kYear9999) {
            alert.started_at = from_unix_ms(since * 1000);
        }
    }
    ports::Decoded decoded;
    decoded.alerts.push_back(std::move(alert));
    return decoded;
}

}  // namespace alert_bridge::sources
