// SPDX-License-Identifier: MIT
//
// `doctor`: asks GLPI, Zabbix and this machine, judges the answers (app/doctor.hpp), prints them.
//
// Reads only. Every request ends within 10 s; the daemon may run beside it. With a terminal, what
// is being asked shows on standard error while it is asked. SIGINT and SIGTERM end it without a
// finding, after GLPI's session was ended. Exit status: see exit_status().
// Thread rule: blocks until done. Tests: tests/system/doctor_test.py
#pragma once

#include "alert_bridge/app/options.hpp"

namespace alert_bridge::app {

[[nodiscard]] int doctor_command(const Options& options);

}  // namespace alert_bridge::app
