// SPDX-License-Identifier: MIT
//
// What `send` makes of the macros of Nagios and Icinga: one JSON object with their names as keys,
// in lower case and without the prefix, as the bridge's sources `nagios` and `icinga2` read them.
//
// Left out: empty values, and what often holds passwords of the checks: the checks' commands with
// their arguments, and custom variables of the monitoring but those that begin with GLPI_. What is
// given by hand wins over the environment, and nothing of it is left out.
// Guarantees: the text is JSON whatever bytes came (ill-formed UTF-8 becomes U+FFFD), the same for
// the same macros, and at most kAlertBytesMax. Errors: refused, code "payload".
// Thread rule: pure functions. Tests: tests/unit/app/send_payload_test.cpp
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/base/error.hpp"

namespace alert_bridge::app {

inline constexpr std::size_t kAlertBytesMax = 4 * 1024 * 1024;  // what the bridge takes by default

// `environment` as main() gets it: "NAME=VALUE" …, ended by a null pointer. `given`: "NAME=VALUE".
[[nodiscard]] Result<std::string> macros_payload(
    const char* const* environment, const std::vector<std::string>& given
);

// A finished body, JSON or a form: only what the bridge could never read is refused here.
[[nodiscard]] Result<std::string> finished_payload(std::string body);

// "application/json" or that of a form.
[[nodiscard]] std::string_view content_type_of(std::string_view body) noexcept;

}  // namespace alert_bridge::app
