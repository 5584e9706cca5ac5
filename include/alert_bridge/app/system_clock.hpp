// SPDX-License-Identifier: MIT
//
// SystemClock: ports::Clock on the system's wall clock and Asio's steady timers.
// Thread rule: now() anywhere; the rest on the I/O thread. Lifetime: alarms must be destroyed
// before the executor's context.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "alert_bridge/ports/runtime.hpp"

namespace alert_bridge::app {

class SystemClock final : public ports::Clock {
  public:
    explicit SystemClock(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}
    [[nodiscard]] WallTime now() const override;
    [[nodiscard]] boost::asio::awaitable<void> sleep(Duration duration) override;
    [[nodiscard]] std::unique_ptr<Alarm> alarm() override;

  private:
    boost::asio::any_io_executor executor_;
};

}  // namespace alert_bridge::app
