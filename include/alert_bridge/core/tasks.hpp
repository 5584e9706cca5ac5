// SPDX-License-Identifier: MIT
//
// Tasks and Bell: how the core starts coroutines and wakes its loops.
//
// Tasks is the coroutine root: it starts named coroutines, logs an exception that escapes one (the
// program lives on) and can wait until all have ended. Bell lets a loop sleep until somebody rings
// or a time is over; a ring while nobody waits is remembered, several rings are one.
// Thread rule: the I/O thread. Tests: through every test of core
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <utility>

#include "alert_bridge/base/time.hpp"
#include "alert_bridge/ports/runtime.hpp"

namespace alert_bridge::core {

class Bell {
  public:
    explicit Bell(ports::Clock& clock) : alarm_(clock.alarm()) {}
    void ring();
    // One waiter at a time.
    [[nodiscard]] boost::asio::awaitable<void> wait(Duration longest);

  private:
    std::unique_ptr<ports::Clock::Alarm> alarm_;
    bool rung_ = false;
};

class Tasks {
  public:
    Tasks(boost::asio::any_io_executor executor, ports::Clock& clock, ports::Events& events)
        : executor_(std::move(executor)), events_(events), ended_(clock) {}

    void spawn(std::string name, boost::asio::awaitable<void> work);
    [[nodiscard]] int running() const noexcept { return running_; }
    // True when all have ended within the time.
    [[nodiscard]] boost::asio::awaitable<bool> join(Duration longest);
    [[nodiscard]] const boost::asio::any_io_executor& executor() const noexcept {
        return executor_;
    }

  private:
    boost::asio::any_io_executor executor_;
    ports::Events& events_;
    Bell ended_;
    int running_ = 0;
};

}  // namespace alert_bridge::core
