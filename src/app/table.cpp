// SPDX-License-Identifier: MIT
#include "alert_bridge/app/table.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "alert_bridge/base/invariant.hpp"
#include "alert_bridge/base/text.hpp"

namespace alert_bridge::app {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kNarrowest = 8;  // of a column that is cut

std::string padded(const std::string& text, std::size_t width, bool to_the_right) {
    const std::size_t length = count_code_points(text);
    const std::string blanks(width > length ? width - length : 0, ' ');
    return to_the_right ? blanks + text : text + blanks;
}

std::string line(
    const std::vector<std::string>& cells, const std::vector<Column>& columns,
    const std::vector<std::size_t>& widths
) {
    std::string out;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const std::string cell = cut_code_points(cells[i], widths[i]);
        out += padded(cell, widths[i], columns[i].to_the_right);
        out.append(i + 1 < columns.size() ? kGap : 0, ' ');
    }
    out.resize(out.find_last_not_of(' ') + 1);
    return out;
}

}  // namespace

void Table::add(std::vector<std::string> cells) {
    BRIDGE_INVARIANT(cells.size() == columns_.size());
    for (std::string& cell : cells) {
        cell = one_line(repair_utf8(cell));
    }
    rows_.push_back(std::move(cells));
}

std::vector<std::size_t> Table::widths(std::size_t limit) const {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        std::size_t width = count_code_points(columns_[i].title);
        for (const auto& row : rows_) {
            width = std::max(width, count_code_points(row[i]));
        }
        widths.push_back(width);
    }
    const std::size_t gaps = kGap * (columns_.size() - 1);
    while (limit > 0 && std::accumulate(widths.begin(), widths.end(), std::size_t{0}) + gaps > limit
    ) {
        std::size_t* widest = nullptr;
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            const bool can_shrink = columns_[i].may_be_cut && widths[i] > kNarrowest;
            if (can_shrink && (widest == nullptr || widths[i] > *widest)) {
                widest = &widths[i];
            }
        }
        if (widest == nullptr) {
            break;
        }
        --*widest;
    }
    return widths;
}

std::string Table::text(std::size_t width, bool styled) const {
    const std::vector<std::size_t> fitting = widths(width);
    std::vector<std::string> titles;
    for (const Column& column : columns_) {
        titles.push_back(column.title);
    }
    const std::string head = line(titles, columns_, fitting);
    std::string out = styled ? "\033[1m" + head + "\033[0m\n" : head + "\n";
    for (const auto& row : rows_) {
        out += line(row, columns_, fitting) + "\n";
    }
    return out;
}

std::size_t terminal_width() {
    if (::isatty(STDOUT_FILENO) == 0) {
        return 0;
    }
    winsize size{};
    const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : 80;
}

}  // namespace alert_bridge::app
