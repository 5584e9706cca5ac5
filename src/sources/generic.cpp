// SPDX-License-Identifier: MIT
#include "alert_bridge/sources/generic.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "alert_bridge/base/number.hpp"
#include "alert_bridge/base/text.hpp"
#include "alert_bridge/base/time_text.hpp"
#include "alert_bridge/sources/json_value.hpp"
#include "alert_bridge/sources/notification.hpp"
#include "alert_bridge/sources/safe_json.hpp"
#include "alert_bridge/sources/values.hpp"

namespace alert_bridge::sources {
namespace {

using domain::Alert;
using domain::AlertKind;
using domain::ProblemState;
using nlohmann::json;
using ports::JsonMapping;
using ports::MappedField;

const std::string kEpisode = "state";  // where the sender numbers nothing: the only one

Error shape(std::string message) {
    return {ErrorClass::refused, "shape", std::move(message)};
}

std::string dump(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string shown(std::string_view text) {
    return "\"" + cut_code_points(one_line(text), 60) + "\"";
}

// What one element says, by the names of the mapping.
class Values {
  public:
    Values(const json& element, const JsonMapping& mapping)
        : element_(element), mapping_(mapping) {}

    [[nodiscard]] const MappedField* field(const std::string& name) const {
        const auto found = mapping_.fields.find(name);
        return found == mapping_.fields.end() ? nullptr : &found->second;
    }
    // The first value that is there; null pointer: none.
    [[nodiscard]] const json* at(const MappedField& field) const {
        for (const JsonPointer& pointer : field.pointers) {
            const json* const value = find(element_, pointer);
            if (!text_of(value).empty()) {
                return value;
            }
        }
        return nullptr;
    }
    // With the field's words and fallback; empty: nothing.
    [[nodiscard]] std::string text(const MappedField& field) const {
        std::string value = text_of(at(field));
        const auto word = field.words.find(to_lower_ascii(trim(value)));
        if (word != field.words.end()) {
            return word->second;
        }
        const bool is_unknown = value.empty() || !field.words.empty();
        return is_unknown && !field.fallback.empty() ? field.fallback : value;
    }
    [[nodiscard]] std::string text(const std::string& name) const {
        const MappedField* const known = field(name);
        return known == nullptr ? std::string() : text(*known);
    }
    [[nodiscard]] std::string label(const std::string& name) const {
        return cut_bytes(trim(text(name)), domain::kMaxLabel);
    }

  private:
    const json& element_;
    const JsonMapping& mapping_;
};

// "/id or /uuid": for messages.
std::string pointers_of(const MappedField& field) {
    std::string text;
    for (const JsonPointer& pointer : field.pointers) {
        text += (text.empty() ? "" : " or ") + shown(pointer.text);
    }
    return text;
}

// A whole number, seconds or milliseconds since 1970 with or without a fraction, or a date.
std::optional<std::int64_t> moment_ms(std::string_view text, const std::string& zone) {
    constexpr double kMilliseconds = 1e11;  // larger: it cannot be seconds
    constexpr double kYear9999 = 253'402'300'799'000.0;
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, failure] = std::from_chars(text.data(), end, number);
    if (failure == std::errc() && stop == end) {
        number = number < kMilliseconds ? number * 1000 : number;
        const bool fits = std::isfinite(number) && number >= 0 && number <= kYear9999;
        return fits ? std::optional(std::llround(number)) : std::nullopt;
    }
    const auto time = parse_time(text, zone);
    return time ? std::optional(to_unix_ms(*time)) : std::nullopt;
}

std::optional<AlertKind> kind_of(std::string_view word) {
    for (const AlertKind kind :
         {AlertKind::problem, AlertKind::recovery, AlertKind::update, AlertKind::acknowledgement,
          AlertKind::note}) {
        if (iequals_ascii(to_string(kind), word)) {
            return kind;
        }
    }
    return std::nullopt;
}

ProblemState state_of(AlertKind kind) {
    if (kind == AlertKind::note) {
        return ProblemState::unknown;
    }
    return kind == AlertKind::recovery ? ProblemState::ok : ProblemState::failing;
}

void read_texts(const Values& values, Alert& alert) {
    alert.service = one_line(values.label("service"));
    alert.problem_name = cut_bytes(one_line(values.label("name")), domain::kMaxLabel);
    alert.text = values.text("text");
    alert.details = values.text("details");
    alert.author = values.label("author");
    alert.comment = values.text("comment");
    add_link(alert, values.label("link"));
}

void read_host(const Values& values, domain::Host& host) {
    host.name = values.label("host");
    for (std::string address : {values.label("address"), host.name}) {
        if (host.address.empty() && is_ip_address(address)) {
            host.address = std::move(address);
        }
    }
    host.serial = values.label("serial");
    host.inventory_number = values.label("inventory_number");
    host.uuid = values.label("uuid");
    host.glpi_id = number_or_zero(values.label("glpi_id"));
    host.glpi_type = item_type_name(values.label("glpi_type"));
    settle_glpi_evidence(host);
    const MappedField* const groups = values.field("groups");
    const json* const list = groups == nullptr ? nullptr : values.at(*groups);
    if (list != nullptr && list->is_array()) {
        for (const json& group : *list) {
            if (std::string name = label_of(&group);
                !name.empty() && host.groups.size() < domain::kMaxTags) {
                host.groups.push_back(std::move(name));
            }
        }
    } else {
        host.groups = group_names(values.text("groups"), ",");
    }
}

// An event that the operator wants to know nothing about.
bool is_ignored(const Values& values) {
    return iequals_ascii(trim(values.text("kind")), "ignore");
}

// Why the element cannot be used, or nothing.
std::string read_kind(const Values& values, Alert& alert) {
    const MappedField* const field = values.field("kind");
    const std::string word = field == nullptr ? "" : std::string(trim(values.text(*field)));
    const auto kind = word.empty() ? AlertKind::problem : kind_of(word);
    if (!kind) {
        return "kind: " + pointers_of(*field) + " holds " + shown(word) +
               (field->words.empty() ? ", which is no kind" : ", which its map does not name");
    }
    alert.kind = *kind;
    alert.state = state_of(*kind);
    return {};
}

std::string read_order(const Values& values, const std::string& zone, Alert& alert) {
    const MappedField* const field = values.field("order");
    if (field == nullptr) {
        alert.order.major = to_unix_ms(alert.received_at);
        return {};
    }
    const std::string text(trim(values.text(*field)));
    const auto number = parse_whole_number(text);
    const auto order = number ? number : moment_ms(text, zone);
    if (!order) {
        const std::string what = text.empty() ? "nothing" : shown(text) + ", no number or time";
        return "order: " + pointers_of(*field) + " holds " + what;
    }
    alert.order.major = *order;
    return {};
}

// A body in which the list holds this element alone.
std::string wrapped(const json& element, const JsonMapping& mapping) {
    json body = element;
    if (mapping.alerts) {
        body = json::array({std::move(body)});
        const auto& tokens = mapping.alerts->tokens;
        for (auto token = tokens.rbegin(); token != tokens.rend(); ++token) {
            json parent = json::object();
            parent[*token] = std::move(body);
            body = std::move(parent);
        }
    }
    return dump(body);
}

}  // namespace

GenericDecoder::GenericDecoder(ports::SourceOptions options) : options_(std::move(options)) {}

Result<Alert> GenericDecoder::read(const json& element, WallTime received_at, std::size_t place)
    const {
    const Values values(element, options_.mapping);
    Alert alert;
    alert.source = options_.name;
    alert.received_at = received_at;
    alert.whole_problem = true;
    const std::string key = values.text("key");
    if (trim(key).empty()) {
        return shape("key: nothing at " + pointers_of(*values.field("key")));
    }
    for (const std::string& problem :
         {read_kind(values, alert), read_order(values, options_.time_zone, alert)}) {
        if (!problem.empty()) {
            return shape(problem);
        }
    }
    alert.severity = usual_severity(values.label("severity")).value_or(domain::Severity::average);
    if (const auto started = moment_ms(trim(values.text("started")), options_.time_zone)) {
        alert.started_at = from_unix_ms(*started);
    }
    read_host(values, alert.host);
    read_texts(values, alert);
    for (const auto& [name, field] : options_.mapping.tags) {
        if (const std::string value(trim(values.text(field))); !value.empty()) {
            add_tag(alert, name, value);
        }
    }
    const std::string episode = values.label("episode");
    const bool is_numbered = !episode.empty() || values.field("order") != nullptr;
    alert.problem_key = options_.name + "/item/" + key_part(trim(key));
    alert.episode = episode.empty() ? kEpisode : episode;
    alert.idempotency_key = alert.problem_key + "/" + std::string(to_string(alert.kind)) + "/" +
                            fingerprint(dump(element));
    if (!is_numbered) {
        alert.idempotency_key +=
            "/" + std::to_string(to_unix_ms(received_at)) + "." + std::to_string(place);
    }
    return alert;
}

Result<ports::Decoded> GenericDecoder::decode(std::string_view body, WallTime received_at) const {
    const Result<json> document = parse_json(body);
    if (!document) {
        return document.error();
    }
    const JsonMapping& mapping = options_.mapping;
    const json* list = mapping.alerts ? find(*document, *mapping.alerts) : nullptr;
    if (mapping.alerts && (list == nullptr || !list->is_array())) {
        return shape("there is no list at " + shown(mapping.alerts->text));
    }
    const std::size_t count = list == nullptr ? 1 : list->size();
    const std::size_t parts = std::max<std::size_t>(mapping.parts.size(), 1);
    if (count > ports::kMaxBatch / parts) {
        return shape("more than " + std::to_string(ports::kMaxBatch) + " alerts");
    }
    ports::Decoded decoded;
    for (std::size_t at = 0; at < count; ++at) {
        const json& element = list == nullptr ? *document : (*list)[at];
        if (is_ignored(Values(element, mapping))) {
            continue;
        }
        Result<Alert> alert = read(element, received_at, at);
        if (!alert && list == nullptr) {
            return alert.error();
        }
        if (!alert) {
            decoded.unusable.push_back(
                {std::to_string(at) + ": " + alert.error().message, wrapped(element, mapping)}
            );
            continue;
        }
        if (mapping.parts.empty()) {
            decoded.alerts.push_back(std::move(*alert));
        }
        for (const std::string& part : mapping.parts) {
            Alert own = *alert;
            own.problem_key += "/" + key_part(part);
            own.idempotency_key += "/" + key_part(part);
            own.tags.insert(own.tags.begin(), {"part", part});
            own.tags.resize(std::min(own.tags.size(), domain::kMaxTags));
            decoded.alerts.push_back(std::move(own));
        }
    }
    return decoded;
}

}  // namespace alert_bridge::sources
