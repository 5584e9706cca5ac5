// SPDX-License-Identifier: MIT
//
// Daemon: owns every part of the running bridge, from start to graceful stop.
//
// Guarantees: the listener opens only when the store is open and what a crash left behind is
// settled; a GLPI that is away or refuses our tokens does not keep the daemon from taking alerts
// (readyz, log and metrics say so). SIGHUP swaps a valid configuration in whole and keeps the old
// one otherwise. SIGTERM stops accepting (3 s for requests under way), lets running work end (at
// most kStopTime), ends the GLPI session (2 s), closes the store, and then returns 0; all of it
// stays below the unit's TimeoutStopSec. A failed sync of the store ends the process at once with
// status 1. Not reloaded (needs a restart, and a reload says so): what app/sealed names.
// Thread rule: the I/O thread. Tests: tests/system/
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <memory>
#include <string>

#include "alert_bridge/app/options.hpp"
#include "alert_bridge/app/system_clock.hpp"
#include "alert_bridge/app/wiring.hpp"
#include "alert_bridge/core/change_calendar.hpp"
#include "alert_bridge/core/correlator.hpp"
#include "alert_bridge/core/dispatcher.hpp"
#include "alert_bridge/core/messenger.hpp"
#include "alert_bridge/core/state_check.hpp"
#include "alert_bridge/core/undelivered.hpp"
#include "alert_bridge/core/upkeep.hpp"
#include "alert_bridge/core/waiters.hpp"
#include "alert_bridge/core/watcher.hpp"
#include "alert_bridge/glpi/glpi.hpp"
#include "alert_bridge/http/admin_listener.hpp"
#include "alert_bridge/http/endpoints.hpp"
#include "alert_bridge/http/listener.hpp"
#include "alert_bridge/http/page_endpoints.hpp"
#include "alert_bridge/observe/metrics.hpp"

namespace alert_bridge::app {

// What a reload makes of a configuration before it changes anything.
struct NextParts {
    core::Intake::Decoders decoders;
    std::shared_ptr<const core::Policies> policies;
    core::BacksPtr backs;
    core::AlarmPlan alarms;
    http::TlsContextPtr tls;
};

class Daemon {
  public:
    static constexpr Duration kStopTime{8'000};

    // Errors: what keeps the daemon from starting, for people.
    [[nodiscard]] static Result<std::unique_ptr<Daemon>> create(
        boost::asio::io_context& io, config::Config config, Options options,
        std::unique_ptr<observe::EventLog> events
    );

    // Serves until a signal says stop; the exit status.
    [[nodiscard]] boost::asio::awaitable<int> run();

  private:
    struct Parts;  // what create() could make

    Daemon(boost::asio::io_context& io, config::Config config, Options options, Parts parts);

    [[nodiscard]] boost::asio::awaitable<bool> is_same_glpi();
    [[nodiscard]] boost::asio::awaitable<void> serve_signals();
    [[nodiscard]] boost::asio::awaitable<bool> stop();
    [[nodiscard]] boost::asio::awaitable<void> watch_glpi();
    [[nodiscard]] boost::asio::awaitable<void> follow_clock();
    [[nodiscard]] boost::asio::awaitable<void> shift_waits(Duration by);
    [[nodiscard]] boost::asio::awaitable<void> keep_figures();
    [[nodiscard]] boost::asio::awaitable<void> feed_watchdog();
    [[noreturn]] void leave_hard(int status);
    void connect_parts();
    void open_admin();
    void open_page();
    [[nodiscard]] boost::asio::awaitable<std::string> page_overview();
    [[nodiscard]] boost::asio::awaitable<void> keep_history();
    [[nodiscard]] boost::asio::awaitable<void> close_page();
    void reload();
    void apply(const config::Config& next, NextParts parts);
    [[nodiscard]] bool glpi_is_well() const;
    [[nodiscard]] WallTime away_until() const;
    [[nodiscard]] std::string describe_glpi() const;
    [[nodiscard]] http::Readiness readiness() const;
    [[nodiscard]] std::vector<http::AdminApi::Session> sessions() const;
    [[nodiscard]] http::AdminApi::Status status() const;
    [[nodiscard]] Duration oldest_due() const;
    void publish(const ports::StoreFigures& figures);
    void tell_disk(const ports::StoreFigures& figures);

    boost::asio::io_context& io_;
    config::Config config_;
    Options options_;
    std::unique_ptr<observe::EventLog> events_;
    std::unique_ptr<observe::PrometheusMetrics> metrics_;
    std::unique_ptr<SystemIdSource> ids_;
    std::unique_ptr<SystemClock> clock_;
    std::unique_ptr<storage::SqliteStore> store_;
    std::unique_ptr<glpi::Client> glpi_;
    core::PolicyHolder policies_;
    core::Tasks tasks_;
    core::Intake intake_;
    core::Waiters waiters_;
    core::Correlator correlator_;
    core::Delivery delivery_;
    core::Reconciler reconciler_;
    core::Dispatcher dispatcher_;
    core::Upkeep upkeep_;
    core::Messenger messenger_;
    core::StateCheck state_check_;
    core::ChangeCalendar changes_;
    core::Watcher watcher_;
    core::Undelivered undelivered_;
    http::GlpiEvents glpi_events_;
    http::Endpoints endpoints_;
    http::Listener listener_;
    core::OperatorDesk desk_;
    http::AdminApi admin_api_;
    http::AdminListener admin_;
    http::PageHistory history_;
    http::PageStream page_stream_;
    http::PageEndpoints page_;
    http::Listener page_listener_;
    boost::asio::signal_set signals_;
    ports::StoreFigures figures_;
    std::string store_failure_;
    bool disk_was_low_ = false;  // and told so
    WallTime last_away_{};       // when watch_glpi() saw GLPI away last
    WallTime started_{};
    bool stopping_ = false;
};

}  // namespace alert_bridge::app
