// SPDX-License-Identifier: MIT
//
// HeldClock: a clock that stands still. Time moves when the test says so; who sleeps wakes when the
// test lets him. Thread rule: one thread.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <vector>

#include "alert_bridge/ports/runtime.hpp"
#include "steady_alarm.hpp"

namespace alert_bridge::test {

class HeldClock final : public ports::Clock {
  public:
    WallTime time = from_unix_ms(1'795'466'910'000);  // 2026-11-23

    WallTime now() const override { return time; }
    boost::asio::awaitable<void> sleep(Duration) override {
        const auto executor = co_await boost::asio::this_coro::executor;
        auto timer = std::make_shared<boost::asio::steady_timer>(
            executor, boost::asio::steady_timer::time_point::max()
        );
        sleepers_.push_back(timer);
        constexpr auto kToken = boost::asio::as_tuple(boost::asio::use_awaitable);
        auto [woken] = co_await timer->async_wait(kToken);
        static_cast<void>(woken);
    }
    std::unique_ptr<Alarm> alarm() override { return std::make_unique<SteadyAlarm>(); }
    void wake_all() {
        for (const auto& timer : sleepers_) {
            timer->cancel();
        }
        sleepers_.clear();
    }
    std::size_t sleeping() const { return sleepers_.size(); }

  private:
    std::vector<std::shared_ptr<boost::asio::steady_timer>> sleepers_;
};

}  // namespace alert_bridge::test
