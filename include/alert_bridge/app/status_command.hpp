// SPDX-License-Identifier: MIT
//
// The command `status`: how the bridge is, for people, for programs (--json) and as a plugin of
// Nagios and Icinga (--nagios).
//
// As a plugin: one line with performance data, and the status that the plugin interface asks for:
// 2 (critical) when the daemon does not answer, takes no alerts, or a write has been owed for
// `critical`, however often it was tried; 1 (warning) when GLPI or another part is not well, when
// something is dead or in quarantine, or a write has been owed for `warning`; 3 (unknown) when the
// socket is not known or the command line is wrong; 0 otherwise. Texts hold no control characters
// and no '|'. Thread rule: blocks until answered. Tests: tests/unit/app/status_command_test.cpp,
// tests/system/operator_test.py
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "alert_bridge/app/options.hpp"

namespace alert_bridge::app {

struct PluginResult {
    int status = 0;
    std::string line;
};

// Of the row that POST /status/show gives.
[[nodiscard]] PluginResult judge_status(const nlohmann::json& row, const StatusLimits& limits);

[[nodiscard]] int status_command(const Options& options);

}  // namespace alert_bridge::app
