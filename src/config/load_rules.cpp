// SPDX-License-Identifier: MIT
//
// The section rules, but for the conditions (load_condition.cpp).
#include <algorithm>
#include <map>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/config/sections.hpp"

namespace alert_bridge::config {
namespace {

using Captures = std::vector<std::string>;

bool is_template(const std::string& text) {
    return text.find("{{") != std::string::npos;
}

std::optional<std::string> load_text(
    const MapReader& reader, std::string_view name, Loading& loading, const Captures& captures
) {
    auto text = reader.text(name);
    if (text) {
        check_template_text(loading, *text, reader.position(name), &captures);
    }
    return text;
}

// {map: …, from: …, column: …}
void load_map_entity(
    Loading& loading, const MapReader& reader, const Captures& captures, domain::EntitySpec& spec
) {
    spec.map = reader.text("map").value_or("");
    spec.from = load_text(reader, "from", loading, captures).value_or("");
    spec.column = reader.text("column").value_or("");
    std::vector<std::string> maps;
    for (const auto& [name, columns] : loading.map_columns) {
        maps.push_back(name);
    }
    const auto map = loading.map_columns.find(spec.map);
    if (map == loading.map_columns.end()) {
        loading.diagnostics.error(
            reader.position("map"),
            "there is no map '" + spec.map + "'" + did_you_mean(spec.map, maps)
        );
        return;
    }
    const auto& columns = map->second;
    if (!columns.empty() &&
        std::find(columns.begin(), columns.end(), spec.column) == columns.end()) {
        loading.diagnostics.error(
            reader.position("column"), "map '" + spec.map + "' has no column '" + spec.column +
                                           "'" + did_you_mean(spec.column, columns)
        );
    }
}

std::optional<domain::EntitySpec> load_entity_spec(
    Loading& loading, const MapReader& result, std::string_view name, const Captures& captures
) {
    const Node* const node = result.find(name);
    if (node == nullptr) {
        return std::nullopt;
    }
    domain::EntitySpec spec;
    if (node->kind != Node::Kind::mapping) {
        spec.text = load_text(result, name, loading, captures).value_or("");
        return spec;
    }
    const MapReader reader(loading.diagnostics, node, kEntity);
    const auto has = [&](std::string_view key) { return reader.find(key) != nullptr; };
    if (has("map") && has("from") && has("column") && !has("by") && !has("value")) {
        load_map_entity(loading, reader, captures, spec);
    } else if (has("by") && has("value") && !has("map") && !has("from") && !has("column")) {
        const auto by = reader.choice("by");
        spec.by = by ? *domain::parse_entity_by(*by) : domain::EntityBy::name;
        spec.text = load_text(reader, "value", loading, captures).value_or("");
    } else {
        loading.diagnostics.error(
            node->at, "'" + std::string(name) +
                          "' must be a name, {by: …, value: …} or {map: …, from: …, column: …}"
        );
    }
    return spec;
}

void check_references(Loading& loading, const MapReader& reader, const domain::RuleResult& result) {
    const auto& priorities = loading.priority_names;
    if (result.priority && !is_template(*result.priority) &&
        std::find(priorities.begin(), priorities.end(), *result.priority) == priorities.end()) {
        loading.diagnostics.error(
            reader.position("priority"), "there is no priority '" + *result.priority + "'" +
                                             did_you_mean(*result.priority, priorities)
        );
    }
    if (result.templates && !is_template(*result.templates)) {
        check_template_set(loading, *result.templates, reader.position("templates"));
    }
    if (result.time_zone && !is_template(*result.time_zone)) {
        (void)load_time_zone(loading, reader, "time_zone");
    }
}

// Rules that can never act, and names that stand for two.
class RuleOrder {
  public:
    explicit RuleOrder(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

    void add(const domain::RuleSpec& rule, Position at, Position name_at) {
        const auto [seen, is_new] = lines_.emplace(rule.name, name_at.line);
        if (!is_new && !rule.name.empty()) {
            diagnostics_.error(
                name_at, "a rule named '" + rule.name + "' stands in line " +
                             std::to_string(seen->second) + " already"
            );
        }
        if (!stopped_by_.empty()) {
            diagnostics_.warning(at, "never asked: rule '" + stopped_by_ + "' stops every alert");
        }
        const bool matches_all =
            rule.when.what == domain::Condition::Kind::all && rule.when.children.empty();
        if (stopped_by_.empty() && rule.stop && matches_all) {
            stopped_by_ = rule.name;
        }
    }

  private:
    Diagnostics& diagnostics_;
    std::map<std::string, int> lines_;
    std::string stopped_by_;
};

}  // namespace

domain::RuleResult load_result(Loading& loading, const Node* node, const Captures& captures) {
    domain::RuleResult result;
    const MapReader reader(loading.diagnostics, node, kResult);
    const auto text = [&](std::string_view name) {
        return load_text(reader, name, loading, captures);
    };
    result.entity = load_entity_spec(loading, reader, "entity", captures);
    result.within = load_entity_spec(loading, reader, "within", captures);
    result.category = text("category");
    result.assign_group = text("assign_group");
    result.assign_user = text("assign_user");
    result.requester = text("requester");
    result.location = text("location");
    result.sla = text("sla");
    result.request_source = text("request_source");
    result.solution_type = text("solution_type");
    result.priority = text("priority");
    result.templates = text("templates");
    result.time_zone = text("time_zone");
    if (reader.find("observers") != nullptr) {
        result.observers.emplace();
        for (const Node* each : one_or_many(reader.find("observers"))) {
            const auto user = read_text(loading.diagnostics, *each, "observers");
            if (user) {
                check_template_text(loading, *user, each->at, &captures);
                result.observers->push_back(*user);
            }
        }
    }
    const auto type = reader.choice("type");
    result.type = type ? domain::parse_ticket_type(*type) : std::nullopt;
    result.drop = reader.boolean("drop");
    result.host_down = reader.boolean("host_down");
    result.trust_names = reader.boolean("trust_names");
    load_policy(loading, reader, {kRuleNotify, kRuleFlapping}, result);
    check_references(loading, reader, result);
    return result;
}

void load_rules(Loading& loading, const MapReader& root) {
    const Node* const node = root.find("rules");
    if (node != nullptr && node->kind != Node::Kind::sequence) {
        loading.diagnostics.error(node->at, "'rules' must be a list: each rule begins with a dash");
        return;
    }
    RuleOrder order(loading.diagnostics);
    for (const Node* each : one_or_many(node)) {
        const MapReader reader(loading.diagnostics, each, kRule);
        domain::RuleSpec rule;
        Captures captures;
        rule.name = reader.text("name").value_or("");
        if (count_code_points(rule.name) > 128) {
            loading.diagnostics.error(
                reader.position("name"), "'name' is longer than 128 characters"
            );
        }
        rule.when = load_condition(loading, reader.find("when"), captures);
        rule.then = load_result(loading, reader.find("then"), captures);
        rule.stop = reader.boolean("stop").value_or(false);
        const Node* const then = reader.find("then");
        if (then == nullptr && !rule.stop && each->kind == Node::Kind::mapping) {
            loading.diagnostics.error(
                reader.at(), "the rule does nothing: it needs 'then', or stop: true"
            );
        } else if (then != nullptr && then->kind == Node::Kind::mapping && then->names.empty()) {
            loading.diagnostics.error(then->at, "'then' is empty");
        }
        order.add(rule, reader.at(), reader.position("name"));
        loading.config.rules.rules.push_back(std::move(rule));
    }
}

}  // namespace alert_bridge::config
