// SPDX-License-Identifier: MIT
//
// The bridge's media type in Zabbix, as `doctor` looks at it.
//
// Zabbix shows scripts only to a Super admin's token, and to others perhaps no media type at all.
// Thread rule: the I/O thread. Tests: tests/unit/monitoring/media_type_test.cpp
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/monitoring/backs.hpp"

namespace alert_bridge::monitoring {

struct MediaType {
    std::string name;
    bool is_enabled = false;
    // What its script calls itself, "glpi-alert-bridge-zabbix/N"; 0: the script is not shown.
    std::int64_t version = 0;
    bool keeps_tags = false;  // ticket and link come back as tags of the event
};
inline constexpr std::int64_t kMediaTypeVersion = 1;  // of config/zabbix

// Pure: those that are the bridge's, by script or by name, in the answer of mediatype.get.
[[nodiscard]] std::vector<MediaType> media_types_in(const nlohmann::json& answer);

// Errors: as JsonApi's; misconfigured where Zabbix refuses the token.
[[nodiscard]] boost::asio::awaitable<Result<std::vector<MediaType>>> zabbix_media_types(
    boost::asio::any_io_executor executor, BackOptions options
);

}  // namespace alert_bridge::monitoring
