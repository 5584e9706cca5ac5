// SPDX-License-Identifier: MIT
#include "process.hpp"

#include <utility>

#include "alert_bridge/storage/housekeeping.hpp"
#include "alert_bridge/storage/outbox.hpp"

namespace alert_bridge::simulation {

namespace asio = boost::asio;

void TracedEvents::log(
    ports::Level, std::string_view event_id, std::string_view message,
    std::vector<ports::Field> fields
) {
    std::string text(event_id);
    text += ": ";
    text += message;
    for (const ports::Field& field : fields) {
        text += ' ';
        text += field.key;
        text += '=' + field.value;
    }
    trace_.line(time_.now(), text);
}

Process::Process(Surroundings around)
    : around_(std::move(around)),
      store_(io_.get_executor(), around_.db, around_.time, around_.trouble, around_.trace),
      policies_(around_.policies),
      tasks_(io_.get_executor(), around_.time, around_.events),
      intake_(
          store_, around_.time, around_.ids, around_.events, around_.events,
          {{"sim", around_.decoder}}, core::IntakeLimits()
      ),
      correlator_(
          {store_, around_.glpi, around_.time, around_.events, around_.events, around_.ids,
           policies_},
          tasks_
      ),
      delivery_(around_.glpi, around_.glpi, around_.events, around_.events),
      reconciler_(around_.glpi, around_.events, around_.events),
      dispatcher_(
          {store_, around_.time, around_.events, around_.events, around_.ids, policies_, delivery_,
           reconciler_},
          tasks_, kWindow
      ),
      upkeep_({store_, around_.time, around_.events, around_.events, around_.ids, policies_}),
      news_(around_.glpi),
      onlooker_(around_.glpi),
      watcher_(
          {store_, store_, news_, onlooker_, around_.glpi, around_.time, around_.events,
           around_.events, around_.ids, policies_},
          around_.watch_every
      ),
      messenger_(
          {store_, around_.time, around_.events, around_.events, around_.ids}, tasks_, around_.backs
      ) {
    around_.db.run("BEGIN IMMEDIATE");
    const int interrupted =
        storage::recover_interrupted(around_.db, around_.policies->retry, around_.time.now());
    around_.db.run("COMMIT");
    around_.trace.line(around_.time.now(), "START, interrupted: " + std::to_string(interrupted));
    intake_.pending = storage::figures(around_.db).journal_pending;
    connect_parts();
    tasks_.spawn("correlator", correlator_.run());
    tasks_.spawn("dispatcher", dispatcher_.run());
    tasks_.spawn("upkeep", upkeep_.run());
    if (around_.watch_every > Duration::zero()) {
        connect_watcher();
        tasks_.spawn("watcher", watcher_.run());
    }
    if (!around_.backs->empty()) {
        tasks_.spawn("messenger", messenger_.run());
    }
}

Process::~Process() {
    around_.time.drop_waits();
    around_.glpi.forget();
    around_.back->forget();
}

void Process::connect_parts() {
    SimGlpi& glpi = around_.glpi;
    intake_.on_appended = [this] { correlator_.ring(); };
    correlator_.glpi_away = [&glpi] { return !glpi.is_well(); };
    correlator_.away_until = [&glpi] { return glpi.away_until(); };
    upkeep_.away_until = correlator_.away_until;
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
    dispatcher_.may_send = [&glpi] { return glpi.is_well() ? kWindow : 0; };
    dispatcher_.on_settled = [this](const domain::Operation&, const domain::Incident&) {
        upkeep_.ring();
        messenger_.ring();
    };
    store_.on_settling = [this](std::int64_t notice, bool done) {
        around_.back->settled(notice, done);
    };
    upkeep_.on_fired = [this] { dispatcher_.ring(); };
}

void Process::connect_watcher() {
    SimGlpi& glpi = around_.glpi;
    delivery_.on_ticket_in_trash = [this](std::int64_t id) { watcher_.ring(id); };
    watcher_.may_ask = [&glpi] { return glpi.is_well(); };
    watcher_.writes_wait = [this] { return dispatcher_.writes_wait(); };
    watcher_.on_decided = [this] {
        dispatcher_.ring();
        upkeep_.ring();
        messenger_.ring();
    };
}

void Process::glpi_is_back() {
    dispatcher_.ring();
    correlator_.look_again();
}

void Process::post(std::size_t number) {
    tasks_.spawn("request", take(number));
}

asio::awaitable<void> Process::take(std::size_t number) {
    std::string source = "sim";
    std::string body = std::to_string(number);
    const core::IntakeAnswer answer = co_await intake_.submit(std::move(source), std::move(body));
    if (around_.trouble.crash_here("before an answer to a sender")) {
        co_await around_.time.for_ever();
    }
    around_.trace.line(
        around_.time.now(), "sender: alert " + std::to_string(number) + " status " +
                                std::to_string(static_cast<int>(answer.status)) + " " + answer.error
    );
    around_.monitoring.answered(number, answer);
}

void Process::let_run() {
    io_.restart();
    while (!around_.trouble.crashed && io_.poll_one() > 0) {
    }
    if (!around_.trouble.crashed && store_.is_idle()) {
        check_sending();
    }
}

// Only a worker of this process may have an operation in state `sending`.
void Process::check_sending() {
    auto row =
        around_.db.query("SELECT count(*) FROM operations WHERE head = 1 AND state = 'sending'");
    const bool found = row.next();
    if (found && row.integer() > dispatcher_.in_flight()) {
        around_.trace.violation(around_.time.now(), "an operation is sent by nobody");
    }
}

}  // namespace alert_bridge::simulation
