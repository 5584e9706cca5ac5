// SPDX-License-Identifier: MIT
//
// SystemClock: ports::Clock on the system's wall clock and Asio's steady timers.
//
// A wall clock that is set while the daemon runs (by hand, by NTP after a boot, after a suspend)
// would end or stretch everything that waits: a quarantine cut short may make a second ticket.
// Guarantees: now() goes on as if the clock had not been set, until absorb_jump() is called by who
// moves along what waits; small corrections (under kJump between two calls) are simply followed.
// Thread rule: the I/O thread. Lifetime: alarms must be destroyed before the executor's context.
// Tests: tests/unit/app/system_clock_test.cpp
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <memory>

#include "alert_bridge/ports/runtime.hpp"

namespace alert_bridge::app {

class SystemClock final : public ports::Clock {
  public:
    static constexpr Duration kJump{1'000};

    struct Sources {
        std::function<WallTime()> wall;
        std::function<std::chrono::steady_clock::time_point()> steady;
    };
    [[nodiscard]] static Sources system_sources();

    explicit SystemClock(boost::asio::any_io_executor executor, Sources sources = system_sources());

    [[nodiscard]] WallTime now() const override;
    [[nodiscard]] boost::asio::awaitable<void> sleep(Duration duration) override;
    [[nodiscard]] std::unique_ptr<Alarm> alarm() override;

    // By how much the wall clock was set and now() does not show it yet; positive: forward.
    [[nodiscard]] Duration jump() const;
    // From here on now() shows that much of it.
    void absorb_jump(Duration part) { held_back_ -= part; }

  private:
    boost::asio::any_io_executor executor_;
    Sources sources_;
    mutable WallTime last_wall_;
    mutable std::chrono::steady_clock::time_point last_steady_;
    mutable Duration held_back_{};
};

}  // namespace alert_bridge::app
