// SPDX-License-Identifier: MIT
//
// Codes of errors that the domain treats in a way of their own. The adapter that knows why a call
// failed chooses the code; the life of an operation is decided by it.
// Thread rule: constants. Tests: tests/unit/domain/operation_test.cpp
#pragma once

#include <string_view>

namespace alert_bridge::domain {

// GLPI gave the request up because its database was busy (a lock, a lost connection). The request
// is over, so a look-up need not wait out the quarantine; but it says nothing about what was
// written, so it is no refusal, however often it comes.
inline constexpr std::string_view kDatabaseBusy = "ERROR_DATABASE_BUSY";

}  // namespace alert_bridge::domain
