// SPDX-License-Identifier: MIT
//
// RuleComparison: alerts that came, tried on two configurations: which tickets would have been
// opened by the one and not by the other, and which would have been different. For `replay`.
//
// Each problem is looked at on its own, by core/rule_trial: a ticket that must last (open_after)
// opens unless the recovery came before. Not looked at: groups, storms, hosts that are down,
// maintenance that ended, flapping, people, and assets (rules about them do not match).
// Guarantees: bounded memory: past kProblemsMax problems that go on at once the oldest are closed
// as if they had lasted, and counted; of each is kept what is printed of it, and of a ticket what
// is compared, no alert and no plan. Alerts are to come in the order in which they were received.
// Thread rule: one thread. Tests: tests/unit/core/rule_comparison_test.cpp
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "alert_bridge/core/rule_trial.hpp"
#include "alert_bridge/domain/alert.hpp"

namespace alert_bridge::core {

struct TicketDifference {
    enum class What { opened, not_opened, changed };  // by the new configuration
    struct Field {
        std::string name, before, after;
    };
    // The alert that began it.
    struct Begun {
        std::string id, source, host, problem_name;
        WallTime received_at{};
    };
    What what = What::changed;
    Begun begun;
    std::string why;  // not opened, or opened by the new one alone: what each says
    std::vector<Field> fields;
};

struct ReplayFigures {
    std::int64_t alerts = 0, problems = 0;
    std::int64_t tickets_before = 0, tickets_after = 0;
    std::int64_t opened = 0, not_opened = 0, changed = 0;
    std::int64_t not_due = 0;  // go on; one would have opened a ticket, the other's is not due yet
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
        std::optional<WallTime> opens_at;  // its ticket, if the problem lasts; none: no ticket
        std::string why;                   // not now
        std::vector<std::string> ticket;   // what is compared of it, until both sides have one
    };
    struct Running {
        TicketDifference::Begun begun;
        domain::AlertOrder newest;
        Side before, after;
        std::vector<TicketDifference::Field> fields;  // that differ, once both have a ticket
    };
    using Key = std::pair<std::string, std::string>;  // problem and episode
    using Order = std::list<std::pair<Key, Running>>;

    void end(const domain::Alert& alert);
    void judge(const Policies& policies, const domain::Alert& alert, Side& side);
    static void compare(Running& running);
    void close(Order::iterator place, WallTime until, bool goes_on);
    void tell(const Running& running, WallTime until, bool goes_on);

    std::shared_ptr<const Policies> before_, after_;
    IdSource& ids_;
    std::size_t problems_max_;
    Order order_;  // oldest first
    std::map<Key, Order::iterator> by_key_;
    ReplayFigures figures_;
};

}  // namespace alert_bridge::core
