// SPDX-License-Identifier: MIT
//
// A snapshot of an alert (domain/lifecycle.hpp) as JSON text, for another process of this version.
//
// Guarantees: decode(encode(x)) == x for what the snapshot of an alert holds; members, outage and
// outage_worst belong to other events and are left out. A part that cannot be read makes decode()
// false. Otherwise as alert_json.hpp. Thread rule: pure functions.
// Tests: tests/unit/storage/snapshot_json_test.cpp, tests/contract/store_snapshot_test.cpp
#pragma once

#include <string>
#include <string_view>

#include "alert_bridge/domain/lifecycle.hpp"

namespace alert_bridge::storage {

[[nodiscard]] std::string encode(const domain::Snapshot& value);
[[nodiscard]] bool decode(std::string_view text, domain::Snapshot& out);

}  // namespace alert_bridge::storage
