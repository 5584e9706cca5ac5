// SPDX-License-Identifier: MIT
//
// buffered_log: a file layer of SQLite that writes the log of a transaction in few large pieces.
//
// SQLite writes two pieces for each page, which is a fifth of the store thread's time in a burst.
//
// Guarantees: when SQLite is told that a write succeeded that ends a transaction, or a sync, all
// that it has written to the log before is with the layer below, in order; so what a crash can
// leave behind is what it could before. A piece that the layer below does not take fails the call
// at which it was due, and is kept for the next: no later success leaves it out. Other files than
// logs are the layer's below alone. Memory: kLogBufferBytes for each log.
// Requires: exclusive locking (another process would not see what waits), and synchronous=FULL:
// with less, a transaction larger than SQLite's cache may be told before the last of its log is
// below. Thread rule: any; a file belongs to one thread.
// Tests: tests/unit/storage/buffered_log_test.cpp
#pragma once

#include <cstddef>
#include <string>

namespace alert_bridge::storage {

// SQLite's own layer takes no piece of 128 KiB or more (unixWrite of 3.40: a length is 17 bits).
inline constexpr std::size_t kLogBufferBytes = 120 * 1024;

// The name of such a layer above the one of that name (empty: the system's), for sqlite3_open_v2().
// `below` itself where there is no layer of that name. The layer lasts as long as the process.
[[nodiscard]] std::string buffered_log(const std::string& below);

}  // namespace alert_bridge::storage
