// SPDX-License-Identifier: MIT
#include "alert_bridge/app/daemon.hpp"

#include <sys/signal.h>

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdlib>
#include <utility>

#include "alert_bridge/app/alarms.hpp"
#include "alert_bridge/app/backs.hpp"
#include "alert_bridge/app/service_manager.hpp"

namespace alert_bridge::app {

namespace asio = boost::asio;

namespace {

// Twice as many as connections: while half of them wait for the store, which must keep each result
// before the next claim, the other half keeps the connections busy.
int operations_in_work(const config::Config& config) {
    return 2 * config.glpi.connections;
}

constexpr Duration kListenerGrace{3'000};
constexpr std::int64_t kLongOutbox = 20;  // past it a held answer would throttle its sender

}  // namespace

struct Daemon::Parts {
    std::unique_ptr<observe::EventLog> events;
    std::unique_ptr<observe::PrometheusMetrics> metrics = observe::make_metrics();
    std::unique_ptr<SystemIdSource> ids = std::make_unique<SystemIdSource>();
    std::unique_ptr<SystemClock> clock;
    std::unique_ptr<storage::SqliteStore> store;
    std::unique_ptr<glpi::Client> glpi;
    core::Intake::Decoders decoders;
    std::shared_ptr<const core::Policies> policies;
    core::BacksPtr backs;
    core::AlarmPlan alarms;
    http::TlsContextPtr tls;
};

Result<std::unique_ptr<Daemon>> Daemon::create(
    asio::io_context& io, config::Config config, Options options,
    std::unique_ptr<observe::EventLog> events
) {
    Parts parts;
    parts.events = std::move(events);
    parts.clock = std::make_unique<SystemClock>(io.get_executor());
    auto decoders = app::decoders(config);
    if (!decoders) {
        return decoders.error();
    }
    parts.decoders = std::move(*decoders);
    auto policies = app::policies(config);
    if (!policies) {
        return policies.error();
    }
    parts.policies = *policies;
    auto backs = app::backs(config, io.get_executor(), *parts.clock);
    if (!backs) {
        return backs.error();
    }
    parts.backs = *backs;
    auto alarms = app::alarms(config, io.get_executor());
    if (!alarms) {
        return alarms.error();
    }
    parts.alarms = std::move(*alarms);
    auto tls = tls_context(config);
    if (!tls) {
        return tls.error();
    }
    parts.tls = std::move(*tls);

    storage::SqliteOptions store = store_options(config);
    store.thread.on_fatal = [events = parts.events.get()](const Error& error) {
        // The kernel may have dropped what we wrote: only a fresh start may judge what is durable.
        events->log(
            ports::Level::error, "store_failed",
            "the store cannot be trusted any more; ending so that a restart recovers",
            {{"error", describe(error)}}
        );
        events->flush();
        std::_Exit(EXIT_FAILURE);
    };
    store.thread.on_batch = [metrics = parts.metrics.get()](const storage::BatchReport& batch) {
        if (batch.wrote) {
            const std::chrono::duration<double> took = batch.duration;
            metrics->observe("store_commit_seconds", {}, took.count());
        }
    };
    auto opened = storage::open_sqlite_store(
        io.get_executor(), std::move(store), config.retry, parts.clock->now()
    );
    if (!opened) {
        return opened.error();
    }
    parts.store = std::move(*opened);
    auto glpi = glpi::make_client(
        io.get_executor(), glpi_options(config), *parts.store, *parts.clock, *parts.ids,
        *parts.events, *parts.metrics
    );
    if (!glpi) {
        return glpi.error();
    }
    parts.glpi = std::move(*glpi);
    return std::unique_ptr<Daemon>(
        new Daemon(io, std::move(config), std::move(options), std::move(parts))
    );
}

Daemon::Daemon(asio::io_context& io, config::Config config, Options options, Parts parts)
    : io_(io),
      config_(std::move(config)),
      options_(std::move(options)),
      events_(std::move(parts.events)),
      metrics_(std::move(parts.metrics)),
      ids_(std::move(parts.ids)),
      clock_(std::move(parts.clock)),
      store_(std::move(parts.store)),
      glpi_(std::move(parts.glpi)),
      policies_(std::move(parts.policies)),
      tasks_(io.get_executor(), *clock_, *events_),
      intake_(
          *store_, *clock_, *ids_, *events_, *metrics_, std::move(parts.decoders),
          intake_limits(config_)
      ),
      waiters_(*store_, *clock_),
      correlator_(
          {*store_, glpi_->directory(), *clock_, *events_, *metrics_, *ids_, policies_}, tasks_
      ),
      delivery_(glpi_->desk(), glpi_->directory(), *events_, *metrics_),
      reconciler_(glpi_->desk(), *events_, *metrics_),
      dispatcher_(
          {*store_, *clock_, *events_, *metrics_, *ids_, policies_, delivery_, reconciler_}, tasks_,
          operations_in_work(config_)
      ),
      upkeep_({*store_, *clock_, *events_, *metrics_, *ids_, policies_}),
      messenger_({*store_, *clock_, *events_, *metrics_, *ids_}, tasks_, parts.backs),
      state_check_(
          {*store_, *clock_, *events_, *metrics_, policies_, intake_}, tasks_, parts.backs
      ),
      changes_({glpi_->changes(), *clock_, *events_, *metrics_, policies_}),
      watcher_(
          {*store_, *store_, glpi_->news(), glpi_->desk(), glpi_->directory(), *clock_, *events_,
           *metrics_, *ids_, policies_},
          config_.glpi.watch_every
      ),
      undelivered_(
          {*store_, *store_, *clock_, *events_, *metrics_, policies_}, std::move(parts.alarms)
      ),
      glpi_events_(
          {*clock_, *metrics_, [this](std::int64_t id) { watcher_.ring(id); },
           [this] { return glpi_->own_user_id(); }}
      ),
      endpoints_(
          {intake_, waiters_, *store_, *clock_, *metrics_,
           [this](std::int64_t id) { return glpi_->desk().ticket_url(id); },
           [this] { return readiness(); }, [this] { return metrics_->text(); }, &glpi_events_},
          endpoint_options(config_), credentials(config_, *ids_)
      ),
      listener_(
          io.get_executor(), listener_options(config_), endpoints_, *clock_, *events_, *metrics_
      ),
      desk_({*store_, *store_, *clock_, *events_, *metrics_, *ids_, policies_, intake_}),
      admin_api_(
          {desk_, *store_, [this](std::int64_t id) { return glpi_->desk().ticket_url(id); },
           store_.get(), [this] { return sessions(); }, [this] { return status(); }}
      ),
      admin_(admin_api_, tasks_, *clock_, *events_),
      history_(metrics_->bounds("alert_to_ticket_seconds")),
      page_stream_({tasks_, *clock_, history_, [this] { return page_overview(); }}),
      page_({admin_api_, page_stream_, *clock_, *events_, *metrics_, *ids_}, page_tokens(config_)),
      page_listener_(
          io.get_executor(), page_listener_options(config_), page_, *clock_, *events_, *metrics_
      ),
      signals_(io.get_executor(), SIGTERM, SIGINT, SIGHUP) {
    started_ = clock_->now();
    page_.use_tls(parts.tls != nullptr);
    page_listener_.use(parts.tls);
    listener_.use(std::move(parts.tls));
    glpi_events_.use(config_.glpi.webhook_secrets);
    connect_parts();
}

void Daemon::connect_parts() {
    intake_.on_appended = [this] { correlator_.ring(); };
    correlator_.glpi_away = [this] { return !glpi_is_well(); };
    correlator_.away_until = [this] { return away_until(); };
    // Before GLPI has answered once nobody knows whether an outage is over; what was received
    // before this start may belong to it.
    upkeep_.away_until = [this] {
        const bool known = glpi_->health().state != glpi::GlpiHealth::State::unknown;
        return known ? std::max(away_until(), std::min(started_, clock_->now())) : clock_->now();
    };
    correlator_.on_decided = [this](const std::string&, const domain::Decision& decision) {
        --intake_.pending;
        if (!decision.operations.empty()) {
            dispatcher_.ring();
        }
        if (!decision.set_timers.empty()) {
            upkeep_.ring();
        }
        if (!decision.notices.empty()) {
            messenger_.ring();
        }
    };
    dispatcher_.may_send = [this] { return glpi_is_well() ? operations_in_work(config_) : 0; };
    dispatcher_.on_settled = [this](const domain::Operation&, const domain::Incident&) {
        upkeep_.ring();
        messenger_.ring();
    };
    upkeep_.on_fired = [this] { dispatcher_.ring(); };
    delivery_.on_ticket_in_trash = [this](std::int64_t id) { watcher_.ring(id); };
    correlator_.change_of = [this](const domain::AssetHit& asset, WallTime now) {
        return changes_.covering(asset.item_type, asset.id, now);
    };
    changes_.may_ask = [this] { return glpi_is_well(); };
    undelivered_.glpi_state = [this] { return describe_glpi(); };
    watcher_.may_ask = [this] { return glpi_->health().state == glpi::GlpiHealth::State::up; };
    watcher_.writes_wait = [this] { return dispatcher_.writes_wait(); };
    watcher_.on_decided = [this] {
        dispatcher_.ring();
        upkeep_.ring();
        messenger_.ring();
    };
    desk_.on_changed = [this] {
        dispatcher_.ring();
        upkeep_.ring();
    };
    waiters_.hopeless = [this] {
        return stopping_ || !glpi_is_well() || figures_.due > kLongOutbox;
    };
}

bool Daemon::glpi_is_well() const {
    using State = glpi::GlpiHealth::State;
    const State state = glpi_->health().state;
    return state == State::up || state == State::unknown;
}

WallTime Daemon::away_until() const {
    const WallTime now = clock_->now();
    return glpi_is_well() ? std::min(last_away_, now) : now;
}

asio::awaitable<int> Daemon::run() {
    if (!co_await is_same_glpi()) {
        co_return EXIT_FAILURE;
    }
    if (store_->interrupted() > 0) {
        events_->log(
            ports::Level::warning, "found_interrupted",
            "writes to GLPI were under way when the last run ended; they are looked for first",
            {{"count", std::to_string(store_->interrupted())}}
        );
    }
    auto figures = co_await store_->figures();
    if (figures) {
        figures_ = *figures;
        intake_.pending = figures->journal_pending;
    }
    tasks_.spawn("correlator", correlator_.run());
    tasks_.spawn("dispatcher", dispatcher_.run());
    tasks_.spawn("upkeep", upkeep_.run());
    tasks_.spawn("messenger", messenger_.run());
    tasks_.spawn("state_check", state_check_.run());
    tasks_.spawn("changes", changes_.run());
    tasks_.spawn("watcher", watcher_.run());
    tasks_.spawn("undelivered", undelivered_.run());
    tasks_.spawn("glpi_start", glpi_->start());
    tasks_.spawn("glpi_watch", watch_glpi());
    tasks_.spawn("clock", follow_clock());
    tasks_.spawn("figures", keep_figures());
    tasks_.spawn("watchdog", feed_watchdog());
    auto listening = listener_.start();
    if (!listening) {
        events_->log(
            ports::Level::error, "listen_failed", listening.error().message,
            {{"address", config_.listen.address}, {"port", std::to_string(config_.listen.port)}}
        );
        const bool clean = co_await stop();
        if (!clean) {
            leave_hard(EXIT_FAILURE);
        }
        co_return EXIT_FAILURE;
    }
    open_admin();
    open_page();
    const std::string port = std::to_string(listener_.port());
    metrics_->gauge("build_info", {{"version", BRIDGE_VERSION}}, 1);
    metrics_->gauge("start_time_seconds", {}, static_cast<double>(to_unix_ms(started_)) / 1000.0);
    events_->log(
        ports::Level::info, "listening", "accepting alerts",
        {{"address", config_.listen.address}, {"port", port}, {"version", BRIDGE_VERSION}}
    );
    tell_ready("accepting alerts on port " + port);
    co_await serve_signals();
    const bool clean = co_await stop();
    if (!clean) {
        leave_hard(EXIT_SUCCESS);
    }
    events_->log(ports::Level::info, "stopped", "stopped");
    co_return EXIT_SUCCESS;
}

// Alerts are taken without it as well; people are told what to mend.
void Daemon::open_admin() {
    const config::AdminConfig& admin = config_.admin;
    if (admin.socket.empty()) {
        return;
    }
    const net::LocalSocketOptions options{admin.socket, admin.mode};
    if (auto opened = admin_.start(options); !opened) {
        events_->log(
            ports::Level::error, "admin_socket_failed",
            "no admin socket: status, dead, outbox and the other commands that ask the daemon will "
            "not work until admin.socket is corrected and the daemon restarted",
            {{"error", describe(opened.error())}}
        );
    }
}

// Something still hangs on GLPI; its outcome is looked for at the next start. Coroutines that have
// not ended refer to the parts of this object: no destructor may run.
void Daemon::leave_hard(int status) {
    events_->log(ports::Level::warning, "stopped_hard", "stopped while writes were under way");
    store_->close();
    events_->flush();
    std::_Exit(status);
}

asio::awaitable<bool> Daemon::is_same_glpi() {
    auto known = co_await store_->fact("glpi.url");
    if (known && *known && **known != config_.glpi.url && !options_.adopt_glpi) {
        events_->log(
            ports::Level::error, "other_glpi",
            "the store's ticket numbers belong to another GLPI; start once with --adopt-glpi if "
            "the "
            "new address is the same GLPI or its successor",
            {{"stored", **known}, {"configured", config_.glpi.url}}
        );
        co_return false;
    }
    auto written = co_await store_->set_fact("glpi.url", config_.glpi.url);
    if (!written) {
        events_->log(
            ports::Level::error, "store_unwritable", "the store cannot be written",
            {{"error", describe(written.error())}}
        );
    }
    co_return written.has_value();
}

asio::awaitable<void> Daemon::serve_signals() {
    for (;;) {
        boost::system::error_code failure;
        const int number =
            co_await signals_.async_wait(asio::redirect_error(asio::use_awaitable, failure));
        if (failure || number != SIGHUP) {
            co_return;
        }
        reload();
    }
}

asio::awaitable<bool> Daemon::stop() {
    stopping_ = true;
    tell_stopping();
    events_->log(ports::Level::info, "stopping", "finishing what runs");
    intake_.closed_reason = "stopping";
    admin_.stop();
    co_await close_page();
    co_await listener_.stop(kListenerGrace);
    correlator_.stop();
    dispatcher_.stop();
    upkeep_.stop();
    messenger_.stop();
    state_check_.stop();
    changes_.stop();
    watcher_.stop();
    undelivered_.stop();
    const bool joined = co_await tasks_.join(kStopTime);
    if (joined) {
        // What still hangs on GLPI would leave no hope for this call either.
        co_await glpi_->shut_down();
    }
    co_return joined;
}

}  // namespace alert_bridge::app
