// SPDX-License-Identifier: MIT
//
// BacklogStore: which openings of tickets wait for GLPI too long, and how many there were.
// Consumer: core/undelivered. Implementation: storage/sqlite_store, the same object as
// ports::Store.
//
// Errors: those of ports/store.hpp. Thread rule: call from the I/O thread.
// Tests: tests/contract/store_backlog_test.cpp
#pragma once

#include <vector>

#include "alert_bridge/domain/undelivered.hpp"
#include "alert_bridge/ports/store.hpp"

namespace alert_bridge::ports {

class BacklogStore {
  public:
    virtual ~BacklogStore() = default;

    // Owed openings (due, on their way, unclear; not the dead ones, and not the report of an outage
    // that is over) that have waited as long as their priority may by `now`, oldest first, at most
    // `limit`. An opening that the operator retried waits from then on.
    [[nodiscard]] virtual Awaitable<Result<std::vector<domain::WaitingOpening>>> late_openings(
        domain::WaitLimits limits, WallTime now, int limit
    ) = 0;
    // Openings that were decided after `from`, as storm.fuse counts them.
    [[nodiscard]] virtual Awaitable<Result<int>> openings_since(WallTime from) = 0;
};

}  // namespace alert_bridge::ports
