// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/flapping.hpp"

#include <algorithm>

namespace alert_bridge::domain {

void note_change(
    RecentChanges& changes, Change change, WallTime when, const FlappingPolicy& policy
) {
    (change == Change::begins ? changes.begins : changes.ends).push_back(when);
    const auto most = static_cast<std::size_t>(std::max(policy.changes, 0));
    for (std::vector<WallTime>* times : {&changes.begins, &changes.ends}) {
        std::erase_if(*times, [&](WallTime time) {
            return time > when || when - time > policy.within;
        });
        if (times->size() > most) {
            times->erase(times->begin(), times->end() - static_cast<std::ptrdiff_t>(most));
        }
    }
}

int count_changes(const RecentChanges& changes) noexcept {
    const std::size_t pairs = std::min(changes.begins.size(), changes.ends.size());
    const bool goes_on = changes.begins.size() > changes.ends.size();
    return static_cast<int>(2 * pairs) + (goes_on ? 1 : 0);
}

Flap* FlapList::find(std::string_view problem_key) noexcept {
    const auto found = std::find_if(problems.begin(), problems.end(), [&](const Flap& flap) {
        return flap.problem_key == problem_key;
    });
    return found == problems.end() ? nullptr : &*found;
}

std::optional<WallTime> end_of_flapping(const FlapList& flaps, const FlappingPolicy& policy) {
    std::optional<WallTime> first;
    for (const Flap& flap : flaps.problems) {
        const WallTime end = flap.last_change + policy.quiet;
        if (!flap.by_sender && (!first || end < *first)) {
            first = end;
        }
    }
    return first;
}

bool all_quiet(FlapList& flaps, const FlappingPolicy& policy, WallTime now) {
    for (Flap& flap : flaps.problems) {
        flap.last_change = std::min(flap.last_change, now);
    }
    const auto is_quiet = [&](const Flap& flap) {
        return !flap.by_sender && flap.last_change + policy.quiet <= now;
    };
    if (std::all_of(flaps.problems.begin(), flaps.problems.end(), is_quiet)) {
        return true;
    }
    std::erase_if(flaps.problems, is_quiet);
    return false;
}

bool tell_changes(FlapList& flaps) noexcept {
    bool any = false;
    for (Flap& flap : flaps.problems) {
        any = any || flap.changes > flap.told;
        flap.told = flap.changes;
    }
    return any;
}

std::int64_t sum_of_changes(const FlapList& flaps) noexcept {
    std::int64_t sum = 0;
    for (const Flap& flap : flaps.problems) {
        sum += flap.changes;
    }
    return sum;
}

}  // namespace alert_bridge::domain
