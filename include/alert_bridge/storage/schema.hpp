// SPDX-License-Identifier: MIT
//
// open_database: opens the store's file, takes its lock, and brings its tables up to date.
//
// Guarantees: on success this process is the only one that uses the file (exclusive locking, so no
// shared-memory file either), commits are synced (WAL, synchronous=FULL), a new file has mode 0600,
// and the schema is the newest this program knows. Migrations only go forward, each in one
// transaction: a crash between two leaves the older version, which is valid.
// Errors (class misconfigured, `message` names the file): store_in_use, store_schema_newer,
// store_foreign (a database of another program), store_open; class later: store_full, store_io.
// Not guaranteed: the health of every page; there is no full check at start.
// Thread rule: any, before the store thread starts. Tests: tests/unit/storage/schema_test.cpp
#pragma once

#include <cstdint>
#include <string>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/storage/statement.hpp"

namespace alert_bridge::storage {

inline constexpr int kSchemaVersion = 3;

struct DatabaseOptions {
    std::string path;
    std::int64_t pages_max = 0;  // of 4 KiB; 0: as many as the disk holds
    std::string vfs;             // SQLite's file layer; empty: the system's. For fault injection.
};

[[nodiscard]] Result<Database> open_database(const DatabaseOptions& options);

// The same tables in memory only, gone with the connection. For simulation.
[[nodiscard]] Result<Database> open_memory_database();

}  // namespace alert_bridge::storage
