// SPDX-License-Identifier: MIT
//
// The command line. CLI11 stays in options.cpp, since it is slow to compile.
// Thread rule: a value. Tests: tests/system/system_test.py
#pragma once

#include <string>
#include <variant>

namespace alert_bridge::app {

enum class Command { run, check, health };

struct Options {
    Command command = Command::run;
    std::string config = "/etc/glpi-alert-bridge/bridge.yaml";
    bool adopt_glpi = false;  // accept that glpi.url names another server than the store's tickets
};

// What to do, or the exit status after help, version or a mistake was printed.
[[nodiscard]] std::variant<Options, int> parse_command_line(int argc, const char* const* argv);

}  // namespace alert_bridge::app
