// SPDX-License-Identifier: MIT
// Daemon: what it keeps an eye on while it runs: GLPI, the system's clock, its own health.
#include <algorithm>

#include "alert_bridge/app/daemon.hpp"
#include "alert_bridge/app/service_manager.hpp"

namespace alert_bridge::app {

namespace asio = boost::asio;

namespace {

constexpr Duration kGlpiCheck{500};
constexpr Duration kClockCheck{250};

}  // namespace

// Keeps asking, at the client's own pace, while GLPI cannot be used; the client logs what changes.
asio::awaitable<void> Daemon::watch_glpi() {
    WallTime seen = glpi_->health().since;
    while (!stopping_) {
        if (glpi_->health().state != glpi::GlpiHealth::State::up) {
            (void)co_await glpi_->check();
        }
        if (!glpi_is_well()) {
            last_away_ = clock_->now();
        }
        // Whoever found out: what waits for GLPI goes on.
        const WallTime changed = glpi_->health().since;
        if (changed != seen && glpi_is_well()) {
            dispatcher_.ring();
            correlator_.look_again();
            state_check_.look_again();
            changes_.look_again();
        }
        seen = changed;
        co_await clock_->sleep(kGlpiCheck);
    }
}

// All that waits goes by the new time from one moment on: what is in memory at once, what is stored
// before anything that this program asks of the store from here on.
asio::awaitable<void> Daemon::follow_clock() {
    while (!stopping_) {
        const Duration by = clock_->jump();
        if (by != Duration::zero()) {
            clock_->absorb_jump(by);
            started_ += by;
            last_away_ += by;
            correlator_.clock_was_set(by);
            upkeep_.clock_was_set(by);
            watcher_.clock_was_set(by);
            messenger_.clock_was_set(by);
            state_check_.clock_was_set(by);
            undelivered_.clock_was_set(by);
            co_await shift_waits(by);
        }
        co_await clock_->sleep(kClockCheck);
    }
}

asio::awaitable<void> Daemon::shift_waits(Duration by) {
    const std::string seconds = std::to_string(by.count() / 1000);
    for (;;) {
        auto moved = co_await store_->shift_waits(by);
        if (moved) {
            events_->log(
                ports::Level::warning, "clock_set",
                "the system's clock was set; what waits still waits as long as it was to",
                {{"seconds", seconds}, {"moved", std::to_string(*moved)}}
            );
            dispatcher_.ring();
            upkeep_.ring();
            messenger_.ring();
            co_return;
        }
        events_->log(
            ports::Level::error, "clock_not_followed",
            "the system's clock was set, and what waits could not be moved along; trying again",
            {{"seconds", seconds}, {"error", describe(moved.error())}}
        );
        if (stopping_) {
            co_return;
        }
        co_await clock_->sleep(kClockCheck);
    }
}

asio::awaitable<void> Daemon::feed_watchdog() {
    const std::optional<Duration> period = watchdog_period();
    while (period && !stopping_) {
        // Through the store thread and back: both must be alive.
        auto figures = co_await store_->figures();
        if (figures) {
            tell_alive();
        }
        co_await clock_->sleep(std::min(*period, Duration(1'000)));
    }
}

}  // namespace alert_bridge::app
