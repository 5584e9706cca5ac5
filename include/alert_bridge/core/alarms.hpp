// SPDX-License-Identifier: MIT
//
// Alarms that more than one part of the core can raise.
//
// Thread rule: as ports::Events. Tests: tests/system/crowd_test.py
#pragma once

#include "alert_bridge/ports/runtime.hpp"

namespace alert_bridge::core {

// So many tickets within an hour are more likely a wrong rule than so many problems.
inline void tell_of_fuse(ports::Events& events, ports::Metrics& metrics) {
    metrics.count("fuse_blown_total", {});
    events.log(
        ports::Level::error, "fuse_blown",
        "as many tickets as storm.fuse allows were opened within an hour: what comes now goes into "
        "one ticket for all; look for a rule that matches too much"
    );
}

}  // namespace alert_bridge::core
