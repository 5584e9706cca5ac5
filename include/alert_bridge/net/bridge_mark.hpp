// SPDX-License-Identifier: MIT
//
// The header field that stands in every answer of the bridge, so that `send` never takes the word
// of another server at its address (a proxy, a wrong port) for the bridge's.
// Guarantees: proxies hand it on as they do with any field they do not know. Not guaranteed: that
// nobody forges it; that is what https is for.
// Thread rule: constants. Tests: tests/unit/http/message_test.cpp, unit/app/send_client_test.cpp
#pragma once

#include <string_view>

namespace alert_bridge::net {

inline constexpr std::string_view kBridgeMark = "X-Bridge";
inline constexpr std::string_view kBridgeMarkValue = "glpi-alert-bridge";

}  // namespace alert_bridge::net
