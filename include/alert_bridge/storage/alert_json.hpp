// SPDX-License-Identifier: MIT
//
// The JSON form in which structs of the domain are kept inside rows: what is looked for has columns
// of its own (records.hpp), the rest is one text.
//
// Guarantees: decode(encode(x)) == x for valid UTF-8. Tolerant forward: unknown keys are ignored,
// missing keys and words leave the default, so that a row of an older or newer version can be read.
// An alert leaves out empty values; a plan writes every field, because a default that changes in a
// later version must not change what was frozen. decode() is false only for text that is not a JSON
// object. Never throws for content; bad UTF-8 is replaced.
// Thread rule: pure functions. Tests: tests/unit/storage/alert_json_test.cpp
#pragma once

#include <string>
#include <string_view>

#include "alert_bridge/domain/alert.hpp"
#include "alert_bridge/domain/flapping.hpp"
#include "alert_bridge/domain/operation.hpp"
#include "alert_bridge/domain/placement.hpp"
#include "alert_bridge/domain/plan.hpp"
#include "alert_bridge/domain/ticket_memory.hpp"

namespace alert_bridge::storage {

[[nodiscard]] std::string encode(const domain::Alert& value);
[[nodiscard]] std::string encode(const domain::Plan& value);
[[nodiscard]] std::string encode(const domain::Placement& value);
[[nodiscard]] std::string encode(const domain::TicketMemory& value);
[[nodiscard]] std::string encode(const domain::OperationContent& value);
// Empty text: nothing is flapping, nothing changed lately.
[[nodiscard]] std::string encode(const domain::RecentChanges& value);
[[nodiscard]] std::string encode(const domain::FlapList& value);

[[nodiscard]] bool decode(std::string_view text, domain::Alert& out);
[[nodiscard]] bool decode(std::string_view text, domain::Plan& out);
[[nodiscard]] bool decode(std::string_view text, domain::Placement& out);
[[nodiscard]] bool decode(std::string_view text, domain::TicketMemory& out);
[[nodiscard]] bool decode(std::string_view text, domain::OperationContent& out);
[[nodiscard]] bool decode(std::string_view text, domain::RecentChanges& out);
[[nodiscard]] bool decode(std::string_view text, domain::FlapList& out);

}  // namespace alert_bridge::storage
