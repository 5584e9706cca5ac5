// SPDX-License-Identifier: MIT
//
// `test-rules`: the rules of a configuration tried on cases, one line each; what is not as expected
// with its place in the file.
//
// Guarantees: asks neither GLPI nor the daemon, reads no secret. Status 0: all are as expected; 1:
// one is not, or a file has mistakes. Thread rule: the main thread.
// Tests: tests/system/test_rules_test.py
#pragma once

#include "alert_bridge/app/options.hpp"

namespace alert_bridge::app {

[[nodiscard]] int test_rules_command(const Options& options);

}  // namespace alert_bridge::app
