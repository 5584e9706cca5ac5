// SPDX-License-Identifier: MIT
//
// The command `completion`: prints what makes bash or zsh complete the command line.
//
// Guarantees: offers the commands, options, choices and, where a file is wanted, files that the
// parser knows (app/command_info.hpp). Thread rule: prints and returns.
// Tests: tests/system/command_line_test.py, with both shells
#pragma once

#include <string>

#include "alert_bridge/app/command_info.hpp"
#include "alert_bridge/app/options.hpp"

namespace alert_bridge::app {

[[nodiscard]] std::string bash_completion(const CommandInfo& program);
[[nodiscard]] std::string zsh_completion(const CommandInfo& program);

[[nodiscard]] int completion_command(const Options& options);

}  // namespace alert_bridge::app
