// SPDX-License-Identifier: MIT
//
// Decoder of application/x-www-form-urlencoded bodies (curl --data-urlencode).
//
// Guarantees: never throws, linear time. '+' is a blank, %XX is a byte; a '%' without two hex
// digits stays as it is (as browsers read it). Names and values are valid UTF-8, repaired after
// decoding. Not here: what the names mean, and how many there may be (sources/fields.hpp).
//
// Errors: class refused, code "form": no name=value pair at all, or a name that occurs twice.
//
// Thread rule: pure. Tests: tests/unit/sources/form_test.cpp
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "alert_bridge/base/error.hpp"

namespace alert_bridge::sources {

[[nodiscard]] Result<std::map<std::string, std::string>> parse_form(std::string_view body);

}  // namespace alert_bridge::sources
