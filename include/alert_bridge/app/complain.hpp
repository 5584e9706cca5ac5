// SPDX-License-Identifier: MIT
//
// complain(): a failure, told on standard error as "glpi-alert-bridge: TEXT".
//
// Guarantees: what is printed is UTF-8 without control characters but line ends, whatever the text
// holds. Thread rule: the main thread. Tests: tests/system/{explain,send,test_rules}_test.py
#pragma once

#include <string>

namespace alert_bridge::app {

// EXIT_FAILURE.
int complain(const std::string& text);

}  // namespace alert_bridge::app
