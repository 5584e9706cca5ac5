// SPDX-License-Identifier: MIT
//
// The commands of the program. Each returns the exit status: 0 well, 1 not, 2 wrong usage.
// Thread rule: the main thread. Tests: tests/system/, tests/unit/app/commands_test.cpp
#pragma once

#include "alert_bridge/app/options.hpp"
#include "alert_bridge/base/error.hpp"
#include "alert_bridge/config/model.hpp"

namespace alert_bridge::app {

[[nodiscard]] int run_command(const Options& options);
[[nodiscard]] int check_command(const Options& options);
// Makes of the configuration what the daemon makes of it at its start, and lets go of it: finds
// what the loader cannot see, as a certificate that is none. Errors: the first one, misconfigured.
[[nodiscard]] Result<Done> try_out(const config::Config& config);
// Asks the daemon that the configuration describes, over its own listener.
[[nodiscard]] int health_command(const Options& options);

}  // namespace alert_bridge::app
