// SPDX-License-Identifier: MIT
//
// When somebody must hear, past GLPI, that tickets do not get through: an opening that waits too
// long, a write that was refused for good, the blown fuse.
//
//              trouble                    nothing was seen of it for gone_after()
//   quiet ───── raised ────▶ told ─────────── over ─────────────▶ quiet
//                             │ ▲
//                             └─┘ raised: trouble of another kind; reminder: `repeat` is over
//
// Each kind is forgotten by itself: late tickets that come again while a dead letter stays are
// told again, if they were gone for long enough.
// Guarantees: pure functions; the texts hold no control characters but line feeds, whatever comes
// from monitoring, and are bounded. Thread rule: values.
// Tests: tests/unit/domain/undelivered_test.cpp
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/base/time.hpp"

namespace alert_bridge::domain {

// How long the opening of a ticket may wait for GLPI.
struct WaitLimits {
    std::map<std::string, Duration> by_priority;
    Duration other{3'600'000};  // of priorities that are not named

    [[nodiscard]] Duration of(const std::string& priority) const;
    [[nodiscard]] Duration shortest() const;
    // Trouble that was not seen for so long is gone, and told anew when it comes again: twice the
    // shortest limit, at most 15 minutes.
    [[nodiscard]] Duration gone_after() const;
};

// A ticket that GLPI has not got.
struct WaitingOpening {
    std::string id;  // of the incident; of the alert, while nothing is decided for it
    std::string priority, host, problem;
    WallTime since{};
    std::string last_error;  // empty: not tried yet
};

// What is wrong at one moment.
struct Trouble {
    static constexpr std::size_t kLateMax = 100;

    std::vector<WaitingOpening> late;  // the oldest kLateMax, oldest first
    std::int64_t dead = 0;             // writes that were refused for good
    bool fuse_blown = false;

    [[nodiscard]] bool empty() const { return late.empty() && dead == 0 && !fuse_blown; }
};

// What people were told of, kept in the store.
struct AlarmMemory {
    std::optional<WallTime> since;  // the trouble's first message; empty: quiet
    WallTime told_at{};             // the last message
    // When trouble of a kind that was told of was last seen; empty: not told of, or gone.
    std::optional<WallTime> late, dead, fuse;

    bool operator==(const AlarmMemory&) const = default;
};

enum class AlarmKind { raised, reminder, over };
[[nodiscard]] std::string_view to_string(AlarmKind kind) noexcept;

// What is left of the memory after a look.
[[nodiscard]] AlarmMemory after_look(
    const AlarmMemory& memory, const Trouble& trouble, Duration gone_after, WallTime now
);
// Requires: the memory is that after the look. `repeat` zero: no reminders.
[[nodiscard]] std::optional<AlarmKind> alarm_due(
    const AlarmMemory& memory, const Trouble& trouble, Duration repeat, WallTime now
);
// After that message.
[[nodiscard]] AlarmMemory remembered(
    const AlarmMemory& memory, AlarmKind kind, const Trouble& trouble, WallTime now
);

// A message for people, the same on every channel.
struct Alarm {
    AlarmKind kind = AlarmKind::raised;
    WallTime at{}, since{};
    std::string subject;  // one line of ASCII
    std::string text;     // lines of plain text, the last one ended too
    std::int64_t late = 0, dead = 0;
    bool fuse_blown = false;
};

struct AlarmSurroundings {
    std::string name;  // which bridge: the machine it runs on
    std::string glpi;  // how GLPI is, for people
};

// `since`: when the trouble was told first.
[[nodiscard]] Alarm make_alarm(
    AlarmKind kind, const Trouble& trouble, const AlarmSurroundings& surroundings, WallTime since,
    WallTime now
);

}  // namespace alert_bridge::domain
