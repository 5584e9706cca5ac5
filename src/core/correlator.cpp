// SPDX-License-Identifier: MIT
#include "alert_bridge/core/correlator.hpp"
#include "alert_bridge/core/alarms.hpp"

#include <algorithm>
#include <utility>

#include "alert_bridge/core/observed.hpp"

namespace alert_bridge::core {

namespace asio = boost::asio;
using domain::AlertEvent;
using domain::Decision;
using domain::Placement;
using domain::Snapshot;

namespace {

constexpr std::int64_t kBatch = 256;
constexpr Duration kStoreRetry{1000};
constexpr Duration kIdleCheck{60'000};

}  // namespace

Correlator::Correlator(Services services, Tasks& tasks, CorrelatorLimits limits)
    : services_(services),
      tasks_(tasks),
      limits_(limits),
      bell_(services.clock),
      news_(services.clock),
      turns_(services.clock, limits.asking) {}

void Correlator::stop() {
    stopping_ = true;
    bell_.ring();
    news_.ring();
    turns_.dismiss();
}

void Correlator::look_again() {
    news_.ring();
}

asio::awaitable<void> Correlator::run() {
    while (!stopping_) {
        bool more = false;
        if (has_room()) {
            more = co_await read_new();
        }
        if (may_read_left_behind()) {
            const bool some = co_await read_left_behind();
            more = more || some;
        }
        if (!more && !stopping_) {
            co_await bell_.wait(kIdleCheck);
        }
    }
}

asio::awaitable<std::vector<ports::JournalEntry>> Correlator::read_after(std::int64_t seq) {
    while (!stopping_) {
        // Waiting lanes that come back may have taken the room meanwhile: then one row is still
        // read.
        const auto limit = std::clamp<std::int64_t>(limits_.in_hand - in_hand_, 1, kBatch);
        auto rows = co_await services_.store.pending(seq, static_cast<int>(limit));
        if (rows) {
            co_return std::move(*rows);
        }
        services_.events.log(
            ports::Level::error, "journal_unreadable", "cannot read the journal, trying again",
            {{"error", describe(rows.error())}}
        );
        co_await services_.clock.sleep(kStoreRetry);
    }
    co_return std::vector<ports::JournalEntry>();
}

asio::awaitable<bool> Correlator::read_new() {
    std::vector<ports::JournalEntry> rows = co_await read_after(last_seq_);
    for (ports::JournalEntry& row : rows) {
        last_seq_ = row.seq;
        const std::string& key = row.alert.problem_key;
        const auto lane = lanes_.find(key);
        const bool too_many =
            lane != lanes_.end() && lane->second.waits && waiting_ >= limits_.waiting;
        if (too_many || left_.holds(key)) {
            left_.add(key, row.seq);
        } else {
            take(std::move(row));
        }
    }
    co_return !rows.empty();
}

asio::awaitable<bool> Correlator::read_left_behind() {
    std::int64_t at = left_.after();
    std::vector<ports::JournalEntry> rows = co_await read_after(at);
    for (ports::JournalEntry& row : rows) {
        if (left_.after() != at) {
            break;  // an older row was put back meanwhile and comes first
        }
        at = row.seq;
        left_.skip_to(at);
        // The others are in memory, or were when the journal was read.
        if (left_.holds(row.alert.problem_key, row.seq)) {
            left_.take(row.alert.problem_key, row.seq);
            take(std::move(row));
        }
    }
    co_return !rows.empty();
}

void Correlator::take(ports::JournalEntry row) {
    const std::string key = row.alert.problem_key;
    auto [place, is_new] = lanes_.try_emplace(key);
    place->second.rows.push_back(std::move(row));
    count(place->second.waits, 1);
    if (is_new) {
        tasks_.spawn("correlator", lane(key));
    }
}

void Correlator::count(bool waits, std::int64_t rows) {
    const bool had_room = has_room();
    const bool could_read = may_read_left_behind();
    (waits ? waiting_ : in_hand_) += rows;
    if ((!had_room && has_room()) || (!could_read && may_read_left_behind())) {
        bell_.ring();
    }
}

void Correlator::set_waits(Lane& lane, bool waits) {
    if (lane.waits == waits) {
        return;
    }
    const auto rows = static_cast<std::int64_t>(lane.rows.size());
    count(lane.waits, -rows);
    lane.waits = waits;
    count(lane.waits, rows);
}

void Correlator::put_back(const std::string& problem_key, const Lane& lane) {
    for (const ports::JournalEntry& row : lane.rows) {
        left_.add(problem_key, row.seq);
    }
    count(lane.waits, -static_cast<std::int64_t>(lane.rows.size()));
}

asio::awaitable<void> Correlator::lane(std::string problem_key) {
    Lane& own = lanes_.at(problem_key);  // stays in its place until it is erased below
    bool goes_on = true;
    while (goes_on && !own.rows.empty()) {
        goes_on = co_await process(own);
        if (goes_on) {
            own.rows.pop_front();
            count(own.waits, -1);
            set_waits(own, false);
        }
    }
    put_back(problem_key, own);
    lanes_.erase(problem_key);
}

asio::awaitable<bool> Correlator::process(Lane& lane) {
    const ports::JournalEntry& entry = lane.rows.front();
    std::optional<Placement> placement;
    while (!stopping_) {
        // Asked anew each time, so that a reload helps alerts that wait for a place.
        const std::shared_ptr<const Policies> policies = services_.policies.current();
        PlaceQuestion question = place_question(entry.alert, *policies, services_.clock.now());
        if (!placement) {
            placement = remembered_place(entry.alert, question);
        }
        domain::Plan plan = std::move(question.plan);
        std::optional<Placement> placed = placement;
        if (placed) {
            plan = with_place(entry.alert, *policies, std::move(plan), *placed);
        }
        auto decision = co_await decide(entry, policies, std::move(plan), std::move(placed));
        if (!decision) {
            services_.events.log(
                ports::Level::error, "decision_not_stored", "cannot store a decision, trying again",
                {{"alert", entry.alert.id}, {"error", describe(decision.error())}}
            );
            co_await services_.clock.sleep(kStoreRetry);
            continue;
        }
        if (decision->verdict != domain::Verdict::needs_placement) {
            decided(entry, *decision);
            const bool opened = !decision->incidents.empty() &&
                                decision->incidents.back().opener.id == entry.alert.id;
            if (opened && placement && !placement->unmatched.empty()) {
                (void)co_await services_.store.note_unmatched(
                    entry.alert.source, entry.alert.host.name, placement->unmatched,
                    services_.clock.now()
                );
            }
            co_return true;
        }
        if (!lane.waits && waiting_ >= limits_.waiting) {
            co_return false;
        }
        set_waits(lane, true);
        placement = co_await wait_for_place(entry.alert, policies);
    }
    co_return false;
}

domain::Plan Correlator::with_place(
    const domain::Alert& alert, const Policies& policies, domain::Plan plan, Placement& placement
) const {
    const WallTime now = services_.clock.now();
    plan = plan_with_details(alert, policies, std::move(plan), placement, now);
    if (placement.asset && plan.policy.changes != domain::OnChange::none) {
        if (const domain::PlannedChange* change = change_of(*placement.asset, now)) {
            domain::apply_change(*change, plan, placement);
        }
    }
    return plan;
}

asio::awaitable<Result<Decision>> Correlator::decide(
    const ports::JournalEntry& entry, std::shared_ptr<const Policies> policies, domain::Plan plan,
    std::optional<Placement> placement
) {
    AlertCase asked = case_of(
        entry.alert, *policies, std::move(plan), std::move(placement), services_.clock.now()
    );
    asked.subject.journal_seq = entry.seq;
    asked.event.away_until = away_until();
    // The alert is copied: the function runs on the store thread and must own what it reads.
    ports::DecideFunction function = [policies, ids = &services_.ids, alert = entry.alert,
                                      event = std::move(asked.event),
                                      now = services_.clock.now()](const Snapshot& known) mutable {
        event.alert = &alert;
        return domain::decide(policies->context(*ids), known, event, now);
    };
    return services_.store.decide(std::move(asked.subject), std::move(function));
}

void Correlator::decided(const ports::JournalEntry& entry, const Decision& decision) {
    const bool applied = decision.verdict == domain::Verdict::applied;
    services_.metrics.count(
        "alerts_decided_total", {{"source", entry.alert.source},
                                 {"kind", std::string(to_string(entry.alert.kind))},
                                 {"result", applied ? "applied" : "ignored"}}
    );
    count_observed(services_.metrics, decision);
    if (decision.fuse_blown) {
        tell_of_fuse(services_.events, services_.metrics);
    }
    if (decision.folded) {
        services_.metrics.count("problems_folded_total", {{"source", entry.alert.source}});
    }
    services_.events.log(
        ports::Level::info, "alert_decided", decision.reason,
        {{"alert", entry.alert.id},
         {"source", entry.alert.source},
         {"kind", std::string(to_string(entry.alert.kind))},
         {"problem", entry.alert.problem_key},
         {"host", entry.alert.host.name}}
    );
    if (on_decided) {
        on_decided(entry.alert.id, decision);
    }
}

}  // namespace alert_bridge::core
