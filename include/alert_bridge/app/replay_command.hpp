// SPDX-License-Identifier: MIT
//
// `replay`: alerts that the daemon has stored, tried on the present configuration and on a new one;
// prints the difference in tickets (core/rule_comparison).
//
// Guarantees: asks neither GLPI nor monitoring, writes nothing, reads no secret; memory is bounded
// whatever the journal holds, since differences are printed as they are found and of problems that
// go on only what is printed and compared is kept (core/rule_comparison). Thread rule: the
// main thread. Tests: tests/system/replay_test.py
#pragma once

#include "alert_bridge/app/options.hpp"

namespace alert_bridge::app {

[[nodiscard]] int replay_command(const Options& options);

}  // namespace alert_bridge::app
