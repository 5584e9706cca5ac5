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
        }
        seen = changed;
        co_await clock_->sleep(kGlpiCheck);
    }
}

// In an order in which nothing is due too early between the two steps.
asio::awaitable<void> Daemon::follow_clock() {
    while (!stopping_) {
        const Duration jump = clock_->jump();
        if (jump != Duration::zero()) {
            const bool back = jump < Duration::zero();
            clock_->absorb_jump(back ? jump : Duration::zero());
            auto moved = co_await store_->shift_waits(jump);
            if (moved) {
                clock_->absorb_jump(back ? Duration::zero() : jump);
                events_->log(
                    ports::Level::warning, "clock_set",
                    "the system's clock was set; what waits still waits as long as it was to",
                    {{"seconds", std::to_string(jump.count() / 1000)},
                     {"moved", std::to_string(*moved)}}
                );
                dispatcher_.ring();
                upkeep_.ring();
            } else {
                clock_->absorb_jump(back ? -jump : Duration::zero());  // tried again
            }
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
