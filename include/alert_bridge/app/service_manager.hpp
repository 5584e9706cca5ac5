// SPDX-License-Identifier: MIT
//
// What systemd is told and asks for: the protocol of sd_notify(3). Without systemd every call does
// nothing.
// Thread rule: the I/O thread. Tests: tests/unit/app/service_manager_test.cpp
#pragma once

#include <optional>
#include <string>

#include "alert_bridge/base/time.hpp"

namespace alert_bridge::app {

void tell_ready(const std::string& status);
void tell_reloading();
void tell_stopping();
void tell_status(const std::string& status);
void tell_alive();
// How often tell_alive() is due, half of what the unit says; empty: no watchdog.
[[nodiscard]] std::optional<Duration> watchdog_period();

}  // namespace alert_bridge::app
