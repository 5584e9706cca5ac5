// SPDX-License-Identifier: MIT
//
// The command `manual`: prints a manual page for man(1), in mdoc.
//
//   1  glpi-alert-bridge(1): the commands, from the parser (app/command_info.hpp)
//   5  glpi-alert-bridge.yaml(5): the configuration, from the table of its keys (config/keys.hpp)
//
// The date is $SOURCE_DATE_EPOCH if that is set, today otherwise. Thread rule: prints and returns.
// Tests: tests/system/command_line_test.py, with mandoc
#pragma once

#include <string>

#include "alert_bridge/app/command_info.hpp"
#include "alert_bridge/app/options.hpp"

namespace alert_bridge::app {

[[nodiscard]] std::string commands_manual(const CommandInfo& program, const std::string& date);
[[nodiscard]] std::string configuration_manual(const std::string& date);

[[nodiscard]] int manual_command(const Options& options);

}  // namespace alert_bridge::app
