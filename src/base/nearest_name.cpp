// SPDX-License-Identifier: MIT
#include <algorithm>

#include "alert_bridge/base/text.hpp"

namespace alert_bridge {
namespace {

// Optimal string alignment: insert, delete, replace, swap neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), previous(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) {
        previous[j] = j;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = std::min({previous[j] + 1, row[j - 1] + 1, previous[j - 1] + cost});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = std::min(row[j], before[j - 2] + 1);
            }
        }
        before.swap(previous);
        previous.swap(row);
    }
    return previous[b.size()];
}

}  // namespace

std::string nearest_name(std::string_view wrong, const std::vector<std::string>& known) {
    constexpr std::size_t kLongest = 64;
    if (wrong.empty() || wrong.size() > kLongest) {
        return {};
    }
    const std::string asked = to_lower_ascii(wrong);
    std::string best;
    std::size_t best_distance = std::max<std::size_t>(1, wrong.size() / 3) + 1;
    for (const std::string& name : known) {
        // Each letter too many or too few costs one.
        const std::size_t at_least =
            std::max(wrong.size(), name.size()) - std::min(wrong.size(), name.size());
        if (name.size() > kLongest || at_least >= best_distance) {
            continue;
        }
        const std::size_t distance = edit_distance(asked, to_lower_ascii(name));
        if (distance < best_distance) {
            best_distance = distance;
            best = name;
        }
    }
    return best;
}

}  // namespace alert_bridge
