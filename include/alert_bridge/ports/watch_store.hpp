// SPDX-License-Identifier: MIT
//
// WatchStore: the tickets that core/watcher looks at. Implementation: storage/sqlite_store, beside
// ports/store.hpp, whose errors and thread rule hold here too.
// Tests: tests/contract/store_watch_test.cpp
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/domain/incident.hpp"

namespace alert_bridge::ports {

// The ticket of an incident that has not ended.
struct WatchedTicket {
    std::string incident_id;
    std::int64_t ticket_id = 0;
    std::int64_t previous_ticket = 0;
    domain::IncidentState state = domain::IncidentState::open;
    domain::TicketMemory memory;
};

class WatchStore {
  public:
    virtual ~WatchStore() = default;
    template <class T>
    using Task = boost::asio::awaitable<Result<T>>;

    // In the order of the incidents' ids, those after `after_id`.
    [[nodiscard]] virtual Task<std::vector<WatchedTicket>> watched(
        std::string after_id, int limit
    ) = 0;
    // Those among these tickets. One that two incidents share comes twice.
    [[nodiscard]] virtual Task<std::vector<WatchedTicket>> watched_of(
        std::vector<std::int64_t> ticket_ids
    ) = 0;
};

}  // namespace alert_bridge::ports
