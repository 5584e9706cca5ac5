// SPDX-License-Identifier: MIT
#include "alert_bridge/sources/icinga.hpp"

#include <utility>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/sources/notification.hpp"
#include "alert_bridge/sources/values.hpp"

namespace alert_bridge::sources {
namespace {

using domain::Alert;

constexpr NotificationNames kNames{"notification_type", "host_name", "host_state", "service_state"};
constexpr std::string_view kEpisode = "state";  // the only one: see the header

// "state" stands for host_state or service_state by what the notice is about.
std::string_view own(const Fields& fields, std::string_view name) {
    const bool about_service = !fields.get("service_name").empty();
    return fields.get((about_service ? "service_" : "host_") + std::string(name));
}

Notification read_notification(const Fields& fields) {
    Notification notice;
    notice.type = trim(fields.get("notification_type"));
    notice.host = trim(fields.get("host_name"));
    notice.service = trim(fields.get("service_name"));
    notice.shown_service = trim(fields.get("service_display"));
    notice.state = trim(own(fields, "state"));
    notice.last_state = trim(own(fields, "last_state"));
    notice.number = number_or_zero(fields.get("notification_number"));
    notice.time = number_or_zero(fields.get("timet"));
    notice.changed = number_or_zero(own(fields, "last_state_change"));
    notice.news_seconds = 5;  // a hard state that changes is told at once
    return notice;
}

void read_host(const Fields& fields, domain::Host& host) {
    host.visible_name = fields.label("host_display");
    for (const char* name : {"address", "address6"}) {
        std::string address = fields.label(name);
        if (host.address.empty() && is_ip_address(address)) {
            host.address = std::move(address);
        }
    }
    host.groups = group_names(fields.get("host_groups"), ";");
}

void read_custom_variables(const Fields& fields, Alert& alert) {
    constexpr std::string_view kTag = "tag_";
    std::map<std::string_view, std::string_view> evidence;
    for (const auto& [name, value] : fields.all()) {
        if (name.starts_with("glpi_")) {
            evidence.emplace(name, value);
        } else if (name.starts_with(kTag)) {
            add_tag(alert, name.substr(kTag.size()), std::string(trim(value)));
        }
    }
    take_glpi_fields(alert, evidence);
}

// The first line of the output is the text, the rest its details.
void read_texts(const Fields& fields, Alert& alert) {
    const std::string_view output = own(fields, "output");
    const std::size_t end = output.find('\n');
    alert.text = output.substr(0, end);
    alert.details = end == output.npos ? std::string_view() : output.substr(end + 1);
    alert.author = fields.label("notification_author");
    alert.comment = fields.get("notification_comment");
    for (const char* name : {"notes_url", "action_url", "icinga_url"}) {
        add_link(alert, fields.get(name));
    }
}

std::string idempotency_key(const Notification& notice, const Alert& alert) {
    std::string key = alert.problem_key + "/" + std::to_string(notice.changed) + "/" +
                      key_part(to_lower_ascii(notice.type)) + "/" + std::to_string(notice.time);
    if (!alert.comment.empty()) {
        // Two people, or a script, may comment within one second.
        key += "/" + fingerprint(alert.author + "\n" + alert.comment);
    }
    return key;
}

}  // namespace

IcingaDecoder::IcingaDecoder(ports::SourceOptions options) : options_(std::move(options)) {}

Result<ports::Decoded> IcingaDecoder::decode(std::string_view body, WallTime received_at) const {
    const Result<Fields> fields = Fields::parse(body);
    if (!fields) {
        return fields.error();
    }
    const Notification notice = read_notification(*fields);
    Result<Alert> alert = notification_alert(notice, kNames, options_, received_at);
    if (!alert) {
        return alert.error();
    }
    read_host(*fields, alert->host);
    read_custom_variables(*fields, *alert);
    read_texts(*fields, *alert);
    alert->episode = kEpisode;
    alert->order = {notice.changed == 0 ? notice.time : notice.changed, notice.time};
    alert->idempotency_key = idempotency_key(notice, *alert);
    ports::Decoded decoded;
    decoded.alerts.push_back(std::move(*alert));
    return decoded;
}

}  // namespace alert_bridge::sources
