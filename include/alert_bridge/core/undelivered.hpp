// SPDX-License-Identifier: MIT
//
// Undelivered: tells people past GLPI, on the channels of the section `undelivered`, when tickets
// do not get through (domain/undelivered.hpp says when).
//
// Looks every kEvery (more often where tickets may wait for less than that) at the openings that
// are owed, and at the oldest kUndecidedMax of the alerts that are not decided yet because GLPI
// cannot be asked for their place: each problem once, unless its end waits there, too. A look that
// took long is followed by a pause ten times as long, at most a minute.
//
// Guarantees: a message that no channel took is tried again, made anew, at the next look; what one
// channel took counts as told, the others' failures are logged. What was told is kept in the store,
// so that a restart says nothing twice. Without a channel it asks nothing. stop() and use() cut
// what is being sent.
// Not guaranteed: that no message comes twice (the process may end between sending and noting it, a
// message that was cut may have arrived).
// Thread rule: the I/O thread.
// Tests: tests/unit/core/undelivered_test.cpp
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "alert_bridge/core/policies.hpp"
#include "alert_bridge/core/tasks.hpp"
#include "alert_bridge/domain/undelivered.hpp"
#include "alert_bridge/ports/alarm_channel.hpp"
#include "alert_bridge/ports/backlog_store.hpp"

namespace alert_bridge::core {

struct AlarmPlan {
    domain::WaitLimits limits;
    Duration repeat{};  // 0: no reminders
    ports::AlarmChannels channels;
    std::string name;  // which bridge
};

class Undelivered {
  public:
    static constexpr Duration kEvery{15'000};
    static constexpr Duration kOften{1'000};
    static constexpr int kUndecidedMax = 100'000;

    struct Services {
        ports::Store& store;
        ports::BacklogStore& backlog;
        ports::Clock& clock;
        ports::Events& events;
        ports::Metrics& metrics;
        PolicyHolder& policies;
    };

    Undelivered(Services services, AlarmPlan plan);

    [[nodiscard]] boost::asio::awaitable<void> run();
    void stop();
    void use(AlarmPlan plan);
    void clock_was_set(Duration by);

    // How GLPI is, for people.
    std::function<std::string()> glpi_state = [] { return std::string(); };

  private:
    [[nodiscard]] boost::asio::awaitable<void> look();
    [[nodiscard]] boost::asio::awaitable<bool> remember();
    // Writes the memory where that has changed.
    [[nodiscard]] boost::asio::awaitable<void> note();
    [[nodiscard]] boost::asio::awaitable<Result<domain::Trouble>> trouble();
    // Each adds to the trouble.
    [[nodiscard]] boost::asio::awaitable<Result<void>> add_undecided(domain::Trouble& trouble);
    [[nodiscard]] boost::asio::awaitable<Result<void>> add_alarms(domain::Trouble& trouble);
    [[nodiscard]] boost::asio::awaitable<void> tell(
        domain::AlarmKind kind, domain::Trouble trouble
    );
    [[nodiscard]] boost::asio::awaitable<bool> send(domain::Alarm alarm);

    Services services_;
    std::shared_ptr<const AlarmPlan> plan_;
    Bell bell_;
    std::optional<domain::AlarmMemory> memory_;  // empty: not read yet
    std::string noted_;                          // the fact of the store
    Duration look_took_{};                       // the last one
    bool stopping_ = false;
};

// As a fact of the store, and back; a text that cannot be read is a memory of nothing. When trouble
// was last seen is not kept: it counts as seen `now`.
[[nodiscard]] std::string to_fact(const domain::AlarmMemory& memory);
[[nodiscard]] domain::AlarmMemory from_fact(const std::string& text, WallTime now);

}  // namespace alert_bridge::core
