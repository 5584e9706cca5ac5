// SPDX-License-Identifier: MIT
//
// The ways back to the sources, made from the configuration. Part of the wiring (app/wiring.hpp).
//
// Errors: class misconfigured (an address, a file of certificates). Thread rule: the I/O thread.
// Tests: tests/system/
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include "alert_bridge/config/model.hpp"
#include "alert_bridge/core/backs.hpp"
#include "alert_bridge/ports/runtime.hpp"

namespace alert_bridge::app {

[[nodiscard]] Result<core::BacksPtr> backs(
    const config::Config& config, const boost::asio::any_io_executor& executor, ports::Clock& clock
);
// Which news each source is told of: part of the policies.
[[nodiscard]] domain::BackPolicies back_policies(const config::Config& config);

}  // namespace alert_bridge::app
