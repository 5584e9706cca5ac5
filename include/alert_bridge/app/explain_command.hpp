// SPDX-License-Identifier: MIT
//
// `explain`: what would become of a payload, or of an alert that the daemon stored; see
// core/explainer.
//
// Guarantees: nothing is written, neither to GLPI (a login and reads only, none with --offline) nor
// to the store; no secret is printed. Status 0: every alert was explained; 1: not, told on standard
// error. Thread rule: the main thread. Tests: tests/system/explain_test.py
#pragma once

#include "alert_bridge/app/options.hpp"

namespace alert_bridge::app {

[[nodiscard]] int explain_command(const Options& options);

}  // namespace alert_bridge::app
