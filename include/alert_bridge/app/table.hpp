// SPDX-License-Identifier: MIT
//
// Table: rows of text in columns that fit a terminal.
//
// Guarantees: what is printed holds no control characters, whatever the cells hold (they come from
// monitoring); one line a row. With a width, the widest columns that may be cut are cut, with "…",
// until the rows fit or nothing is left to cut; without one nothing is cut. Widths are counted in
// code points: double-width letters may stand out. Thread rule: a value.
// Tests: tests/unit/app/table_test.cpp
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace alert_bridge::app {

struct Column {
    std::string title;
    bool to_the_right = false;  // numbers
    bool may_be_cut = false;
};

class Table {
  public:
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    // As many cells as columns.
    void add(std::vector<std::string> cells);
    [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }

    // `width` 0: as wide as it gets. `styled`: the titles in bold.
    [[nodiscard]] std::string text(std::size_t width, bool styled) const;

  private:
    [[nodiscard]] std::vector<std::size_t> widths(std::size_t limit) const;

    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

// What standard output is: its columns (0: no terminal).
[[nodiscard]] std::size_t terminal_width();

}  // namespace alert_bridge::app
