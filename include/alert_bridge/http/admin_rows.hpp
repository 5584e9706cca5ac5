// SPDX-License-Identifier: MIT
//
// Rows of the operator's listings as JSON. `whole`: everything, for `show`; else what a table
// needs. Thread rule: pure. Tests: tests/unit/http/admin_api_test.cpp
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "alert_bridge/http/admin_api.hpp"
#include "alert_bridge/ports/operator_store.hpp"

namespace alert_bridge::http {

[[nodiscard]] nlohmann::json as_json(const ports::OwedWrite& row, bool whole = false);
[[nodiscard]] nlohmann::json as_json(const ports::IncidentSummary& row);
[[nodiscard]] nlohmann::json as_json(const ports::IncidentRow& row);
[[nodiscard]] nlohmann::json as_json(const ports::StormSummary& row);
[[nodiscard]] nlohmann::json as_json(const AdminApi::Session& row);
[[nodiscard]] nlohmann::json as_json(const AdminApi::Status& row);
[[nodiscard]] nlohmann::json as_json(const ports::QuarantineEntry& row);
[[nodiscard]] nlohmann::json as_json(const ports::UnmatchedHost& row);

}  // namespace alert_bridge::http
