// SPDX-License-Identifier: MIT
// What the configuration's rules name, and whether GLPI knows it.
#include <algorithm>
#include <map>
#include <tuple>

#include "alert_bridge/app/doctor_checks.hpp"
#include "alert_bridge/base/text.hpp"

namespace alert_bridge::app {
namespace {

using glpi::NameStanding;

// The entity that all tickets of the rule are in, or below; empty: it depends on the alert.
domain::EntityRef place_of(const domain::RuleResult& result) {
    for (const auto& spec : {result.entity, result.within}) {
        if (spec && spec->map.empty() && is_fixed(spec->text)) {
            return {spec->by, spec->text};
        }
    }
    return {};
}

Finding about_name(const glpi::NameQuestion& question, const NameStanding& standing) {
    const std::string name = std::string(question.kind.label) + " " + quoted(question.name);
    Finding out{Level::error, {}, {}, "tickets open without it", {}};
    switch (standing.state) {
        case NameStanding::State::several:
            out.what = "GLPI has several with the name " + quoted(question.name);
            out.why = "the bridge does not guess: " + out.why;
            out.to_do = "write its complete name (A > B), or #ID";
            break;
        case NameStanding::State::elsewhere:
            out.what = "the " + name + " is not seen from " + quoted(question.from.value) +
                       "; it belongs to " + quoted(standing.detail);
            out.to_do = "name one that is, or let it be seen in sub-entities (in GLPI)";
            break;
        case NameStanding::State::unusable:
            out.what = "the " + name + " " + standing.detail;
            out.to_do = "name another, or change it in GLPI";
            break;
        default:
            out.what = "GLPI has no " + name;
            out.to_do = standing.nearest.empty() ? "correct the name, or make it in GLPI"
                                                 : "did you mean " + quoted(standing.nearest) + "?";
            break;
    }
    return out;
}

}  // namespace

std::vector<NameInUse> names_in(const config::Config& config) {
    std::vector<NameInUse> out;
    std::map<std::tuple<std::string_view, std::string, domain::EntityBy, std::string>, std::size_t>
        known;
    for (const domain::RuleSpec& rule : config.rules.rules) {
        const domain::RuleResult& then = rule.then;
        const domain::EntityRef place = place_of(then);
        const auto add = [&](const glpi::NameKind& kind, std::string_view key,
                             const std::optional<std::string>& name) {
            if (!name || !is_fixed(*name) || glpi::id_in(*name) > 0) {
                return;
            }
            const auto [at, is_new] =
                known.try_emplace({kind.item_type, *name, place.by, place.value}, out.size());
            if (is_new) {
                out.push_back({{kind, *name, place}, {}});
            }
            out[at->second].places.push_back(where_in_rule(rule, key));
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

Findings check_names(const Examined& examined) {
    Mistakes mistakes;
    std::size_t known = 0;
    for (std::size_t at = 0; at < examined.glpi.names.size(); ++at) {
        const NameInUse& use = examined.names.at(at);
        const auto& answer = examined.glpi.names[at];
        const std::string item_type(use.question.kind.item_type);
        if (!answer && answer.error().code == "ERROR_RIGHT_MISSING") {
            mistakes.add(
                {Level::error,
                 {},
                 "the bridge's user may not read " + item_type,
                 "the " + std::string(use.question.kind.label) +
                     " cannot be looked up: tickets open without it",
                 right_to_read(examined, item_type) + ", or write #ID"},
                use.places
            );
        } else if (!answer) {
            mistakes.add({Level::skipped, {}, answer.error().message, {}, {}}, use.places);
        } else if (answer->state == NameStanding::State::found) {
            ++known;
        } else {
            mistakes.add(about_name(use.question, *answer), use.places);
        }
    }
    if (mistakes.size() > 0) {
        return mistakes.told();
    }
    return fine(
        known == 0 ? "the rules name nothing that GLPI would have to know"
                   : "GLPI knows all " + std::to_string(known) + " names of the rules"
    );
}

}  // namespace alert_bridge::app
