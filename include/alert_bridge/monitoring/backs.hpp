// SPDX-License-Identifier: MIT
//
// Backs: makes the way back to a source from its options.
//
//   zabbix        its JSON-RPC API: comments, acknowledgements, closing; problems by event
//   icinga2       its API: comments, acknowledgements; objects by name
//   nagios        its command pipe: comments, acknowledgements; its status file
//   alertmanager  its API, reading only
//
// Errors of make_back(): misconfigured. Thread rule: the I/O thread.
// Tests: tests/unit/monitoring/
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <string>

#include "alert_bridge/base/secret.hpp"
#include "alert_bridge/ports/monitoring_back.hpp"
#include "alert_bridge/ports/runtime.hpp"

namespace alert_bridge::monitoring {

struct BackOptions {
    std::string type;     // of the source
    std::string url;      // zabbix, icinga2, alertmanager; empty otherwise
    std::string ca_file;  // empty: the system's certificates
    Secret token;         // zabbix
    std::string user;     // icinga2; alertmanager behind a proxy
    Secret password;
    std::string pipe;         // nagios; empty: it cannot be told
    std::string status_file;  // nagios; empty: it cannot be asked
    std::string time_zone;    // of the source: how Zabbix writes its dates
    // After its own start Alertmanager does not know its alerts yet: nothing is read off it.
    Duration settled_after{300'000};
    // For one answer, connecting included. Less than the time in which the daemon must have
    // stopped.
    Duration answer_within{5'000};
};

[[nodiscard]] Result<std::shared_ptr<ports::MonitoringBack>> make_back(
    boost::asio::any_io_executor executor, ports::Clock& clock, BackOptions options
);

}  // namespace alert_bridge::monitoring
