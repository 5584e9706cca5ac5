// SPDX-License-Identifier: MIT
//
// Messenger: tells monitoring what it is owed.
//
// Guarantees: at least once, in order per occurrence; sources do not wait for each other; while one
// is away it is tried at the pace of one notice's back-off, not once per notice. What was told is
// not told again because it could not be stored: storing is tried until it is done (after a stop it
// may be told again). A notice that is refused, or older than domain::kNoticeLife, is dead: logged,
// counted, kept for the operator. What is owed to a source that has no way back any more is
// dropped.
// Thread rule: the I/O thread. Tests: tests/unit/core/messenger_test.cpp
#pragma once

#include <map>
#include <optional>
#include <string>

#include "alert_bridge/base/id.hpp"
#include "alert_bridge/core/backs.hpp"
#include "alert_bridge/core/busy.hpp"
#include "alert_bridge/core/tasks.hpp"

namespace alert_bridge::core {

class Messenger {
  public:
    struct Services {
        ports::NoticeStore& store;
        ports::Clock& clock;
        ports::Events& events;
        ports::Metrics& metrics;
        IdSource& ids;
    };

    Messenger(Services services, Tasks& tasks, BacksPtr backs);

    [[nodiscard]] boost::asio::awaitable<void> run();
    void ring() { bell_.ring(); }
    void use(BacksPtr backs);
    void stop();
    // The wall clock was set by so much, as from now.
    void clock_was_set(Duration by);

  private:
    [[nodiscard]] boost::asio::awaitable<void> start_sources();
    [[nodiscard]] boost::asio::awaitable<Duration> pause();
    [[nodiscard]] boost::asio::awaitable<void> serve(Busy::Mark mark, std::string source);
    // False when the source is to be left alone for a while.
    [[nodiscard]] boost::asio::awaitable<bool> tell(
        std::string source, Back back, domain::Notice notice
    );
    // False: the daemon stops, and it is not stored.
    [[nodiscard]] boost::asio::awaitable<bool> settle(
        std::int64_t id, std::optional<domain::Notice> next
    );
    [[nodiscard]] boost::asio::awaitable<void> drop_all(std::string source);
    void report(const std::string& source, const domain::Notice& told, const Error& error);

    Services services_;
    Tasks& tasks_;
    Bell bell_;
    BacksPtr backs_;
    Busy busy_;
    std::map<std::string, WallTime> away_until_;
    bool stopping_ = false;
};

}  // namespace alert_bridge::core
