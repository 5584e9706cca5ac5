// SPDX-License-Identifier: MIT
//
// CSV tables (RFC 4180) for the maps of the configuration.
//
// A header row names the columns; fields are separated by commas, quoted with ", "" stands for one
// quote, quoted fields may hold commas and line ends. LF and CRLF both end a record; a byte order
// mark and empty lines are skipped; blanks around unquoted fields are dropped.
// Guarantees: never throws; all mistakes at once, each with file, line and column; a key that
// occurs twice, a record of the wrong width and text that is not UTF-8 are mistakes. Bounded: 64
// MiB, 1,000,000 records, 64 columns. Thread rule: pure but for read_csv_map(). Tests:
// tests/unit/config/csv_test.cpp
#pragma once

#include <string>
#include <vector>

#include "alert_bridge/config/diagnostic.hpp"
#include "alert_bridge/domain/rules.hpp"

namespace alert_bridge::config {

struct CsvMap {
    std::vector<std::string> columns;  // without the key column
    domain::MapTable rows;
};

// `name` is the file's name in messages; `key` the column that is looked up.
[[nodiscard]] CsvMap parse_csv_map(
    const std::string& text, const std::string& name, const std::string& key,
    Diagnostics& diagnostics
);

// A file that cannot be read is told at `at` of the configuration file.
[[nodiscard]] CsvMap read_csv_map(
    const std::string& path, const std::string& key, Position at, Diagnostics& diagnostics
);

}  // namespace alert_bridge::config
