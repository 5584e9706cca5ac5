// SPDX-License-Identifier: MIT
//
// Small fakes of ports/runtime.hpp: a clock that moves when somebody sleeps, events and metrics
// that remember what they were told. Thread rule: one thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "alert_bridge/ports/runtime.hpp"
#include "steady_alarm.hpp"

namespace alert_bridge::test {

// sleep() moves the time and lets others run; it takes no real time.
class JumpingClock final : public ports::Clock {
  public:
    WallTime time = from_unix_ms(1'795'466'910'000);  // 2026-11-23
    std::vector<Duration> sleeps;
    std::function<void()> on_sleep;

    WallTime now() const override { return time; }
    boost::asio::awaitable<void> sleep(Duration duration) override {
        sleeps.push_back(duration);
        time += duration;
        if (on_sleep) {
            on_sleep();
        }
        co_await boost::asio::post(boost::asio::use_awaitable);
    }
    std::unique_ptr<Alarm> alarm() override { return std::make_unique<SteadyAlarm>(); }
};

class RecordedEvents final : public ports::Events {
  public:
    struct Event {
        ports::Level level = ports::Level::info;
        std::string id;
        std::string message;
        std::map<std::string, std::string> fields;
    };
    std::vector<Event> events;

    void log(
        ports::Level level, std::string_view event_id, std::string_view message,
        std::vector<ports::Field> fields
    ) override {
        Event event{level, std::string(event_id), std::string(message), {}};
        for (ports::Field& field : fields) {
            event.fields[std::string(field.key)] = std::move(field.value);
        }
        events.push_back(std::move(event));
    }
    int count(std::string_view id) const {
        int found = 0;
        for (const Event& event : events) {
            found += event.id == id ? 1 : 0;
        }
        return found;
    }
};

class RecordedMetrics final : public ports::Metrics {
  public:
    std::map<std::string, double> values;  // "name{a=b,c=d}" -> sum, last value, or observations

    void count(std::string_view name, const Labels& labels, double by) override {
        values[key(name, labels)] += by;
    }
    void gauge(std::string_view name, const Labels& labels, double value) override {
        values[key(name, labels)] = value;
    }
    void observe(std::string_view name, const Labels& labels, double) override {
        values[key(name, labels)] += 1;
    }
    double value(const std::string& name_and_labels) const {
        const auto found = values.find(name_and_labels);
        return found == values.end() ? 0 : found->second;
    }

  private:
    static std::string key(std::string_view name, const Labels& labels) {
        std::string text(name);
        std::string separator = "{";
        for (const auto& [label, value] : labels) {
            text += separator + std::string(label) + "=" + value;
            separator = ",";
        }
        return labels.empty() ? text : text + "}";
    }
};

}  // namespace alert_bridge::test
