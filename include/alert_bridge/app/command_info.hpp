// SPDX-License-Identifier: MIT
//
// The command line as data: what the completions and the manual page are made of.
//
// Guarantees: it is read off the parser itself, so that a command or an option that is there is in
// here, and no other. Thread rule: values. Tests: tests/system/command_line_test.py
#pragma once

#include <string>
#include <vector>

namespace alert_bridge::app {

struct OptionInfo {
    std::vector<std::string> names;    // "-c", "--config"; none: it goes by its place
    std::string value;                 // what it takes: "FILE"; empty: nothing, it is a flag
    std::vector<std::string> choices;  // all values there are; empty: any
    std::string about;
    std::string fallback;  // empty: none
    bool required = false;
    bool repeats = false;
    bool takes_file = false;  // or a folder, or a socket

    [[nodiscard]] bool is_positional() const noexcept { return names.empty(); }
};

struct CommandInfo {
    std::string name, about, footer;
    std::vector<OptionInfo> options;
    std::vector<CommandInfo> commands;
    bool falls_through = false;  // takes the options of the command above, too
};

// All of it; the name is the program's.
[[nodiscard]] CommandInfo describe_command_line();

}  // namespace alert_bridge::app
