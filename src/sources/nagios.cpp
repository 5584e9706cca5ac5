// SPDX-License-Identifier: MIT
#include "alert_bridge/sources/nagios.hpp"

#include <map>
#include <utility>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/sources/notification.hpp"
#include "alert_bridge/sources/values.hpp"

namespace alert_bridge::sources {
namespace {

using domain::Alert;
using domain::AlertKind;

constexpr NotificationNames kNames{"NOTIFICATIONTYPE", "HOSTNAME", "HOSTSTATE", "SERVICESTATE"};

// The fields of one notice. "output" stands for SERVICEOUTPUT or HOSTOUTPUT by what it is about.
class Macros {
  public:
    explicit Macros(const Fields& fields)
        : fields_(fields), object_(fields.get("servicedesc").empty() ? "host" : "service") {}

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

std::string episode_of(const Macros& macros) {
    for (const std::int64_t id :
         {number_or_zero(macros.own("problemid")), number_or_zero(macros.own_last("problemid"))}) {
        if (id != 0) {
            return std::to_string(id);
        }
    }
    const std::int64_t since = number_or_zero(macros.own_last("statechange"));
    return since == 0 ? "0" : "since " + std::to_string(since);
}

std::string idempotency_key(const Macros& macros, const Alert& alert) {
    std::string key = alert.problem_key;
    for (const std::string_view part :
         {macros.own("eventid"), macros.get("notificationtype"), macros.get("notificationnumber"),
          macros.own_last("statechange"), macros.get("timet")}) {
        key += "/" + key_part(trim(part));
    }
    if (!alert.comment.empty()) {
        // Two people, or a script, may comment within one second.
        key += "/" + fingerprint(alert.author + "\n" + alert.comment);
    }
    return key;
}

void read_host(const Macros& macros, domain::Host& host) {
    host.visible_name = macros.label("hostalias");
    if (host.visible_name.empty()) {
        host.visible_name = macros.label("hostdisplayname");
    }
    if (std::string address = macros.label("hostaddress"); is_ip_address(address)) {
        host.address = std::move(address);
    }
    host.groups = group_names(macros.get("hostgroupnames"), ",");
}

// Custom variables _GLPI_ID, _GLPI_ENTITY … of service and host; the service's wins.
void read_custom_variables(const Macros& macros, Alert& alert) {
    std::map<std::string_view, std::string_view> variables;
    for (const std::string_view owner : {"_service", "_host"}) {
        for (const auto& [name, value] : macros.fields().all()) {
            const std::string_view variable =
                std::string_view(name).substr(name.starts_with(owner) ? owner.size() : name.size());
            if (variable.starts_with("glpi_")) {
                variables.emplace(variable, value);
            }
        }
    }
    take_glpi_fields(alert, variables);
}

void read_texts(const Macros& macros, Alert& alert) {
    alert.text = macros.own("output");
    alert.details = decode_long_output(macros.own_long_output());
    alert.author = macros.label("notificationauthor");
    alert.comment = macros.get("notificationcomment");
    if (alert.kind == AlertKind::acknowledgement && alert.comment.empty()) {
        alert.author = cut_bytes(trim(macros.own("ackauthor")), domain::kMaxLabel);
        alert.comment = macros.own("ackcomment");
    }
    for (const std::string_view link : {"notesurl", "actionurl", "infourl"}) {
        add_link(alert, macros.own(link));
    }
    for (const std::string_view link : {"hostnotesurl", "hostactionurl"}) {
        add_link(alert, macros.get(link));
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

Result<ports::Decoded> NagiosDecoder::decode(std::string_view body, WallTime received_at) const {
    const Result<Fields> fields = Fields::parse(body);
    if (!fields) {
        return fields.error();
    }
    const Macros macros(*fields);
    Notification notice;
    notice.type = trim(macros.get("notificationtype"));
    notice.host = trim(macros.get("hostname"));
    notice.service = trim(macros.get("servicedesc"));
    notice.state = trim(macros.own("state"));
    notice.last_state = trim(macros.own_last("state"));
    notice.number = number_or_zero(macros.get("notificationnumber"));
    notice.time = number_or_zero(macros.get("timet"));
    notice.changed = number_or_zero(macros.own_last("statechange"));
    Result<Alert> alert = notification_alert(notice, kNames, options_, received_at);
    if (!alert) {
        return alert.error();
    }
    read_host(macros, alert->host);
    read_custom_variables(macros, *alert);
    read_texts(macros, *alert);
    alert->episode = episode_of(macros);
    alert->order = {notice.time, number_or_zero(macros.own("eventid"))};
    alert->idempotency_key = idempotency_key(macros, *alert);
    ports::Decoded decoded;
    decoded.alerts.push_back(std::move(*alert));
    return decoded;
}

}  // namespace alert_bridge::sources
