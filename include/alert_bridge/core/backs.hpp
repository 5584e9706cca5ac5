// SPDX-License-Identifier: MIT
//
// Backs: the ways back to the sources that have one, as one immutable table that a reload swaps.
//
// Thread rule: the I/O thread. Tests: through tests/unit/core/messenger_test.cpp and
// state_check_test.cpp
#pragma once

#include <map>
#include <memory>
#include <string>

#include "alert_bridge/ports/monitoring_back.hpp"

namespace alert_bridge::core {

struct Back {
    std::shared_ptr<ports::MonitoringBack> port;
    bool can_be_told = true;
    Duration reconcile{600'000};  // 0: never asked
    bool open_unheard = false;    // problems that the bridge never heard of become alerts
};
using Backs = std::map<std::string, Back>;  // by the source's name
using BacksPtr = std::shared_ptr<const Backs>;

}  // namespace alert_bridge::core
