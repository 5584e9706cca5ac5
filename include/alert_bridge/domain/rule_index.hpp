// SPDX-License-Identifier: MIT
//
// RuleIndex: which rules could match an alert at all. Internal to the domain.
//
// Each rule is entered under one condition that it cannot do without (its anchor): of several, the
// one that fewest rules share and that is cheapest to look up. A rule without such a condition
// (only a severity, a time or a negation) is a candidate for every alert.
// Guarantees: no rule that matches is missing from the candidates. They come in the order of the
// rules, each once. Cost: one look-up per value of the alert and indexed field, whatever the number
// of rules.
// Thread rule: const after construction; any thread. Tests: tests/unit/domain/rule_index_test.cpp
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "alert_bridge/domain/condition.hpp"
#include "alert_bridge/domain/pattern_index.hpp"

namespace alert_bridge::domain {

class RuleIndex {
  public:
    explicit RuleIndex(const std::vector<CompiledCondition>& rules);

    // Numbers are positions in the vector given to the constructor.
    [[nodiscard]] std::vector<std::uint32_t> candidates(const Alert& alert) const;

  private:
    using Ids = std::vector<std::uint32_t>;
    // By prefix length, then by the network's base address.
    using Networks = std::map<std::pair<bool, int>, std::map<IpAddress, Ids>>;

    [[nodiscard]] PatternIndex& index_of(Condition::Kind field, const std::string& name);
    void finish();

    std::map<Condition::Kind, PatternIndex> fields_;
    std::map<std::string, PatternIndex> tags_, inventory_;
    Networks networks_;
    Ids always_;
};

}  // namespace alert_bridge::domain
