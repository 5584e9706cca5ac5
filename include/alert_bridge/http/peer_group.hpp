// SPDX-License-Identifier: MIT
//
// peer_group(): what bounds per address count by. Whoever has one IPv6 address mostly has the
// 2^64 of its network to choose from, so these count as one; an IPv4 address counts alone. Text
// that is no address comes back as it is. Thread rule: pure. Tests:
// tests/unit/http/page_login_test.cpp
#pragma once

#include <string>

namespace alert_bridge::http {

[[nodiscard]] std::string peer_group(const std::string& address);

}  // namespace alert_bridge::http
