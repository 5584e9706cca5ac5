// SPDX-License-Identifier: MIT
//
// The sections that rules refer to: priorities, maps, templates; and the pieces about names.
#include <algorithm>
#include <array>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/config/csv.hpp"
#include "alert_bridge/config/files.hpp"
#include "alert_bridge/config/sections.hpp"

namespace alert_bridge::config {
namespace {

using domain::Severity;

constexpr std::array kSeverities{Severity::disaster,    Severity::high,
                                 Severity::average,     Severity::warning,
                                 Severity::information, Severity::not_classified};

// Each severity belongs to exactly one priority.
class SeverityShares {
  public:
    explicit SeverityShares(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

    std::vector<Severity> read(const MapReader& reader, const std::string& priority) {
        std::vector<Severity> result;
        for (const Node* node : one_or_many(reader.find("severities"))) {
            const auto words = split(kDefaults.find("open")->choices, "|");
            if (!is_one_of(diagnostics_, *node, "severities", words)) {
                continue;
            }
            const Severity severity = *domain::parse_severity(node->text);
            const auto [owner, is_free] = owners_.emplace(severity, priority);
            if (!is_free) {
                diagnostics_.error(
                    node->at,
                    "severity '" + node->text + "' belongs to '" + owner->second + "' already"
                );
                continue;
            }
            result.push_back(severity);
        }
        return result;
    }

    void check_complete(Position at) const {
        std::vector<std::string> missing;
        for (const Severity severity : kSeverities) {
            if (owners_.count(severity) == 0) {
                missing.emplace_back(to_string(severity));
            }
        }
        if (!missing.empty()) {
            diagnostics_.error(at, "no priority is given for severity " + join(missing, ", "));
        }
    }

  private:
    Diagnostics& diagnostics_;
    std::map<Severity, std::string> owners_;
};

std::vector<domain::PrioritySpec> built_in_priorities() {
    return {
        {{"p1", 5, 5, 0}, {Severity::disaster}},
        {{"p2", 4, 4, 0}, {Severity::high}},
        {{"p3", 3, 3, 0},
         {Severity::average, Severity::warning, Severity::information, Severity::not_classified}}};
}

void load_map(Loading& loading, const std::string& name, const Node& node) {
    const MapReader reader(loading.diagnostics, &node, kMap);
    const auto path = reader.text("csv");
    const auto key = reader.text("key");
    loading.map_columns[name];  // known, even if it turns out to be broken
    if (!path || !key) {
        return;
    }
    const std::size_t before = loading.diagnostics.error_count();
    CsvMap map = read_csv_map(
        resolve_path(*path, loading.base_dir), *key, reader.position("csv"), loading.diagnostics
    );
    if (loading.diagnostics.error_count() == before && map.rows.empty()) {
        loading.diagnostics.warning(reader.position("csv"), "map '" + name + "' has no rows");
    }
    loading.map_columns[name] = std::move(map.columns);
    loading.config.rules.maps.emplace(name, std::move(map.rows));
}

std::string load_template(Loading& loading, const MapReader& reader, std::string_view part) {
    const auto source = reader.text(part);
    if (!source) {
        return {};
    }
    check_template_text(loading, *source, reader.position(part), nullptr);
    return *source;
}

}  // namespace

void load_priorities(Loading& loading, const MapReader& root) {
    auto& priorities = loading.config.rules.priorities;
    const Node* const node = root.find("priorities");
    if (node == nullptr) {
        priorities = built_in_priorities();
    } else {
        SeverityShares shares(loading.diagnostics);
        for (const auto& [name, value] : named_nodes(loading.diagnostics, node, "priorities")) {
            if (name->text == "others") {
                loading.diagnostics.error(name->at, "'others' is not a name for a priority");
                continue;
            }
            const MapReader reader(loading.diagnostics, value, kPriority);
            domain::PrioritySpec spec;
            spec.priority.name = name->text;
            spec.priority.urgency = static_cast<int>(reader.integer("urgency").value_or(3));
            spec.priority.impact = static_cast<int>(reader.integer("impact").value_or(3));
            spec.priority.glpi_priority = static_cast<int>(reader.integer("priority").value_or(0));
            spec.severities = shares.read(reader, name->text);
            priorities.push_back(std::move(spec));
        }
        if (node->kind == Node::Kind::mapping) {
            shares.check_complete(node->at);
        }
    }
    for (const auto& spec : priorities) {
        loading.priority_names.push_back(spec.priority.name);
    }
}

void load_maps(Loading& loading, const MapReader& root) {
    for (const auto& [name, node] : named_nodes(loading.diagnostics, root.find("maps"), "maps")) {
        load_map(loading, name->text, *node);
    }
}

void load_templates(Loading& loading, const MapReader& root) {
    loading.template_sets = domain::Templates::shipped_names();
    for (const auto& [name, node] :
         named_nodes(loading.diagnostics, root.find("templates"), "templates")) {
        const MapReader reader(loading.diagnostics, node, kTemplates);
        domain::TemplateSet set;
        set.title = load_template(loading, reader, "title");
        set.body = load_template(loading, reader, "body");
        set.followup = load_template(loading, reader, "followup");
        set.solution = load_template(loading, reader, "solution");
        loading.config.templates.emplace(name->text, std::move(set));
        loading.template_sets.push_back(name->text);
    }
}

void check_template_text(
    Loading& loading, const std::string& text, Position at, const std::vector<std::string>* captures
) {
    const auto problems = captures == nullptr ? domain::check_template(text)
                                              : domain::check_template(text, *captures);
    // The line inside the template helps only where there are several.
    constexpr std::string_view kFirstLine = "line 1: ";
    const bool one_line = text.find('\n') == std::string::npos;
    for (const std::string& problem : problems) {
        const bool is_noise = one_line && problem.starts_with(kFirstLine);
        loading.diagnostics.error(at, is_noise ? problem.substr(kFirstLine.size()) : problem);
    }
}

void check_template_set(Loading& loading, const std::string& name, Position at) {
    const auto& sets = loading.template_sets;
    if (std::find(sets.begin(), sets.end(), name) == sets.end()) {
        loading.diagnostics.error(
            at, "there is no template set '" + name + "'" + did_you_mean(name, sets)
        );
    }
}

std::string load_time_zone(Loading& loading, const MapReader& reader, std::string_view name) {
    const auto zone = reader.text(name);
    if (zone && !is_known_time_zone(*zone)) {
        loading.diagnostics.error(
            reader.position(name),
            "'" + *zone +
                "' is not a time zone of this system (write e.g. Europe/Paris; tzdata must be "
                "installed)"
        );
    }
    return zone.value_or("");
}

domain::EntityRef load_entity(Loading& loading, const MapReader& reader, std::string_view name) {
    const Node* const node = reader.find(name);
    domain::EntityRef entity;
    if (node == nullptr) {
        return entity;
    }
    std::optional<std::string> value;
    if (node->kind == Node::Kind::mapping) {
        const MapReader fields(loading.diagnostics, node, kEntity);
        value = fields.text("value");
        const auto by = fields.choice("by");
        if (by) {
            entity.by = *domain::parse_entity_by(*by);
        }
        const bool is_map = fields.find("map") != nullptr || fields.find("from") != nullptr ||
                            fields.find("column") != nullptr;
        if (is_map || (fields.find("by") == nullptr || fields.find("value") == nullptr)) {
            loading.diagnostics.error(
                node->at, "'" + std::string(name) + "' must be a name, or {by: …, value: …}"
            );
        }
    } else {
        value = read_text(loading.diagnostics, *node, name);
    }
    entity.value = value.value_or("");
    if (entity.value.find("{{") != std::string::npos) {
        loading.diagnostics.error(
            node->at, "'" + std::string(name) +
                          "' cannot hold a template: there is no alert to take "
                          "values from"
        );
    }
    return entity;
}

}  // namespace alert_bridge::config
