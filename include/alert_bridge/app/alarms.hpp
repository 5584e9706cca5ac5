// SPDX-License-Identifier: MIT
//
// The section `undelivered` as the core uses it. Part of the wiring (app/wiring.hpp).
//
// Errors: class misconfigured (an address, a file of certificates). Thread rule: the I/O thread.
// Tests: tests/system/undelivered_test.py
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include "alert_bridge/config/model.hpp"
#include "alert_bridge/core/undelivered.hpp"

namespace alert_bridge::app {

[[nodiscard]] Result<core::AlarmPlan> alarms(
    const config::Config& config, const boost::asio::any_io_executor& executor
);

}  // namespace alert_bridge::app
