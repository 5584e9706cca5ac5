// SPDX-License-Identifier: MIT
// Daemon: what the store and the parts tell about themselves, as metrics and as readiness.
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
            tell_disk(figures_);
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
    metrics_->gauge("notices", {{"state", "due"}}, number(figures.notices_due));
    metrics_->gauge("notices", {{"state", "dead"}}, number(figures.notices_dead));
    metrics_->gauge("open_incidents", {}, number(figures.open_incidents));
    metrics_->gauge("sheltered_incidents", {}, number(figures.sheltered));
    metrics_->gauge("storms", {}, number(figures.storms));
    metrics_->gauge("quarantined", {}, number(figures.quarantined));
    metrics_->gauge("unmatched_hosts", {}, number(figures.unmatched));
    metrics_->gauge("store_bytes", {{"file", "database"}}, number(figures.file_bytes));
    metrics_->gauge("store_bytes", {{"file", "wal"}}, number(figures.wal_bytes));
    metrics_->gauge("store_bytes", {{"file", "ballast"}}, number(figures.ballast_bytes));
    metrics_->gauge("disk_free_bytes", {}, number(figures.disk_free_bytes));
    metrics_->gauge("disk_low", {}, figures.disk_is_low ? 1 : 0);
    const std::chrono::duration<double> oldest = oldest_due();
    metrics_->gauge("oldest_due_seconds", {}, oldest.count());
    metrics_->gauge("http_connections", {}, static_cast<double>(listener_.connections()));
    metrics_->gauge("log_lines_dropped", {}, static_cast<double>(events_->dropped()));
    metrics_->gauge("glpi_sessions", {}, glpi_->session().opened_at ? 1 : 0);
    metrics_->gauge("ready", {}, readiness().ready ? 1 : 0);
}

void Daemon::tell_disk(const ports::StoreFigures& figures) {
    if (figures.disk_is_low == disk_was_low_) {
        return;
    }
    disk_was_low_ = figures.disk_is_low;
    std::vector<ports::Field> fields{
        {"free_bytes", std::to_string(figures.disk_free_bytes)},
        {"reserve_bytes", std::to_string(figures.disk_reserve_bytes)},
        {"ballast_bytes", std::to_string(figures.ballast_bytes)}};
    if (disk_was_low_) {
        events_->log(
            ports::Level::error, "disk_low",
            "too little disk space is free: new alerts are refused, owed writes go on; make room",
            std::move(fields)
        );
    } else {
        events_->log(
            ports::Level::info, "disk_roomy", "disk space is free again: alerts are taken",
            std::move(fields)
        );
    }
}

std::string Daemon::describe_glpi() const {
    const glpi::GlpiHealth& health = glpi_->health();
    std::string about(to_string(health.state));
    if (!health.last_error.empty()) {
        about += ": " + health.last_error;
    }
    return about;
}

std::vector<http::AdminApi::Session> Daemon::sessions() const {
    const glpi::GlpiHealth& health = glpi_->health();
    const glpi::SessionFacts facts = glpi_->session();
    http::AdminApi::Session session;
    session.server = config_.glpi.url;
    session.health = to_string(health.state);
    session.breaker_open = health.breaker_open;
    session.version = health.version;
    session.user_id = glpi_->own_user_id();
    session.state = facts.state;
    session.opened_at = facts.opened_at;
    session.last_use = facts.last_use;
    session.renew_at = facts.renew_at;
    session.logins = facts.logins;
    session.connections = facts.connections;
    session.last_error = health.last_error;
    return {std::move(session)};
}

Duration Daemon::oldest_due() const {
    return figures_.oldest_due ? std::max(Duration::zero(), clock_->now() - *figures_.oldest_due)
                               : Duration::zero();
}

http::AdminApi::Status Daemon::status() const {
    http::AdminApi::Status status;
    status.version = BRIDGE_VERSION;
    status.started_at = started_;
    status.readiness = readiness();
    status.figures = figures_;
    status.oldest_due = oldest_due();
    return status;
}

http::Readiness Daemon::readiness() const {
    http::Readiness result;
    const bool store_ok = store_failure_.empty();
    result.checks.push_back({"store", store_ok, store_ok ? "ok" : store_failure_});
    const bool has_room = !figures_.disk_is_low;
    result.checks.push_back(
        {"disk", has_room,
         has_room ? "ok"
                  : "alerts are refused: " + std::to_string(figures_.disk_free_bytes) +
                        " bytes are free, " + std::to_string(figures_.disk_reserve_bytes) +
                        " are held back"}
    );
    const bool glpi_ok = glpi_->health().state == glpi::GlpiHealth::State::up;
    result.checks.push_back({"glpi", glpi_ok, describe_glpi()});
    const int placeless = correlator_.without_entity();
    result.checks.push_back(
        {"placement", placeless == 0,
         placeless == 0
             ? "ok"
             : std::to_string(placeless) +
                   " alerts wait: neither rule nor asset gives an entity, and GLPI has no "
                   "glpi.default_entity"}
    );
    const bool dead = figures_.dead > 0;
    result.checks.push_back(
        {"outbox", !dead,
         dead ? std::to_string(figures_.dead) + " writes were refused for good"
              : std::to_string(figures_.due + figures_.sending + figures_.uncertain) + " owed"}
    );
    // Ready means: alerts are taken and kept. A GLPI that is away is shown, but changes nothing
    // there; taking the bridge out of service for it would lose alerts.
    result.ready = store_ok && has_room && !stopping_;
    return result;
}

}  // namespace alert_bridge::app
