// SPDX-License-Identifier: MIT
//
// EventLog: ports::Events as lines on stderr or in a file, written by a thread of its own.
//
// Guarantees: log() never waits for a slow reader: past queue_lines the oldest waiting line is
// dropped and counted. Warnings and errors that repeat within a minute are shown once and then
// counted; one event id shows at most 50 lines a minute. Every line obeys log_format.hpp.
// Not guaranteed: that the last lines before a crash are out; flush() before a planned end.
// Nothing secret may be handed in.
// Thread rule: any thread. Tests: tests/unit/observe/logging_test.cpp
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/observe/log_format.hpp"

namespace alert_bridge::observe {

struct LogOptions {
    std::optional<LogStyle> style;  // empty: journal when stderr is the journal's, else console
    ports::Level level = ports::Level::info;
    std::string file;               // empty: stderr
    std::string time_zone;          // console times; empty: UTC
    std::size_t queue_lines = 384;  // about 0.4 KiB each, held from the start
    std::function<WallTime()> now;  // empty: the system's clock
};

class EventLog final : public ports::Events {
  public:
    ~EventLog() override;

    void log(
        ports::Level level, std::string_view event_id, std::string_view message,
        std::vector<ports::Field> fields = {}
    ) override;

    // The newest kRecentMax warnings and errors that were shown, the newest first. `text` obeys
    // log_format.hpp: one line, no control characters, cut.
    struct Recent {
        WallTime time{};
        ports::Level level = ports::Level::warning;
        std::string event_id, text;
    };
    static constexpr std::size_t kRecentMax = 20;
    [[nodiscard]] std::vector<Recent> recent() const;

    void set_level(ports::Level level) noexcept;
    // Everything logged so far is written when this returns, or two seconds are over. Counts that
    // are held back are told.
    void flush();
    // Opens the file anew (log rotation); keeps the old one when that fails. Nothing on stderr.
    [[nodiscard]] Result<void> reopen();
    // Lines lost to a full queue since the start.
    [[nodiscard]] std::size_t dropped() const;

  private:
    friend Result<std::unique_ptr<EventLog>> make_events(LogOptions options);
    struct Impl;
    explicit EventLog(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// Errors: misconfigured, "log_file".
[[nodiscard]] Result<std::unique_ptr<EventLog>> make_events(LogOptions options);

// True when JOURNAL_STREAM names the very file that the descriptor is (systemd.exec(5)).
[[nodiscard]] bool is_journal(int descriptor, const char* journal_stream) noexcept;

}  // namespace alert_bridge::observe
