// SPDX-License-Identifier: MIT
//
// What ports::WatchStore asks for. Errors: SqliteError (see statement.hpp). Thread rule: the store
// thread. Tests: tests/contract/store_watch_test.cpp
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "alert_bridge/ports/watch_store.hpp"
#include "alert_bridge/storage/statement.hpp"

namespace alert_bridge::storage {

[[nodiscard]] std::vector<ports::WatchedTicket> watched(
    Database& db, const std::string& after_id, int limit
);
[[nodiscard]] std::vector<ports::WatchedTicket> watched_of(
    Database& db, const std::vector<std::int64_t>& ticket_ids
);

}  // namespace alert_bridge::storage
