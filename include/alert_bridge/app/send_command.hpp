// SPDX-License-Identifier: MIT
//
// `glpi-alert-bridge send`: what Nagios and Icinga 2 call for each notification, on their own host.
//
// Guarantees: the alert is put into the spool first and then the spool is sent, oldest first, so
// that a kill at any moment loses nothing that was accepted. One line on stderr says what became of
// it. Exit status: 0 sent, or safely kept because the bridge is away; 3 safely kept, but nothing
// will be sent until somebody repairs what the line says; 1 neither: refused by the bridge (set
// aside), or it could not be kept. When the spool is full or cannot be written the alert is sent
// past it, and only if that fails too it is lost (1).
// Bounds: a call sends for at most kSendTime (`--flush`: kFlushTime), then leaves the rest.
// Thread rule: the main thread. Tests: tests/system/send_test.py
#pragma once

#include "alert_bridge/app/options.hpp"
#include "alert_bridge/base/time.hpp"

namespace alert_bridge::app {

inline constexpr int kSendNeedsRepair = 3;
inline constexpr Duration kSendTime{10'000};
inline constexpr Duration kFlushTime{10 * 60'000};

[[nodiscard]] int send_command(const Options& options);

}  // namespace alert_bridge::app
