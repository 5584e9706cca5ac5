// SPDX-License-Identifier: MIT
//
// The section storm, and what concerns hosts that are down.
#include <algorithm>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/config/sections.hpp"

namespace alert_bridge::config {
namespace {

std::vector<std::string> load_exempt(Loading& loading, const MapReader& reader) {
    std::vector<std::string> exempt;
    for (const Node* each : one_or_many(reader.find("exempt"))) {
        const auto name = read_text(loading.diagnostics, *each, "exempt");
        const auto& known = loading.priority_names;
        if (name && std::find(known.begin(), known.end(), *name) == known.end()) {
            loading.diagnostics.error(
                each->at, "there is no priority '" + *name + "'" + did_you_mean(*name, known)
            );
        } else if (name) {
            exempt.push_back(*name);
        }
    }
    return exempt;
}

bool reports_hosts(const Config& config) {
    const bool by_source =
        std::any_of(config.sources.begin(), config.sources.end(), [](const SourceConfig& source) {
            return source.options.type == "nagios" || source.options.type == "icinga2";
        });
    const auto& rules = config.rules.rules;
    return by_source || std::any_of(rules.begin(), rules.end(), [](const domain::RuleSpec& rule) {
               return rule.then.host_down.value_or(false);
           });
}

}  // namespace

void load_storm(Loading& loading, const MapReader& root) {
    const Node* const node = root.find("storm");
    if (node != nullptr && node->kind == Node::Kind::scalar && node->text == "none") {
        return;
    }
    const MapReader reader = root.section("storm", kStorm);
    domain::StormPolicy& storm = loading.config.storm;
    storm.per_entity = static_cast<int>(reader.integer("per_entity").value_or(0));
    storm.overall = static_cast<int>(reader.integer("overall").value_or(0));
    storm.within = reader.duration("within").value_or(storm.within);
    storm.exempt = load_exempt(loading, reader);
    storm.own_ticket_after = reader.duration("own_ticket_after").value_or(storm.own_ticket_after);
    storm.fuse = static_cast<int>(reader.integer("fuse").value_or(0));
    loading.config.rules.storm_entity = load_entity(loading, reader, "entity");
}

void settle_under_wait(Loading& loading) {
    if (!loading.gives_under_wait && !reports_hosts(loading.config)) {
        loading.config.rules.default_policy.under_wait = Duration{0};
    }
}

}  // namespace alert_bridge::config
