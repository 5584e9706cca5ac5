// SPDX-License-Identifier: MIT
//
// Dispatcher: claims owed operations, lets Delivery or Reconciler work on them in a bounded window,
// and stores what came of it.
//
// Guarantees: per incident strictly in order, one at a time (the store's claim sees to that);
// different incidents in parallel up to `window`. The state `sending` is committed before a byte
// leaves; the result is committed before the next operation of that incident is claimed. While GLPI
// is away or refuses our tokens one operation at most is tried at a time, at the pace of may_send.
// Not guaranteed: order between incidents.
// Thread rule: the I/O thread. Tests: tests/unit/core/delivery_test.cpp
#pragma once

#include <functional>

#include "alert_bridge/core/delivery.hpp"
#include "alert_bridge/core/policies.hpp"
#include "alert_bridge/core/tasks.hpp"

namespace alert_bridge::core {

class Dispatcher {
  public:
    struct Services {
        ports::Store& store;
        ports::Clock& clock;
        ports::Events& events;
        ports::Metrics& metrics;
        IdSource& ids;
        PolicyHolder& policies;
        Delivery& delivery;
        Reconciler& reconciler;
    };

    Dispatcher(Services services, Tasks& tasks, int window);

    [[nodiscard]] boost::asio::awaitable<void> run();
    void ring() { bell_.ring(); }
    // Claims nothing more; what runs goes on.
    void stop();

    // How many operations may be in work now: window while GLPI is well, 1 for a probe, 0 to wait.
    std::function<int()> may_send;
    // After each committed result.
    std::function<void(const domain::Operation&, const domain::Incident&)> on_settled;

    [[nodiscard]] int in_flight() const noexcept { return in_flight_; }
    // The last claim took all that it had room for: more may be due than GLPI takes at once.
    [[nodiscard]] bool writes_wait() const noexcept { return writes_wait_; }

  private:
    [[nodiscard]] boost::asio::awaitable<void> work(ports::Claimed claimed);
    [[nodiscard]] boost::asio::awaitable<void> settle(
        ports::Claimed claimed, domain::OperationResult result
    );
    [[nodiscard]] boost::asio::awaitable<Duration> pause();
    void report_late(
        const ports::Claimed& claimed, const domain::OperationResult& result,
        const domain::Decision& decision
    );
    void report_second(
        const ports::Claimed& claimed, std::int64_t second_id, const domain::Operation& settled
    );
    void report(
        const ports::Claimed& claimed, const domain::OperationResult& result,
        const domain::Decision& decision
    );

    Services services_;
    Tasks& tasks_;
    Bell bell_;
    int window_;
    int in_flight_ = 0;
    bool writes_wait_ = false;
    bool stopping_ = false;
};

}  // namespace alert_bridge::core
