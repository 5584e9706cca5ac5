// SPDX-License-Identifier: MIT
//
// SteadyAlarm: waits by real time, for clocks of tests that stand still or jump. Takes the executor
// of whoever waits. Thread rule: one thread.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>

#include "alert_bridge/ports/runtime.hpp"

namespace alert_bridge::test {

class SteadyAlarm final : public ports::Clock::Alarm {
  public:
    boost::asio::awaitable<void> wait(Duration longest) override {
        const auto executor = co_await boost::asio::this_coro::executor;
        timer_.emplace(executor, longest);
        (void)co_await timer_->async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }
    void end() override {
        if (timer_) {
            timer_->cancel();
        }
    }

  private:
    std::optional<boost::asio::steady_timer> timer_;
};

}  // namespace alert_bridge::test
