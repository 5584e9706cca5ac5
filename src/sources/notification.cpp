// SPDX-License-Identifier: MIT
#include "alert_bridge/sources/notification.hpp"

#include <algorithm>
#include <array>
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

Error shape(std::string message) {
    return {ErrorClass::refused, "shape", std::move(message)};
}

std::optional<AlertKind> kind_of(std::string_view type) {
    constexpr std::array<std::pair<std::string_view, AlertKind>, 12> kKinds{{
        {"PROBLEM", AlertKind::problem},
        {"RECOVERY", AlertKind::recovery},
        {"ACKNOWLEDGEMENT", AlertKind::acknowledgement},
        {"CUSTOM", AlertKind::note},
        {"FLAPPINGSTART", AlertKind::flapping_start},
        {"FLAPPINGSTOP", AlertKind::flapping_stop},  // Nagios
        {"FLAPPINGDISABLED", AlertKind::flapping_stop},
        {"FLAPPINGEND", AlertKind::flapping_stop},  // Icinga
        {"DOWNTIMESTART", AlertKind::downtime_start},
        {"DOWNTIMEEND", AlertKind::downtime_end},
        {"DOWNTIMECANCELLED", AlertKind::downtime_end},  // Nagios
        {"DOWNTIMEREMOVED", AlertKind::downtime_end},  // Icinga; 2.13 sends DOWNTIMEEND (measured)
    }};
    for (const auto& [name, kind] : kKinds) {
        if (iequals_ascii(name, type)) {
            return kind;
        }
    }
    return std::nullopt;
}

ProblemState state_of(std::string_view word) {
    constexpr std::array<std::string_view, 2> kGood{"ok", "up"};
    constexpr std::array<std::string_view, 5> kBad{
        "warning", "critical", "unknown", "down", "unreachable"};
    const auto is_word = [word](std::string_view known) { return iequals_ascii(known, word); };
    if (std::any_of(kGood.begin(), kGood.end(), is_word)) {
        return ProblemState::ok;
    }
    const bool bad = std::any_of(kBad.begin(), kBad.end(), is_word);
    return bad ? ProblemState::failing : ProblemState::unknown;
}

Severity severity_of(
    const std::string& state, const std::map<std::string, Severity>& severity_map
) {
    if (const auto mapped = severity_map.find(state); mapped != severity_map.end()) {
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

// A PROBLEM of a going problem is a renotification, unless the state has changed just now, e.g.
// from CRITICAL to WARNING. The last state alone does not tell: it is the state at the check
// before.
bool has_just_changed(const Notification& notice) {
    return state_of(notice.last_state) == ProblemState::failing &&
           !iequals_ascii(notice.last_state, notice.state) &&
           notice.time - notice.changed < notice.news_seconds;
}

void read_news(const Notification& notice, Alert& alert) {
    if (alert.kind != AlertKind::problem) {
        return;
    }
    constexpr std::int64_t kYear9999 = 253'402'300'799;
    const bool again = notice.number > 1;
    alert.severity_changed = again && has_just_changed(notice);
    alert.is_repeat = again && !alert.severity_changed;
    if (notice.changed > 0 && notice.changed <= kYear9999) {
        alert.started_at = from_unix_ms(notice.changed * 1000);
    }
}

}  // namespace

std::int64_t number_or_zero(std::string_view text) {
    return parse_whole_number(trim(text)).value_or(0);
}

std::string notification_key(const Notification& notice, const std::string& source) {
    const std::string host = key_part(notice.host);
    return notice.service.empty() ? source + "/host/" + host
                                  : source + "/service/" + host + "/" + key_part(notice.service);
}

Result<Alert> notification_alert(
    const Notification& notice, const NotificationNames& names, const ports::SourceOptions& options,
    WallTime received_at
) {
    const std::optional<AlertKind> kind = kind_of(notice.type);
    if (!kind) {
        const std::string what = notice.type.empty()
                                     ? "missing"
                                     : "unknown: " + cut_code_points(one_line(notice.type), 40);
        return shape(std::string(names.type) + " is " + what);
    }
    if (notice.host.empty()) {
        return shape(std::string(names.host) + " is missing");
    }
    const std::string state = to_lower_ascii(notice.state);
    Alert alert;
    alert.source = options.name;
    alert.received_at = received_at;
    alert.kind = *kind;
    alert.state = state_of(state);
    alert.host_problem = notice.service.empty();
    if (alert.state == ProblemState::unknown && state != "pending") {
        const std::string_view name = alert.host_problem ? names.host_state : names.service_state;
        return shape(std::string(name) + " is missing or not understood");
    }
    alert.sender_state = state;
    alert.severity = severity_of(state, options.severity_map);
    alert.whole_problem = true;
    alert.problem_key = notification_key(notice, options.name);
    alert.host.name = cut_bytes(notice.host, domain::kMaxLabel);
    alert.service = cut_bytes(notice.service, domain::kMaxLabel);
    const std::string_view what =
        notice.shown_service.empty() ? notice.service : notice.shown_service;
    const std::string name = what.empty() ? "Host" : cut_bytes(what, domain::kMaxLabel);
    alert.problem_name =
        cut_bytes(one_line(name + " " + std::string(notice.state)), domain::kMaxLabel);
    read_news(notice, alert);
    return alert;
}

void take_glpi_fields(Alert& alert, const std::map<std::string_view, std::string_view>& fields) {
    for (const auto& [name, value] : fields) {
        take_glpi_field(alert, name, value);
    }
    settle_glpi_evidence(alert.host);
}

std::vector<std::string> group_names(std::string_view text, std::string_view separator) {
    std::vector<std::string> groups;
    for (const std::string& group : split(text, separator)) {
        if (!trim(group).empty() && groups.size() < domain::kMaxTags) {
            groups.push_back(cut_bytes(trim(group), domain::kMaxLabel));
        }
    }
    return groups;
}

}  // namespace alert_bridge::sources
