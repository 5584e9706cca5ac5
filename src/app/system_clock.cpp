// SPDX-License-Identifier: MIT
#include "alert_bridge/app/system_clock.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace alert_bridge::app {
namespace {

class SteadyAlarm final : public ports::Clock::Alarm {
  public:
    explicit SteadyAlarm(const boost::asio::any_io_executor& executor) : timer_(executor) {}
    boost::asio::awaitable<void> wait(Duration longest) override {
        timer_.expires_after(longest);
        (void)co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }
    void end() override { timer_.cancel(); }

  private:
    boost::asio::steady_timer timer_;
};

}  // namespace

SystemClock::Sources SystemClock::system_sources() {
    return {
        [] { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); },
        [] { return std::chrono::steady_clock::now(); }};
}

SystemClock::SystemClock(boost::asio::any_io_executor executor, Sources sources)
    : executor_(std::move(executor)),
      sources_(std::move(sources)),
      last_wall_(sources_.wall()),
      last_steady_(sources_.steady()) {}

WallTime SystemClock::now() const {
    const WallTime wall = sources_.wall();
    const auto steady = sources_.steady();
    const auto passed = std::chrono::duration_cast<Duration>(steady - last_steady_);
    const Duration set_by = wall - (last_wall_ + passed);
    if (set_by > kJump || set_by < -kJump) {
        held_back_ += set_by;
    }
    last_wall_ = wall;
    last_steady_ = steady;
    return wall - held_back_;
}

Duration SystemClock::jump() const {
    (void)now();
    return held_back_;
}

boost::asio::awaitable<void> SystemClock::sleep(Duration duration) {
    boost::asio::steady_timer timer(executor_);
    timer.expires_after(duration);
    co_await timer.async_wait(boost::asio::use_awaitable);
}

std::unique_ptr<ports::Clock::Alarm> SystemClock::alarm() {
    return std::make_unique<SteadyAlarm>(executor_);
}

}  // namespace alert_bridge::app
