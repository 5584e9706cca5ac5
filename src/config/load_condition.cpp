// SPDX-License-Identifier: MIT
//
// A rule's `when`: the grammar of conditions.
#include <algorithm>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/config/sections.hpp"
#include "alert_bridge/domain/pattern.hpp"

namespace alert_bridge::config {
namespace {

using domain::Condition;
using domain::TextPattern;
using Captures = std::vector<std::string>;

std::optional<TextPattern> read_pattern(
    Loading& loading, const Node& node, std::string_view what, Captures& captures,
    bool empty_is_a_value
) {
    if (node.kind == Node::Kind::scalar && node.text.empty() && empty_is_a_value) {
        return TextPattern::of("");
    }
    if (node.kind == Node::Kind::scalar) {
        const auto text = read_text(loading.diagnostics, node, what);
        return text ? std::optional(TextPattern::of(*text)) : std::nullopt;
    }
    if (node.kind != Node::Kind::mapping) {
        loading.diagnostics.error(
            node.at, "'" + std::string(what) + "' takes texts, globs and {regex: …}"
        );
        return std::nullopt;
    }
    const MapReader reader(loading.diagnostics, &node, kRegex);
    const auto regex = reader.text("regex");
    if (!regex) {
        return std::nullopt;
    }
    const auto compiled = domain::Pattern::compile(TextPattern::regex(*regex));
    if (compiled.has_error()) {
        loading.diagnostics.error(reader.position("regex"), compiled.error().message);
        return std::nullopt;
    }
    for (std::string& name : compiled->capture_names()) {
        captures.push_back(std::move(name));
    }
    return TextPattern::regex(*regex);
}

// A tag may have an empty value; an empty host or service is an absent one and matches nothing.
std::vector<TextPattern> read_patterns(
    Loading& loading, const Node& node, std::string_view what, Captures& captures,
    bool empty_is_a_value = false
) {
    std::vector<TextPattern> result;
    for (const Node* each : one_or_many(&node)) {
        if (auto pattern = read_pattern(loading, *each, what, captures, empty_is_a_value)) {
            result.push_back(std::move(*pattern));
        }
    }
    if (node.kind == Node::Kind::sequence && node.items.empty()) {
        loading.diagnostics.error(node.at, "'" + std::string(what) + "' is an empty list");
    }
    return result;
}

// An exact pattern must be one of the words that can occur at all.
void check_words(
    Loading& loading, const Node& node, std::string_view what, const std::vector<std::string>& words
) {
    for (const Node* each : one_or_many(&node)) {
        if (each->kind == Node::Kind::scalar &&
            TextPattern::of(each->text).kind == TextPattern::Kind::exact) {
            (void)is_one_of(loading.diagnostics, *each, what, words);
        }
    }
}

Condition any_of(std::vector<Condition> children) {
    if (children.size() == 1) {
        return std::move(children.front());
    }
    Condition condition;
    condition.what = Condition::Kind::any;
    condition.children = std::move(children);
    return condition;
}

Condition load_severity(Loading& loading, const Node& node) {
    std::vector<Condition> ranges;
    for (const Node* each : one_or_many(&node)) {
        const auto text = read_text(loading.diagnostics, *each, "severity");
        const auto range = text ? domain::SeverityRange::parse(*text) : std::nullopt;
        if (text && !range) {
            loading.diagnostics.error(
                each->at, "'severity' must be like high or \">= average\", not '" + *text +
                              "'; there are " +
                              join(split(kDefaults.find("open")->choices, "|"), ", ")
            );
        }
        if (range) {
            Condition condition;
            condition.what = Condition::Kind::severity;
            condition.severity = *range;
            ranges.push_back(std::move(condition));
        }
    }
    return any_of(std::move(ranges));
}

Condition load_address(Loading& loading, const Node& node) {
    Condition condition;
    condition.what = Condition::Kind::address;
    for (const Node* each : one_or_many(&node)) {
        if (auto network = read_network(loading.diagnostics, *each, "address")) {
            condition.networks.push_back(std::move(*network));
        }
    }
    if (node.kind == Node::Kind::sequence && node.items.empty()) {
        loading.diagnostics.error(node.at, "'address' is an empty list");
    }
    return condition;
}

// One of the patterns matches what has this name.
Condition any_value(
    Condition::Kind kind, const std::string& name, std::vector<TextPattern> patterns
) {
    std::vector<Condition> values;
    for (TextPattern& pattern : patterns) {
        Condition one;
        one.what = kind;
        one.tags.push_back({name, std::move(pattern)});
        values.push_back(std::move(one));
    }
    return any_of(std::move(values));
}

// {name: pattern, …}: all names must match, each with any of its patterns.
Condition load_fields(
    Loading& loading, const Node& node, std::string_view what, Condition::Kind kind,
    Captures& captures
) {
    Condition all;
    for (const auto& [name, value] : named_nodes(loading.diagnostics, &node, what, {})) {
        auto patterns = read_patterns(loading, *value, name->text, captures, true);
        all.children.push_back(any_value(kind, name->text, std::move(patterns)));
    }
    if (node.kind == Node::Kind::mapping && node.names.empty()) {
        loading.diagnostics.error(node.at, "'" + std::string(what) + "' is empty");
    }
    return all;
}

Condition load_asset(Loading& loading, const Node& node, Captures& captures) {
    const MapReader reader(loading.diagnostics, &node, kAsset);
    Condition all;
    const auto add = [&](const Node& value, std::string_view what, const std::string& name) {
        auto patterns = read_patterns(loading, value, what, captures);
        all.children.push_back(any_value(Condition::Kind::asset, name, std::move(patterns)));
    };
    for (const std::string_view name : domain::kAssetDetails) {
        if (const Node* value = reader.find(name)) {
            add(*value, name, std::string(name));
        }
    }
    if (const Node* fields = reader.find("field")) {
        for (const auto& [name, value] : named_nodes(loading.diagnostics, fields, "field", {})) {
            add(*value, name->text, std::string(domain::kAssetField) + name->text);
        }
    }
    if (node.kind == Node::Kind::mapping && node.names.empty()) {
        loading.diagnostics.error(node.at, "'asset' is empty");
    }
    return all;
}

std::optional<int> weekday(std::string_view name) {
    static constexpr std::string_view kNames[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    const auto* const found = std::find(std::begin(kNames), std::end(kNames), name);
    if (found == std::end(kNames)) {
        return std::nullopt;
    }
    return static_cast<int>(found - std::begin(kNames));
}

std::uint8_t load_weekdays(Loading& loading, const Node& node) {
    unsigned days = 0;
    for (const Node* each : one_or_many(&node)) {
        const std::string text = each->kind == Node::Kind::scalar ? to_lower_ascii(each->text) : "";
        const auto dash = text.find('-');
        const auto first = weekday(std::string_view(text).substr(0, dash));
        const auto last =
            dash == std::string::npos ? first : weekday(std::string_view(text).substr(dash + 1));
        if (!first || !last) {
            loading.diagnostics.error(
                each->at,
                "'weekdays' takes mon, tue, wed, thu, fri, sat, sun and ranges like mon-fri"
            );
            continue;
        }
        for (int day = *first;; day = (day + 1) % 7) {
            days |= 1U << day;
            if (day == *last) {
                break;
            }
        }
    }
    return static_cast<std::uint8_t>(days);
}

// "08:30" -> 510; 24:00 is the end of the day.
std::optional<int> minute_of_day(std::string_view text) {
    const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
    if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) {
        return std::nullopt;
    }
    const int hours = (text[0] - '0') * 10 + (text[1] - '0');
    const int minutes = (text[3] - '0') * 10 + (text[4] - '0');
    const int total = hours * 60 + minutes;
    return minutes > 59 || total > 24 * 60 ? std::nullopt : std::optional(total);
}

bool load_hours(Loading& loading, const Node& node, domain::TimeWindow& window) {
    const std::string_view text = node.kind == Node::Kind::scalar ? node.text : std::string_view();
    const auto from = text.size() == 11 ? minute_of_day(text.substr(0, 5)) : std::nullopt;
    const auto to = text.size() == 11 ? minute_of_day(text.substr(6)) : std::nullopt;
    if (!from || !to || text[5] != '-' || *from == *to || *from == 24 * 60) {
        loading.diagnostics.error(
            node.at, "'hours' must be like \"08:00-18:00\" or \"22:00-06:00\""
        );
        return false;
    }
    window.from_minute = *from;
    window.to_minute = *to;
    return true;
}

Condition load_time(Loading& loading, const Node& node) {
    std::vector<Condition> windows;
    for (const domain::TimeWindow& window : load_times(loading, node)) {
        Condition condition;
        condition.what = Condition::Kind::time;
        condition.time = window;
        windows.push_back(std::move(condition));
    }
    return any_of(std::move(windows));
}

std::vector<Condition> load_list(Loading& loading, const Node& node, Captures& captures) {
    std::vector<Condition> result;
    for (const Node* each : one_or_many(&node)) {
        result.push_back(load_condition(loading, each, captures));
    }
    if (node.kind == Node::Kind::sequence && node.items.empty()) {
        loading.diagnostics.error(node.at, "an empty list of conditions");
    }
    return result;
}

// The keys whose value is a pattern, or several.
struct PatternKey {
    std::string_view name;
    Condition::Kind kind;
};
constexpr PatternKey kPatternKeys[] = {
    {"source", Condition::Kind::source},   {"kind", Condition::Kind::kind},
    {"host", Condition::Kind::host},       {"host_group", Condition::Kind::host_group},
    {"service", Condition::Kind::service}, {"text", Condition::Kind::text},
};

void add_patterns(
    Loading& loading, const MapReader& reader, Captures& captures, std::vector<Condition>& children
) {
    static const std::vector<std::string> kKinds{
        "problem",       "update",         "acknowledgement", "recovery",  "flapping_start",
        "flapping_stop", "downtime_start", "downtime_end",    "cancelled", "note"};
    for (const PatternKey& key : kPatternKeys) {
        if (const Node* value = reader.find(key.name)) {
            Condition condition;
            condition.what = key.kind;
            condition.patterns = read_patterns(loading, *value, key.name, captures);
            children.push_back(std::move(condition));
        }
    }
    if (const Node* value = reader.find("source")) {
        check_words(loading, *value, "source", loading.source_names);
    }
    if (const Node* value = reader.find("kind")) {
        check_words(loading, *value, "kind", kKinds);
    }
}

void add_details(
    Loading& loading, const MapReader& reader, Captures& captures, std::vector<Condition>& children
) {
    if (const Node* value = reader.find("severity")) {
        children.push_back(load_severity(loading, *value));
    }
    if (const Node* value = reader.find("address")) {
        children.push_back(load_address(loading, *value));
    }
    for (const auto& [name, kind] :
         {std::pair("tag", Condition::Kind::tag),
          std::pair("inventory", Condition::Kind::inventory)}) {
        if (const Node* value = reader.find(name)) {
            children.push_back(load_fields(loading, *value, name, kind, captures));
        }
    }
    if (const Node* value = reader.find("asset")) {
        children.push_back(load_asset(loading, *value, captures));
    }
    if (const Node* value = reader.find("time")) {
        children.push_back(load_time(loading, *value));
    }
}

void add_groups(
    Loading& loading, const MapReader& reader, Captures& captures, std::vector<Condition>& children
) {
    if (const Node* value = reader.find("all")) {
        for (Condition& child : load_list(loading, *value, captures)) {
            children.push_back(std::move(child));
        }
    }
    if (const Node* value = reader.find("any")) {
        children.push_back(any_of(load_list(loading, *value, captures)));
    }
    if (const Node* value = reader.find("not")) {
        Captures unused;  // what did not match captured nothing
        Condition negation;
        negation.what = Condition::Kind::negation;
        negation.children.push_back(load_condition(loading, value, unused));
        children.push_back(std::move(negation));
    }
}

}  // namespace

std::vector<domain::TimeWindow> load_times(Loading& loading, const Node& node) {
    std::vector<domain::TimeWindow> windows;
    for (const Node* each : one_or_many(&node)) {
        const MapReader reader(loading.diagnostics, each, kTime);
        domain::TimeWindow window;
        window.zone = load_time_zone(loading, reader, "zone");
        if (window.zone.empty()) {
            window.zone = loading.config.rules.default_time_zone;
        }
        if (const Node* days = reader.find("weekdays")) {
            window.weekdays = load_weekdays(loading, *days);
        }
        const auto hours = one_or_many(reader.find("hours"));
        for (const Node* span : hours) {
            if (load_hours(loading, *span, window)) {
                windows.push_back(window);
            }
        }
        if (hours.empty()) {
            windows.push_back(window);
        }
    }
    return windows;
}

domain::Condition load_condition(
    Loading& loading, const Node* node, std::vector<std::string>& captures
) {
    const MapReader reader(loading.diagnostics, node, kCondition);
    Condition all;
    add_patterns(loading, reader, captures, all.children);
    add_details(loading, reader, captures, all.children);
    add_groups(loading, reader, captures, all.children);
    return all.children.size() == 1 ? std::move(all.children.front()) : std::move(all);
}

}  // namespace alert_bridge::config
