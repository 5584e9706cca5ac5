// SPDX-License-Identifier: MIT
//
// Parts of the command line, for options.cpp, which puts them together.
//
// Thread rule: values. Tests: tests/system/operator_test.py, tests/system/command_line_test.py
#pragma once

#include "alert_bridge/app/options.hpp"

namespace CLI {
class App;
}

namespace alert_bridge::app {

// The option --config of most commands.
void add_config(CLI::App* command, Options& options);

// dead, quarantine, outbox, incidents, storms, unmatched, sessions.
void add_operator_commands(CLI::App& app, Options& options);

}  // namespace alert_bridge::app
