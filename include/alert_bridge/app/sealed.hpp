// SPDX-License-Identifier: MIT
//
// Sealed settings: those that a reload does not change, because what they made lives as long as the
// process (sockets, the store's file, connections and caches of the GLPI client).
//
// Guarantees: names every sealed key, as it is written in the file, whose value differs; the test
// goes through the table of all keys, so that a new one is either sealed here or known to be
// applied. Compare with the configuration that runs, not with the one read last: what was changed
// and changed back needs no restart. Thread rule: a pure function.
// Tests: tests/unit/app/sealed_test.cpp
#pragma once

#include <string>
#include <vector>

#include "alert_bridge/config/model.hpp"

namespace alert_bridge::app {

[[nodiscard]] std::vector<std::string> sealed_changes(
    const config::Config& running, const config::Config& next
);

}  // namespace alert_bridge::app
