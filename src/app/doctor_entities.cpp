// SPDX-License-Identifier: MIT
// The entities that the configuration names, and what holds a source inside one.
#include <algorithm>
#include <map>
#include <tuple>

#include "alert_bridge/app/doctor_checks.hpp"
#include "alert_bridge/base/text.hpp"

namespace alert_bridge::app {
namespace {

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

// All that the name could mean; the tree finds it only where there is one.
std::vector<std::string> meant_by(const domain::EntityTree& tree, const domain::EntityRef& ref) {
    std::vector<std::string> out;
    for (const domain::Entity& entity : tree.all()) {
        const domain::EntityTree alone(std::vector<domain::Entity>{entity});
        if (alone.find(ref) != nullptr) {
            out.push_back(quoted(entity.complete_name));
        }
    }
    return out;
}

struct NotFound {
    domain::EntityRef ref;
    std::string_view why;
    std::vector<std::string> places;
};

// Each mistake once, with its places.
std::vector<NotFound> not_found(const Examined& examined) {
    std::vector<NotFound> out;
    std::map<std::tuple<domain::EntityBy, std::string, std::string_view>, std::size_t> known;
    for (const EntityInUse& use : entities_in(examined.config())) {
        if (examined.tree.find(use.ref) != nullptr) {
            continue;
        }
        const std::string_view why = use.where == "glpi.default_entity"
                                         ? "tickets without a better place cannot be opened"
                                     : use.where.ends_with("within")
                                         ? "no asset is linked, since none is known to be inside it"
                                         : "such tickets go to the default entity";
        const auto [at, is_new] = known.try_emplace({use.ref.by, use.ref.value, why}, out.size());
        if (is_new) {
            out.push_back({use.ref, why, {}});
        }
        out[at->second].places.push_back(use.where);
    }
    return out;
}

Finding about_entity(const Examined& examined, const NotFound& missing) {
    const domain::EntityRef& ref = missing.ref;
    Finding out{Level::error, {}, {}, std::string(missing.why), {}};
    const std::vector<std::string> several = meant_by(examined.tree, ref);
    if (several.size() > 1) {
        const bool by_name = ref.by == domain::EntityBy::name;
        out.what = "GLPI has several entities " + quoted(ref.value) + ": " + some_of(several);
        out.why = "the bridge does not guess: " + out.why;
        out.to_do = by_name ? "write its complete name (A > B), or #ID"
                            : "give each its own in GLPI (Administration > Entities), or write the "
                              "complete name or #ID of the one that is meant";
        return out;
    }
    const std::string user = examined.glpi.session ? examined.glpi.session->user_name : "the user";
    const std::string near = nearest_entity(examined.tree, ref);
    out.what =
        "GLPI has no entity " + quoted(ref.value) + ", or does not show it to " + quoted(user);
    out.to_do = (near.empty() ? std::string() : "did you mean " + quoted(near) + "? ") +
                "If the name is right, give the user a profile there (Administration > Users > "
                "Authorizations, recursive)";
    return out;
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

}  // namespace

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

Findings check_entities(const Examined& examined) {
    if (!examined.glpi.entities) {
        const Error& error = examined.glpi.entities.error();
        if (error.code != "ERROR_RIGHT_MISSING") {
            return not_checked("GLPI does not list its entities: " + error.message);
        }
        return {
            {Level::error,
             {},
             "the bridge's user may not read entities",
             "no ticket is opened: the bridge cannot tell which entity is which",
             right_to_read(examined, "Entity")}};
    }
    Mistakes mistakes;
    for (const NotFound& missing : not_found(examined)) {
        // What is not shown is not worked out either.
        const bool is_shown = mistakes.size() < Mistakes::kMost;
        const Finding only_counted{
            Level::error, {}, missing.ref.value, std::string(missing.why), {}};
        mistakes.add(is_shown ? about_entity(examined, missing) : only_counted, missing.places);
    }
    Findings out = mistakes.told();
    std::vector<std::string> flat;
    if (examined.glpi.profile_entities) {
        for (const glpi::ProfileEntity& entity : *examined.glpi.profile_entities) {
            if (!entity.recursive) {
                flat.push_back(quoted(entity.name));
            }
        }
    }
    if (!flat.empty()) {
        out.push_back(
            {Level::warning,
             {},
             "the user's profile on " + some_of(flat) + " does not reach its sub-entities",
             "hosts and tickets below it are invisible to the bridge",
             "Administration > Users > Authorizations: make it recursive, if there are any"}
        );
    }
    const std::size_t count = examined.tree.all().size();
    return out.empty() ? fine(
                             "every entity of the configuration is there; " +
                             std::to_string(count) + " are visible"
                         )
                       : out;
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
