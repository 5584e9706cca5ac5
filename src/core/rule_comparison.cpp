// SPDX-License-Identifier: MIT
#include "alert_bridge/core/rule_comparison.hpp"

#include <algorithm>
#include <utility>

#include "alert_bridge/domain/alert_meaning.hpp"
#include "alert_bridge/domain/plan_fields.hpp"

namespace alert_bridge::core {
namespace {

// Fields of the plan that are compared as they are: the wait is compared by the one that holds;
// windows of maintenance end sometime.
bool is_compared(const domain::PlanField& field) {
    return field.name != "open_after" && field.name != "maintenance";
}

std::vector<std::string> compared_names() {
    std::vector<std::string> names = {"title", "open_after"};
    for (domain::PlanField& field : domain::plan_fields(domain::Plan())) {
        if (is_compared(field)) {
            names.push_back(std::move(field.name));
        }
    }
    return names;
}

// In the order of the names.
std::vector<std::string> compared_values(const RuleTrial& trial) {
    std::vector<std::string> values = {
        trial.title, format_duration(domain::open_after(trial.plan))};
    for (domain::PlanField& field : domain::plan_fields(trial.plan)) {
        if (is_compared(field)) {
            values.push_back(std::move(field.value));
        }
    }
    return values;
}

}  // namespace

RuleComparison::RuleComparison(
    std::shared_ptr<const Policies> before, std::shared_ptr<const Policies> after, IdSource& ids,
    std::size_t problems_max
)
    : before_(std::move(before)),
      after_(std::move(after)),
      ids_(ids),
      problems_max_(problems_max) {}

void RuleComparison::judge(const Policies& policies, const domain::Alert& alert, Side& side) {
    if (side.opens_at) {
        return;  // waits on, or is open by now
    }
    const RuleTrial trial = try_rules(policies, ids_, alert, alert.received_at, nullptr);
    side.why = trial.why;
    if (trial.opens != Opens::no) {
        side.opens_at = trial.opens_at.value_or(alert.received_at);
        side.ticket = compared_values(trial);
    }
}

void RuleComparison::take(const domain::Alert& alert) {
    ++figures_.alerts;
    if (domain::reports_end(alert) || alert.kind == domain::AlertKind::cancelled) {
        return end(alert);
    }
    if (!domain::may_open(alert)) {
        return;
    }
    const Key key(alert.problem_key, alert.episode);
    auto found = by_key_.find(key);
    if (found == by_key_.end()) {
        if (by_key_.size() >= problems_max_) {
            ++figures_.cut_short;
            close(order_.begin(), WallTime::max(), false);
        }
        ++figures_.problems;
        Running running;
        running.begun = {
            alert.id, alert.source, alert.host.name, alert.problem_name, alert.received_at};
        order_.emplace_back(key, std::move(running));
        found = by_key_.emplace(key, std::prev(order_.end())).first;
    }
    Running& running = found->second->second;
    running.newest = std::max(running.newest, alert.order);
    judge(*before_, alert, running.before);
    judge(*after_, alert, running.after);
    if (!running.before.ticket.empty() && !running.after.ticket.empty()) {
        compare(running);
    }
}

void RuleComparison::compare(Running& running) {
    std::vector<std::string> old = std::exchange(running.before.ticket, {});
    std::vector<std::string> fresh = std::exchange(running.after.ticket, {});
    if (old == fresh) {
        return;
    }
    const std::vector<std::string> names = compared_names();
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (old[i] != fresh[i]) {
            running.fields.push_back({names[i], std::move(old[i]), std::move(fresh[i])});
        }
    }
}

// As the lifecycle hears it: that the whole problem is over ends each occurrence, but for news that
// something newer has overtaken.
void RuleComparison::end(const domain::Alert& alert) {
    const auto first = by_key_.lower_bound({alert.problem_key, ""});
    auto last = first;
    bool whole = alert.kind != domain::AlertKind::cancelled &&
                 (alert.whole_problem || alert.kind != domain::AlertKind::recovery);
    for (; last != by_key_.end() && last->first.first == alert.problem_key; ++last) {
        whole = whole && !(alert.order < last->second->second.newest);
    }
    for (auto each = first; each != last;) {
        const Order::iterator place = (each++)->second;
        if (whole || place->first.second == alert.episode) {
            close(place, alert.received_at, false);
        }
    }
}

void RuleComparison::close(Order::iterator place, WallTime until, bool goes_on) {
    tell(place->second, until, goes_on);
    by_key_.erase(place->first);
    order_.erase(place);
}

void RuleComparison::finish(WallTime now) {
    while (!order_.empty()) {
        close(order_.begin(), now, true);
    }
}

void RuleComparison::tell(const Running& running, WallTime until, bool goes_on) {
    const auto is_open = [until](const Side& side) {
        return side.opens_at && *side.opens_at <= until;
    };
    const bool before = is_open(running.before);
    const bool after = is_open(running.after);
    figures_.tickets_before += before ? 1 : 0;
    figures_.tickets_after += after ? 1 : 0;
    TicketDifference difference;
    if (before && after) {
        if (running.fields.empty()) {
            return;
        }
        difference.fields = running.fields;
        ++figures_.changed;
    } else if (before == after) {
        return;
    } else {
        const Side& without = before ? running.after : running.before;
        if (goes_on && without.opens_at) {
            ++figures_.not_due;
            return;
        }
        difference.what =
            before ? TicketDifference::What::not_opened : TicketDifference::What::opened;
        difference.why = without.opens_at ? "over before its ticket is due" : without.why;
        ++(before ? figures_.not_opened : figures_.opened);
    }
    difference.begun = running.begun;
    on_difference(difference);
}

}  // namespace alert_bridge::core
