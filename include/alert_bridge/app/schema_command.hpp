// SPDX-License-Identifier: MIT
//
// The command `schema`: prints a JSON Schema (draft 7) of the configuration file, with which
// editors complete and check it.
//
// Guarantees: made of the table that the loader goes by (config/keys.hpp), so that it knows every
// key and no other. Not guaranteed: that what it accepts is right. Ranges of durations and sizes,
// and what one key says about another, only `check` sees. Thread rule: prints and returns. Tests:
// tests/system/schema_test.py
#pragma once

#include <string>

#include "alert_bridge/app/options.hpp"

namespace alert_bridge::app {

[[nodiscard]] std::string configuration_schema();

[[nodiscard]] int schema_command(const Options& options);

}  // namespace alert_bridge::app
