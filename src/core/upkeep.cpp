// SPDX-License-Identifier: MIT
#include "alert_bridge/core/upkeep.hpp"

#include <algorithm>
#include <utility>

#include "alert_bridge/core/alarms.hpp"
#include "alert_bridge/core/observed.hpp"

namespace alert_bridge::core {

namespace asio = boost::asio;

namespace {

constexpr int kTimersAtOnce = 256;
constexpr int kPruneRows = 500;
constexpr Duration kPruneEvery{3600'000};
constexpr int kReportsAtOnce = 64;
constexpr Duration kReportEvery{5'000};
constexpr Duration kReportPatience{600'000};
constexpr Duration kShortestPause{10};

}  // namespace

Upkeep::Upkeep(Services services) : services_(services), bell_(services.clock) {}

void Upkeep::stop() {
    stopping_ = true;
    bell_.ring();
}

void Upkeep::clock_was_set(Duration by) {
    next_prune_ += by;
    next_report_ += by;
    next_observed_ += by;
    bell_.ring();
}

asio::awaitable<void> Upkeep::run() {
    while (!stopping_) {
        const bool more = co_await fire_due();
        if (more) {
            continue;
        }
        if (services_.clock.now() >= next_report_) {
            co_await report_outages();
        }
        if (services_.clock.now() >= next_observed_) {
            co_await report_observed();
        }
        if (services_.clock.now() >= next_prune_) {
            co_await prune();
        }
        Duration pause = kReportEvery;
        auto next = co_await services_.store.next_timer();
        if (next && *next) {
            pause = std::clamp(**next - services_.clock.now(), kShortestPause, kReportEvery);
        }
        if (services_.clock.now() >= next_prune_) {
            pause = kShortestPause;  // there was more than one transaction should delete
        }
        co_await bell_.wait(pause);
    }
}

asio::awaitable<bool> Upkeep::fire_due() {
    auto timers = co_await services_.store.due_timers(services_.clock.now(), kTimersAtOnce);
    if (!timers) {
        services_.events.log(
            ports::Level::error, "timers_unreadable", "cannot read timers, trying again",
            {{"error", describe(timers.error())}}
        );
        co_await services_.clock.sleep(Duration(1000));
        co_return false;
    }
    for (domain::Timer& timer : *timers) {
        if (stopping_) {
            co_return false;
        }
        co_await fire(std::move(timer));
    }
    if (!timers->empty() && on_fired) {
        on_fired();
    }
    co_return static_cast<int>(timers->size()) == kTimersAtOnce;
}

asio::awaitable<void> Upkeep::fire(domain::Timer timer) {
    const std::shared_ptr<const Policies> policies = services_.policies.current();
    ports::Subject subject;
    subject.timer = timer;
    subject.budgets = domain::budget_window(policies->storm, services_.clock.now());
    ports::DecideFunction function = [policies, ids = &services_.ids,
                                      event = domain::TimerEvent{timer, away_until()},
                                      now = services_.clock.now()](const domain::Snapshot& known) {
        return domain::decide(policies->context(*ids), known, event, now);
    };
    auto decision = co_await services_.store.decide(std::move(subject), std::move(function));
    if (!decision) {
        services_.events.log(
            ports::Level::error, "timer_not_stored", "cannot store what a timer decided",
            {{"incident", timer.incident_id}, {"error", describe(decision.error())}}
        );
        co_await services_.clock.sleep(Duration(1000));
        co_return;
    }
    count_observed(services_.metrics, *decision);
    if (decision->fuse_blown) {
        tell_of_fuse(services_.events, services_.metrics);
    }
    if (decision->verdict == domain::Verdict::applied) {
        services_.events.log(
            ports::Level::info, "timer_fired", decision->reason,
            {{"incident", timer.incident_id}, {"timer", std::string(to_string(timer.kind))}}
        );
    }
}

asio::awaitable<void> Upkeep::report_outages() {
    const WallTime now = services_.clock.now();
    next_report_ = now + kReportEvery;
    WallTime away = away_until();
    if (away >= now) {
        co_return;
    }
    // An alert of the outage that waits for people (no entity is known for it, say) holds up no
    // report.
    if (now - away > kReportPatience) {
        away = WallTime{};
    }
    auto entities = co_await services_.store.outages_to_report(away, kReportsAtOnce);
    if (!entities) {
        services_.events.log(
            ports::Level::error, "outages_unreadable",
            "cannot read what came and went while GLPI was away, trying again",
            {{"error", describe(entities.error())}}
        );
        co_return;
    }
    for (const std::int64_t entity_id : *entities) {
        co_await report_outage(entity_id);
    }
    if (!entities->empty() && on_fired) {
        on_fired();
    }
}

asio::awaitable<void> Upkeep::report_outage(std::int64_t entity_id) {
    const std::shared_ptr<const Policies> policies = services_.policies.current();
    ports::Subject subject;
    subject.outage_entity = entity_id;
    ports::DecideFunction function = [policies, ids = &services_.ids,
                                      event = domain::OutageEvent{entity_id},
                                      now = services_.clock.now()](const domain::Snapshot& known) {
        return domain::decide(policies->context(*ids), known, event, now);
    };
    auto decision = co_await services_.store.decide(std::move(subject), std::move(function));
    const std::string entity = std::to_string(entity_id);
    if (!decision) {
        services_.events.log(
            ports::Level::error, "outage_not_reported",
            "cannot store the report of an outage of GLPI, trying again",
            {{"entity", entity}, {"error", describe(decision.error())}}
        );
    } else if (!decision->incidents.empty()) {
        services_.events.log(
            ports::Level::info, "outage_reported",
            "one ticket will tell what came and went while GLPI was away",
            {{"entity", entity}, {"incident", decision->incidents.back().id}}
        );
    }
}

asio::awaitable<void> Upkeep::prune() {
    next_prune_ = services_.clock.now() + kPruneEvery;
    auto pruned = co_await services_.store.prune(services_.clock.now(), kPruneRows);
    if (pruned && *pruned >= kPruneRows) {
        next_prune_ = services_.clock.now();  // more to do; timers go first
    }
}

}  // namespace alert_bridge::core
