// SPDX-License-Identifier: MIT
//
// The command line. CLI11 stays in options.cpp, since it is slow to compile.
// Thread rule: a value. Tests: tests/system/system_test.py, tests/system/operator_test.py
#pragma once

#include <string>
#include <variant>
#include <vector>

namespace alert_bridge::app {

enum class Command { run, check, health, operate, doctor };

// dead, quarantine, outbox, incidents, unmatched
struct OperatorCommand {
    std::string what;
    std::string action = "list";  // list, show, retry, discard
    std::vector<std::string> ids;
    bool all = false;  // retry, discard: every row; incidents list: ended ones too
    std::string reason;
    bool json = false;
    std::string socket;  // empty: the configuration's
};

struct Options {
    Command command = Command::run;
    std::string config = "/etc/glpi-alert-bridge/bridge.yaml";
    bool adopt_glpi = false;  // accept that glpi.url names another server than the store's tickets
    OperatorCommand operate;
    bool doctor_as_json = false;
};

// What to do, or the exit status after help, version or a mistake was printed.
[[nodiscard]] std::variant<Options, int> parse_command_line(int argc, const char* const* argv);

}  // namespace alert_bridge::app
