// SPDX-License-Identifier: MIT
//
// Transport: how to reach GLPI's legacy API: the HTTP client, and where below the server it is.
//
// Guarantees: redirects are not followed; everything is bounded by the options' time-outs.
// Thread rule: the I/O thread. Tests: tests/unit/glpi/client_test.cpp
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <string>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/glpi/options.hpp"
#include "alert_bridge/net/http_client.hpp"

namespace alert_bridge::glpi {

struct Transport {
    std::shared_ptr<net::HttpClient> http;
    std::string api_path;  // "/glpi/apirest.php"
    std::string base_url;  // where people go
};

// Errors: misconfigured, for a wrong url or unreadable certificates.
[[nodiscard]] Result<Transport> make_transport(
    const boost::asio::any_io_executor& executor, const Options& options
);

}  // namespace alert_bridge::glpi
