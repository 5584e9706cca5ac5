// SPDX-License-Identifier: MIT
#include "alert_bridge/app/system_clock.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace alert_bridge::app {

WallTime SystemClock::now() const {
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

boost::asio::awaitable<void> SystemClock::sleep(Duration duration) {
    boost::asio::steady_timer timer(executor_);
    timer.expires_after(duration);
    co_await timer.async_wait(boost::asio::use_awaitable);
}

}  // namespace alert_bridge::app
