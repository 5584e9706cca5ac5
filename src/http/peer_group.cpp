// SPDX-License-Identifier: MIT
#include "alert_bridge/http/peer_group.hpp"

#include "alert_bridge/domain/network.hpp"

namespace alert_bridge::http {

std::string peer_group(const std::string& address) {
    constexpr int kNetworkBits = 64;
    const auto parsed = domain::IpAddress::parse(address);
    return parsed && parsed->is_v6 ? parsed->masked(kNetworkBits).text() + "/64" : address;
}

}  // namespace alert_bridge::http
