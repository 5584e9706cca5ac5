// SPDX-License-Identifier: MIT
// What the configuration names, and whether GLPI knows it.
#include <algorithm>
#include <array>

#include "alert_bridge/app/doctor_checks.hpp"
#include "alert_bridge/base/text.hpp"

namespace alert_bridge::app {
namespace {

using glpi::NameStanding;

constexpr std::size_t kMostFindings = 20;

// Known before an alert comes: no template, no look-up in a map.
bool is_fixed(const std::string& text) {
    return !text.empty() && text.find("{{") == std::string::npos;
}

std::string where_in_rule(const domain::RuleSpec& rule, std::string_view field) {
    return "rule " + quoted(rule.name) + ": " + std::string(field);
}

// The entity that all tickets of the rule are in, or below; empty: it depends on the alert.
domain::EntityRef place_of(const domain::RuleResult& result) {
    for (const auto& spec : {result.entity, result.within}) {
        if (spec && spec->map.empty() && is_fixed(spec->text)) {
            return {spec->by, spec->text};
        }
    }
    return {};
}

void add_entity(
    std::vector<EntityInUse>& out, const std::optional<domain::EntitySpec>& spec,
    const std::string& where
) {
    if (spec && spec->map.empty() && is_fixed(spec->text)) {
        out.push_back({{spec->by, spec->text}, where});
    }
}

// Every entity that a rule could take out of a map.
void add_map_column(
    std::vector<EntityInUse>& out, const config::Config& config,
    const std::optional<domain::EntitySpec>& spec
) {
    const auto map = spec ? config.rules.maps.find(spec->map) : config.rules.maps.end();
    if (map == config.rules.maps.end()) {
        return;
    }
    for (const auto& [key, row] : map->second) {
        const auto cell = row.find(spec->column);
        if (cell != row.end() && is_fixed(cell->second)) {
            out.push_back(
                {{spec->by, cell->second},
                 "map " + quoted(spec->map) + ", row " + quoted(key) + ": " + spec->column}
            );
        }
    }
}

// A long list of mistakes is mostly one mistake: the first ones will do.
Findings cut(Findings findings) {
    if (findings.size() > kMostFindings) {
        const std::size_t more = findings.size() - kMostFindings;
        findings.resize(kMostFindings);
        findings.push_back({Level::error, {}, "and " + std::to_string(more) + " more", {}, {}});
    }
    return findings;
}

std::string nearest_entity(const domain::EntityTree& tree, const domain::EntityRef& ref) {
    std::vector<std::string> names;
    const bool is_path = ref.value.find('>') != std::string::npos;
    for (const domain::Entity& entity : tree.all()) {
        names.push_back(
            ref.by == domain::EntityBy::tag                   ? entity.tag
            : ref.by == domain::EntityBy::registration_number ? entity.registration_number
            : is_path                                         ? entity.complete_name
                                                              : entity.name
        );
    }
    return nearest_name(ref.value, names);
}

// Whether all that the source sends is held inside some entity.
bool is_limited(const config::Config& config, const config::SourceConfig& source) {
    const auto defaults = config.rules.sources.find(source.options.name);
    if (defaults != config.rules.sources.end() && !defaults->second.within.empty()) {
        return true;
    }
    const auto& rules = config.rules.rules;
    return std::any_of(rules.begin(), rules.end(), [&source](const domain::RuleSpec& rule) {
        const domain::Condition& when = rule.when;
        const bool of_all = when.what == domain::Condition::Kind::all && when.children.empty();
        const bool of_source = when.what == domain::Condition::Kind::source &&
                               when.patterns.size() == 1 &&
                               when.patterns.front().kind == domain::TextPattern::Kind::exact &&
                               when.patterns.front().text == source.options.name;
        return rule.then.within && (of_all || of_source);
    });
}

Finding about_name(const NameInUse& use, const NameStanding& standing) {
    const std::string kind(use.question.kind.label);
    const std::string name = kind + " " + quoted(use.question.name);
    Finding out{Level::error, {}, {}, "tickets open without it", {}};
    switch (standing.state) {
        case NameStanding::State::several:
            out.what = use.where + ": GLPI has several with the name " + quoted(use.question.name);
            out.why = "the bridge does not guess: " + out.why;
            out.to_do = "write its complete name (A > B), or #ID";
            break;
        case NameStanding::State::elsewhere:
            out.what = use.where + ": the " + name + " is not seen from " +
                       quoted(use.question.from.value) + "; it belongs to " +
                       quoted(standing.detail);
            out.to_do = "name one that is, or let it be seen in sub-entities (in GLPI)";
            break;
        case NameStanding::State::unusable:
            out.what = use.where + ": the " + name + " " + standing.detail;
            out.to_do = "name another, or change it in GLPI";
            break;
        default:
            out.what = use.where + ": GLPI has no " + name;
            out.to_do = standing.nearest.empty() ? "correct the name, or make it in GLPI"
                                                 : "did you mean " + quoted(standing.nearest) + "?";
            break;
    }
    return out;
}

}  // namespace

std::vector<NameInUse> names_in(const config::Config& config) {
    std::vector<NameInUse> out;
    for (const domain::RuleSpec& rule : config.rules.rules) {
        const domain::RuleResult& then = rule.then;
        const domain::EntityRef place = place_of(then);
        const auto add = [&](const glpi::NameKind& kind, std::string_view key,
                             const std::optional<std::string>& name) {
            if (name && is_fixed(*name) && glpi::id_in(*name) == 0) {
                out.push_back({{kind, *name, place}, where_in_rule(rule, key)});
            }
        };
        add(glpi::kCategory, "category", then.category);
        add(glpi::kGroup, "assign_group", then.assign_group);
        add(glpi::kUser, "assign_user", then.assign_user);
        add(glpi::kUser, "requester", then.requester);
        add(glpi::kLocation, "location", then.location);
        add(glpi::kSla, "sla", then.sla);
        add(glpi::kRequestSource, "request_source", then.request_source);
        add(glpi::kSolutionType, "solution_type", then.solution_type);
        for (const std::string& observer : then.observers.value_or(std::vector<std::string>{})) {
            add(glpi::kUser, "observers", observer);
        }
    }
    return out;
}

std::vector<EntityInUse> entities_in(const config::Config& config) {
    std::vector<EntityInUse> out{{config.glpi.default_entity, "glpi.default_entity"}};
    const auto add = [&out](const domain::EntityRef& ref, std::string where) {
        if (!ref.empty()) {
            out.push_back({ref, std::move(where)});
        }
    };
    add(config.rules.storm_entity, "storm.entity");
    for (const auto& [name, source] : config.rules.sources) {
        add(source.within, "sources." + name + ".within");
        add(source.default_entity, "sources." + name + ".default_entity");
    }
    for (const domain::RuleSpec& rule : config.rules.rules) {
        add_entity(out, rule.then.entity, where_in_rule(rule, "entity"));
        add_entity(out, rule.then.within, where_in_rule(rule, "within"));
        add_map_column(out, config, rule.then.entity);
        add_map_column(out, config, rule.then.within);
    }
    return out;
}

std::vector<std::string> item_types_in(const config::Config& config) {
    std::vector<std::string> out = config.glpi.item_types;
    out.emplace_back("IPAddress");
    const bool asks_changes =
        config.rules.default_policy.changes != domain::OnChange::none ||
        std::any_of(
            config.rules.rules.begin(), config.rules.rules.end(),
            [](const domain::RuleSpec& rule) {
                return rule.then.changes.value_or(domain::OnChange::none) != domain::OnChange::none;
            }
        );
    if (asks_changes) {
        out.emplace_back("Change");
    }
    return out;
}

Findings check_entities(const Examined& examined) {
    if (!examined.glpi.entities) {
        return not_checked(
            "GLPI does not list its entities: " + examined.glpi.entities.error().message
        );
    }
    const std::string user = examined.glpi.session ? examined.glpi.session->user_name : "the user";
    Findings out;
    for (const EntityInUse& use : entities_in(examined.config())) {
        if (examined.tree.find(use.ref) != nullptr) {
            continue;
        }
        const std::string near = nearest_entity(examined.tree, use.ref);
        const bool is_default = use.where == "glpi.default_entity";
        const bool is_limit = use.where.ends_with("within");
        out.push_back(
            {Level::error,
             {},
             use.where + ": GLPI has no entity " + quoted(use.ref.value) +
                 ", or does not show it to " + quoted(user),
             is_default ? "tickets without a better place cannot be opened"
             : is_limit ? "no asset is linked, since none is known to be inside it"
                        : "such tickets go to the default entity",
             (near.empty() ? std::string() : "did you mean " + quoted(near) + "? ") +
                 "If the name is right, give the user a profile there (Administration > Users > "
                 "Authorizations, recursive)"}
        );
    }
    for (const glpi::ProfileEntity& entity : examined.glpi.profile_entities
                                                 ? *examined.glpi.profile_entities
                                                 : std::vector<glpi::ProfileEntity>{}) {
        if (!entity.recursive) {
            out.push_back(
                {Level::warning,
                 {},
                 "the user's profile on " + quoted(entity.name) +
                     " does not reach its sub-entities",
                 "hosts and tickets below it are invisible to the bridge",
                 "Administration > Users > Authorizations: make it recursive, if there are any"}
            );
        }
    }
    const std::size_t count = examined.tree.all().size();
    return out.empty() ? fine(
                             "every entity of the configuration is there; " +
                             std::to_string(count) + " are visible"
                         )
                       : cut(std::move(out));
}

Findings check_names(const Examined& examined) {
    Findings out;
    std::size_t known = 0;
    for (std::size_t at = 0; at < examined.glpi.names.size(); ++at) {
        const NameInUse& use = examined.names.at(at);
        const auto& answer = examined.glpi.names[at];
        if (!answer && answer.error().code == "ERROR_RIGHT_MISSING") {
            out.push_back(
                {Level::error,
                 {},
                 use.where + ": the bridge's user may not read " +
                     std::string(use.question.kind.item_type),
                 "the " + std::string(use.question.kind.label) +
                     " cannot be looked up: tickets open "
                     "without it",
                 "give its profile the right to read them (Setup > Dropdowns), or write #ID"}
            );
        } else if (!answer) {
            out.push_back({Level::skipped, {}, use.where + ": " + answer.error().message, {}, {}});
        } else if (answer->state == NameStanding::State::found) {
            ++known;
        } else {
            out.push_back(about_name(use, *answer));
        }
    }
    if (!out.empty()) {
        return cut(std::move(out));
    }
    return fine(
        known == 0 ? "the rules name nothing that GLPI would have to know"
                   : "GLPI knows all " + std::to_string(known) + " names of the rules"
    );
}

Findings check_limits(const Examined& examined) {
    if (!examined.glpi.entities) {
        return not_checked("GLPI does not list its entities");
    }
    const std::size_t count = examined.tree.all().size();
    Findings out;
    for (const config::SourceConfig& source : examined.config().sources) {
        if (count > 1 && !is_limited(examined.config(), source)) {
            out.push_back(
                {Level::warning,
                 {},
                 "source " + quoted(source.options.name) + " has no `within` and can reach " +
                     std::to_string(count) + " entities",
                 "a host of one customer that is called like another's gets that one's asset and "
                 "ticket",
                 "write within: ENTITY on the source (or on a rule that matches all of it)"}
            );
        }
    }
    return out.empty() ? fine(
                             count > 1 ? "every source is held within its entity"
                                       : "there is one entity only"
                         )
                       : out;
}

}  // namespace alert_bridge::app
