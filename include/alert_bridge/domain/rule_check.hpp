// SPDX-License-Identifier: MIT
//
// Everything that can be wrong with a rule book, found before the first alert. Internal to the
// domain.
//
// Guarantees: all mistakes at once; each names its rule (by number when it has no name). Names that
// only GLPI knows (entities, groups, categories) are not checked here, nor are template sets.
// Thread rule: pure. Tests: tests/unit/domain/rule_check_test.cpp
#pragma once

#include <string>
#include <vector>

#include "alert_bridge/domain/condition.hpp"
#include "alert_bridge/domain/maintenance.hpp"

namespace alert_bridge::domain {

struct CheckedRules {
    std::vector<std::string> mistakes;
    std::vector<CompiledCondition> conditions;  // one per rule; usable if there are no mistakes
    // Of each rule: what it asks of the asset, in its condition or by a template.
    std::vector<std::vector<std::string>> asset_details;
    MaintenanceCalendar maintenance;
};
[[nodiscard]] CheckedRules check_rules(const RuleBook& book);

}  // namespace alert_bridge::domain
