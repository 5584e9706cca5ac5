// SPDX-License-Identifier: MIT
#include "alert_bridge/core/unreadable.hpp"

#include <utility>

namespace alert_bridge::core {

Unreadable::Verdict Unreadable::failed(std::int64_t ticket_id, bool is_refused, WallTime now) {
    if (tickets_.size() >= kMax && tickets_.count(ticket_id) == 0) {
        tickets_.clear();
    }
    Ticket& ticket = tickets_[ticket_id];
    ticket.failures = is_refused ? kTries : ticket.failures + 1;
    if (ticket.failures < kTries) {
        return Verdict::outage;
    }
    ticket.failures = kTries;
    ticket.until = now + kPause;
    return std::exchange(ticket.told, true) ? Verdict::told : Verdict::to_tell;
}

}  // namespace alert_bridge::core
