// SPDX-License-Identifier: MIT
//
// The command line. CLI11 stays in *options.cpp, since it is slow to compile.
// Thread rule: a value. Tests: tests/system/system_test.py, tests/system/operator_test.py,
// tests/system/send_test.py
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "alert_bridge/base/time.hpp"

namespace alert_bridge::app {

enum class Command {
    run,
    check,
    health,
    operate,
    doctor,
    explain,
    test_rules,
    replay,
    send,
    status,
    schema,
    completion,
    manual
};

// dead, quarantine, outbox, incidents, storms, unmatched, sessions
struct OperatorCommand {
    std::string what;
    std::string action = "list";  // list, show, retry, discard
    std::vector<std::string> ids;
    bool all = false;  // retry, discard: every row; incidents and storms list: ended ones too
    std::map<std::string, std::string> filters;  // key of a row -> glob that its value must match
    std::string reason;
    bool json = false;
    std::string socket;  // empty: the configuration's
};

struct ExplainCommand {
    std::string source;
    std::string payload;  // a file, "-" for standard input, or the id of a stored alert
    std::string socket;   // empty: the configuration's
    bool json = false;
    bool offline = false;  // GLPI is not asked
};

struct TestRulesCommand {
    std::string file;  // of cases; empty: the configuration's own
};

struct ReplayCommand {
    std::string since = "7d";
    std::string present =
        "/etc/glpi-alert-bridge/bridge.yaml";  // what the new one is compared with
    std::string socket;                        // empty: that of `present`
    bool json = false;
};

inline constexpr const char* kSendConfig = "/etc/glpi-alert-bridge-send.yaml";

struct SendOptions {
    std::optional<std::string> config;  // absent: kSendConfig, if it is there
    bool flush = false;
    std::vector<std::string> set;  // NAME=VALUE
    std::string body;              // a file, or "-"
    // Over what the file says.
    std::optional<std::string> url, source, token_file, hmac_key_file, ca_file, spool, timeout;
};

// How `status --nagios` judges; see app/status_command.hpp.
struct StatusLimits {
    bool as_plugin = false;
    Duration warning{5 * 60'000};  // that the longest owed write may have waited
    Duration critical{15 * 60'000};
};

struct Options {
    Command command = Command::run;
    std::string config = "/etc/glpi-alert-bridge/bridge.yaml";
    bool adopt_glpi = false;  // accept that glpi.url names another server than the store's tickets
    OperatorCommand operate;
    bool doctor_as_json = false;
    ExplainCommand explain;
    TestRulesCommand test_rules;
    ReplayCommand replay;
    SendOptions send;
    StatusLimits status;
    std::string topic;  // completion: bash, zsh; manual: 1, 5
};

// What to do, or the exit status after help, version or a mistake was printed.
[[nodiscard]] std::variant<Options, int> parse_command_line(int argc, const char* const* argv);

}  // namespace alert_bridge::app
