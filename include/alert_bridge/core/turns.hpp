// SPDX-License-Identifier: MIT
//
// Turns and Crowd: how many coroutines wait for few places, or for one piece of news.
//
// Turns has a fixed number of places; who finds none free queues in order of arrival, and a place
// that is given back goes to the first in the queue. A Turn is one place, given back by its
// destructor, also when a coroutine is destroyed with the io_context after Turns itself. Crowd lets
// any number wait until somebody rings; a ring is not remembered for those who come later.
// Thread rule: the I/O thread. Tests: tests/unit/core/turns_test.cpp
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <list>
#include <memory>
#include <utility>

#include "alert_bridge/base/time.hpp"
#include "alert_bridge/ports/runtime.hpp"

namespace alert_bridge::core {

class Crowd {
  public:
    explicit Crowd(ports::Clock& clock) : clock_(clock), waiting_(std::make_shared<Alarms>()) {}
    // Until ring() or the time is over.
    [[nodiscard]] boost::asio::awaitable<void> wait(Duration longest);
    void ring();
    [[nodiscard]] std::size_t waiting() const noexcept { return waiting_->size(); }

  private:
    using Alarms = std::list<ports::Clock::Alarm*>;
    class Seat;

    ports::Clock& clock_;
    std::shared_ptr<Alarms> waiting_;
};

class Turns {
    struct State;

  public:
    class Turn {
      public:
        Turn() = default;
        explicit Turn(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}
        Turn(Turn&& other) noexcept : state_(std::move(other.state_)) {}
        Turn& operator=(Turn&& other) noexcept {
            std::swap(state_, other.state_);
            return *this;
        }
        ~Turn();
        explicit operator bool() const noexcept { return state_ != nullptr; }

      private:
        std::shared_ptr<State> state_;
    };

    Turns(ports::Clock& clock, int places);
    // A place, now or within the time; otherwise an empty Turn.
    [[nodiscard]] boost::asio::awaitable<Turn> take(Duration longest);
    // Everybody in the queue goes away with an empty Turn.
    void dismiss();

  private:
    class Place;
    ports::Clock& clock_;
    std::shared_ptr<State> state_;
};

}  // namespace alert_bridge::core
