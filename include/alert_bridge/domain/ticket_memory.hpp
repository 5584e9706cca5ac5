// SPDX-License-Identifier: MIT
//
// TicketMemory: what is remembered of an incident's ticket as people left it, so that each thing
// that somebody does is heard once. Part of the incident's row.
// Thread rule: a value.
#pragma once

#include <cstdint>
#include <string>

namespace alert_bridge::domain {

struct TicketMemory {
    // As ports::TicketState gave them when the ticket was last looked at. `mark` empty: it needs a
    // look: its first one, one after the bridge's own step, or one more once that is settled.
    std::string mark, changed;
    int status = 0;               // then, as GLPI numbers it; 0: never looked at
    std::int64_t newest_row = 0;  // of its log: what people did up to here is accounted for
    bool taken = false;           // a person has it
    // GLPI's number of "solved" or "closed" while somebody has ended the ticket, although its
    // problem goes on or before the bridge could solve it; 0: nobody has.
    int ended = 0;
    // Somebody reopened what the bridge, and no person, had solved: what people did up to this row
    // of the log does not keep a new episode's recovery from solving again. 0: nobody has.
    std::int64_t reopened_row = 0;
    bool followed = false;  // people merged the bridge's ticket into this one
    bool operator==(const TicketMemory&) const = default;
};

}  // namespace alert_bridge::domain
