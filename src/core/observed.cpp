// SPDX-License-Identifier: MIT
// What `mode: observe` did not do: a metric for each ticket, and one line in the log a day.
#include "alert_bridge/core/observed.hpp"

#include <string>

#include "alert_bridge/base/number.hpp"
#include "alert_bridge/core/upkeep.hpp"

namespace alert_bridge::core {

namespace asio = boost::asio;

namespace {

constexpr Duration kDay{24LL * 3600 * 1000};
constexpr Duration kLookEvery{600'000};
constexpr const char* kToldUntil = "observed.told_until";  // milliseconds since 1970

bool is_observed_opening(const domain::Operation& operation) {
    return operation.kind == domain::OperationKind::open &&
           operation.state == domain::OperationState::skipped &&
           operation.last_error == domain::kObserved;
}

}  // namespace

void count_observed(ports::Metrics& metrics, const domain::Decision& decision) {
    for (const domain::Operation& operation : decision.operations) {
        if (!is_observed_opening(operation)) {
            continue;
        }
        for (const domain::Incident& incident : decision.incidents) {
            if (incident.id == operation.incident_id) {
                metrics.count("tickets_observed_total", {{"source", incident.opener.source}});
                break;
            }
        }
    }
}

// The time that was told of is a fact of the store, so that a restart neither repeats nor forgets a
// day. The first day begins with the first look.
asio::awaitable<void> Upkeep::report_observed() {
    const WallTime now = services_.clock.now();
    next_observed_ = now + kLookEvery;
    const auto told = co_await services_.store.fact(kToldUntil);
    if (!told) {
        co_return;
    }
    WallTime from = now;
    if (const std::optional<std::string>& text = *told) {
        from = from_unix_ms(parse_whole_number(*text).value_or(to_unix_ms(now)));
    }
    const bool is_new = !told->has_value() || from > now;
    if (!is_new && now - from < kDay) {
        co_return;
    }
    if (!is_new) {
        co_await tell_observed(from, now);
    }
    std::string until = std::to_string(to_unix_ms(now));
    (void)co_await services_.store.set_fact(kToldUntil, std::move(until));
}

asio::awaitable<void> Upkeep::tell_observed(WallTime from, WallTime to) {
    const auto tickets = co_await services_.store.observed_openings(from, to);
    if (!tickets || (*tickets == 0 && !services_.policies.current()->observes)) {
        co_return;
    }
    services_.events.log(
        ports::Level::info, "tickets_observed",
        "so many tickets would have been opened; mode observe wrote none of them",
        {{"tickets", std::to_string(*tickets)},
         {"from", format_utc(from)},
         {"until", format_utc(to)}}
    );
}

}  // namespace alert_bridge::core
