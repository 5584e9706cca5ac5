// SPDX-License-Identifier: MIT
#include "alert_bridge/observe/repeat_filter.hpp"

#include <algorithm>

namespace alert_bridge::observe {

RepeatFilter::Verdict RepeatFilter::see(const std::string& key, std::int64_t limit, WallTime now) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) {
        if (entries_.size() < kKeysMax) {
            entries_.emplace(key, Entry{now, 1, limit});
        }
        return {};
    }
    Entry& entry = found->second;
    const bool is_over = now - entry.start >= window_ || now < entry.start;
    if (is_over) {
        const std::int64_t held_back = std::max<std::int64_t>(entry.seen - entry.limit, 0);
        entry = Entry{now, 1, limit};
        return {true, held_back};
    }
    ++entry.seen;
    return {entry.seen <= entry.limit, 0};
}

std::vector<RepeatFilter::Summary> RepeatFilter::ended(WallTime now) {
    std::vector<Summary> summaries;
    for (auto at = entries_.begin(); at != entries_.end();) {
        const Entry& entry = at->second;
        if (now - entry.start < window_ && now >= entry.start) {
            ++at;
            continue;
        }
        if (entry.seen > entry.limit) {
            summaries.push_back({at->first, entry.seen - entry.limit});
        }
        at = entries_.erase(at);
    }
    return summaries;
}

}  // namespace alert_bridge::observe
