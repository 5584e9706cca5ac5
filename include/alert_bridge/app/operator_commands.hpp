// SPDX-License-Identifier: MIT
//
// The operator's commands: dead, quarantine, outbox, incidents, storms, unmatched and sessions ask
// the running daemon over its admin socket and print what it says, as a table or as JSON (one
// object a line). Filters are applied here, to the rows as they come.
//
// Guarantees: never opens the store; reads only the section `admin` of the configuration, so that
// members of the socket's group need not read the secrets; texts from monitoring are printed
// without control characters. Exit status 1: the daemon does not answer, or refused something.
// Thread rule: blocks until done. Tests: tests/system/operator_test.py
#pragma once

#include "alert_bridge/app/options.hpp"

namespace alert_bridge::app {

[[nodiscard]] int operator_command(const Options& options);

}  // namespace alert_bridge::app
