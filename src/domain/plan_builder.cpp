// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/plan_builder.hpp"
#include "alert_bridge/domain/shown.hpp"

#include <algorithm>

#include "alert_bridge/base/text.hpp"

namespace alert_bridge::domain {
namespace {

using domain::shown;

struct NameField {
    std::string_view name;
    std::optional<std::string> RuleResult::*from;
    std::string Plan::*to;
};
constexpr NameField kNameFields[] = {
    {"category", &RuleResult::category, &Plan::category},
    {"assign_group", &RuleResult::assign_group, &Plan::assign_group},
    {"assign_user", &RuleResult::assign_user, &Plan::assign_user},
    {"requester", &RuleResult::requester, &Plan::requester},
    {"location", &RuleResult::location, &Plan::location},
    {"sla", &RuleResult::sla, &Plan::sla},
    {"request_source", &RuleResult::request_source, &Plan::request_source},
    {"solution_type", &RuleResult::solution_type, &Plan::solution_type},
    {"templates", &RuleResult::templates, &Plan::templates},
    {"time_zone", &RuleResult::time_zone, &Plan::time_zone},
};
constexpr std::size_t kShownValue = 200;  // code points of a value in the trace

template <class Enum>
requires std::is_enum_v<Enum> std::string shown(Enum value) {
    return std::string(to_string(value));
}

}  // namespace

Priority priority_of_severity(const RuleBook& book, Severity severity) {
    for (const PrioritySpec& spec : book.priorities) {
        const auto& listed = spec.severities;
        if (std::find(listed.begin(), listed.end(), severity) != listed.end()) {
            return spec.priority;
        }
    }
    return {};
}

std::optional<Priority> priority_by_name(const RuleBook& book, std::string_view name) {
    for (const PrioritySpec& spec : book.priorities) {
        if (spec.priority.name == name) {
            return spec.priority;
        }
    }
    return std::nullopt;
}

PlanBuilder::PlanBuilder(const RuleBook& book, const Alert& alert, const AssetDetails* asset)
    : book_(book), alert_(alert) {
    context_.alert = &alert;
    context_.asset = asset;
    plan_.policy = book.default_policy;
    plan_.templates = book.default_templates;
    plan_.time_zone = book.default_time_zone;
    plan_.default_entity = book.default_entity;
    plan_.glpi_default_entity = book.default_entity;
    plan_.storm_entity = book.storm_entity;
    plan_.host_down = alert.host_problem;
    const auto source = book.sources.find(alert.source);
    if (source != book.sources.end()) {
        apply_source(source->first, source->second);
    }
}

void PlanBuilder::apply_source(const std::string& name, const SourceDefaults& source) {
    rule_ = "source " + name;
    plan_.source_within = source.within;
    if (!source.within.empty()) {
        trace("within", source.within.value);
    }
    if (!source.default_entity.empty()) {
        plan_.default_entity = source.default_entity;
        trace("default_entity", source.default_entity.value);
    }
    if (!source.templates.empty()) {
        plan_.templates = source.templates;
        trace("templates", source.templates);
    }
    if (!source.time_zone.empty()) {
        plan_.time_zone = source.time_zone;
        trace("time_zone", source.time_zone);
    }
    set("mode", plan_.policy.mode, source.mode);
    const auto by_state = source.open_after_by_state.find(alert_.sender_state);
    if (by_state != source.open_after_by_state.end()) {
        plan_.policy.open_after = {{"", by_state->second}};
        trace("open_after", shown(plan_.policy.open_after));
    }
}

void PlanBuilder::apply(const RuleSpec& rule, const Captures& captures) {
    rule_ = rule.name;
    context_.captures = captures;
    const RuleResult& then = rule.then;
    set("drop", plan_.drop, then.drop);
    set("host_down", plan_.host_down, then.host_down);
    set("trust_names", plan_.trust_names, then.trust_names);
    set("type", plan_.type, then.type);
    if (then.entity) {
        apply_entity("entity", *then.entity, plan_.entity);
    }
    if (then.within) {
        apply_within(*then.within);
    }
    apply_names(then);
    if (then.observers) {
        apply_observers(*then.observers);
    }
    if (then.priority) {
        apply_priority(*then.priority);
    }
    apply_policy(then);
}

void PlanBuilder::apply_names(const RuleResult& then) {
    for (const NameField& field : kNameFields) {
        const auto& from = then.*field.from;
        if (!from) {
            continue;
        }
        auto value = value_of(field.name, *from);
        if (value && field.name == "time_zone" && !is_known_time_zone(*value)) {
            trace_nothing(field.name, "the time zone " + *value + " is unknown");
            value.reset();
        }
        if (value) {
            plan_.*field.to = *value;
            trace(field.name, *value);
        }
    }
}

void PlanBuilder::apply_policy(const RuleResult& then) {
    Policy& policy = plan_.policy;
    set("open", policy.open, then.open);
    set("open_after", policy.open_after, then.open_after);
    set("group_by", policy.group_by, then.group_by);
    set("on_repeat", policy.on_repeat, then.on_repeat);
    set("on_recovery", policy.on_recovery, then.on_recovery);
    set("resolve_after", policy.resolve_after, then.resolve_after);
    set("reopen_within", policy.reopen_within, then.reopen_within);
    set("recheck_after", policy.recheck_after, then.recheck_after);
    set("on_severity_change", policy.on_severity_change, then.on_severity_change);
    set("on_acknowledge", policy.on_acknowledge, then.on_acknowledge);
    set("flapping.changes", policy.flapping.changes, then.flapping_changes);
    set("flapping.within", policy.flapping.within, then.flapping_within);
    set("flapping.quiet", policy.flapping.quiet, then.flapping_quiet);
    set("downtime", policy.downtime, then.downtime);
    set("expire_after", policy.expire_after, then.expire_after);
    set("on_expire", policy.on_expire, then.on_expire);
    set("fold", policy.fold, then.fold);
    set("under", policy.under, then.under);
    set("under_wait", policy.under_wait, then.under_wait);
    set("changes", policy.changes, then.changes);
    set("mode", policy.mode, then.mode);
    set("notify.open", policy.notify.open, then.notify_open);
    set("notify.followup", policy.notify.followup, then.notify_followup);
    set("notify.solve", policy.notify.solve, then.notify_solve);
    set("notify.reopen", policy.notify.reopen, then.notify_reopen);
    set("ticket_date", policy.ticket_date, then.ticket_date);
    set("followup_private", policy.followup_private, then.followup_private);
}

bool PlanBuilder::apply_entity(std::string_view field, const EntitySpec& spec, EntityRef& to) {
    const auto value = spec.map.empty() ? value_of(field, spec.text) : value_in_map(field, spec);
    if (value) {
        to = {spec.by, *value};
        const bool by_name = spec.by == EntityBy::name;
        trace(field, by_name ? *value : std::string(to_string(spec.by)) + " " + *value);
    }
    return value.has_value();
}

void PlanBuilder::apply_within(const EntitySpec& spec) {
    plan_.within_missing.clear();
    if (!apply_entity("within", spec, plan_.within)) {
        plan_.within_missing = spec.map.empty() ? spec.text : spec.map + ": " + render(spec.from);
    }
}

void PlanBuilder::apply_observers(const std::vector<std::string>& observers) {
    plan_.observers.clear();
    for (const std::string& source : observers) {
        if (auto name = value_of("observers", source); name && !name->empty()) {
            plan_.observers.push_back(std::move(*name));
        }
    }
    trace("observers", shown(plan_.observers));
}

void PlanBuilder::apply_priority(const std::string& source) {
    const auto name = value_of("priority", source);
    if (!name) {
        return;
    }
    if (const auto priority = priority_by_name(book_, *name)) {
        plan_.priority = *priority;
        has_priority_ = true;
        trace("priority", *name);
    } else {
        trace_nothing("priority", "no priority is called " + *name);
    }
}

void PlanBuilder::apply_maintenance(const Maintenance& maintenance) {
    rule_ = "maintenance " + maintenance.name;
    plan_.maintenance = maintenance;
    trace(
        "maintenance", std::string(maintenance.drop ? "drop" : "hold") + " until " +
                           format_local(maintenance.until, plan_.time_zone)
    );
}

Plan PlanBuilder::finish() {
    if (!has_priority_) {
        plan_.priority = priority_of_severity(book_, alert_.severity);
        rule_ = "severity " + std::string(to_string(alert_.severity));
        trace("priority", plan_.priority.name);
    }
    return std::move(plan_);
}

std::string PlanBuilder::render(const std::string& source) const {
    return cut_code_points(one_line(render_plain(source, context_)), kMaxLabel);
}

std::optional<std::string> PlanBuilder::value_of(
    std::string_view field, const std::string& source
) {
    std::string value = render(source);
    // An empty text in the configuration takes back what an earlier rule said; a template without
    // values does not.
    if (value.empty() && !source.empty()) {
        trace_nothing(field, source + " gives nothing here");
        return std::nullopt;
    }
    return value;
}

std::optional<std::string> PlanBuilder::value_in_map(
    std::string_view field, const EntitySpec& spec
) {
    const std::string key = render(spec.from);
    const auto map = book_.maps.find(spec.map);
    if (map != book_.maps.end()) {
        const auto row = map->second.find(key);
        if (row != map->second.end()) {
            const auto cell = row->second.find(spec.column);
            if (cell != row->second.end() && !trim(cell->second).empty()) {
                return one_line(cell->second);
            }
        }
    }
    trace_nothing(field, "map " + spec.map + " has no " + spec.column + " for '" + key + "'");
    return std::nullopt;
}

void PlanBuilder::trace(std::string_view field, std::string_view value) {
    const std::string text = cut_code_points(one_line(value), kShownValue);
    add_step(field, text.starts_with('(') ? "'" + text + "'" : text);
}

void PlanBuilder::trace_nothing(std::string_view field, std::string_view why) {
    add_step(field, "(" + cut_code_points(one_line(why), kShownValue) + ")");
}

void PlanBuilder::add_step(std::string_view field, std::string value) {
    if (plan_.trace.size() < kMaxTrace) {
        plan_.trace.push_back({rule_, std::string(field), std::move(value)});
    }
}

template <class Value>
void PlanBuilder::set(std::string_view field, Value& to, const std::optional<Value>& from) {
    if (from) {
        to = *from;
        trace(field, shown(to));
    }
}

}  // namespace alert_bridge::domain
