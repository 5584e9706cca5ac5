// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/rule_check.hpp"

#include <algorithm>
#include <set>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/domain/plan_builder.hpp"
#include "alert_bridge/domain/template_values.hpp"

namespace alert_bridge::domain {
namespace {

struct NamedText {
    std::string_view name;
    std::optional<std::string> RuleResult::*text;
};
constexpr NamedText kTexts[] = {
    {"category", &RuleResult::category},
    {"assign_group", &RuleResult::assign_group},
    {"assign_user", &RuleResult::assign_user},
    {"requester", &RuleResult::requester},
    {"location", &RuleResult::location},
    {"sla", &RuleResult::sla},
    {"request_source", &RuleResult::request_source},
    {"solution_type", &RuleResult::solution_type},
    {"priority", &RuleResult::priority},
    {"templates", &RuleResult::templates},
    {"time_zone", &RuleResult::time_zone},
};

bool is_literal(const std::string& text) {
    return text.find("{{") == std::string::npos;
}

std::string did_you_mean(const std::string& wrong, const std::vector<std::string>& known) {
    const std::string near = nearest_name(wrong, known);
    return near.empty() ? "" : "; did you mean '" + near + "'?";
}

bool is_group_element(std::string_view element) {
    constexpr std::string_view kElements[] = {"problem", "host", "service", "asset", "entity"};
    return std::find(std::begin(kElements), std::end(kElements), element) != std::end(kElements) ||
           (element.starts_with("tag:") && element.size() > 4);
}

class Checker {
  public:
    explicit Checker(const RuleBook& book) : book_(book) {
        for (const PrioritySpec& spec : book.priorities) {
            priorities_.push_back(spec.priority.name);
        }
    }

    CheckedRules run() {
        check_priorities();
        check_defaults();
        std::set<std::string> names;
        for (std::size_t number = 0; number < book_.rules.size(); ++number) {
            const RuleSpec& rule = book_.rules[number];
            where_ = rule.name.empty() ? "rule " + std::to_string(number + 1)
                                       : "rule '" + rule.name + "'";
            if (!rule.name.empty() && !names.insert(rule.name).second) {
                mistake("another rule has this name");
            }
            check_rule(rule);
        }
        result_.maintenance = MaintenanceCalendar::compile(book_.maintenance, result_.mistakes);
        return std::move(result_);
    }

  private:
    void mistake(const std::string& text) { result_.mistakes.push_back(where_ + ": " + text); }

    void check_priorities() {
        std::set<std::string> names;
        std::set<Severity> severities;
        for (const PrioritySpec& spec : book_.priorities) {
            const Priority& priority = spec.priority;
            where_ = "priority '" + priority.name + "'";
            if (priority.name.empty() || !names.insert(priority.name).second) {
                mistake("a priority needs a name of its own");
            }
            const auto on_scale = [](int value, int low, int high) {
                return value >= low && value <= high;
            };
            if (!on_scale(priority.urgency, 1, 5) || !on_scale(priority.impact, 1, 5)) {
                mistake("urgency and impact go from 1 to 5");
            }
            if (!on_scale(priority.glpi_priority, 0, 6)) {
                mistake("GLPI's priority goes from 1 to 6");
            }
            for (const Severity severity : spec.severities) {
                if (!severities.insert(severity).second) {
                    mistake(
                        "the severity " + std::string(to_string(severity)) + " is listed twice"
                    );
                }
            }
        }
    }

    void check_defaults() {
        where_ = "defaults";
        check_open_after(book_.default_policy.open_after);
        check_group_by(book_.default_policy.group_by);
        check_time_zone(book_.default_time_zone);
        for (const auto& [name, source] : book_.sources) {
            where_ = "source '" + name + "'";
            check_time_zone(source.time_zone);
        }
    }

    void check_rule(const RuleSpec& rule) {
        std::vector<std::string> mistakes;
        result_.conditions.push_back(CompiledCondition::compile(rule.when, mistakes));
        for (const std::string& text : mistakes) {
            mistake(text);
        }
        captures_.clear();
        result_.conditions.back().add_capture_names(captures_);
        check_texts(rule.then);
        if (rule.then.entity) {
            check_entity("entity", *rule.then.entity);
        }
        if (rule.then.within) {
            check_entity("within", *rule.then.within);
        }
        if (rule.then.open_after) {
            check_open_after(*rule.then.open_after);
        }
        if (rule.then.group_by) {
            check_group_by(*rule.then.group_by);
        }
        check_asset(rule);
    }

