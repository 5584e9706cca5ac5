// SPDX-License-Identifier: MIT
//
// What `mode: observe` did not do, as a metric.
// Thread rule: the I/O thread. Tests: tests/unit/core/observed_test.cpp
#pragma once

#include "alert_bridge/domain/lifecycle.hpp"
#include "alert_bridge/ports/runtime.hpp"

namespace alert_bridge::core {

// Counts a ticket that the decision would have opened. Of a committed decision.
void count_observed(ports::Metrics& metrics, const domain::Decision& decision);

}  // namespace alert_bridge::core
