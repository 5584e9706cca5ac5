// SPDX-License-Identifier: MIT
//
// The small seams of the core: clock, events (the core's log) and metrics.
//
// Thread rule: Clock and Events may be called from any thread; Metrics too.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/base/time.hpp"

namespace alert_bridge::ports {

class Clock {
  public:
    // A wait that somebody may end early; of one coroutine at a time. It may outlive its clock.
    class Alarm {
      public:
        virtual ~Alarm() = default;
        // Until end() or the time is over. An end() while nobody waits is not remembered.
        [[nodiscard]] virtual boost::asio::awaitable<void> wait(Duration longest) = 0;
        virtual void end() = 0;
    };

    virtual ~Clock() = default;
    [[nodiscard]] virtual WallTime now() const = 0;
    // Suspends the calling coroutine; never returns early but by cancellation (throws).
    [[nodiscard]] virtual boost::asio::awaitable<void> sleep(Duration duration) = 0;
    [[nodiscard]] virtual std::unique_ptr<Alarm> alarm() = 0;
};

enum class Level { debug, info, warning, error };

struct Field {
    std::string_view key;
    std::string value;
};

// One event: a stable id ("ticket_opened"), a sentence for people, key=value pairs.
// Text is scrubbed and cut by the implementation; nothing secret may be handed in.
class Events {
  public:
    virtual ~Events() = default;
    virtual void log(
        Level level, std::string_view event_id, std::string_view message,
        std::vector<Field> fields = {}
    ) = 0;
};

// Labels are few and fixed by the caller; values never come from alert text.
class Metrics {
  public:
    virtual ~Metrics() = default;
    using Labels = std::vector<std::pair<std::string_view, std::string>>;
    virtual void count(std::string_view name, const Labels& labels, double by = 1) = 0;
    virtual void gauge(std::string_view name, const Labels& labels, double value) = 0;
    virtual void observe(std::string_view name, const Labels& labels, double seconds) = 0;
};

}  // namespace alert_bridge::ports
