// SPDX-License-Identifier: MIT
//
// send_waiting(): sends what waits in the spool, the oldest first, one after the other.
//
// Guarantees: an alert leaves the queue only when the bridge has accepted it (202: it is on the
// bridge's disk) or for the folder `refused`. A bridge that is away ends the round at once. An
// answer that speaks against one alert (its body cannot be read) sets that one aside. An answer
// that may speak against all (credentials, address) keeps it waiting, and the next kSuspectsMax are
// tried: once one of them is accepted, it is tried again, and if the answer is the same, it was the
// alert after all, and it is set aside. So no single alert blocks the queue, and neither a wrong
// token nor one that was wrong for a moment empties it. What cannot be removed ends the round: it
// would be sent for ever. What cannot be set aside waits, and the others go on.
// What arrives while a round ends is not left behind: who adds and finds the turn taken may go.
// Not guaranteed: that an alert is sent once only; an answer that got lost sends it again, and the
// bridge knows the repeat by its ids and times.
// Thread rule: one thread; blocking. Tests: unit/app/send_queue_test.cpp, send_failure_test.cpp
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "alert_bridge/app/send_spool.hpp"
#include "alert_bridge/base/time.hpp"

namespace alert_bridge::app {

struct SendAnswer {
    enum class Kind {
        accepted,
        away,      // not reachable, too slow, overloaded: later
        refused,   // this alert will never be accepted
        mistaken,  // credentials, address, certificate: a person must repair something
    };
    Kind kind = Kind::away;
    std::string why;  // for people; "" when accepted
};

struct SendWork {
    std::function<SendAnswer(const std::string& body)> deliver;
    std::function<bool()> time_is_over;  // looked at before each alert
    std::function<WallTime()> now;
};

enum class SendFate { waits, sent, set_aside, unknown /* another process has sent it */ };

struct SendReport {
    std::size_t sent = 0;
    std::size_t set_aside = 0;
    std::size_t waiting = 0;  // at the end
    bool others_turn = false;
    // Of the last answer that was not accepted, unless an acceptance came after it.
    SendAnswer::Kind stopped_by = SendAnswer::Kind::accepted;
    std::string why;
    std::string failure;             // of the folder; "" if there was none
    SendFate own = SendFate::waits;  // of the alert `own`
};

inline constexpr std::size_t kSuspectsMax = 3;

// Somebody must do something before what waits can be sent.
[[nodiscard]] bool needs_repair(const SendReport& report);

// `own`: the name of the alert that the caller wants to know about, or "".
[[nodiscard]] SendReport send_waiting(
    SendSpool& spool, const SendWork& work, const std::string& own
);

}  // namespace alert_bridge::app
