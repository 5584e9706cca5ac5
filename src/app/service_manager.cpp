// SPDX-License-Identifier: MIT
#include "alert_bridge/app/service_manager.hpp"

#include <systemd/sd-daemon.h>
#include <time.h>

#include <cstdint>

namespace alert_bridge::app {
namespace {

void notify(const std::string& state) {
    (void)sd_notify(0, state.c_str());
}

std::string monotonic_usec() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return std::to_string(now.tv_sec * 1'000'000LL + now.tv_nsec / 1'000);
}

}  // namespace

void tell_ready(const std::string& status) {
    notify("READY=1\nSTATUS=" + status);
}

void tell_reloading() {
    notify("RELOADING=1\nMONOTONIC_USEC=" + monotonic_usec());
}

void tell_stopping() {
    notify("STOPPING=1\nSTATUS=stopping");
}

void tell_status(const std::string& status) {
    notify("STATUS=" + status);
}

void tell_alive() {
    notify("WATCHDOG=1");
}

std::optional<Duration> watchdog_period() {
    std::uint64_t usec = 0;
    if (sd_watchdog_enabled(0, &usec) <= 0) {
        return std::nullopt;
    }
    return Duration(static_cast<std::int64_t>(usec / 2'000));
}

}  // namespace alert_bridge::app
