// SPDX-License-Identifier: MIT
//
// Waiters: requests that hold their answer until an alert's ticket is known (Prefer: wait=N).
//
// Guarantees: until_settled() ends at the latest after its timeout, at once when the alert will not
// lead to a ticket now; bounded number of waiters (past it: no wait). The store is asked with
// growing pauses (20 ms to 500 ms), so there is no wake-up to lose, and what is returned is always
// its word. Thread rule: the I/O thread. Tests: tests/unit/core/waiters_test.cpp
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>

#include "alert_bridge/ports/runtime.hpp"
#include "alert_bridge/ports/store.hpp"

namespace alert_bridge::core {

class Waiters {
  public:
    static constexpr int kWaitersMax = 64;

    Waiters(ports::Store& store, ports::Clock& clock) : store_(store), clock_(clock) {}

    // Standing of the alert when its ticket is known, when nothing will be opened now (no incident,
    // open_after still runs, ended), or at the timeout. Errors: as Store; "unknown_alert".
    [[nodiscard]] boost::asio::awaitable<Result<ports::Standing>> until_settled(
        std::string alert_id, Duration timeout
    );

    // Set by the wiring: true while waiting is pointless (breaker open, long outbox, stopping).
    std::function<bool()> hopeless;

  private:
    ports::Store& store_;
    ports::Clock& clock_;
    std::shared_ptr<int> waiting_ = std::make_shared<int>(0);
};

}  // namespace alert_bridge::core
