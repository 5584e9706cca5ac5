// SPDX-License-Identifier: MIT
#include "alert_bridge/core/left_behind.hpp"

#include <algorithm>

namespace alert_bridge::core {

void LeftBehind::add(const std::string& problem_key, std::int64_t seq) {
    after_ = empty() ? seq - 1 : std::min(after_, seq - 1);
    Rows& rows = problems_[problem_key];
    rows.first = rows.count == 0 ? seq : std::min(rows.first, seq);
    ++rows.count;
    ++rows_;
}

bool LeftBehind::holds(const std::string& problem_key, std::int64_t seq) const {
    const auto found = problems_.find(problem_key);
    return found != problems_.end() && seq >= found->second.first;
}

void LeftBehind::take(const std::string& problem_key, std::int64_t seq) {
    const auto found = problems_.find(problem_key);
    if (found == problems_.end()) {
        return;
    }
    --rows_;
    found->second.first = seq + 1;
    if (--found->second.count == 0) {
        problems_.erase(found);
    }
}

}  // namespace alert_bridge::core
