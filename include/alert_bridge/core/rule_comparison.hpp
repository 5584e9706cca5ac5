// SPDX-License-Identifier: MIT
//
// RuleComparison: alerts that came, tried on two configurations: which tickets would have been
// opened by the one and not by the other, and which would have been different. For `replay`.
//
// Each problem is looked at on its own, by core/rule_trial: a ticket that must last (open_after)
// opens unless the recovery came before. Not looked at: groups, storms, hosts that are down,
// maintenance that ended, flapping, people, and assets (rules about them do not match).
// Guarantees: bounded memory: past kProblemsMax problems that go on at once the oldest are closed
// as if they had lasted, and counted. Alerts are to come in the order in which they were received.
// Thread rule: one thread. Tests: tests/unit/core/rule_comparison_test.cpp
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "alert_bridge/core/rule_trial.hpp"

namespace alert_bridge::core {

struct TicketDifference {
    enum class What { opened, not_opened, changed };  // by the new configuration
    struct Field {
        std::string name, before, after;
    };
    What what = What::changed;
    domain::Alert alert;  // that began it
    std::string why;      // not opened, or opened by the new one alone: what each says
    std::vector<Field> fields;
};

struct ReplayFigures {
    std::int64_t alerts = 0, problems = 0;
    std::int64_t tickets_before = 0, tickets_after = 0;
    std::int64_t opened = 0, not_opened = 0, changed = 0;
    std::int64_t cut_short = 0;  // closed for want of room
};

class RuleComparison {
  public:
    static constexpr std::size_t kProblemsMax = 50'000;

    RuleComparison(
        std::shared_ptr<const Policies> before, std::shared_ptr<const Policies> after,
        IdSource& ids, std::size_t problems_max = kProblemsMax
    );

    void take(const domain::Alert& alert);
    // No more alerts: what waits has lasted if its time is over by `now`.
    void finish(WallTime now);

    [[nodiscard]] const ReplayFigures& figures() const noexcept { return figures_; }
    // Each as soon as it is known.
    std::function<void(const TicketDifference&)> on_difference = [](const TicketDifference&) {};

  private:
    // What one configuration makes of one problem.
    struct Side {
        std::optional<RuleTrial> opening;  // now or later; none: no ticket so far
        bool is_open = false;
        std::string why;  // there is no opening
    };
    struct Running {
        domain::Alert first;
        Side before, after;
    };
    using Order = std::list<std::pair<std::string, Running>>;

    void judge(const Policies& policies, const domain::Alert& alert, Side& side);
    static void settle(Side& side, WallTime until);
    void close(Order::iterator place, WallTime until);
    void tell(const Running& running);

    std::shared_ptr<const Policies> before_, after_;
    IdSource& ids_;
    std::size_t problems_max_;
    Order order_;  // oldest first
    std::unordered_map<std::string, Order::iterator> by_key_;
    ReplayFigures figures_;
};

}  // namespace alert_bridge::core
