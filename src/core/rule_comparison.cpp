// SPDX-License-Identifier: MIT
#include "alert_bridge/core/rule_comparison.hpp"

#include <utility>

#include "alert_bridge/domain/alert_meaning.hpp"
#include "alert_bridge/domain/plan_fields.hpp"

namespace alert_bridge::core {
namespace {

std::string key_of(const domain::Alert& alert) {
    return alert.problem_key + '\n' + alert.episode;
}

std::vector<TicketDifference::Field> differences(const RuleTrial& before, const RuleTrial& after) {
    std::vector<TicketDifference::Field> out;
    const auto compare = [&out](const std::string& name, std::string old, std::string fresh) {
        if (old != fresh) {
            out.push_back({name, std::move(old), std::move(fresh)});
        }
    };
    compare("title", before.title, after.title);
    const auto old_fields = domain::plan_fields(before.plan);
    const auto new_fields = domain::plan_fields(after.plan);
    for (std::size_t i = 0; i < old_fields.size(); ++i) {
        // The wait is compared by the one that holds, below; windows of maintenance end sometime.
        if (old_fields[i].name != "open_after" && old_fields[i].name != "maintenance") {
            compare(old_fields[i].name, old_fields[i].value, new_fields[i].value);
        }
    }
    compare(
        "open_after", format_duration(domain::open_after(before.plan)),
        format_duration(domain::open_after(after.plan))
    );
    return out;
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
    if (side.is_open) {
        return;
    }
    settle(side, alert.received_at);
    if (side.opening) {
        return;  // waits on, or is open by now
    }
    RuleTrial trial = try_rules(policies, ids_, alert, alert.received_at, nullptr);
    side.why = trial.why;
    if (trial.opens != Opens::no) {
        side.is_open = trial.opens == Opens::now;
        side.opening = std::move(trial);
    }
}

void RuleComparison::settle(Side& side, WallTime until) {
    if (side.opening && !side.is_open) {
        side.is_open = side.opening->opens_at.value_or(until) <= until;
    }
}

void RuleComparison::take(const domain::Alert& alert) {
    ++figures_.alerts;
    const std::string key = key_of(alert);
    auto found = by_key_.find(key);
    if (domain::reports_end(alert) || alert.kind == domain::AlertKind::cancelled) {
        if (found != by_key_.end()) {
            close(found->second, alert.received_at);
        }
        return;
    }
    if (!domain::may_open(alert)) {
        return;
    }
    if (found == by_key_.end()) {
        if (by_key_.size() >= problems_max_) {
            ++figures_.cut_short;
            close(order_.begin(), WallTime::max());
        }
        ++figures_.problems;
        order_.emplace_back(key, Running{alert, {}, {}});
        found = by_key_.emplace(key, std::prev(order_.end())).first;
    }
    Running& running = found->second->second;
    judge(*before_, alert, running.before);
    judge(*after_, alert, running.after);
}

void RuleComparison::close(Order::iterator place, WallTime until) {
    settle(place->second.before, until);
    settle(place->second.after, until);
    tell(place->second);
    by_key_.erase(place->first);
    order_.erase(place);
}

void RuleComparison::finish(WallTime now) {
    while (!order_.empty()) {
        close(order_.begin(), now);
    }
}

void RuleComparison::tell(const Running& running) {
    const Side& before = running.before;
    const Side& after = running.after;
    figures_.tickets_before += before.is_open ? 1 : 0;
    figures_.tickets_after += after.is_open ? 1 : 0;
    TicketDifference difference;
    if (before.is_open && after.is_open) {
        difference.fields = differences(*before.opening, *after.opening);
        if (difference.fields.empty()) {
            return;
        }
        ++figures_.changed;
    } else if (before.is_open == after.is_open) {
        return;
    } else {
        const Side& without = before.is_open ? after : before;
        difference.what =
            before.is_open ? TicketDifference::What::not_opened : TicketDifference::What::opened;
        difference.why = without.opening ? "over before its ticket is due" : without.why;
        ++(before.is_open ? figures_.not_opened : figures_.opened);
    }
    difference.alert = running.first;
    on_difference(difference);
}

}  // namespace alert_bridge::core
