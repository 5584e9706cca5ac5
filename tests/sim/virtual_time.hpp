// SPDX-License-Identifier: MIT
//
// VirtualTime: a clock that jumps to whatever comes next. Waits of coroutines and events of the
// world stand in one queue, in order of time, then of arrival.
//
// Guarantees: nothing waits in real time; the same calls give the same order. Coroutines go on
// through their executor, never inside step() or end(). drop_waits() destroys every coroutine that
// waits, as a crash does; events of the world stay.
// Thread rule: one thread. Lifetime: outlives its alarms and the coroutines that wait.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "alert_bridge/ports/runtime.hpp"

namespace alert_bridge::simulation {

class VirtualTime final : public ports::Clock {
  public:
    using Place = std::pair<WallTime, std::uint64_t>;

    [[nodiscard]] WallTime now() const override { return now_; }
    [[nodiscard]] boost::asio::awaitable<void> sleep(Duration duration) override;
    [[nodiscard]] std::unique_ptr<Alarm> alarm() override;
    // Until the coroutine is destroyed.
    [[nodiscard]] boost::asio::awaitable<void> for_ever();

    void at(WallTime due, std::function<void()> event);
    void after(Duration duration, std::function<void()> event) {
        at(now_ + duration, std::move(event));
    }
    // Moves to the next wait or event up to `end` and lets it happen. False: there is none.
    bool step(WallTime end);
    void drop_waits();

    // `handler` goes on through its own executor.
    template <class Handler>
    Place park(WallTime due, Handler handler) {
        return add(due, std::make_unique<HandlerWait<Handler>>(std::move(handler)));
    }
    // Nothing when it went on already.
    void wake(Place place);

  private:
    class Wait {
      public:
        virtual ~Wait() = default;
        virtual void go_on() = 0;
    };
    template <class Handler>
    class HandlerWait final : public Wait {
      public:
        explicit HandlerWait(Handler handler) : handler_(std::move(handler)) {}
        void go_on() override { boost::asio::post(std::move(handler_)); }

      private:
        Handler handler_;
    };
    struct Entry {
        std::unique_ptr<Wait> wait;  // of a coroutine; empty: an event
        std::function<void()> event;
    };

    Place add(WallTime due, std::unique_ptr<Wait> wait);

    WallTime now_ = from_unix_ms(1'795'466'910'000);  // 2026-11-23
    std::uint64_t arrivals_ = 0;
    std::map<Place, Entry> queue_;
};

}  // namespace alert_bridge::simulation
