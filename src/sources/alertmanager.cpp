// SPDX-License-Identifier: MIT
#include "alert_bridge/sources/alertmanager.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/base/time_text.hpp"
#include "alert_bridge/sources/json_value.hpp"
#include "alert_bridge/sources/safe_json.hpp"
#include "alert_bridge/sources/values.hpp"

namespace alert_bridge::sources {
namespace {

using domain::Alert;
using domain::AlertKind;
using domain::ProblemState;
using domain::Severity;
using nlohmann::json;

const std::string kOthers = "others";  // of the severity map

Error shape(std::string message) {
    return {ErrorClass::refused, "shape", std::move(message)};
}

std::string first_label(const json& object, std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) {
        if (std::string text = label_of(member(object, name)); !text.empty()) {
            return text;
        }
    }
    return {};
}

// The labels and annotations of an alert; an empty object where there are none.
const json& part(const json& element, std::string_view name) {
    static const json kNone = json::object();
    const json* const found = member(element, name);
    return found != nullptr && found->is_object() ? *found : kNone;
}

void read_tags(const json& labels, const json& annotations, Alert& alert) {
    std::map<std::string, std::string> glpi;  // a label wins over an annotation
    for (const json* named : {&labels, &annotations}) {
        for (const auto& [name, value] : named->items()) {
            if (name.starts_with("glpi_")) {
                glpi.emplace(name, label_of(&value));
            } else if (named == &labels) {
                add_tag(alert, name, label_of(&value));
            }
        }
    }
    for (const auto& [name, value] : glpi) {
        take_glpi_field(alert, name, value);
    }
    settle_glpi_evidence(alert.host);
}

// What the annotations say: the usual two, links (runbook_url, dashboard), and the rest.
void read_annotations(const json& annotations, Alert& alert) {
    alert.problem_name = one_line(first_label(annotations, {"summary", "title"}));
    alert.text = text_of(member(annotations, "description"));
    if (alert.text.empty()) {
        alert.text = text_of(member(annotations, "message"));
    }
    for (const auto& [name, value] : annotations.items()) {
        const bool is_told = name == "summary" || name == "title" || name == "description" ||
                             name == "message" || name.starts_with("glpi_");
        const std::string text = text_of(&value);
        if (is_told || text.empty()) {
            continue;
        }
        if (is_link(trim(text))) {
            add_link(alert, text);
        } else if (alert.details.size() < domain::kMaxText) {
            alert.details += (alert.details.empty() ? "" : "\n") + name + ": " + text;
        }
    }
    alert.details = cut_bytes(alert.details, domain::kMaxText);
}

std::int64_t left_out(const json& document) {
    const json* const count = member(document, "truncatedAlerts");
    const bool says = count != nullptr && count->is_number_integer();
    return says ? std::max<std::int64_t>(count->get<std::int64_t>(), 0) : 0;
}

}  // namespace

AlertmanagerDecoder::AlertmanagerDecoder(ports::SourceOptions options)
    : options_(std::move(options)) {}

Severity AlertmanagerDecoder::severity(const json& labels) const {
    const std::string word = to_lower_ascii(label_of(member(labels, options_.severity_label)));
    const auto& map = options_.severity_map;
    if (const auto mapped = map.find(word); mapped != map.end()) {
        return mapped->second;
    }
    const auto usual = usual_severity(word);
    const auto others = map.find(kOthers);
    // Somebody wants to hear of it, or there would be no receiver: enough to open a ticket.
    const Severity fallback = others == map.end() ? Severity::average : others->second;
    return usual.value_or(fallback);
}

void AlertmanagerDecoder::read_host(const json& labels, domain::Host& host) const {
    for (const std::string& name : options_.host_labels) {
        const std::string value = label_of(member(labels, name));
        if (!value.empty()) {
            host.name = host_part(value);
            host.address = is_ip_address(host.name) ? host.name : "";
            return;
        }
    }
}

Result<Alert> AlertmanagerDecoder::read(const json& element) const {
    if (!element.is_object()) {
        return shape("it is not an object");
    }
    const std::string status = to_lower_ascii(label_of(member(element, "status")));
    if (status != "firing" && status != "resolved") {
        return shape(
            status.empty() ? "status is missing"
                           : "status is unknown: " + cut_code_points(one_line(status), 40)
        );
    }
    const auto started = parse_time(label_of(member(element, "startsAt")));
    if (!started) {
        return shape("startsAt is missing or not a time");
    }
    const json& labels = part(element, "labels");
    const json& annotations = part(element, "annotations");
    std::string print = label_of(member(element, "fingerprint"));
    if (print.empty() && labels.empty()) {
        return shape("fingerprint is missing, and so are labels");
    }
    if (print.empty()) {
        print = fingerprint(labels.dump(-1, ' ', false, json::error_handler_t::replace));
    }
    const bool is_over = status == "resolved";
    Alert alert;
    alert.source = options_.name;
    alert.kind = is_over ? AlertKind::recovery : AlertKind::problem;
    alert.state = is_over ? ProblemState::ok : ProblemState::failing;
    alert.sender_state = status;
    alert.severity = severity(labels);
    alert.whole_problem = true;
    alert.problem_key = options_.name + "/alert/" + key_part(print);
    alert.episode = format_utc_ms(*started);  // Alertmanager's own API tells no more digits
    alert.idempotency_key = alert.problem_key + "/" + alert.episode + "/" + status;
    const auto ended = parse_time(label_of(member(element, "endsAt")));
    const WallTime order = is_over && ended ? std::max(*started, *ended) : *started;
    alert.order.major = to_unix_ms(order);
    alert.started_at = *started;
    read_host(labels, alert.host);
    read_tags(labels, annotations, alert);
    read_annotations(annotations, alert);
    alert.service = one_line(label_of(member(labels, "alertname")));
    if (alert.problem_name.empty()) {
        alert.problem_name = alert.service;
    }
    add_link(alert, label_of(member(element, "generatorURL")));
    return alert;
}

Result<ports::Decoded> AlertmanagerDecoder::decode(std::string_view body, WallTime received_at)
    const {
    const Result<json> document = parse_json(body);
    if (!document) {
        return document.error();
    }
    const json* const elements = member(*document, "alerts");
    if (elements == nullptr || !elements->is_array()) {
        return shape("there is no list \"alerts\": not a message of Alertmanager's webhook");
    }
    if (elements->size() > ports::kMaxBatch) {
        return shape("more than " + std::to_string(ports::kMaxBatch) + " alerts");
    }
    const std::string external = label_of(member(*document, "externalURL"));
    ports::Decoded decoded;
    decoded.left_out = left_out(*document);
    decoded.alerts.reserve(elements->size());
    for (std::size_t at = 0; at < elements->size(); ++at) {
        const json& element = (*elements)[at];
        Result<Alert> alert = read(element);
        if (!alert) {
            const std::string place = "alerts/" + std::to_string(at) + ": ";
            const std::string text = element.dump(-1, ' ', false, json::error_handler_t::replace);
            decoded.unusable.push_back(
                {place + alert.error().message, R"({"alerts":[)" + text + "]}"}
            );
            continue;
        }
        alert->received_at = received_at;
        if (alert->kind == AlertKind::problem) {
            // It is sent again and again as long as it fires: news that it still does, but not more
            // often than once an hour, since any change in its group repeats it.
            const auto hour = std::chrono::floor<std::chrono::hours>(received_at);
            alert->idempotency_key += "/" + format_utc_ms(WallTime(hour));
        }
        add_link(*alert, external);
        decoded.alerts.push_back(std::move(*alert));
    }
    return decoded;
}

}  // namespace alert_bridge::sources
