// SPDX-License-Identifier: MIT
//
// A private copy of the store's file and log, opened, for commands that only read.
//
// Guarantees: the store's own files are only read, and by no SQLite. Nothing is copied that is
// larger than kCopyMax, or than half of what is free. The copy has no name any more when it is
// handed out: it ends with the process, however that ends; a signal that ends the program (Ctrl-C)
// while the copy is made is heard within one piece of it, and leaves nothing behind either. Not
// guaranteed: that it is quick; it blocks as long as copying takes. Thread rule: the main thread.
// Tests: tests/unit/app/explain_state_test.cpp
#pragma once

#include <cstdint>
#include <string>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/storage/statement.hpp"

namespace alert_bridge::app {

inline constexpr std::int64_t kCopyMax = 4LL * 1024 * 1024 * 1024;

// Whether another process has the file open in SQLite.
[[nodiscard]] bool is_store_in_use(const std::string& path);

// The message is for people.
[[nodiscard]] Result<storage::Database> open_store_copy(const std::string& path);

}  // namespace alert_bridge::app
