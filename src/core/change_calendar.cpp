// SPDX-License-Identifier: MIT
#include "alert_bridge/core/change_calendar.hpp"

namespace alert_bridge::core {

namespace asio = boost::asio;

ChangeCalendar::ChangeCalendar(Services services) : services_(services), bell_(services.clock) {}

void ChangeCalendar::look_again() {
    bell_.ring();
}

void ChangeCalendar::stop() {
    stopping_ = true;
    bell_.ring();
}

asio::awaitable<void> ChangeCalendar::run() {
    while (!stopping_) {
        Duration pause = kEvery;
        if (!services_.policies.current()->rules->asks_changes()) {
            changes_.clear();
            by_item_.clear();
        } else if (may_ask()) {
            pause = co_await look();
        } else {
            pause = kAgainAfterFailure;
        }
        co_await bell_.wait(pause);
    }
}

asio::awaitable<Duration> ChangeCalendar::look() {
    const WallTime now = services_.clock.now();
    auto planned = co_await services_.changes.planned(now);
    if (!planned) {
        if (!failing_) {
            failing_ = true;
            services_.events.log(
                ports::Level::warning, "changes_unreadable",
                "GLPI's planned changes cannot be read; what was read last counts on",
                {{"error", describe(planned.error())}}
            );
        }
        co_return kAgainAfterFailure;
    }
    failing_ = false;
    changes_ = std::move(*planned);
    by_item_.clear();
    for (std::size_t at = 0; at < changes_.size(); ++at) {
        for (const domain::PlannedChange::Item& item : changes_[at].items) {
            by_item_.emplace(std::pair(item.item_type, item.id), at);
        }
    }
    services_.metrics.gauge("planned_changes", {}, static_cast<double>(changes_.size()));
    co_return kEvery;
}

const domain::PlannedChange* ChangeCalendar::covering(
    const std::string& item_type, std::int64_t id, WallTime now
) const {
    const domain::PlannedChange* last = nullptr;
    const auto [begin, end] = by_item_.equal_range(std::pair(item_type, id));
    for (auto each = begin; each != end; ++each) {
        const domain::PlannedChange& change = changes_[each->second];
        const bool covers = change.begin <= now && now < change.end;
        if (covers && (last == nullptr || last->end < change.end)) {
            last = &change;
        }
    }
    return last;
}

}  // namespace alert_bridge::core
