// SPDX-License-Identifier: MIT
//
// Upkeep: fires due timers through the lifecycle, has the report of an outage of GLPI made when it
// is over, tells once a day how many tickets `mode: observe` did not open, and prunes the store in
// small steps.
//
// Guarantees: a timer is a row and fires at least once after its time, also when that passed while
// the daemon was down. Pruning never delays a timer by more than one small step.
// Thread rule: the I/O thread. Tests: tests/unit/core/delivery_test.cpp
#pragma once

#include <cstdint>
#include <functional>

#include "alert_bridge/core/policies.hpp"
#include "alert_bridge/core/tasks.hpp"
#include "alert_bridge/ports/store.hpp"

namespace alert_bridge::core {

class Upkeep {
  public:
    struct Services {
        ports::Store& store;
        ports::Clock& clock;
        ports::Events& events;
        ports::Metrics& metrics;
        IdSource& ids;
        PolicyHolder& policies;
    };

    explicit Upkeep(Services services);

    [[nodiscard]] boost::asio::awaitable<void> run();
    void ring() { bell_.ring(); }
    void stop();
    // The wall clock was set by so much, as from now.
    void clock_was_set(Duration by);

    // As Correlator::away_until; reports wait while it is the present.
    std::function<WallTime()> away_until = [] { return WallTime{}; };
    // After timers changed something: the dispatcher's bell.
    std::function<void()> on_fired;

  private:
    [[nodiscard]] boost::asio::awaitable<bool> fire_due();
    [[nodiscard]] boost::asio::awaitable<void> fire(domain::Timer timer);
    [[nodiscard]] boost::asio::awaitable<void> report_outages();
    [[nodiscard]] boost::asio::awaitable<void> report_outage(std::int64_t entity_id);
    // src/core/observed.cpp
    [[nodiscard]] boost::asio::awaitable<void> report_observed();
    [[nodiscard]] boost::asio::awaitable<void> tell_observed(WallTime from, WallTime to);
    [[nodiscard]] boost::asio::awaitable<void> prune();

    Services services_;
    Bell bell_;
    WallTime next_prune_{};
    WallTime next_report_{};
    WallTime next_observed_{};
    bool stopping_ = false;
};

}  // namespace alert_bridge::core
