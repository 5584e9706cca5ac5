// SPDX-License-Identifier: MIT
//
// Earlier: what became of the alerts that were explained before, laid over what the store knows, as
// if it had been stored. For core/explainer.
//
// Guarantees: problems, episodes (tombstones too) and incidents that began, changed or ended are
// found again, by problem and by group. Not counted: the tickets they opened, against the budgets
// of storms. Thread rule: a value. Tests: tests/unit/core/explainer_test.cpp
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "alert_bridge/domain/lifecycle.hpp"
#include "alert_bridge/ports/store.hpp"

namespace alert_bridge::core {

class Earlier {
  public:
    // `after`: the snapshot once the decision, and what is written at once, took effect.
    void remember(const domain::Decision& decision, const domain::Snapshot& after);
    void lay_over(const ports::Subject& subject, domain::Snapshot& known) const;

  private:
    struct Held {
        domain::Incident incident;
        std::optional<WallTime> held_until;
    };

    void put(const domain::Incident& incident, std::optional<WallTime> held_until);
    void put(const domain::Episode& episode);
    [[nodiscard]] const Held* find(const std::string& id) const;
    // Not ended: of the problem's open episodes, else of any of them.
    [[nodiscard]] const Held* live_of_problem(const std::string& key) const;
    [[nodiscard]] const Held* of_group(const std::string& group_key, bool ended) const;
    void lay_episodes(const ports::Subject& subject, domain::Snapshot& known) const;
    void lay_incident(const ports::Subject& subject, domain::Snapshot& known) const;

    std::map<std::string, domain::Problem> problems_;
    // By problem key and episode.
    std::map<std::pair<std::string, std::string>, domain::Episode> episodes_;
    std::vector<Held> incidents_;  // what changed last is last
};

}  // namespace alert_bridge::core
