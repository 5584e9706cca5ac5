// SPDX-License-Identifier: MIT
// Daemon: what the store and the parts tell about themselves, as metrics.
#include <algorithm>

#include "alert_bridge/app/daemon.hpp"

namespace alert_bridge::app {

namespace asio = boost::asio;

namespace {

constexpr Duration kFiguresEvery{2'000};

}  // namespace

asio::awaitable<void> Daemon::keep_figures() {
    while (!stopping_) {
        auto figures = co_await store_->figures();
        store_failure_ = figures ? std::string() : describe(figures.error());
        if (figures) {
            figures_ = *figures;
            publish(figures_);
        }
        const Duration step{250};
        for (Duration waited{}; waited < kFiguresEvery && !stopping_; waited += step) {
            co_await clock_->sleep(step);
        }
    }
}

void Daemon::publish(const ports::StoreFigures& figures) {
    const auto number = [](std::int64_t value) { return static_cast<double>(value); };
    metrics_->gauge("journal_pending", {}, number(figures.journal_pending));
    metrics_->gauge("waiting_for_place", {}, number(correlator_.waiting()));
    metrics_->gauge("operations", {{"state", "due"}}, number(figures.due));
    metrics_->gauge("operations", {{"state", "sending"}}, number(figures.sending));
    metrics_->gauge("operations", {{"state", "uncertain"}}, number(figures.uncertain));
    metrics_->gauge("operations", {{"state", "dead"}}, number(figures.dead));
    metrics_->gauge("open_incidents", {}, number(figures.open_incidents));
    metrics_->gauge("quarantined", {}, number(figures.quarantined));
    metrics_->gauge("unmatched_hosts", {}, number(figures.unmatched));
    metrics_->gauge("store_bytes", {{"file", "database"}}, number(figures.file_bytes));
    metrics_->gauge("store_bytes", {{"file", "wal"}}, number(figures.wal_bytes));
    const std::chrono::duration<double> oldest =
        figures.oldest_due ? clock_->now() - *figures.oldest_due : Duration::zero();
    metrics_->gauge("oldest_due_seconds", {}, std::max(0.0, oldest.count()));
    metrics_->gauge("http_connections", {}, static_cast<double>(listener_.connections()));
    metrics_->gauge("log_lines_dropped", {}, static_cast<double>(events_->dropped()));
    metrics_->gauge("ready", {}, readiness().ready ? 1 : 0);
}

}  // namespace alert_bridge::app
