// SPDX-License-Identifier: MIT
// Daemon: the status page, and what it shows of the parts.
#include <algorithm>

#include "alert_bridge/app/daemon.hpp"
#include "alert_bridge/http/page_overview.hpp"

namespace alert_bridge::app {

namespace asio = boost::asio;

namespace {

constexpr Duration kPageGrace{500};
constexpr Duration kHistoryPause{500};  // between looks whether a step is over

}  // namespace

// Alerts are taken without it as well; people are told what to mend.
void Daemon::open_page() {
    if (!config_.admin.page) {
        return;
    }
    if (auto opened = page_listener_.start(); !opened) {
        events_->log(
            ports::Level::error, "page_failed",
            "no status page until admin.page is corrected and the daemon restarted",
            {{"error", describe(opened.error())}}
        );
        return;
    }
    const std::string port = std::to_string(page_listener_.port());
    events_->log(
        ports::Level::info, "page_open", "the status page is there",
        {{"address", config_.admin.page->address}, {"port", port}}
    );
    tasks_.spawn("history", keep_history());
}

// Open pages end at once; their browsers come back when the daemon does.
asio::awaitable<void> Daemon::close_page() {
    if (config_.admin.page) {
        co_await page_listener_.stop(kPageGrace);
    }
}

asio::awaitable<void> Daemon::keep_history() {
    WallTime next = clock_->now();
    while (!stopping_) {
        const WallTime now = clock_->now();
        if (now >= next || next - now > http::PageHistory::kStep) {
            http::PageHistory::Totals totals;
            totals.alerts = metrics_->total("alerts_total", "accepted");
            totals.delivered = metrics_->total("operations_total", "done");
            totals.waiting =
                figures_.journal_pending + figures_.due + figures_.sending + figures_.uncertain;
            totals.latency_buckets = metrics_->buckets("alert_to_ticket_seconds");
            history_.add(now, std::move(totals));
            next = now + http::PageHistory::kStep;
        }
        co_await clock_->sleep(kHistoryPause);
    }
}

asio::awaitable<std::string> Daemon::page_overview() {
    http::PageOverview overview;
    const auto figures = co_await store_->figures();
    if (figures) {
        figures_ = *figures;  // newer than those of keep_figures()
    }
    overview.status = status();
    overview.sessions = sessions();
    overview.glpi_since = glpi_->health().since;
    overview.failed_logins = static_cast<std::int64_t>(
        metrics_->total("glpi_logins_total", "") - metrics_->total("glpi_logins_total", "ok")
    );
    overview.waiting_for_place = correlator_.waiting();
    overview.people = page_.sessions();
    for (observe::EventLog::Recent& recent : events_->recent()) {
        overview.events.push_back(
            {recent.time, std::string(observe::to_string(recent.level)), std::move(recent.event_id),
             std::move(recent.text)}
        );
    }
    co_return http::to_json(overview);
}

}  // namespace alert_bridge::app
