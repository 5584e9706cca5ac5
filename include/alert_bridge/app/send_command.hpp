// SPDX-License-Identifier: MIT
//
// `glpi-alert-bridge send`: what Nagios and Icinga 2 call for each notification, on their own host.
//
// Guarantees: the alert is put into the spool first and then the spool is sent, oldest first, so
// that a kill at any moment loses nothing that was accepted. One line on stderr says what became of
// it. Exit status: 0 sent, or safely kept because the bridge is away; 3 safely kept, but nothing
// will be sent until somebody repairs what the line says (mistakes in the settings are such a
// thing, as long as they name the source); 1 neither: refused by the bridge (set aside; `--flush`:
// any that it set aside), or it could not be kept. When the spool is full or cannot be written the
// alert is sent past it, and only if that fails too it is lost (1), which the line then says.
// Bounds: after kSendTime (`--flush`: kFlushTime) no request is begun that waits in the spool, and
// each takes at most the settings' timeout; a resolver that hangs makes none of it longer.
// Root acts as the spool's owner: send_owner.hpp.
// Thread rule: the main thread. Tests: tests/system/send_test.py, tests/unit/app/send_exit_test.cpp
#pragma once

#include "alert_bridge/app/options.hpp"
#include "alert_bridge/base/time.hpp"

namespace alert_bridge::app {

inline constexpr int kSendNeedsRepair = 3;
inline constexpr Duration kSendTime{10'000};
inline constexpr Duration kFlushTime{10 * 60'000};

// Ends the process with the status.
[[noreturn]] void send_command(const Options& options);

}  // namespace alert_bridge::app