    // What decides the place must be known before the asset is.
    void check_asset(const RuleSpec& rule) {
        std::vector<std::string> details;
        result_.conditions.back().add_asset_details(details);
        for_each_text(rule.then, [&details](std::string_view, const std::string& text) {
            for (std::string& name : asset_details_in(text)) {
                details.push_back(std::move(name));
            }
        });
        const RuleResult& then = rule.then;
        const std::pair<std::string_view, bool> places[] = {
            {"entity", then.entity.has_value()},
            {"within", then.within.has_value()},
            {"trust_names", then.trust_names.has_value()}};
        for (const auto& [name, is_set] : places) {
            if (is_set && !details.empty()) {
                mistake(
                    std::string(name) +
                    ": a rule that asks about the asset cannot decide where the asset is looked for"
                );
            }
        }
        result_.asset_details.push_back(std::move(details));
    }

    // The strings of `then`, each with the name of its field.
    template <class Use>
    static void for_each_text(const RuleResult& then, const Use& use) {
        for (const NamedText& field : kTexts) {
            if (const auto& text = then.*field.text) {
                use(field.name, *text);
            }
        }
        for (const std::string& observer : then.observers.value_or(std::vector<std::string>())) {
            use("observers", observer);
        }
        for (const auto& [name, spec] :
             {std::pair("entity", &then.entity), std::pair("within", &then.within)}) {
            if (spec->has_value()) {
                use(name, (*spec)->map.empty() ? (*spec)->text : (*spec)->from);
            }
        }
    }

    void check_texts(const RuleResult& then) {
        for_each_text(then, [this](std::string_view field, const std::string& text) {
            check_text(field, text);
        });
        if (then.priority && is_literal(*then.priority)) {
            check_priority(*then.priority);
        }
        if (then.time_zone && is_literal(*then.time_zone)) {
            check_time_zone(*then.time_zone);
        }
    }

    void check_text(std::string_view field, const std::string& text) {
        for (const std::string& problem : check_template(text, captures_)) {
            mistake(std::string(field) + ": " + problem);
        }
    }

    void check_entity(std::string_view field, const EntitySpec& spec) {
        if (spec.map.empty()) {
            return;
        }
        const auto map = book_.maps.find(spec.map);
        if (map == book_.maps.end()) {
            std::vector<std::string> known;
            for (const auto& [name, table] : book_.maps) {
                known.push_back(name);
            }
            mistake(
                std::string(field) + ": there is no map '" + spec.map + "'" +
                did_you_mean(spec.map, known)
            );
            return;
        }
        check_column(field, spec, map->second);
    }

    void check_column(std::string_view field, const EntitySpec& spec, const MapTable& table) {
        if (table.empty()) {
            return;  // a map without rows has no columns to know
        }
        std::set<std::string> columns;
        for (const auto& [key, row] : table) {
            for (const auto& [column, value] : row) {
                columns.insert(column);
            }
        }
        if (columns.count(spec.column) == 0) {
            mistake(
                std::string(field) + ": the map '" + spec.map + "' has no column '" + spec.column +
                "'" + did_you_mean(spec.column, {columns.begin(), columns.end()})
            );
        }
    }

    void check_priority(const std::string& name) {
        if (!priority_by_name(book_, name)) {
            mistake("there is no priority '" + name + "'" + did_you_mean(name, priorities_));
        }
    }

    void check_open_after(const std::map<std::string, Duration>& open_after) {
        for (const auto& [name, duration] : open_after) {
            if (!name.empty() && !priority_by_name(book_, name)) {
                mistake(
                    "open_after: there is no priority '" + name + "'" +
                    did_you_mean(name, priorities_)
                );
            }
        }
    }

    void check_group_by(const std::vector<std::string>& group_by) {
        if (group_by.empty()) {
            mistake("group_by: at least one element is needed");
        }
        for (const std::string& element : group_by) {
            if (!is_group_element(element)) {
                mistake(
                    "group_by: '" + element +
                    "' is none of problem, host, service, asset, entity, tag:NAME"
                );
            }
        }
    }

    void check_time_zone(const std::string& zone) {
        if (!zone.empty() && !is_known_time_zone(zone)) {
            mistake("the time zone '" + zone + "' is unknown");
        }
    }

    const RuleBook& book_;
    std::vector<std::string> priorities_;
    std::string where_;
    std::vector<std::string> captures_;
    CheckedRules result_;
};

}  // namespace

CheckedRules check_rules(const RuleBook& book) {
    return Checker(book).run();
}

}  // namespace alert_bridge::domain
